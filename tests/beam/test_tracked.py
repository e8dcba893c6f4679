"""The tracked beam on a line of one open drift, where everything is known by hand."""

import jax
import numpy as np
import pytest

from ontarget.beam import BMPT, NoReinteraction, RodTarget, TrackedBeam, Tunnel
from ontarget.beam.element import Drift
from ontarget.beam.flight import decay_on, norm
from ontarget.beam.line import Beamline
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array, on_host
from ontarget.ground.units import GeV, cm, m, mm, mrad
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.lattice import lattice, shifts

TUNNEL = Tunnel(40 * m, 1 * m)
DRIFT = 7 * m
ROD = RodTarget(70 * cm, 3 * cm, reinteraction=NoReinteraction())
GIVEN = {"proton": 400 * GeV, "spot": 1 * mm, "lowest": 7 * GeV, "highest": 10 * GeV, "widest": 10 * mrad}
LINE = Beamline((Drift(DRIFT),), 8.5 * GeV)
BEAM = TrackedBeam(BMPT(), ROD, LINE, **GIVEN)
RAYS = 2**12
U = lattice(jax.device_put(np.uint64(0)), RAYS, shifts((6,), BEAM.dimensions))


@pytest.fixture(scope="module")
def flights():
    found = jax.jit(lambda: [BEAM.segments("pi+", one, TUNNEL, U) for one in ("line", "tunnel")])()
    return dict(zip(("line", "tunnel"), on_host(found), strict=True))


@pytest.fixture(scope="module")
def born():
    return on_host(BEAM.born("pi+", U))


def test_numbers_born_are_those_of_the_target(born):
    """Against the target's own yield, a quadrature over depth, on a grid of momentum and angle; protons on the axis."""
    narrow = TrackedBeam(BMPT(), ROD, LINE, **(GIVEN | {"spot": 1e-3 * mm}))
    found = np.asarray(narrow.born("pi+", U).number).sum()
    x, weight = np.polynomial.legendre.leggauss(16)
    p, angle = 8.5 * GeV + 1.5 * GeV * x, 5 * mrad * (1 + x)
    grid = np.meshgrid(p, angle, indexing="ij")
    density = np.asarray(ROD.emitted(BMPT(), "pi+", as_array(400 * GeV), *grid))
    wanted = 1.5 * GeV * weight @ (density * 2 * np.pi * np.sin(angle)) @ weight * 5 * mrad
    assert found == pytest.approx(wanted, rel=3e-3)  # a lattice of 4096 points in seven dimensions


def test_a_drift_only_moves_and_decays(flights, born):
    """Place, direction, time and number at the entrance, ray by ray."""
    entering, pion = flights["tunnel"], PARTICLES["pi+"]
    np.testing.assert_allclose(entering.start[:, 0], born.x + DRIFT * born.slope_x, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(entering.start[:, 1], born.y + DRIFT * born.slope_y, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(entering.momentum[:, 0] / entering.momentum[:, 2], born.slope_x, rtol=1e-12)
    np.testing.assert_allclose(norm(entering.momentum), born.momentum, rtol=1e-13)
    # a line is of first order: its path leaves out fourth powers of slopes of up to 10 mrad
    path = np.asarray(born.path + DRIFT * np.sqrt(1 + born.slope_x**2 + born.slope_y**2))
    speed = c * born.momentum / np.sqrt(born.momentum**2 + pion.mass**2)
    np.testing.assert_allclose(entering.time, path / speed, rtol=1e-8)
    np.testing.assert_allclose(
        entering.number, born.number * np.exp(-path / (born.momentum / pion.mass * c * pion.lifetime)), rtol=1e-9
    )


def test_what_decays_in_the_line_does_not_enter(flights, born):
    """One piece of each ray stands for the whole line: in the mean, born less decayed before and in it is entering."""
    pion = PARTICLES["pi+"]
    _, _, decayed = decay_on(flights["line"], pion, U[:, 0])
    leaves = born.number * np.exp(-born.path / (born.momentum / pion.mass * c * pion.lifetime))
    lost = (leaves - flights["tunnel"].number).sum()
    assert np.asarray(decayed).sum() == pytest.approx(
        lost, rel=2e-3
    )  # which piece is drawn: 14 equal ones, 1.5 % of decays each
    assert (flights["line"].start[:, 2] < 0).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"highest": 6 * GeV}, "highest: got 6 GeV/c. It must be above the lowest, 7 GeV/c. Give a higher one."),
        ({"species": ("pion",)}, "species: got 'pion'. It is no particle of ours. Name e.g. 'pi+' or 'K+'."),
        ({"widest": 0.0}, "widest: got"),
    ],
)
def test_what_no_beam_brings(change, sentence):
    with pytest.raises(InputError) as error:
        TrackedBeam(BMPT(), ROD, LINE, **(GIVEN | change))
    assert sentence in str(error.value)


def test_where_a_ray_is_born(born):
    momentum, angle = map(np.asarray, BEAM.born_at("pi+", U))
    np.testing.assert_array_equal(momentum, born.momentum)
    np.testing.assert_allclose(np.tan(angle), np.hypot(born.slope_x, born.slope_y), rtol=1e-12)
