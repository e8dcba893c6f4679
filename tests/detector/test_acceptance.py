"""Efficiencies along quanta against their formulas and adaptive quadrature."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from ontarget.detector import ConstantEfficiency, InterpolatedEfficiency, LogisticEfficiency, StepEfficiency
from ontarget.ground.errors import InputError

EDGES = np.arange(0.0, 61.0)


def curve(x, a=1.32045, k=0.285979, middle=10.8646, d=-0.333322):
    """The CsI selection of 2021: negative below 7.07 photo-electrons, where nothing is kept."""
    return max(0.0, a / (1 + np.exp(-k * (x - middle))) + d)


def test_a_logistic_is_averaged_over_cells_cut_where_it_leaves_zero():
    stage = LogisticEfficiency(1.32045, 0.285979, 10.8646, -0.333322)
    (start,) = np.asarray(stage.kinks())
    assert curve(start - 1e-6) == 0 < curve(start + 1e-6) < 1e-6
    cells = np.sort(np.append(EDGES, start))
    expected = [quad(curve, a, b)[0] / (b - a) for a, b in itertools.pairwise(cells)]
    # 4 nodes on cells of a third of the rise: 0.3^8 / 8! of an eighth derivative of 50
    np.testing.assert_allclose(stage.weight(cells), expected, atol=1e-8)


def test_the_selection_of_2017_is_read_at_the_middle_of_bins_of_one_quantum():
    found = LogisticEfficiency(0.6655, 0.4942, 10.8507).weight(EDGES)
    middle = [curve(x, 0.6655, 0.4942, 10.8507, 0.0) for x in EDGES[:-1] + 0.5]
    np.testing.assert_allclose(found, middle, atol=7e-4)  # h s^2 / 250


def test_derivatives_by_the_numbers_of_a_logistic():
    def kept(height, steepness, middle, offset):
        stage = LogisticEfficiency(height, steepness, middle, offset)
        cells = jnp.sort(jnp.concatenate([jnp.arange(0.0, 61.0), stage.kinks()]))
        return (stage.weight(cells) * jnp.diff(cells)).sum()

    point = np.array([1.32045, 0.285979, 10.8646, -0.333322])
    found = np.asarray(jax.jit(jax.grad(lambda x: kept(*x)))(point))
    for i, step in enumerate(1e-4 * point):
        moves = [point + h * np.eye(4)[i] for h in (step, -step)]
        up, down = (quad(lambda x, one=one: curve(x, *one), 0, 60, points=[7.0689, 8.0])[0] for one in moves)
        # central differences: step^2 / 6 times a third derivative, and 1e-8 of quad over the step
        assert float(found[i]) == pytest.approx((up - down) / (2 * step), rel=2e-4)


def test_steps_are_exact():
    stage = StepEfficiency([5.0, 6.0, 9.0], [0.5, 0.75], below=0.125, above=1.0)
    cells = np.array([0.0, 3.0, 5.0, 5.0, 5.5, 6.0, 7.0, 9.0, 20.0])
    np.testing.assert_array_equal(stage.weight(cells), [0.125, 0.125, 0.5, 0.5, 0.5, 0.75, 0.75, 1.0])
    np.testing.assert_array_equal(stage.kinks(), [5.0, 6.0, 9.0])
    np.testing.assert_array_equal(StepEfficiency([5.0, 6.0], [0.5]).weight(np.array([4.0, 5.0, 6.0, 7.0])), [0, 0.5, 0])


def test_interpolation_between_efficiencies():
    three = [ConstantEfficiency(0.5), StepEfficiency([2.0, 3.0], [0.6], 0.9, 0.7), ConstantEfficiency(0.3)]
    cells = np.arange(5.0)
    up = np.array([0.9, 0.9, 0.6, 0.7])
    for amount in (-1.0, 0.0, 1.0, 0.4):
        found = InterpolatedEfficiency(*three, amount).weight(cells)
        expected = 0.5 + amount * (up - 0.3) / 2 + amount**2 * ((up + 0.3) / 2 - 0.5)
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    np.testing.assert_array_equal(InterpolatedEfficiency(*three).kinks(), [2.0, 3.0])


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: LogisticEfficiency(-1.0, 0.5, 10.0), "height"),
        (lambda: LogisticEfficiency(0.6, 0.0, 10.0), "steepness"),
        (lambda: LogisticEfficiency(0.6, 0.5, 10.0, 0.5), "offset"),
        (lambda: LogisticEfficiency(0.6, 0.5, 10.0, -0.7), "offset"),
        (lambda: StepEfficiency([5.0, 6.0], [0.5, 1.0]), "edges"),
        (lambda: StepEfficiency([6.0, 5.0], [0.5]), "edges"),
        (lambda: StepEfficiency([5.0, 6.0], [1.5]), "fractions"),
        (lambda: StepEfficiency([5.0, 6.0], [0.5], above=2.0), "above"),
    ],
)
def test_impossible_efficiencies_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
