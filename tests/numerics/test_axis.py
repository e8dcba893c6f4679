import jax
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import keV, us
from ontarget.numerics import CountAxis, EnergyAxis, Explicit, Linear, Logarithmic, SquareRoot, TimeAxis

ROUNDING = 1e-13  # a handful of float64 operations


def test_linear_edges_have_equal_widths():
    edges = np.asarray(EnergyAxis(2 * keV, 10 * keV, 16).edges) / keV
    np.testing.assert_allclose(edges, np.linspace(2, 10, 17), rtol=ROUNDING)


def test_logarithmic_edges_have_equal_ratios():
    edges = np.asarray(EnergyAxis(0.1 * keV, 50 * keV, 20, Logarithmic()).edges) / keV
    np.testing.assert_allclose(edges, np.geomspace(0.1, 50, 21), rtol=ROUNDING)


@pytest.mark.parametrize("start", [0.0, 0.1, 7.0])
def test_square_root_edges_are_uniform_in_the_root(start):
    edges = np.asarray(EnergyAxis(start * keV, 50 * keV, 20, SquareRoot()).edges) / keV
    np.testing.assert_allclose(edges, np.linspace(start**0.5, 50**0.5, 21) ** 2, rtol=ROUNDING)


def test_explicit_edges_lie_at_their_fractions():
    axis = CountAxis(0.0, 60.0, 3, Explicit([0.0, 0.1, 0.5, 1.0]))
    np.testing.assert_allclose(axis.edges, [0.0, 6.0, 30.0, 60.0], rtol=ROUNDING)


def test_shown_is_in_the_display_unit():
    assert TimeAxis(0 * us, 6 * us, 3).shown().tolist() == pytest.approx([0, 2, 4, 6], rel=ROUNDING)
    assert EnergyAxis(0 * keV, 6 * keV, 3).dimension.unit == "keV"


@pytest.mark.parametrize("spacing", [Linear(), Logarithmic(), SquareRoot(), Explicit([0.0, 0.3, 1.0])])
def test_ends_move_the_edges_smoothly(spacing):
    @jax.jit
    def edges(start, stop):
        return EnergyAxis(start * keV, stop * keV, 2, spacing).edges / keV

    step = 1e-5
    for argument, ends in ((0, (step, 0.0)), (1, (0.0, step))):
        derivative = jax.jit(jax.jacobian(edges, argument))(1.5, 9.0)
        up, down = (np.asarray(edges(1.5 + sign * ends[0], 9.0 + sign * ends[1])) for sign in (1, -1))
        shifted = up - down
        # central differences: error step^2 / 6 times a third derivative of order one, rounding 1e-11
        np.testing.assert_allclose(derivative, shifted / (2 * step), atol=1e-9)


def test_square_root_from_zero_has_a_derivative():
    assert np.isfinite(jax.jit(jax.jacobian(lambda stop: EnergyAxis(0.0, stop, 4, SquareRoot()).edges))(9.0)).all()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: EnergyAxis(5 * keV, 5 * keV, 3), "stop"),
        (lambda: EnergyAxis(5 * keV, 4 * keV, 3), "stop"),
        (lambda: EnergyAxis(0 * keV, float("nan") * keV, 3), "stop"),
        (lambda: EnergyAxis(0 * keV, float("inf") * keV, 3), "stop"),
        (lambda: EnergyAxis(0 * keV, 4 * keV, 0), "bins"),
        (lambda: EnergyAxis(0 * keV, 4 * keV, 3, Logarithmic()), "start"),
        (lambda: EnergyAxis(-1 * keV, 4 * keV, 3, SquareRoot()), "start"),
        (lambda: EnergyAxis(0 * keV, 4 * keV, 3, Explicit([0.0, 0.5, 1.0])), "bins"),
        (lambda: Explicit([0.0, 0.6, 0.5, 1.0]), "fractions"),
        (lambda: Explicit([0.1, 0.5, 1.0]), "fractions"),
        (lambda: Explicit([0.0, 0.5, 0.9]), "fractions"),
        (lambda: Explicit([0.0, float("nan"), 1.0]), "fractions"),
    ],
)
def test_impossible_axes_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
