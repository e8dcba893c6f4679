"""Fluxes out of files: the same numbers, by whichever door; and what is refused."""

import numpy as np
import pytest
from ray_toys import decays, numbers, window

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.io.formats.dk2nu import write_dk2nu
from ontarget.io.formats.flux_file import flux_of_dk2nu, flux_of_gsimple, flux_of_root, flux_of_text
from ontarget.io.formats.gsimple import write_gsimple
from ontarget.io.formats.rays import histogram, through

uproot = pytest.importorskip("uproot")
EDGES = np.array([0.0, 1.0, 2.0, 4.0, 9.0])
CONTENT = {"nu_mu": np.array([1.0, 3.0, 2.0, 0.5]), "nu_e": np.array([0.0, 0.02, 0.03, 0.01])}
MOST = 400 * GeV


def text(tmp_path, scale=1.0, content=CONTENT):
    path = tmp_path / "flux.dat"
    rows = np.column_stack([EDGES[:-1] * scale, EDGES[1:] * scale, *content.values()])
    np.savetxt(path, rows, header="E_lo E_hi nu_mu nu_e")
    return path


def root(tmp_path, **changed):
    path = tmp_path / "flux.root"
    with uproot.recreate(path) as file:
        for name, content in CONTENT.items():
            file[name] = changed.get(name, (content, EDGES))
        file["flat"] = np.histogram2d([1.0], [1.0])
        file["tree"] = {"E": np.ones(3)}
    return path


def check(flux, per_width=False):
    widths = np.diff(EDGES) if per_width else 1
    np.testing.assert_allclose(flux.edges / GeV, EDGES, rtol=1e-14)
    for one in flux.flavours:
        np.testing.assert_allclose(one.values * m**2, CONTENT[one.name] * widths, rtol=1e-12)
    assert [one.name for one in flux.flavours] == list(CONTENT)
    assert float(flux.distance / m) == pytest.approx(65)


def test_histograms_in_text_and_root(tmp_path):
    columns, names = {"nu_mu": 2, "nu_e": 3}, {"nu_mu": "nu_mu", "nu_e": "nu_e"}
    check(flux_of_text(text(tmp_path), columns, "GeV", "1/m^2", 65 * m, MOST))
    check(flux_of_text(text(tmp_path, 1e3), columns, "MeV", "1/m^2", 65 * m, MOST))
    check(flux_of_text(text(tmp_path), columns, "GeV", "1/(m^2 GeV)", 65 * m, MOST), per_width=True)
    check(flux_of_root(root(tmp_path), names, "GeV", "1/m^2", 65 * m, MOST))
    check(flux_of_root(root(tmp_path), names, "GeV", "1/(m^2 GeV)", 65 * m, MOST), per_width=True)


def test_dk2nu_and_gsimple(tmp_path):
    """Both hold the same decays: over a small window the mean flux is that at its middle, within its spread."""
    rays, point = decays(), np.array([0.5, 0.0, 65.0]) * m
    face = window()
    small = type(face)(point - 0.005 * (face.along + face.across), 0.01 * face.along, 0.01 * face.across)
    edges = np.linspace(0, 10, 11) * GeV
    at_point = flux_of_dk2nu(write_dk2nu(tmp_path / "d.root", rays, {"here": point}, 1e9), "here", edges, 45 * m)
    met = through(rays, small, numbers(len(rays)))
    over = flux_of_gsimple(write_gsimple(tmp_path / "g.root", met, 1e9), edges, 45 * m, MOST)
    direct = histogram(met.neutrino, met.energy, met.fluence, edges, 45 * m)
    for one, other, same in zip(at_point.flavours, over.flavours, direct.flavours, strict=True):
        np.testing.assert_allclose(other.values, same.values, rtol=1e-9)
        # 20 mm at 45 m are 0.4 mrad, of an angle 1/gamma of 16 mrad: 5 % each way, and averaged over rays
        assert float(one.values.sum()) == pytest.approx(float(other.values.sum()), rel=0.03)


