"""The parametrised beam: its moments at the entrance, and how many decay where."""

import jax
import numpy as np
import pytest

from ontarget.beam import ParametrisedBeam, Species, Tunnel
from ontarget.beam.flight import decay_on, norm
from ontarget.ground.errors import InputError
from ontarget.ground.noun import on_host
from ontarget.ground.units import GeV, m, mm
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.lattice import lattice, shifts

TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)
SPECIES = (Species(0.038, name="pi+"), Species(0.0025, name="K+"))
BEAM = ParametrisedBeam(8.4 * GeV, 0.075, 6.7e-3, 18 * mm, SPECIES, approach=5 * m)
RAYS = 2**14
U = lattice(jax.device_put(np.uint64(0)), RAYS, shifts((4,), 5))


@pytest.fixture(scope="module")
def entering():
    return on_host(BEAM.segments("pi+", "tunnel", TUNNEL, U))


def test_moments_are_those_given(entering):
    """On 16384 points of a lattice; their errors are below 1e-3, those of as many random ones would be 0.8 %."""
    p = np.linalg.norm(entering.momentum, axis=1)
    slopes = entering.momentum[:, :2] / entering.momentum[:, 2:]
    assert p.mean() == pytest.approx(8.4 * GeV, rel=1e-4)
    assert p.std() == pytest.approx(0.075 * 8.4 * GeV, rel=2e-3)
    np.testing.assert_allclose(slopes.std(axis=0), 6.7e-3, rtol=2e-3)
    np.testing.assert_allclose(entering.start[:, :2].std(axis=0), 18 * mm, rtol=2e-3)
    five = np.concatenate([p[:, None], slopes, entering.start[:, :2]], axis=1)
    assert np.abs(np.corrcoef(five.T) - np.eye(5)).max() < 5e-3
    assert float(entering.number.sum()) == pytest.approx(0.038, rel=1e-13)


def test_more_come_down_the_approach_than_enter():
    """As many as decay on the way: what starts, less what decays, is what enters; ray by ray."""

    def both(u):
        line, tunnel = (BEAM.segments("K+", region, TUNNEL, u) for region in ("line", "tunnel"))
        return line, tunnel, decay_on(line, PARTICLES["K+"], u[:, 0])[2], norm(line.momentum)

    line, tunnel, decayed, size = on_host(jax.jit(both)(U))
    np.testing.assert_allclose(line.number - decayed, tunnel.number, rtol=1e-12)
    along = line.start + (line.length / size)[:, None] * line.momentum
    np.testing.assert_allclose(along, tunnel.start, atol=1e-9 * mm * 1e3)  # 5 m of rounding
    np.testing.assert_allclose(line.start[:, 2], -5 * m, rtol=1e-12)


def test_parents_regions_and_dimensions():
    assert BEAM.parents == ("pi+", "K+")
    assert BEAM.regions == ("line", "tunnel", "exit")
    assert BEAM.dimensions == U.shape[1]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"momentum": -1.0}, "momentum: got"),
        ({"spread": 0.3}, "spread: got"),
        ({"divergence": -1e-3}, "divergence: got"),
        ({"size": 0.0}, "size: got"),
        ({"approach": -1.0}, "approach: got"),
    ],
)
def test_what_no_beam_is(change, sentence):
    given = {"momentum": 8.4 * GeV, "spread": 0.07, "divergence": 7e-3, "size": 18 * mm} | change
    with pytest.raises(InputError, match=sentence):
        ParametrisedBeam(species=SPECIES, **given)


def test_unknown_particle():
    with pytest.raises(InputError, match=r"name: got 'pi'\. Did you mean 'pi"):
        Species(0.1, name="pi")


def test_numbers_are_finite_at_the_ends_of_the_unit_interval():
    ends = np.array([[0.0] * 5, [1.0 - 2.0**-53] * 5])
    found = BEAM.segments("pi+", "tunnel", TUNNEL, ends)
    assert all(bool(np.isfinite(leaf).all()) for leaf in jax.tree.leaves(found))


def test_where_a_ray_is_born(entering):
    """As near as this beam knows: momentum and angle at the entrance."""
    momentum, angle = map(np.asarray, BEAM.born_at("pi+", U))
    np.testing.assert_allclose(momentum, np.linalg.norm(entering.momentum, axis=1), rtol=1e-13)
    np.testing.assert_allclose(np.cos(angle), entering.momentum[:, 2] / momentum, rtol=1e-13)
