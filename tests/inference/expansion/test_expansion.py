"""Expansions agree with the chain wherever it is asked, or are refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_toys import Line, csi

from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.inference.expansion.expand import expand
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale

EPS = ("ee_u", "ee_d", "em_u", "mm_d")
ADDRESS = {f"eps_{one}": f"couplings.{one}" for one in EPS} | {"norm": "source.scale", "radius": "radius"}


@pytest.fixture(scope="module")
def wide():
    """Four couplings, a normalisation and a radius (a shape), in boxes where counts vary a thousandfold."""
    parameters = [Parameter(f"eps_{one}", f"*.couplings.{one}", -1, 1) for one in EPS]
    parameters += [Scale("norm", "*.source.scale", 0.3, 1.7), Parameter("radius", "*.radius", 4.0, 6.0)]
    return likelihood(csi(), parameters)


def test_the_expansion_agrees_with_the_chain_everywhere_in_the_box(wide):
    random = np.random.default_rng(5)
    low, high = np.asarray(wide.expansion.low), np.asarray(wide.expansion.high)
    thetas = low + random.uniform(size=(40, 6)) * (high - low)
    bins = jax.jit(lambda t: replace(csi(), dict(zip(ADDRESS.values(), t, strict=True))).bins())
    truth = np.array([bins(tuple(theta)) for theta in thetas])
    error = np.abs(wide.expansion(thetas) - truth) / np.sqrt(np.maximum(truth, 1.0))
    assert error.max() < 1e-6  # the tolerance the expansion was asked for
    assert wide.errors[0] < 1e-6


def test_it_is_small_because_what_is_absent_was_dropped(wide):
    radii = int(np.asarray(wide.expansion.orders)[:, 5].max()) + 1
    # ee: 6 quadratics in (u, d), em: 1, mm: 2 more, all times norm; and the background
    assert len(wide.expansion.coefficients) <= 9 * radii + 1


def test_polynomials_are_found_to_rounding():
    parameters = [Parameter(f"eps_{one}", f"*.couplings.{one}", -1, 1) for one in EPS]
    assert likelihood(csi(), parameters).errors[0] < 1e-9


def test_numpy_and_jax_agree_and_derivatives_are_right(wide):
    theta = np.array([0.1, -0.2, 0.3, 0.05, 1.1, 5.1])
    counts = jax.jit(lambda t: wide.expansion(t))
    np.testing.assert_allclose(counts(jnp.asarray(theta)), wide.expansion(theta), rtol=1e-12)
    slopes = jax.jit(jax.jacfwd(counts))(jnp.asarray(theta)).T
    np.testing.assert_allclose(wide.expansion.jacobian(theta)[1:], slopes, rtol=1e-9, atol=1e-6)
    second = jax.jit(jax.hessian(lambda t: counts(t).sum()))(jnp.asarray(theta))
    np.testing.assert_allclose(wide.expansion.hessian(theta).sum(-1), second, rtol=1e-9, atol=1e-5)


def test_outside_the_box_is_an_error_that_names_the_parameter(wide):
    theta = np.asarray(wide.start).copy()
    theta[5] = 6.01
    with pytest.raises(InputError, match="radius: got 6"):
        wide.expansion(theta)
    with pytest.raises(InputError, match="eps_ee_u"):
        wide.expected(eps_ee_u=-1.5)
    jax.jit(lambda t: wide.expansion(t))(jnp.asarray(theta))  # a traced point has no value to be refused


@pytest.mark.parametrize("kink", [lambda x: jnp.abs(x - 0.13), lambda x: jnp.where(x > 0.2, 1.0, 0.0)])
def test_kinks_and_steps_are_refused(kink):
    with pytest.raises(InputError, match="not smooth enough in 'x'"):
        expand(lambda t: 100.0 + 50.0 * kink(t[0]) * jnp.ones(3), ["x"], [[-1, 1]], [0.0])


def test_counts_that_are_not_finite_are_refused():
    with pytest.raises(InputError, match="not finite"):
        expand(lambda t: jnp.log(t[0]) * jnp.ones(2), ["x"], [[-1, 1]], [0.5])


def test_oscillations_are_followed_to_the_degree_they_need():
    found = expand(
        lambda t: 1e4 * (1 + t[1] * jnp.sin(6.0 * t[0] * jnp.arange(1.0, 4.0)) ** 2), "ab", [[0, 1], [0, 1]], [0.0, 0.0]
    )
    theta = np.random.default_rng(0).uniform(size=(50, 2))
    truth = 1e4 * (1 + theta[:, 1:] * np.sin(6.0 * theta[:, :1] * np.arange(1.0, 4.0)) ** 2)
    assert np.abs(found(theta) - truth).max() < 1e-6 * 1e2
    assert found.degree > 20
    assert int(np.asarray(found.orders)[:, 1].max()) == 1


coefficients = st.lists(st.floats(-3, 3), min_size=6, max_size=6)


@settings(max_examples=15, deadline=None)
@given(coefficients, st.floats(-2, 1), st.floats(0.5, 3))
def test_any_quadratic_comes_back(c, low, width):
    def quadratic(t):
        x, y = t
        return (c[0] + c[1] * x + c[2] * y + c[3] * x**2 + c[4] * x * y + c[5] * y**2) * jnp.ones(1)

    found = expand(quadratic, ["x", "y"], [[low, low + width], [-1, 1]], [low, 0.0])
    theta = np.array([[low + 0.3 * width, 0.4], [low + width, -1.0]])
    np.testing.assert_allclose(found(theta)[:, 0], [float(quadratic(one)[0]) for one in theta], atol=1e-8)


@pytest.mark.parametrize("background", [1e-10, 1e-20, 1e-50])
def test_a_background_far_below_a_count_is_exact_where_the_signal_is_zero(background):
    """Beside twenty counts of signal it is lost in the last digit; without signal it is all there is."""
    parameters = [Scale("signal", "*.signal_scale", 0.0, 20.0), Scale("beside", "*.background_scale", 0.5, 1.5)]
    found = likelihood(Line("line", np.array([1.0, 0.0]), np.array([background, 3.0])), parameters)
    for beside in (0.5, 1.2):
        counts = found.expected(signal=0.0, beside=beside)[0]
        np.testing.assert_allclose(counts, [background * beside, 3.0 * beside], rtol=1e-12)
    np.testing.assert_allclose(found.expected(signal=20.0)[0], [20.0 + background, 3.0], rtol=1e-12)
