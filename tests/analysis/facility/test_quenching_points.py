"""Polynomials through quenching factors: a known one comes back, errors are as given, units are keV."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from quenching_toys import ENERGIES, TRUTH, lab

from ontarget.analysis import fit_quenching
from ontarget.detector import ConstantQuenching, PolynomialQuenching
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, keV
from ontarget.numerics.regression import fit_polynomial


def test_a_polynomial_comes_back():
    found = fit_quenching((lab("first"), lab("second", ENERGIES + 2)), 2, stop=50 * keV)
    assert found.fit.coefficients == pytest.approx(TRUTH, rel=1e-7)  # powers of keV
    assert (found.fit.dof, found.fit.scale) == (7, 1.0)  # points that scatter less do not make errors smaller
    assert (found.energy[0], found.energy[-1]) == pytest.approx((1e-3 * MeV, 0.05 * MeV), rel=1e-12)
    np.testing.assert_allclose(found.factor, np.polyval(TRUTH[::-1], found.energy / keV), rtol=1e-7)
    design = np.vander(found.energy / keV, 3, increasing=True)
    variance = ((design @ np.asarray(found.fit.covariance)) * design).sum(axis=1)
    np.testing.assert_allclose(found.error, np.sqrt(variance), rtol=1e-9)


def test_laboratories_that_disagree_enlarge_the_errors():
    """A constant between two laboratories: twice 0.004 apart, chi squared is one per point."""
    fitted = fit_quenching((lab("first", shift=-0.008), lab("second", shift=0.008)), 2).fit
    slopes = TRUTH[1] + 2 * TRUTH[2] * ENERGIES
    chi2 = 2 * (0.008**2 / (0.004**2 + (0.5 * slopes) ** 2)).sum()
    assert fitted.chi2 == pytest.approx(chi2, rel=1e-6)
    assert fitted.scale == pytest.approx(np.sqrt(chi2 / 7), rel=1e-6)


def test_errors_of_two_sides_enter_by_their_mean():
    low = {"factor_errors_low": np.full(5, 0.002), "energy_errors_low": np.full(5, 1.5) * keV}
    fitted = fit_quenching((lab("first", **low),), 1).fit
    y = np.polyval(TRUTH[::-1], ENERGIES)
    other = fit_polynomial(ENERGIES, y, np.full(5, 1.0), np.full(5, 0.003), 1)
    assert fitted.coefficients == pytest.approx(np.asarray(other.coefficients), rel=1e-12)
    assert np.asarray(fitted.covariance) == pytest.approx(np.asarray(other.covariance), rel=1e-12)


def test_lengths_of_the_errors():
    low = {"factor_errors_low": np.full(5, 0.002), "energy_errors_low": np.full(5, 1.5) * keV}
    one = lab("first", **low)
    np.testing.assert_allclose(one.energy_lengths() / keV, [[1.5] * 5, [0.5] * 5])  # downwards, upwards
    np.testing.assert_allclose(one.factor_lengths(), [[0.002] * 5, [0.004] * 5])
    np.testing.assert_allclose(lab("plain").energy_lengths() / keV, 0.5)
    np.testing.assert_allclose(lab("plain").factor_lengths(), 0.004)


def test_models_stand_beside_it():
    models = ConstantQuenching(jnp.asarray(0.09), name="flat"), PolynomialQuenching(jnp.asarray(TRUTH), name="parabola")
    found = fit_quenching((lab("first"),), 2, models)
    np.testing.assert_array_equal(found.models["flat"], np.full(len(found.energy), 0.09))
    np.testing.assert_allclose(found.models["parabola"], found.factor, rtol=1e-7)  # in powers of keV as well
    assert found.energy[-1] == pytest.approx(70 * keV, rel=1e-12)


def test_too_few_points():
    with pytest.raises(InputError, match="needs 6 or more"):
        fit_quenching((lab("first"),), 4)
