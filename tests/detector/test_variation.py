"""Variations are parabolas through their three tables."""

import numpy as np
import pytest

from ontarget.detector import PolynomialQuenching, TemplateBackground, Variation
from ontarget.detector.variation import check_variations, vary
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import keV
from ontarget.inference.expansion.support import polynomial_support

NOMINAL, UP, DOWN = as_array([1.0, 2.0, 5.0]), [2.0, 2.5, 4.0], [0.5, 1.0, 5.5]


@pytest.mark.parametrize(("amount", "expected"), [(0.0, NOMINAL), (1.0, UP), (-1.0, DOWN)])
def test_the_parabola_goes_through_all_three(amount, expected):
    np.testing.assert_allclose(vary(NOMINAL, [Variation(UP, DOWN, amount)]), expected, rtol=1e-15)


def test_one_sided_variations_are_straight_lines():
    for amount in (-1.5, 0.3, 2.0):
        found = vary(NOMINAL, [Variation(UP, amount=amount)])
        np.testing.assert_allclose(found, NOMINAL + amount * (np.array(UP) - NOMINAL), rtol=1e-15)


def test_shifts_add():
    one, other = Variation(UP, DOWN, 0.7), Variation(DOWN, amount=-0.4)
    found = vary(NOMINAL, [one, other])
    np.testing.assert_allclose(found, vary(NOMINAL, [one]) + vary(NOMINAL, [other]) - NOMINAL, rtol=1e-15)


def test_amounts_are_seen_as_polynomials():
    def moved(theta):
        return vary(NOMINAL, [Variation(UP, DOWN, theta[0]), Variation(UP, amount=theta[1])])

    assert polynomial_support(moved, (0.1, 0.2)) == ([(0, 0), (0, 1), (1, 0), (2, 0)], ())


def test_a_quenching_of_varied_coefficients():
    fit = Variation([0.3, 0.0], [0.1, 0.004], 0.5, name="fit")
    model = PolynomialQuenching([0.2, 0.001], (fit,))
    first, second = 0.2 + 0.5 * 0.1, 0.001 + 0.5 * (-0.002) + 0.25 * 0.001
    assert float(model.factor(10 * keV)) == pytest.approx(first + 10 * second, rel=1e-13)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Variation([1.0, float("nan")]), "up"),
        (lambda: Variation([1.0, 2.0], [1.0]), "down"),
        (lambda: check_variations(NOMINAL, [Variation([1.0], name="w")], "values"), "variations.w.up"),
        (lambda: check_variations(NOMINAL, [Variation(UP, name="w")] * 2, "values"), "variations.w"),
        (lambda: PolynomialQuenching([0.2], (Variation(UP, name="fit"),)), "variations.fit.up"),
        (lambda: TemplateBackground(1.0, np.ones((2, 3)), (Variation(UP, name="x"),)), "variations.x.up"),
    ],
)
def test_impossible_variations_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
