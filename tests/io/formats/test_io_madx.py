"""Beam lines from MAD-X files: what they become, and a sentence for each thing that is not read."""

import numpy as np
import pytest

from ontarget.beam.aperture import Elliptical, Rectangular, Round
from ontarget.beam.element import Collimator, Dipole, Drift, Quadrupole
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, degree, m, tesla
from ontarget.io.formats.madx import parse_madx, read_madx

TEXT = """
! a small line
BEAM, particle=proton, pc=8.5;
brho := p/0.299792458;  p = 8.5;  // rigidity, worked out when it is asked for
g1 = -10; /* tesla
             per metre */
q1: quadrupole, l=1.2, k1:=g1/brho, apertype=circle, aperture={0.15};
q2: q1, l=2.2, k1:=9.3/brho;
r: rbend, l=1.8, angle=5*pi/180;
s: sbend, l=1.0, angle:=2.4*raddeg, e1=0.01, aperture={0.2, 0.1}, apertype=rectangle;
d1: drift, l=1.83; d2: drift, l=0.3;
c: ecollimator, l=0.4, xsize=0.1, ysize=0.15;
mk: marker;
triplet: line=(q1, d2, q2, d2, q1);
whole: line=(d1, triplet, 2*d2, r, mk, c,
   s);
use, period=whole;
twiss, betx=1, bety=1;
"""


def test_a_line():
    line = parse_madx(TEXT)
    kinds = [Drift, Quadrupole, Drift, Quadrupole, Drift, Quadrupole, Drift, Drift, Dipole, Drift, Collimator, Dipole]
    assert [type(one) for one in line.elements] == kinds
    assert [one.name for one in line.elements][:4] == ["d1", "q1", "d2", "q2"]
    assert line.name == "whole"
    np.testing.assert_allclose(line.momentum, 8.5 * GeV, rtol=1e-15)
    np.testing.assert_allclose(line.elements[1].gradient, -10 * tesla / m, rtol=1e-12)
    np.testing.assert_allclose(line.elements[3].gradient, 9.3 * tesla / m, rtol=1e-12)
    assert isinstance(line.elements[3].aperture, Round)  # inherited
    rectangular, sector = line.elements[8], line.elements[11]
    # the chord of an rbend is given; an arc is longer by (angle/2)/sin(angle/2)
    np.testing.assert_allclose(rectangular.length, 1.8 * m * (2.5 * degree) / np.sin(2.5 * degree), rtol=1e-14)
    np.testing.assert_allclose([rectangular.entrance, rectangular.exit], 2.5 * degree, rtol=1e-14)
    np.testing.assert_allclose([sector.entrance, sector.exit, sector.angle], [0.01, 0, 2.4 * degree], rtol=1e-14)
    assert isinstance(sector.aperture, Rectangular)
    assert isinstance(line.elements[10].aperture, Elliptical)


SEQUENCE = """
beam, pc=5;
q: quadrupole, l=1, k1=0.2;
s: sequence, l=10, refer=centre;
  first: q, at=2;
  q, at=5, ;
  b: sbend, l=2, angle=0.1, at=8;
endsequence;
"""


@pytest.mark.parametrize(("refer", "shift"), [("centre", 0.0), ("entry", 0.5), ("exit", -0.5)])
def test_a_sequence(refer, shift):
    text = SEQUENCE.replace("refer=centre", f"refer={refer}")
    if refer != "centre":
        text = text.replace("at=8", "at=7.5")
    line = parse_madx(text)
    lengths = [float(one.length / m) for one in line.elements]
    if refer == "centre":
        np.testing.assert_allclose(lengths, [1.5, 1, 2, 1, 1.5, 2, 1], rtol=1e-12)
    assert sum(lengths) == pytest.approx(10)
    np.testing.assert_allclose(lengths[0], 1.5 + shift, rtol=1e-12)


