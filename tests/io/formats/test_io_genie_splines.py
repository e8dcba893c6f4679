"""Splines in GENIE's XML: the sum of processes, natural units, safety, and every refusal."""

import gzip

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm
from ontarget.io.formats.genie_splines import NATURAL, read_genie_splines
from ontarget.matter.flavour import FLAVOURS

QE, RES = [(0.1, 0.0), (0.5, 3e-10), (5.0, 4e-10)], [(0.4, 0.0), (2.0, 8e-10), (5.0, 2e-9)]


def spline(process: str, knots=QE, nu=14, target=1000180400, nucleon="N:2112;") -> str:
    rows = "".join(f"\t<knot> <E> {e:.5f} </E> <xsec> {x:.10e} </xsec> </knot>\n" for e, x in knots)
    name = f"genie::SomePXSec/Default/nu:{nu};tgt:{target};{nucleon}proc:{process};"
    return f'<spline name="{name}" nknots="{len(knots)}">\n{rows}</spline>\n'


def document(*splines: str, tune="AR23_20i_00_000") -> str:
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<genie_xsec_spline_list version="3.00" uselog="1">\n'
    return f'{head}<genie_tune name="{tune}">\n{"".join(splines)}</genie_tune>\n</genie_xsec_spline_list>\n'


CC = (spline("Weak[CC],QES"), spline("Weak[CC],RES", RES, nucleon="N:2212;"))
NC = spline("Weak[NC],QES", [(0.01, 1e-9), (5.0, 1e-8)])


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        path = tmp_path / "splines.xml"
        path.write_text(text)
        return path

    return write


def test_sum_of_processes_in_natural_units(written):
    """Every knot is met; 1/GeV^2 is 0.3894e-27 cm2, and an argon nucleus has 40 nucleons."""
    other = spline("Weak[CC],QES", [(0.1, 1.0), (5.0, 1.0)], target=1000080160)
    electron = spline("Weak[CC],QES", nu=-12)
    found = read_genie_splines(written(document(*CC, NC, other, electron)), "Ar40")
    assert [one.name for one in found.flavours] == ["nu_mu", "nubar_e"]
    assert float(found.excess) == pytest.approx(0.1)
    energy = jnp.array([0.5, 2.0, 5.0])
    sums = np.array([3e-10 + 8e-10 / 16, np.interp(2.0, *zip(*QE, strict=True)) + 8e-10, 2.4e-9])
    ours = found.flavours[0].per_nucleon(energy * GeV) * 40 / (1e-38 * cm**2)
    np.testing.assert_allclose(ours, sums * 0.3893794e11, rtol=1e-6)  # (hbar c)^2 = 0.3893794e-27 GeV2 cm2
    assert NATURAL / cm**2 == pytest.approx(0.3893794e-27, rel=1e-6)
    assert float(found.flavours[0].per_nucleon(jnp.array([0.09 * GeV]))[0]) == 0
    assert "nu_mu" in FLAVOURS


def test_many_splines_in_pieces(written, monkeypatch):
    """A name or a number may be cut anywhere by the end of what was read."""
    text = document(*CC, *(spline("Weak[NC],DIS", RES, nu=nu) for nu in (12, 14, -12, -14)))
    whole = read_genie_splines(written(text), "Ar40")
    monkeypatch.setattr("ontarget.io.formats.genie_splines.CHUNK", 7)
    pieces = read_genie_splines(written(text), "Ar40")
    np.testing.assert_array_equal(whole.flavours[0].per_energy, pieces.flavours[0].per_energy)


