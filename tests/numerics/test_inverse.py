import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.numerics.inverse import invert

HIGH = jnp.asarray(40.0)
FUNCTIONS = {
    "linear": lambda x, a: a * x,
    "curved": lambda x, a: x * (0.2 + a * x),
    "saturating": lambda x, a: x / (a + x),
    "steep at zero": lambda x, a: a * jnp.sqrt(x + 1e-30),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_inverse_of_the_function_is_the_argument(name):
    x = jnp.array([1e-3, 0.5, 3.0, 17.0, 39.0])

    def function(values):
        return FUNCTIONS[name](values, 0.7)

    # bisection of [0, 40] ends at a relative rounding error of the function, divided by its log slope (0.02 at worst)
    np.testing.assert_allclose(invert(function, function(x), HIGH), x, rtol=1e-13)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_agree_with_finite_differences(name):
    def solve(value, a):
        return invert(lambda x: FUNCTIONS[name](x, a), value[None], HIGH)[0]

    value, a, step = FUNCTIONS[name](jnp.asarray(5.0), 0.7), 0.7, 1e-4
    by_value = (solve(value + step, a) - solve(value - step, a)) / (2 * step)
    by_parameter = (solve(value, a + step) - solve(value, a - step)) / (2 * step)
    # central differences: step^2 times third derivatives of order 100 at most, rounding 1e-14 / 1e-4
    assert float(jax.grad(solve, 0)(value, a)) == pytest.approx(float(by_value), rel=1e-5)
    assert float(jax.grad(solve, 1)(value, a)) == pytest.approx(float(by_parameter), rel=1e-5)


def test_values_out_of_range_give_the_ends_without_derivative():
    def solve(value):
        return invert(lambda x: 2.0 * x, value[None], HIGH)[0]

    for value, end in ((-1.0, 0.0), (0.0, 0.0), (80.0, 40.0), (81.0, 40.0)):
        assert float(solve(jnp.asarray(value))) == end
        assert float(jax.grad(solve)(jnp.asarray(value))) == 0.0