def spoiled(name, index, value):
    content = {one: values.copy() for one, values in CONTENT.items()}
    content[name][index] = value
    return content


TEXT_REFUSED = {
    "MeV": ({"scale": 1e3}, {}, "neutrinos above 4000 GeV.*MeV?"),
    "GeV as MeV": ({}, {"energy_unit": "MeV"}, r"neutrinos up to 0.009 GeV alone\. Neutrinos may have up to 400 GeV"),
    "negative": ({"content": spoiled("nu_e", 2, -1.0)}, {}, "nu_e, bin 2: got -1"),
    "zeros": ({"content": {**CONTENT, "nu_e": np.zeros(4)}}, {}, "nu_e: got only zeros"),
    "no column": ({}, {"columns": {"nu_mu": 4}}, "column 4"),
    "edges as flux": ({}, {"columns": {"nu_mu": 0}}, "column 0"),
    "unknown flavour": ({}, {"columns": {"numu": 2}}, "Did you mean 'nu_mu'"),
    "no energy": ({}, {"energy_unit": "m"}, "It is an energy"),
    "no flux": ({}, {"unit": "1/s"}, r"It is 1/area, or 1/\(area energy\)"),
}


@pytest.mark.parametrize("case", TEXT_REFUSED)
def test_text_refused(case, tmp_path):
    file, changed, said = TEXT_REFUSED[case]
    given = {
        "columns": {"nu_mu": 2, "nu_e": 3},
        "energy_unit": "GeV",
        "unit": "1/m^2",
        "distance": 65 * m,
        "most": MOST,
    }
    with pytest.raises(InputError, match=said):
        flux_of_text(text(tmp_path, **file), **(given | changed))


def test_gap_between_bins(tmp_path):
    path = tmp_path / "gap.dat"
    path.write_text("0 1 2\n1.5 2 3\n")
    with pytest.raises(InputError, match=r"row 1: got a bin from 1.5\. The bin before ends at 1"):
        flux_of_text(path, {"nu_mu": 2}, "GeV", "1/m^2", 65 * m, MOST)


def test_edges_with_four_digits(tmp_path):
    path = tmp_path / "flux.dat"
    path.write_text("0 0.3333 2\n0.33333 0.6667 3\n0.66667 1 3\n")
    found = flux_of_text(path, {"nu_mu": 2}, "GeV", "1e-6/m^2", 65 * m, MOST)
    np.testing.assert_allclose(found.flavours[0].values * m**2, [2e-6, 3e-6, 3e-6], rtol=1e-12)


@pytest.mark.parametrize(
    ("changed", "names", "said"),
    [
        ({}, {"nu_mu": "numu"}, "Did you mean 'nu_mu'"),
        ({}, {"nu_mu": "flat"}, "no histogram of one dimension"),
        ({}, {"nu_mu": "tree"}, "no histogram of one dimension"),
        ({"nu_e": (np.ones(3), np.array([0.0, 1.0, 2.0, 3.0]))}, {"nu_mu": "nu_mu", "nu_e": "nu_e"}, "other bins"),
        ({"nu_e": (np.array([1, np.nan, 1, 1]), EDGES)}, {"nu_e": "nu_e"}, "bin 1: got nan"),
        ({}, {}, "no histograms"),
    ],
)
def test_root_refused(changed, names, said, tmp_path):
    with pytest.raises(InputError, match=said):
        flux_of_root(root(tmp_path, **changed), names, "GeV", "1/m^2", 65 * m, MOST)


def test_gsimple_above_the_protons(tmp_path):
    given = decays(20, ("K+",))
    path = write_gsimple(tmp_path / "g.root", through(given, window(), numbers(len(given))), 1.0)
    with pytest.raises(InputError, match="No neutrino has more than 1 GeV"):
        flux_of_gsimple(path, EDGES * GeV, 45 * m, 1 * GeV)
