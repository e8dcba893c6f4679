"""The quenching task: a known polynomial comes back, errors are as given, units are keV."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.text import Text
from study_toys import table

from ontarget.detector import ConstantQuenching
from ontarget.ground.errors import InputError
from ontarget.ground.units import keV
from ontarget.numerics.regression import fit_polynomial
from ontarget.study import QuenchingFit, QuenchingPoints

ENERGIES = np.array([5.0, 10.0, 20.0, 30.0, 40.0])
TRUTH = np.array([0.06, 2e-3, -2e-5])


def lab(name, energies=ENERGIES, shift=0.0, **more):
    factors = np.polyval(TRUTH[::-1], energies) + shift
    errors = np.full(len(energies), 0.5) * keV, np.full(len(energies), 0.004)
    return QuenchingPoints(energies * keV, errors[0], factors, errors[1], name=name, **more)


TASK = QuenchingFit(
    "Quenching", "q", (lab("first"), lab("second", ENERGIES + 2)), 2, (ConstantQuenching(0.09, name="flat"),)
)


def test_a_polynomial_comes_back(context):
    rows = list(table(TASK.run(context), "q_fit").values())
    assert [row["coefficient"] for row in rows] == pytest.approx(TRUTH.tolist(), rel=1e-7)
    assert rows[0]["chi2"] == pytest.approx(0.0, abs=1e-12)
    assert rows[0]["degrees of freedom"] == 7
    assert rows[0]["errors enlarged by"] == 1.0  # points that scatter less do not make errors smaller
    values = table(TASK.run(context), "q_values")
    assert values["10.0"]["quenching factor"] == pytest.approx(0.06 + 0.02 - 0.002, rel=1e-7)


def test_laboratories_that_disagree_enlarge_the_errors():
    """A constant between two laboratories: twice 0.004 apart, chi squared is one per point."""
    points = (lab("first", shift=-0.008), lab("second", shift=0.008))
    fitted = dataclasses.replace(TASK, points=points).fit()
    slopes = TRUTH[1] + 2 * TRUTH[2] * ENERGIES
    chi2 = 2 * (0.008**2 / (0.004**2 + (0.5 * slopes) ** 2)).sum()
    assert fitted.chi2 == pytest.approx(chi2, rel=1e-6)
    assert fitted.scale == pytest.approx(np.sqrt(chi2 / 7), rel=1e-6)


def test_errors_of_two_sides_enter_by_their_mean():
    low = {"factor_errors_low": np.full(5, 0.002), "energy_errors_low": np.full(5, 1.5) * keV}
    fitted = dataclasses.replace(TASK, points=(lab("first", **low),), degree=1).fit()
    y = np.polyval(TRUTH[::-1], ENERGIES)
    other = fit_polynomial(ENERGIES, y, np.full(5, 1.0), np.full(5, 0.003), 1)
    assert fitted.coefficients == pytest.approx(np.asarray(other.coefficients), rel=1e-12)
    assert np.asarray(fitted.covariance) == pytest.approx(np.asarray(other.covariance), rel=1e-12)


def test_points_are_drawn_in_keV_with_both_errors():
    low = {"factor_errors_low": np.full(5, 0.002)}
    energies, factors, x_error, y_error = lab("first", **low).arrays()
    np.testing.assert_allclose(energies, ENERGIES, rtol=1e-14)
    assert factors[0] == pytest.approx(0.0695)
    np.testing.assert_allclose(x_error, 0.5)
    np.testing.assert_allclose(y_error, [[0.002] * 5, [0.004] * 5])  # downwards, upwards


def test_models_are_drawn_under_their_names(context):
    (picture,) = TASK.run(context).pictures
    shown = {one.get_text() for one in picture.figure.findobj(Text)}
    assert {"fit of degree 2", "flat", "first", "second"} <= shown


def test_too_high_a_degree():
    with pytest.raises(InputError, match="6 are taken"):
        dataclasses.replace(TASK, degree=7)
    with pytest.raises(InputError, match="needs 6 or more"):
        dataclasses.replace(TASK, points=(lab("first"),), degree=4).fit()
