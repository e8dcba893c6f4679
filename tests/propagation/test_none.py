import jax.numpy as jnp
import numpy as np

from ontarget.ground.units import MW, GeV, Hz, m, ns, us
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import TimeAxis
from ontarget.propagation import AbstractPropagation, NoOscillation
from ontarget.source import ArrivalTime, Facility, Flux, Site, StoppedPion, UniformPulse


def two_paths():
    """A flux over two paths, so that the sum over them is seen."""
    facility = Facility(1 * GeV, 1.4 * MW, 60 * Hz, UniformPulse(700 * ns))
    one = StoppedPion(0.09, nodes=16).flux(facility, Site(20 * m), ArrivalTime(TimeAxis(0 * us, 6 * us, 4)))
    paths = jnp.concatenate([one.path, 2 * one.path])
    return Flux(one.energy, paths, jnp.concatenate([one.values, one.values / 4], axis=2))


def test_probability_is_the_identity_at_every_energy_and_path():
    probability = np.asarray(NoOscillation().probability(jnp.ones(5), jnp.ones(3)))
    assert probability.shape == (6, 6, 5, 3)
    np.testing.assert_array_equal(probability, np.eye(len(FLAVOURS))[:, :, None, None] * np.ones((5, 3)))
    np.testing.assert_array_equal(probability.sum(axis=0), 1.0)  # unitary


def test_propagation_agrees_with_the_generic_sum():
    arriving = two_paths()
    short = NoOscillation().propagate(arriving)
    generic = AbstractPropagation.propagate(NoOscillation(), arriving)
    assert short.shape == (6, 17, 5)
    np.testing.assert_allclose(short, generic, rtol=1e-14)  # order of summation
    np.testing.assert_allclose(short, 1.25 * arriving.values[:, :, 0], rtol=1e-14)
