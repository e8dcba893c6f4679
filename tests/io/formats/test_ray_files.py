"""Files that several jobs have written: each entry with its own protons, locations and window, or a sentence."""

import copy
import itertools

import numpy as np
import pytest
from ray_toys import decays, numbers, window

from ontarget.cli import run
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m, ns
from ontarget.io.formats.dk2nu import META, TREE, _entries, _meta, read_dk2nu, write_dk2nu
from ontarget.io.formats.gsimple import _entries as gs_entries
from ontarget.io.formats.gsimple import _meta as gs_meta
from ontarget.io.formats.gsimple import read_gsimple, write_gsimple
from ontarget.io.formats.rays import Window, through
from ontarget.io.formats.root import write_trees

pytest.importorskip("uproot")
NEAR, FAR = np.array([0.0, 0.0, 65.0]) * m, np.array([0.0, 0.0, 1000.0]) * m
PROTONS = 1e6


def job(number: int, locations=None, protons=PROTONS, rays=None) -> dict:
    """The trees of one job, as columns."""
    given = {"near": NEAR, "far": FAR} if locations is None else locations
    rays = decays(20, ("pi+", "K+")) if rays is None else rays
    trees = {TREE: _entries(rays, given, PROTONS), META: _meta(given, PROTONS, {})}
    for tree in trees.values():
        tree["job"] = np.full(len(tree["job"]), number, np.int32)
    trees[META]["pots"] = np.array([float(protons)])
    return copy.deepcopy(trees)


def joined(*jobs: dict) -> dict:
    """As hadd has it."""

    def together(columns):
        if isinstance(columns[0], dict):
            return {key: together([one[key] for one in columns]) for key in columns[0]}
        return [*itertools.chain(*columns)] if isinstance(columns[0], list) else np.concatenate(columns)

    return {tree: together([one[tree] for one in jobs]) for tree in (TREE, META)}


