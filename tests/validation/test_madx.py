"""A file read by MAD-X itself, and by us: lengths, optical functions and dispersion at the end."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.beam import Twiss
from ontarget.ground.units import m
from ontarget.io.formats.madx import parse_madx
from ontarget.matter.particle import PARTICLES

madx = pytest.importorskip("cpymad.madx", reason="MAD-X is not installed: pip install 'ontarget[optics]'.")

LAYOUT = """
k := 10/28.3529;
q1: quadrupole, l=1.2, k1:=-k;
q2: q1, l=2.2, k1:=0.93*k;
r: rbend, l=1.8, angle=5*pi/180;
s: sbend, l=1.0, angle:=2.4*raddeg, e1=0.01, e2=-0.02;
d: drift, l=3.4; g: drift, l=0.3;
c: rcollimator, l=0.4;
"""
LINE = "w: line=(d, q1, g, q2, 2*g, q1, r, g, r, d, c, s, g, s);"
SEQUENCE = """w: sequence, l=20, refer=entry;
q1, at=2; q2, at=4; r, at=7; bend: s, at=11.5; c, at=14; q1, at=15; endsequence;"""


@pytest.mark.parametrize("layout", [LINE, SEQUENCE], ids=["line", "sequence"])
def test_the_same_line(layout):
    mass = PARTICLES["pi+"].mass
    program = madx.Madx(stdout=False)
    program.input(f"beam, particle=pion, mass={mass / 1000}, charge=1, pc=8.5;" + LAYOUT + layout + "use, sequence=w;")
    end = program.twiss(betx=4, alfx=0.3, bety=6, alfy=-0.2)
    beta = 8.5 / np.hypot(8.5, mass / 1000)  # MAD-X: dispersion by energy over p c
    ours = parse_madx("beam, pc=8.5;" + LAYOUT + layout)
    here = ours.twiss(Twiss(4 * m, 0.3, 6 * m, -0.2))
    np.testing.assert_allclose(ours.length / m, end["s"][-1], rtol=1e-12)
    found = [here.beta_x / m, here.alpha_x, here.beta_y / m, here.alpha_y, here.dispersion / m, here.slope]
    wanted = [
        *(end[name][-1] for name in ("betx", "alfx", "bety", "alfy")),
        *(beta * end[x][-1] for x in ("dx", "dpx")),
    ]
    # MAD-X has the same linear maps; its dispersion is by energy, here by momentum at first order: rounding only
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
