"""gsimple files: out and in again, the units of the format, and every refusal."""

import numpy as np
import pytest
from ray_toys import decays, numbers, window

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, s
from ontarget.io.formats.gsimple import read_gsimple, write_gsimple
from ontarget.io.formats.rays import histogram, through
from ontarget.io.formats.root import write_trees

uproot = pytest.importorskip("uproot")
PROTONS = 1e9


def rays(count=200, parents=("pi+", "K+")):
    given = decays(count, parents)
    return through(given, window(), numbers(len(given)))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_gsimple(tmp_path_factory.mktemp("gsimple") / "toy.root", rays(), PROTONS)


def test_out_and_in_again(written):
    found, given = read_gsimple(written), rays()
    assert found.protons == PROTONS
    for name in ("neutrino", "momentum", "place", "time", "flown", "number", "fluence"):
        expected = getattr(given, name)
        np.testing.assert_allclose(
            getattr(found.rays, name), expected, rtol=1e-12, atol=1e-13 * np.abs(expected).max(), err_msg=name
        )
    np.testing.assert_allclose(found.rays.window.along, given.window.along)
    edges = np.linspace(0, 10, 11) * GeV
    one, other = (histogram(each.neutrino, each.energy, each.fluence, edges, 45 * m) for each in (found.rays, given))
    for left, right in zip(one.flavours, other.flavours, strict=True):
        np.testing.assert_allclose(left.values, right.values, rtol=1e-9)


def test_units_and_names_of_the_format(written):
    """Metres, seconds and GeV; the decay in cm, as dk2nu has it."""
    given = rays()
    with uproot.open(written) as file:
        flux, meta = file["flux"], file["meta"]
        np.testing.assert_allclose(flux["entry.vtxz"].array(library="np"), 65.0, rtol=1e-14)
        np.testing.assert_allclose(flux["entry.E"].array(library="np"), given.energy / GeV, rtol=1e-14)
        np.testing.assert_allclose(flux["entry.vtxt"].array(library="np"), given.time / s, rtol=1e-14)
        assert flux["entry.vtxt"].array(library="np").max() < 1e-6  # 65 m take 217 ns
        np.testing.assert_allclose(flux["numi.vz"].array(library="np"), given.decays.place[:, 2] / cm, rtol=1e-14)
        assert set(flux["numi.ndecay"].array(library="np")) == {5, 6, 7, 13, 999}
        total = flux["entry.wgt"].array(library="np").sum() / meta["protons"].array()[0]
        assert total == pytest.approx(given.number.sum(), rel=1e-13)
        assert meta["windowDir1"].array()[0].tolist() == [4, 0, 0]
        assert meta["pdglist"].array()[0].tolist() == [12, 14]
        assert meta["maxEnergy"].array()[0] == pytest.approx(given.energy.max() / GeV)


def columns(path) -> dict:
    with uproot.open(path) as file:
        flux = {branch.name: branch.array(library="np") for branch in file["flux"].branches}
        names = ("protons", "windowBase", "windowDir1", "windowDir2")
        return {"flux": flux, "meta": {name: file["meta"][name].array(library="np") for name in names}}


def spoil(trees, name, value):
    trees["flux"][name] = trees["flux"][name].copy()
    trees["flux"][name][4] = value


def scale(trees, names, factor):
    for name in names:
        trees["flux"][name] = trees["flux"][name] * factor


ENERGIES = ("entry.px", "entry.py", "entry.pz", "entry.E")
REFUSED = {
    "missing branch": (lambda t: t["flux"].pop("entry.E"), "no branch entry.E"),
    "no meta": (lambda t: t.pop("meta"), "no tree 'meta'"),
    "no window": (lambda t: t["meta"].pop("windowBase"), "no branch windowBase"),
    "flat window": (lambda t: t["meta"].update({"windowDir2": t["meta"]["windowDir1"]}), "without area"),
    "no protons": (lambda t: t["meta"].update({"protons": np.zeros(1)}), "protons: got 0"),
    "no entries": (lambda t: t.update({"flux": {k: v[:0] for k, v in t["flux"].items()}}), "no entries"),
    "not finite": (lambda t: spoil(t, "entry.pz", np.inf), "no number .* in entry 4"),
    "negative weight": (lambda t: spoil(t, "entry.wgt", -2.0), "negative weight in entry 4"),
    "no weights": (lambda t: scale(t, ["entry.wgt"], 0.0), "only zeros"),
    "no neutrino": (lambda t: spoil(t, "entry.pdg", 211), "no neutrino in entry 4"),
    "another unit of E": (lambda t: scale(t, ["entry.E"], 1e3), "another than the momentum"),
    "all in MeV": (lambda t: scale(t, ENERGIES, 1e3), "more than its parent has"),
    "no energy": (lambda t: scale(t, ENERGIES, 0.0), "no energy"),
    "places in cm": (lambda t: scale(t, ["entry.vtxx", "entry.vtxy", "entry.vtxz"], 100), "Places are in metres"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case, tmp_path):
    trees = columns(write_gsimple(tmp_path / "good.root", rays(20), PROTONS))
    read_gsimple(write_trees(tmp_path / "copy.root", trees))
    change, said = REFUSED[case]
    change(trees)
    with pytest.raises(InputError, match=said):
        read_gsimple(write_trees(tmp_path / "bad.root", trees))


def test_no_protons_to_write(tmp_path):
    with pytest.raises(InputError, match="some protons"):
        write_gsimple(tmp_path / "no.root", rays(20), 0.0)