def flux(tmp_path, trees, at="near", **options):
    path = write_trees(tmp_path / "joined.root", trees)
    return float(read_dk2nu(path, **options).at(at)[1].sum()) * m**2


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Of one job, at both places."""
    found = read_dk2nu(write_trees(tmp_path_factory.mktemp("one") / "one.root", job(0)))
    return {name: float(found.at(name)[1].sum()) * m**2 for name in ("near", "far")}


def turned(trees):
    """The same with its locations in another order, as a job of that order would have written them."""
    return job(int(trees[TREE]["job"][0]), {"far": FAR, "near": NEAR})


@pytest.mark.parametrize(
    "jobs",
    [
        [job(0), job(1)],
        [job(0), job(0)],
        [job(0), turned(job(1))],
        [job(0), job(1), turned(job(2))],
        [job(7)],
        [job(0), job(1, {"far": FAR, "other": NEAR / 2, "near": NEAR})],
    ],
    ids=["alike", "one number", "another order", "three", "any number", "more places"],
)
def test_jobs_are_added(jobs, tmp_path, alone):
    if len({trees[TREE]["nuray"]["px"].shape[1] for trees in jobs}) > 1:
        with pytest.raises(InputError, match="entries with different numbers of rays"):
            flux(tmp_path, _ragged(jobs))
        return
    for name, value in alone.items():
        assert flux(tmp_path, joined(*jobs), name) == pytest.approx(value, rel=1e-9)


def _ragged(jobs):
    trees = joined(*({TREE: {k: v for k, v in one[TREE].items() if k != "nuray"}, META: one[META]} for one in jobs[:1]))
    rays = [one[TREE]["nuray"] for one in jobs]
    columns = {key: [row.tolist()[: 2 + i % 2] for i, row in enumerate(rays[0][key])] for key in rays[0]}
    import awkward

    trees[TREE]["nuray"] = {key: awkward.Array(column) for key, column in columns.items()}
    return trees


def test_protons_of_a_job_without_decays_count(tmp_path, alone):
    trees = joined(job(0), job(1))
    trees[TREE] = job(0)[TREE]
    assert flux(tmp_path, trees) == pytest.approx(alone["near"] / 2, rel=1e-9)


def moved(trees, by):
    trees[META]["location"]["z"] = trees[META]["location"]["z"] + np.array([0, by, 0])
    return trees


def exchanged(trees):
    trees[META]["location"] = {key: value[:, [0, 2, 1]] for key, value in trees[META]["location"].items()}
    return trees


def renamed(trees, names):
    trees[META]["location.name"] = [names]
    return trees


def in_metres(trees, *what):
    if "decays" in what:
        for name in ("decay.vx", "decay.vy", "decay.vz"):
            trees[TREE][name] = trees[TREE][name] / 100
    if "locations" in what:
        trees[META]["location"] = {key: value / 100 for key, value in trees[META]["location"].items()}
    return trees


def lost(trees):
    """The meta entry of the second job."""
    trees[META] = job(0)[META]
    return trees


WRONG = {
    "moved": (lambda: joined(job(0), job(1, {"near": NEAR + np.array([0, 0, 40 * m]), "far": FAR})),
              r"location: got 'near' 40 m from that of another job of it\. A name stands for one point"),
    "meta lost": (lambda: lost(joined(job(0), job(1))),
                  r"job: got 1 in entry \d+\. The meta tree has \[0\]: its protons"),
    "died": (lambda: joined(job(0), job(1, protons=0)), r"pots: got 0 for job 1, of entry \d+\. What has entries has"),
    "below zero": (lambda: joined(job(0), job(1), job(2, protons=-1e6)), "pots: got -1e.06 in entry 2"),
    "decays in metres": (lambda: in_metres(job(0), "decays"), r"in entry 0 a ray that flies .* degrees beside it"),
    "places in metres": (lambda: in_metres(job(0), "locations"), r"in entry 0 a ray that flies .* degrees beside it"),
    "both in metres": (lambda: in_metres(job(0), "decays", "locations"), r"a ray of weight .* By its energy and the"),
    "a name twice": (lambda: renamed(job(0), "random decay;near;near"), "'near' twice. A name stands for one point"),
    "places in another order": (lambda: exchanged(job(0)), "a ray of weight|degrees beside it"),
    "a place moved": (lambda: moved(job(0), 4000.0), "a ray of weight|degrees beside it"),
    "one number, two places": (lambda: joined(job(0), turned(job(0))), "two meta entries with one number and other"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_belong_together(case, tmp_path):
    made, said = WRONG[case]
    with pytest.raises(InputError, match=said):
        flux(tmp_path, made())


def test_names_and_their_remedies(tmp_path):
    path = write_trees(tmp_path / "blank.root", renamed(job(0), "random decay;near ;far"))
    assert read_dk2nu(path).at("near")[1].sum() > 0
    with pytest.raises(InputError, match=r"'minos'\. The file has no such location\. Known: far, near\."):
        read_dk2nu(path).at("minos")
    bare = write_dk2nu(tmp_path / "bare.root", decays(20, ("pi+",)), {}, PROTONS)
    with pytest.raises(InputError, match="It has no locations: give a point"):
        read_dk2nu(bare).at("near")


def test_several_files(tmp_path, alone):
    """Protons add: half as many protons with the same decays per proton change nothing."""
    one = write_trees(tmp_path / "job_1.root", job(0))
    other = write_trees(tmp_path / "job_2.root", turned(job(0)))
    for given in ([one, other], tmp_path / "job_*.root"):
        found = read_dk2nu(given)
        assert found.protons == 2 * PROTONS
        assert float(found.at("far")[1].sum()) * m**2 == pytest.approx(alone["far"], rel=1e-9)
    with pytest.raises(InputError, match=r"twice\. Its decays would count twice"):
        read_dk2nu([one, tmp_path / "." / "job_1.root"])
    with pytest.raises(InputError, match=r"job_x\*.root: got no such file. No file has such a name"):
        read_dk2nu(tmp_path / "job_x*.root")
    away = write_trees(tmp_path / "away.root", job(0, {"near": NEAR * 1.1, "far": FAR}))
    with pytest.raises(InputError, match=r"'near' 6\.5 m from that of"):
        read_dk2nu([one, away])


def test_unknown_parents(tmp_path, alone):
    """Of weight 0 they are left out, others if one says so, with their share."""
    trees = job(0)
    trees[TREE]["decay.ptype"][3] = 310
    with pytest.raises(InputError, match=r"decay.ptype: got 310.*--skip-unknown.*skip_unknown=True"):
        flux(tmp_path, trees)
    share = trees[TREE]["decay.nimpwt"][3] / trees[TREE]["decay.nimpwt"].sum()
    found = read_dk2nu(tmp_path / "joined.root", skip_unknown=True)
    assert found.left_out == pytest.approx(share, rel=1e-12)
    assert len(found.decays) == len(trees[TREE]["job"]) - 1
    trees[TREE]["decay.nimpwt"][3] = 0
    assert 0 < flux(tmp_path, trees) < alone["near"]
    trees[TREE]["decay.ptype"][:] = 8
    with pytest.raises(InputError, match="These are GEANT3's: as PDG's 8 is 211, 9 is -211"):
        flux(tmp_path, trees)


def test_times_that_are_not_known(tmp_path):
    """A chain that ends with the parent has the parent's time, and an empty one none."""
    trees = job(0)
    assert np.isfinite(read_dk2nu(write_trees(tmp_path / "good.root", trees)).decays.time / ns).all()
    trees[TREE]["ancestor"]["pdg"][:] = 211
    found = read_dk2nu(write_trees(tmp_path / "cut.root", trees)).decays
    assert np.isnan(found.time).all()
    with pytest.raises(InputError, match="a time that is not known in entry 0"):
        write_dk2nu(tmp_path / "again.root", found, {}, PROTONS)


