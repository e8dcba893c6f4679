"""Priors are squares of pulls, and pulls have the rates they claim."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontarget.ground.errors import InputError
from ontarget.inference.likelihood.prior import Flat, Gaussian, LogNormal

PRIORS = [Flat(), Gaussian(1.0, 0.1), LogNormal(2.0, 0.3)]


@pytest.mark.parametrize("prior", PRIORS)
def test_rates_are_derivatives(prior):
    for x in (0.3, 1.0, 2.7):
        assert float(prior.rate(x)) == pytest.approx(float(jax.grad(lambda t: prior.pull(t) + 0.0)(x)), abs=1e-12)


@settings(deadline=None)
@given(st.floats(0.5, 2), st.floats(0.01, 1), st.floats(-5, 5))
def test_one_standard_deviation_costs_one(middle, sigma, number):
    assert float(Gaussian(middle, sigma).minus_two_log(middle + number * sigma)) == pytest.approx(number**2, abs=1e-9)
    found = LogNormal(middle, sigma).minus_two_log(middle * np.exp(number * sigma))
    assert float(found) == pytest.approx(number**2, abs=1e-9)
    assert float(Flat().minus_two_log(number)) == 0.0


@pytest.mark.parametrize("prior", [Gaussian, LogNormal])
def test_no_width_is_refused(prior):
    with pytest.raises(InputError, match="sigma"):
        prior(1.0, 0.0)
