"""The line for nuSCOPE of the catalog is what its head says: magnets within limits, and the beam it was made for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.beam import Dipole, Quadrupole, Rays, spread
from ontarget.ground.units import GeV, degree, m, mm, mrad, tesla
from ontarget.io.entry import load
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.lattice import lattice, shifts

RAYS = 2**15


@pytest.fixture(scope="module")
def tracked():
    return load("sources/nuscope_line").beam


@pytest.fixture(scope="module")
def arrived(tracked):
    """Pions and kaons at the tunnel, those that have not decayed."""

    @jax.jit
    def through(name_rays):
        return tracked.line.track(name_rays)

    found = {}
    for name in tracked.parents:
        u = lattice(jnp.zeros((), np.uint64), RAYS, shifts((3,), tracked.dimensions))
        out = through(tracked.born(name, u))
        alive = out.number * jnp.exp(-out.path / PARTICLES[name].decay_length(out.momentum))
        found[name] = spread(Rays(out.x, out.y, out.slope_x, out.slope_y, out.momentum, out.path, alive))
    return found


def test_magnets_can_be_built(tracked):
    line = tracked.line
    tips = [float(one.pole_tip / tesla) for one in line.elements if isinstance(one, Quadrupole)]
    fields = [float(one.field(line.momentum) / tesla) for one in line.elements if isinstance(one, Dipole)]
    assert (len(tips), len(fields)) == (7, 4)
    assert max(tips) <= 1.5
    assert max(fields) <= 2.0
    rooms = {one.name: float(one.length / m) for one in line.elements}
    assert min(rooms[pair] for pair in ("T1_T2", "T3_T4", "T5_T6")) >= 2.0
    assert float(line.bend / degree) == pytest.approx(14.8, abs=1e-3)


def test_the_beam_at_the_tunnel(arrived):
    """As its design found it; 2 % for yields, a few per cent for the rest, from 32768 rays of which a tenth arrive."""
    pions, kaons = arrived["pi+"], arrived["K+"]
    assert float(pions.number) == pytest.approx(0.0364, rel=0.03)
    assert float(kaons.number) == pytest.approx(0.00182, rel=0.03)
    assert float(pions.momentum / GeV) == pytest.approx(8.41, rel=0.003)
    assert float(pions.momentum_rms / pions.momentum) == pytest.approx(0.076, rel=0.04)
    assert float(pions.x_rms / mm) == pytest.approx(23.4, rel=0.05)
    assert float(pions.y_rms / mm) == pytest.approx(10.6, rel=0.05)
    assert float(pions.divergence_x / mrad) == pytest.approx(5.5, rel=0.05)
    assert float(pions.divergence_y / mrad) == pytest.approx(6.9, rel=0.05)
    # what the spread of momenta moves the beam, and turns it: 0.2 of 23 mm, 0.5 of 5.5 mrad
    assert abs(float(pions.dispersion)) * 0.076 < 0.05 * float(pions.x_rms)
    assert abs(float(pions.slope)) * 0.076 < 0.15 * float(pions.divergence_x)