# ---------------------------------------------------------------------- gsimple


def gs_job(key: int, protons=PROTONS, face=None, count=20) -> dict:
    given = decays(count, ("pi+", "K+"))
    rays = through(given, face or window(), numbers(len(given)))
    trees = {"flux": gs_entries(rays, PROTONS), "meta": gs_meta(rays, PROTONS)}
    trees["flux"]["entry.metakey"] = np.full(len(given), key, np.uint32)
    trees["meta"] |= {"metakey": np.full(1, key, np.uint32), "protons": np.array([float(protons)])}
    return copy.deepcopy(trees)


def gs_joined(*jobs):
    def together(columns):
        return [*itertools.chain(*columns)] if isinstance(columns[0], list) else np.concatenate(columns)

    return {
        tree: {key: together([one[tree][key] for one in jobs]) for key in jobs[0][tree]} for tree in ("flux", "meta")
    }


def gs_flux(tmp_path, trees):
    found = read_gsimple(write_trees(tmp_path / "gs.root", trees))
    return float(found.rays.fluence.sum()) * m**2


def further():
    face = window()
    return Window(face.base + np.array([0, 0, 300 * m]), face.along, face.across)


def gs_lost():
    trees = gs_joined(gs_job(1), gs_job(2))
    trees["meta"] = gs_job(1)["meta"]
    return trees


def gs_scaled(*names, by=100.0):
    trees = gs_job(1)
    for name in names:
        tree = "meta" if name.startswith("window") else "flux"
        trees[tree][name] = trees[tree][name] * by
    return trees


def gs_grazing(cosine):
    """The heaviest ray of pions turned until it has a cosine to the normal of the window."""
    trees = gs_job(1)
    flux = trees["flux"]
    flux["entry.px"][0] = flux["entry.E"][0] * np.sqrt(1 - cosine**2)
    flux["entry.py"][0], flux["entry.pz"][0] = 0.0, flux["entry.E"][0] * cosine
    return trees


