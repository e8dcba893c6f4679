"""Fisher information and Hessian against automatic derivatives of -2 ln L."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from inference_toys import csi

from ontarget.ground.errors import InputError
from ontarget.inference.fit.fisher import covariance, fisher, gradient, hessian, invert
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian


@pytest.fixture(scope="module")
def found():
    parameters = [
        Parameter("up", "*.couplings.ee_u", -1.0, 1.0),
        Parameter("flip", "*.couplings.em_u", -1.0, 1.0),
        Scale("norm", "*.source.scale", 0.5, 1.5, prior=Gaussian(1.0, 0.1)),
        Parameter("radius", "*.radius", 4.0, 6.0, prior=Gaussian(4.7, 0.2)),
    ]
    return likelihood(csi(exposure=0.02), parameters)


def test_gradient_and_hessian_are_derivatives(found):
    theta = np.array([0.05, 0.1, 1.05, 5.0])
    value = jax.jit(lambda t: found.minus_two_log(t))
    np.testing.assert_allclose(gradient(found, theta), jax.grad(value)(jnp.asarray(theta)), rtol=1e-8)
    exact = jax.jit(jax.hessian(value))(jnp.asarray(theta))
    np.testing.assert_allclose(hessian(found, theta), exact, rtol=1e-7, atol=1e-6 * np.abs(exact).max())


def test_at_asimov_data_the_hessian_is_twice_the_information(found):
    theta = found.theta({"up": 0.1, "flip": 0.05})
    there = found.asimov(up=0.1, flip=0.05)
    information = fisher(there, up=0.1, flip=0.05)
    np.testing.assert_allclose(hessian(there, theta) / 2, information, rtol=1e-9, atol=1e-9 * np.abs(information).max())


def test_covariance_is_the_inverse_and_fixing_narrows(found):
    at = {"up": 0.1, "flip": 0.3}
    every = covariance(found, **at)
    np.testing.assert_allclose(every @ fisher(found, **at), np.eye(4), atol=1e-6)
    some = covariance(found, ("up", "norm"), **at)
    assert (np.diagonal(some) <= np.diagonal(every)[[0, 2]] * (1 + 1e-9)).all()


def test_a_flat_direction_is_refused_by_name(found):
    with pytest.raises(InputError, match="'flip'"):
        covariance(found)  # at zero, the counts are quadratic in it


def test_invert_keeps_what_is_determined():
    matrix = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 4.0]])
    inverse, flat = invert(matrix)
    assert flat.tolist() == [True, True, False]
    assert inverse[2, 2] == pytest.approx(0.25)
    assert np.isinf(inverse[0, 0])
