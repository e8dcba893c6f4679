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
    x = np.array([1e-3, 0.5, 3.0, 17.0, 39.0])

    def function(values):
        return FUNCTIONS[name](values, 0.7)

    again = jax.jit(lambda x: invert(function, function(x), HIGH))(x)

    # bisection of [0, 40] ends at a relative rounding error of the function, divided by its log slope (0.02 at worst)
    np.testing.assert_allclose(again, x, rtol=1e-13)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_agree_with_finite_differences(name):
    @jax.jit
    def solve(value, a):
        return invert(lambda x: FUNCTIONS[name](x, a), value[None], HIGH)[0]

    value, a, step = np.float64(FUNCTIONS[name](np.float64(5.0), 0.7)), 0.7, 1e-4
    by_value = (solve(value + step, a) - solve(value - step, a)) / (2 * step)
    by_parameter = (solve(value, a + step) - solve(value, a - step)) / (2 * step)
    # central differences: step^2 times third derivatives of order 100 at most, rounding 1e-14 / 1e-4
    found = jax.jit(jax.grad(solve, (0, 1)))(value, a)
    assert float(found[0]) == pytest.approx(float(by_value), rel=1e-5)
    assert float(found[1]) == pytest.approx(float(by_parameter), rel=1e-5)


def test_values_out_of_range_give_the_ends_without_derivative():
    @jax.jit
    @jax.value_and_grad
    def solve(value):
        return invert(lambda x: 2.0 * x, value[None], HIGH)[0]

    for value, end in ((-1.0, 0.0), (0.0, 0.0), (80.0, 40.0), (81.0, 40.0)):
        found, slope = solve(jnp.asarray(value))
        assert float(found) == end
        assert float(slope) == 0.0