GS_WRONG = {
    "another window": (lambda: gs_joined(gs_job(1), gs_job(2, face=further())), "another window in entry 1.*300 m off"),
    "meta lost": (gs_lost, r"metakey: got 2 in entry \d+\. The meta tree has \[1\]: its protons are not known"),
    "died": (lambda: gs_joined(gs_job(1), gs_job(2, protons=0)), r"protons: got 0 for metakey 2"),
    "below zero": (lambda: gs_joined(gs_job(1), gs_job(2, protons=-5)), "protons: got -5 in entry 1"),
    "window in cm": (lambda: gs_scaled("windowBase", "windowDir1", "windowDir2"), "far from the window|fill 0.01"),
    "edges in cm": (lambda: gs_scaled("windowDir1", "windowDir2"), "rays that fill 0.01 of the window's edges"),
    "rays beside it": (lambda: gs_scaled("entry.vtxx", by=3), "a ray far from the window in entry"),
    "along it": (lambda: gs_grazing(0.0), r"a ray along the window in entry 0 \(90 degrees from its normal\)"),
    "1e-6": (lambda: gs_grazing(1e-6), "a ray along the window in entry 0"),
    "1e-4": (lambda: gs_grazing(1e-4), "a ray along the window in entry 0"),
    "1e-2": (lambda: gs_grazing(1e-2), r"a ray along the window in entry 0 .*of the flux of its flavour"),
}  # fmt: skip


@pytest.mark.parametrize("case", GS_WRONG)
def test_windows_and_rays(case, tmp_path):
    made, said = GS_WRONG[case]
    with pytest.raises(InputError, match=said):
        gs_flux(tmp_path, made())


def test_jobs_of_gsimple_are_added(tmp_path):
    one = gs_flux(tmp_path, gs_job(1))
    for jobs in ([gs_job(1), gs_job(2)], [gs_job(1), gs_job(1)], [gs_job(5)]):
        assert gs_flux(tmp_path, gs_joined(*jobs)) == pytest.approx(one, rel=1e-9)
    files = [write_trees(tmp_path / f"gs_{key}.root", gs_job(1)) for key in (1, 2)]
    assert float(read_gsimple(files).rays.fluence.sum()) * m**2 == pytest.approx(one, rel=1e-9)
    away = write_trees(tmp_path / "away.root", gs_job(1, face=further()))
    with pytest.raises(InputError, match=r"another window than in .*, 300 m off"):
        read_gsimple([files[0], away])


def test_no_time_is_not_a_time(tmp_path):
    trees = gs_job(1)
    del trees["flux"]["entry.vtxt"]
    found = read_gsimple(write_trees(tmp_path / "gs.root", trees)).rays
    assert np.isnan(found.time).all()
    with pytest.raises(InputError, match="a time that is not known"):
        write_gsimple(tmp_path / "again.root", found, PROTONS)


# ---------------------------------------------------------------------- the command


def test_tabulate_says_what_it_dropped(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_trees(tmp_path / "job_1.root", job(0))
    write_trees(tmp_path / "job_2.root", job(0))
    words = ["tabulate", "job_*.root", "--format", "dk2nu", "--distance", "45 m", "-o", "t.yaml"]
    assert run([*words, "--location", "near", "--stop", "3 GeV"]) == 0
    told = capsys.readouterr()
    assert "source: t.yaml" in told.out
    found = read_dk2nu("job_1.root")
    p, fluence = found.at("near")
    mine, above = found.decays.neutrino == 14, np.linalg.norm(p, axis=1) > 3 * GeV
    share = 100 * fluence[mine & above].sum() / fluence[mine].sum()
    assert f"not in the table: {share:.3g} % of nu_mu, above 3 GeV (--stop)" in told.err
    assert run([*words, "--point", "0 m, 0 m, 65 m", "--stop", "20 GeV"]) == 0
    assert capsys.readouterr().err == ""
    for wrong, said in (
        (["--point", "1 m, 2 m"], "A point has three coordinates"),
        (["--point", "0 m, 0 m, 65"], "--point, z: got '65' with no unit"),
        (["--point", "0 m, 0 m, 65 m", "--location", "near"], "a location and a point"),
        (["--location", "minos"], "Known: far, near."),
        ([], "give '--point'"),
    ):
        assert run([*words, *wrong]) == 2
        assert said in capsys.readouterr().err
