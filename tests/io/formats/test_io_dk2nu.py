"""dk2nu files: out and in again, the units of the specification, and every refusal."""

import dataclasses
import sys

import numpy as np
import pytest
from ray_toys import decays, numbers, window

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, ns
from ontarget.io.formats.dk2nu import META, TREE, read_dk2nu, write_dk2nu
from ontarget.io.formats.rays import histogram, seen_from, through
from ontarget.io.formats.root import TreeFile, _known, write_trees

uproot = pytest.importorskip("uproot")
LOCATIONS = {"centre": np.array([0.0, 0.0, 65.0]) * m, "corner": np.array([2.0, 2.0, 65.0]) * m}
PROTONS = 1e9


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    words = {"beamsim": "ontarget", "tgtcfg": "70 cm of graphite"}
    return write_dk2nu(tmp_path_factory.mktemp("dk2nu") / "toy.root", decays(), LOCATIONS, PROTONS, words)


def test_out_and_in_again(written):
    found = read_dk2nu(written)
    assert found.protons == PROTONS
    given = decays()
    for field in dataclasses.fields(given):
        expected = getattr(given, field.name)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(getattr(found.decays, field.name), expected, rtol=1e-12, atol=1e-13 * scale)
    assert list(found.locations) == list(LOCATIONS)
    np.testing.assert_allclose(found.locations["corner"], LOCATIONS["corner"], rtol=1e-14)


def test_flux_at_a_location_is_that_from_the_decays(written):
    found = read_dk2nu(written)
    for name, point in LOCATIONS.items():
        (momentum, fluence), (again, from_decays) = found.at(name), found.seen_from(point)
        np.testing.assert_allclose(momentum, again, rtol=1e-11, atol=1e-9 * GeV)
        np.testing.assert_allclose(fluence, from_decays, rtol=1e-9)
    table = histogram(found.decays.neutrino, np.linalg.norm(momentum, axis=1), fluence, np.array([0, 10 * GeV]), 45 * m)
    assert sum(float(one.values.sum()) for one in table.flavours) == pytest.approx(fluence.sum(), rel=1e-12)
    with pytest.raises(InputError, match="Did you mean 'centre'"):
        found.at("center")


def test_units_and_names_of_the_specification(written):
    """cm, GeV and ns, read with uproot alone; the weight of a ray is r^2 times the share of a disc of 1 m."""
    given = decays()
    with uproot.open(written) as file:
        tree, meta = file[TREE], file[META]
        np.testing.assert_allclose(tree["decay.vz"].array(library="np"), given.place[:, 2] / cm, rtol=1e-14)
        assert 0 < tree["decay.vz"].array(library="np").max() < 4100  # 40 m and a little, in cm
        np.testing.assert_allclose(tree["decay.pdpz"].array(library="np"), given.momentum[:, 2] / GeV, rtol=1e-14)
        pions = tree["decay.ndecay"].array(library="np") == 13
        np.testing.assert_allclose(tree["decay.necm"].array(library="np")[pions], 0.029792, rtol=1e-4)
        assert set(tree["decay.ntype"].array(library="np")[pions]) == {14}
        assert set(tree["decay.ptype"].array(library="np")[pions]) == {211}
        np.testing.assert_allclose(tree["ancestor.startt"].array().to_numpy()[:, 0], given.time / ns, rtol=1e-13)
        rays = {name: tree[f"nuray.{name}"].array().to_numpy() for name in ("pz", "E", "wgt")}
        np.testing.assert_array_equal(rays["wgt"][:, 0], 1)
        np.testing.assert_allclose(rays["pz"][:, 0], given.sent[:, 2] / GeV, rtol=1e-14)
        distance = np.linalg.norm(LOCATIONS["centre"] - given.place, axis=1) / m
        boost = rays["E"][:, 1] / tree["decay.necm"].array(library="np")
        share = (1 - np.cos(np.arctan(1 / distance))) / 2
        np.testing.assert_allclose(rays["wgt"][:, 1], boost**2 * share, rtol=1e-9)
        total = tree["decay.nimpwt"].array(library="np").sum() / meta["pots"].array()[0]
        assert total == pytest.approx(given.number.sum(), rel=1e-13)
        assert meta["beamsim"].array()[0] == "ontarget"
        assert meta["location.z"].array()[0].tolist() == pytest.approx([0, 6500, 6500])


def test_polarisation_of_muons_survives(tmp_path):
    """The file holds the pion of each muon; so does the axis, and what is turned follows it."""
    rays = decays(60, ("mu+",))
    axis = np.random.default_rng(5).normal(size=rays.place.shape)
    rays = dataclasses.replace(rays, axis=axis / np.linalg.norm(axis, axis=1, keepdims=True))
    found = read_dk2nu(write_dk2nu(tmp_path / "mu.root", rays, LOCATIONS, PROTONS))
    np.testing.assert_allclose(found.decays.axis, rays.axis, atol=1e-8)
    expected = rays.number * seen_from(rays, LOCATIONS["centre"][None])[1]
    np.testing.assert_allclose(found.at("centre")[1], expected, rtol=1e-9, atol=1e-15 / m**2)


def test_a_flux_through_a_face_from_a_file(written):
    found, given = read_dk2nu(written), decays()
    again, direct = (through(one, window(), numbers(len(given))) for one in (found.decays, given))
    assert again.number.sum() == pytest.approx(direct.number.sum(), rel=1e-9)


