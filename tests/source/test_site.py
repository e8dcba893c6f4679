"""Losses in time against adaptive quadrature of what arrives."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from ontarget.ground.constants import pion_lifetime
from ontarget.ground.errors import InputError
from ontarget.ground.units import ns, us
from ontarget.numerics import Explicit, TimeAxis
from ontarget.source import ArrivalTime, ExponentialLoss, GaussianPulse
from ontarget.source.stopped_pion import delayed_cumulative

START, RATE, OFFSET = 0.52, 0.0494, 0.13  # us
EDGES = np.array([0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0])
AXIS = TimeAxis(0 * us, 6 * us, 6, Explicit(EDGES / 6))
LOSS = ExponentialLoss(START * us, RATE / us)
PULSE = GaussianPulse(400 * ns, 120 * ns)
COMPONENTS = {
    "prompt": lambda t: PULSE.cumulative(t, pion_lifetime),
    "delayed": lambda t: delayed_cumulative(PULSE, t),
}


def efficiency(t):
    return np.exp(-RATE * max(0.0, t - START))


@pytest.mark.parametrize("name", COMPONENTS)
def test_losses_are_integrated_over_each_bin(name):
    cumulative = COMPONENTS[name]
    density = jax.jit(jax.grad(lambda t: cumulative((t + OFFSET)[None] * us)[0]))
    found = np.asarray(ArrivalTime(AXIS, OFFSET * us, LOSS).shares(cumulative))
    for k, (low, high) in enumerate(itertools.pairwise(EDGES)):
        breaks = [point for point in (START, *np.arange(-0.4, 1.2, 0.2)) if low < point < high]
        expected, _ = quad(
            lambda t: efficiency(t) * float(density(t)), low, high, points=breaks, epsabs=1e-9, epsrel=1e-9
        )
        assert found[k] == pytest.approx(expected, abs=1e-6 * max(expected, 1e-3))
    assert found.sum() == pytest.approx(1.0, abs=1e-14)  # what is lost is outside


def test_nothing_is_lost_without_a_rate():
    cumulative = COMPONENTS["delayed"]
    found = ArrivalTime(AXIS, OFFSET * us, ExponentialLoss(START * us, 0.0)).shares(cumulative)
    np.testing.assert_allclose(found, ArrivalTime(AXIS, OFFSET * us).shares(cumulative), atol=1e-15)


def test_a_constant_rate_is_lost_alike():
    found = ArrivalTime(AXIS, OFFSET * us, LOSS).steady()
    expected = [quad(efficiency, a, b, points=[START])[0] for a, b in itertools.pairwise(EDGES)]
    np.testing.assert_allclose(found, expected / np.sum(expected), rtol=1e-12)


def test_derivatives_by_start_and_rate():
    """Also where the loss starts at an edge of a bin."""

    @jax.jit
    @jax.value_and_grad
    def both(x):
        tag = ArrivalTime(AXIS, OFFSET * us, ExponentialLoss(x[0] * us, x[1] / us))
        return tag.shares(COMPONENTS["prompt"]) @ jnp.sin(1 + jnp.arange(7.0))

    for start in (START, 0.5):
        point = np.array([start, RATE])
        found = both(point)[1]
        for i in range(2):
            step = 1e-6 * np.eye(2)[i]
            slope = (float(both(point + step)[0]) - float(both(point - step)[0])) / 2e-6
            # rounding 1e-16 / step; a second derivative that jumps by 0.1 where the loss starts at an edge
            assert float(found[i]) == pytest.approx(float(slope), abs=1e-7)


@pytest.mark.parametrize(("fields", "field"), [((float("nan"), 1.0), "start"), ((0.0, -1.0), "rate")])
def test_impossible_losses_are_refused(fields, field):
    with pytest.raises(InputError) as caught:
        ExponentialLoss(*fields)
    assert caught.value.where == field