def test_variables_with_equals_are_fixed():
    """`=` takes the value of now, `:=` that of the end."""
    text = "k=0.1; a: quadrupole, l=1, k1=k; b: quadrupole, l=1, k1:=k; k=0.3; w: line=(a,b);"
    line = parse_madx(text, momentum=1 * GeV)
    ratio = line.elements[1].gradient / line.elements[0].gradient
    np.testing.assert_allclose(ratio, 3.0, rtol=1e-14)


HEAD = "beam, pc=1; d: drift, l=1; q: quadrupole, l=1; "


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x: sextopole, l=1;", "'sextopole'. It is neither"),
        ("x: quadrupole, l=1, k1s=0.1; w: line=(x);", "with k1s=0.1. This property"),
        ("x: sbend, l=1, angle=0.1, k1=0.2; w: line=(x);", "with k1=0.2"),
        ("x: sbend, l=1, angle=0.1, fint=0.5; w: line=(x);", "with fint=0.5"),
        ("x: quadrupole, l=1, aperture={1,2,3}, apertype=rectellipse; w: line=(x);", "apertype 'rectellipse'"),
        ("x: quadrupole, l=1, aperture={1,2}; w: line=(x);", "2 numbers. The aperture of a circle has 1"),
        ("x: rcollimator, l=1, xsize=1; w: line=(x);", "one of xsize and ysize"),
        ("x: drift, l=-1; w: line=(x);", "x.length: got -1 m"),
        ("x: drift, 1;", "An attribute is 'name=value'"),
        ("if (1>0) { a=1; }", "This statement is not in the part"),
        ("call, file='other.madx';", "This statement is not in the part"),
        ("w: line=(d, q+);", "'q+'. A line is names"),
        ("w: line=(d, nobody);", "'nobody' in a line. It is not defined"),
        ("w: line=(w);", "made of itself"),
        ("w: line=(999999*d, 2*d);", "At most 100000 elements"),
        ("a:=b; b:=a; c=a;", "made of itself"),
        ("c=nobody;", "the variable 'nobody'. It has no value here"),
        ("use, 1;", "'use' names one"),
        ("v: line=(d); w: line=(q);", "2 lines, and no name"),
        ("", "0 lines, and no name"),
        ("s: sequence, l=3; d, at=1;", "the sequence 's'. It does not end"),
        ("s: sequence; endsequence;", "It has no length"),
        ("s: sequence, l=3, refer=middle; endsequence;", "It is centre, entry or exit"),
        ("s: sequence, l=3; d, at=1; q, at=1.5; endsequence;", "begins 0.5 m before the end"),
        ("s: sequence, l=3; d, at=3; endsequence;", "end at 3.5 m, the sequence at 3 m"),
        ("s: sequence, l=3; d, at=1, from=q; endsequence;", "has a place 'at' and nothing else"),
        ("s: sequence, l=3; d; endsequence;", "'d' with no place"),
    ],
)
def test_what_is_not_read(text, truth):
    with pytest.raises(InputError) as found:
        parse_madx(HEAD + text)
    assert truth in str(found.value)


def test_places_are_told():
    with pytest.raises(InputError, match=r"^some\.madx, line 3: "):
        parse_madx("d: drift, l=1;\n/* two\n*/ x: octopole;", label="some.madx")


def test_momentum():
    with pytest.raises(InputError, match="got no momentum"):
        parse_madx("d: drift, l=1; w: line=(d);")
    assert float(parse_madx("beam, pc=3; d: drift, l=1; w: line=(d);", momentum=2 * GeV).momentum) == 2 * GeV


def test_files(tmp_path):
    file = tmp_path / "line.madx"
    file.write_text(TEXT)
    assert len(read_madx(file, "triplet").elements) == 5
    with pytest.raises(InputError, match="no such file"):
        read_madx(tmp_path / "none.madx")
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="got no text"):
        read_madx(file)
    with pytest.raises(InputError, match=r"the line 'triple'\. It is not in the file"):
        parse_madx(TEXT, "triple")