def test_branches_of_split_classes_are_found():
    """As other programs write them, below the branch of the object."""
    keys = ["dk2nu", "dk2nu/decay", "dk2nu/decay/decay.vx", "dk2nu/nuray/nuray.px", "entry/wgt", "dkmeta/pots"]
    known = _known(keys)
    assert known["decay.vx"] == "dk2nu/decay/decay.vx"
    assert known["nuray.px"] == "dk2nu/nuray/nuray.px"
    assert known["entry.wgt"] == "entry/wgt"
    assert known["pots"] == "dkmeta/pots"


# ---------------------------------------------------------------------- refusals


def columns(path) -> dict:
    """The trees of a file as columns that can be written again."""
    found = {}
    with uproot.open(path) as file:
        for tree in (TREE, META):
            arrays = {branch.name: branch.array() for branch in file[tree].branches}
            found[tree] = {name: _plain(one) for name, one in arrays.items() if one.ndim == 1 and name[0] != "n"}
            rays = {name.removeprefix("nuray."): one for name, one in arrays.items() if name.startswith("nuray.")}
            if rays:
                found[tree]["nuray"] = {name: one.to_numpy() for name, one in rays.items()}
    return found


def _plain(column):
    return column.to_list() if "string" in str(column.type) else column.to_numpy()


def scale_energies(trees, factor):
    tree = trees[TREE]
    for name in ("decay.pdpx", "decay.pdpy", "decay.pdpz", "decay.necm"):
        tree[name] = tree[name] * factor
    tree["nuray"] = {name: column * (1 if name == "wgt" else factor) for name, column in tree["nuray"].items()}


def drop(trees, *names):
    for name in names:
        del trees[TREE][name]


def spoil(trees, name, value, entry=3):
    column = trees[TREE][name].copy()
    column[entry] = value
    trees[TREE][name] = column


def spoil_ray(trees, name, value):
    column = trees[TREE]["nuray"][name].copy()
    column[5, 1] = value
    trees[TREE]["nuray"][name] = column


REFUSED = {
    "missing branches": (lambda t: drop(t, "decay.necm", "decay.vx"), "no branch decay.vx, decay.necm"),
    "no rays": (lambda t: drop(t, "nuray"), "no branch nuray.px, nuray.py"),
    "no meta tree": (lambda t: t.pop(META), "no tree 'dkmetaTree'"),
    "no entries": (lambda t: t.update({TREE: {k: v[:0] for k, v in t[TREE].items() if k != "nuray"}}), "no entries"),
    "not finite": (lambda t: spoil(t, "decay.vz", np.nan), "no number .* in entry 3"),
    "negative weight": (lambda t: spoil(t, "decay.nimpwt", -1.0), "entry 3: got a negative weight"),
    "negative ray": (lambda t: spoil_ray(t, "wgt", -1.0), "entry 5: got a negative weight"),
    "no weights": (lambda t: t[TREE].update({"decay.nimpwt": 0 * t[TREE]["decay.nimpwt"]}), "only zeros"),
    "no protons": (lambda t: t[META].update({"pots": np.zeros(1)}), "pots: got 0"),
    "unknown parent": (lambda t: spoil(t, "decay.ptype", 8), "decay.ptype: got 8"),
    "unknown neutrino": (lambda t: spoil(t, "decay.ntype", 56), "decay.ntype: got 56"),
    "MeV": (lambda t: scale_energies(t, 1e3), "necm: got 29.79.* at most 0.06979 GeV.*Energies are in GeV"),
    "MeV in part": (lambda t: spoil_ray(t, "E", 3000.0), "nuray.E: got another in entry 5"),
    "more than its parent": (
        lambda t: t[TREE].update({f"decay.pdp{axis}": t[TREE][f"decay.pdp{axis}"] * 0.01 for axis in "xyz"}),
        "Its parent has",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case, tmp_path):
    path = write_dk2nu(tmp_path / "good.root", decays(20, ("pi+", "K+")), LOCATIONS, PROTONS)
    trees = columns(path)
    change, said = REFUSED[case]
    change(trees)
    spoiled = write_trees(tmp_path / "bad.root", trees)
    with pytest.raises(InputError, match=said):
        read_dk2nu(spoiled)


def test_columns_of_a_good_file_are_good(tmp_path):
    """Else the refusals above might be of the copy, and not of what was done to it."""
    path = write_dk2nu(tmp_path / "good.root", decays(20, ("pi+", "K+")), LOCATIONS, PROTONS)
    assert read_dk2nu(write_trees(tmp_path / "copy.root", columns(path))).protons == PROTONS


def test_no_file_no_root_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_dk2nu(tmp_path / "absent.root")
    with pytest.raises(InputError, match="a folder"):
        read_dk2nu(tmp_path)
    text = tmp_path / "text.root"
    text.write_text("1 2 3\n")
    with pytest.raises(InputError, match="no ROOT file"):
        read_dk2nu(text)


def test_what_cannot_be_written(tmp_path):
    for locations, protons, words in (
        ({"random decay": LOCATIONS["centre"]}, 1.0, {}),
        ({"a;b": LOCATIONS["centre"]}, 1.0, {}),
        ({}, 0.0, {}),
        ({}, 1.0, {"beam": "x"}),
    ):
        with pytest.raises(InputError):
            write_dk2nu(tmp_path / "no.root", decays(20, ("pi+",)), locations, protons, words)
    assert list(tmp_path.iterdir()) == []


def test_without_uproot_the_extra_is_named(monkeypatch, written):
    monkeypatch.setitem(sys.modules, "uproot", None)
    with pytest.raises(InputError, match=r"pip install 'ontarget\[formats\]'"):
        TreeFile(written)