BOMB = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
REFUSED = {
    "cut": (document(*CC)[:-60], "no whole XML file"),
    "text": ("1 2 3\n", "no whole XML file"),
    "another list": ("<a></a>", "no spline of Ar40. It has the targets none"),
    "another target": (document(spline("Weak[CC],QES", target=1000080160)), "It has the targets 1000080160"),
    "neutral currents": (document(NC), "neutral currents only"),
    "two tunes": (document(*CC).replace("</genie_tune>", '</genie_tune><genie_tune name="G18"/>'), "the tunes AR23"),
    "no name of GENIE": (document('<spline name="mine" nknots="0"></spline>'), "Name a file of GENIE"),
    "no number": (document(*CC).replace("0.50000", "half"), "got 'half'"),
    "not finite": (document(*CC).replace("0.50000", "nan"), "a knot that cannot be"),
    "negative": (document(spline("Weak[CC],QES", [(0.1, 0.0), (1.0, -1.0)])), "a knot that cannot be"),
    "order": (document(spline("Weak[CC],QES", [(1.0, 0.0), (0.5, 1.0)])), "knots out of order"),
    "one knot": (document(spline("Weak[CC],QES", [(1.0, 1.0)])), "1 knots"),
    "half a knot": (document(*CC).replace("<xsec> 3.0000000000e-10 </xsec>", ""), "a knot without E or xsec"),
    "entities": (document(*CC).replace("?>\n", f"?>\n{BOMB}\n", 1), "a document type or entity"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case, written):
    text, said = REFUSED[case]
    with pytest.raises(InputError, match=said):
        read_genie_splines(written(text), "Ar40")


def sigma(path, *energies: float) -> np.ndarray:
    """Of nu_mu on argon, 1e-38 cm2."""
    table = read_genie_splines(path, "Ar40").flavours[0]
    return np.asarray(table.per_nucleon(jnp.array(energies) * GeV)) * 40 / (1e-38 * cm**2)


LONG = [(e, 1e-10 * e) for e in (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)]


def test_a_spline_that_starts_late(written):
    """Zero below its first knot, with no ramp from the knot before: 1e-10/GeV2 per GeV are 3.893794e-38 cm2."""
    late = spline("Weak[CC],DIS", [(5.0, 1e-9), (10.0, 2e-9)])
    found = sigma(written(document(spline("Weak[CC],QES", LONG), late)), 3.0, 4.999, 5.0, 8.0)
    np.testing.assert_allclose(found / 3.893794, [3.0, 4.999, 15.0, 24.0], rtol=1e-6)


def test_a_spline_that_ends_early(written):
    early = spline("Weak[CC],MEC", [(0.1, 1e-11), (0.5, 1e-11)])
    with pytest.raises(
        InputError, match=r"Weak\[CC\],MEC: got a spline that ends at 0.5 GeV\. Others of nu_mu go on to 10 GeV"
    ):
        sigma(written(document(spline("Weak[CC],QES", LONG), early)), 1.0)
    gone = spline("Weak[CC],MEC", [(0.1, 1e-11), (0.5, 0.0)])  # it ends at zero, and stays there
    found = sigma(written(document(spline("Weak[CC],QES", LONG), gone)), 5.0)
    np.testing.assert_allclose(found / 3.893794, 5.0, rtol=1e-6)


def test_a_spline_that_comes_twice(written):
    """As two files that were put together have it: it counts once, and two of one name are refused."""
    one = spline("Weak[CC],QES", LONG)
    np.testing.assert_allclose(sigma(written(document(one, one)), 2.0) / 3.893794, 2.0, rtol=1e-6)
    with pytest.raises(InputError, match="two splines of one name"):
        sigma(written(document(one, spline("Weak[CC],QES", LONG[1:]))), 2.0)


def test_gzip(tmp_path):
    path = tmp_path / "splines.xml.gz"
    content = gzip.compress(document(spline("Weak[CC],QES", LONG)).encode())
    path.write_bytes(content)
    np.testing.assert_allclose(sigma(path, 2.0) / 3.893794, 2.0, rtol=1e-6)
    path.write_bytes(content[:-30])
    with pytest.raises(InputError, match="a gzip file that is cut or damaged"):
        sigma(path, 2.0)


def test_no_file_and_no_nuclide(written, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_genie_splines(tmp_path / "absent.xml", "Ar40")
    with pytest.raises(InputError, match="isotope"):
        read_genie_splines(written(document(*CC)), "Ar41")
