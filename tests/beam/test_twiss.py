"""Optical functions against closed forms, and against the second moments of rays."""

import jax
import numpy as np

from ontarget.beam.element import Dipole, Drift, Quadrupole
from ontarget.beam.line import Beamline
from ontarget.beam.ray import Rays
from ontarget.beam.twiss import Twiss, spread
from ontarget.ground.noun import as_array, on_host
from ontarget.ground.units import GeV, degree, m, mm, tesla

P0 = as_array(8.5 * GeV)


def test_drift_from_a_waist():
    """beta = beta0 + s^2/beta0, alpha = -s/beta0."""
    after = on_host(Beamline((Drift(6 * m),), P0).twiss(Twiss(2 * m, 0.0, 3 * m, 0.0, 0.5 * m, -0.1)))
    found = [after.beta_x / m, after.alpha_x, after.beta_y / m, after.alpha_y, after.dispersion / m, after.slope]
    np.testing.assert_allclose(found, [20.0, -3.0, 15.0, -2.0, -0.1, -0.1], rtol=1e-13)


def test_cell_of_alternating_lenses():
    """Thin lenses of focal length f, L apart: cos(mu) = 1 - L^2/2f^2, beta = 2 L (1 +- sin(mu/2))/sin(mu)."""
    L, f, thin = 4 * m, 3 * m, 1e-5 * m
    half = Quadrupole(thin, 8.5 * GeV / (2 * f * thin))
    other = Quadrupole(thin, -8.5 * GeV / (f * thin))
    gap = Drift(L - 1.5 * thin)
    cell = Beamline((half, gap, other, gap, half), P0)
    mu = np.arccos(1 - L**2 / (2 * f**2))
    matrix = np.asarray(cell.matrix())
    # finite length of the lenses: L/f x thin/f
    np.testing.assert_allclose((matrix[0, 0] + matrix[1, 1]) / 2, np.cos(mu), rtol=0, atol=1e-5)
    beta_x, beta_y = (2 * L * (1 + sign * np.sin(mu / 2)) / np.sin(mu) for sign in (1, -1))
    np.testing.assert_allclose(matrix[0, 1] / np.sin(mu), beta_x, rtol=1e-5)
    after = on_host(cell.twiss(Twiss(beta_x, 0.0, beta_y, 0.0)))
    found = [after.beta_x / beta_x, after.alpha_x, after.beta_y / beta_y, after.alpha_y]
    np.testing.assert_allclose(found, [1, 0, 1, 0], rtol=0, atol=3e-5)


def test_unstable_cell():
    """f below L/2: no periodic solution."""
    L, thin = 4 * m, 1e-5 * m
    half, other = Quadrupole(thin, 8.5 * GeV / (2 * 1.9 * m * thin)), Quadrupole(thin, -8.5 * GeV / (1.9 * m * thin))
    matrix = np.asarray(Beamline((half, Drift(L), other, Drift(L), half), P0).matrix())
    assert float(np.abs(matrix[0, 0] + matrix[1, 1])) > 2


def test_rays_do_as_the_functions_say():
    """An ellipse of rays at one momentum, carried by rays and by the functions; and dispersion by regression."""
    line = Beamline(
        (Quadrupole(1 * m, 5 * tesla / m), Dipole(1 * m, 3 * degree), Quadrupole(1 * m, -4 * tesla / m)), P0
    )
    start = Twiss(4 * m, 0.7, 3 * m, -0.4)
    random = np.random.default_rng(2)
    u = random.normal(size=(2, 2, 1000))
    u = np.stack([np.linalg.solve(np.linalg.cholesky(np.cov(one, bias=True)), one) for one in u])
    u -= u.mean(axis=-1, keepdims=True)
    emittance = 1e-6 * m  # so small that the exact bend is linear
    planes = []
    for (one, two), beta, alpha in zip(u, (4 * m, 3 * m), (0.7, -0.4), strict=True):
        planes.append((np.sqrt(emittance * beta) * one, np.sqrt(emittance / beta) * (two - alpha * one)))
    (x, slope_x), (y, slope_y) = planes
    n = np.ones(1000)
    compiled = jax.jit(lambda rays: spread(line.track(rays)))

    def measure(*given):
        return on_host(compiled(Rays(*given)))

    out = measure(x, y, slope_x, slope_y, 8.5 * GeV * n, 0 * n, n)
    after = on_host(line.twiss(start))
    # moments of the sample are one and nought to 1e-3, by the mean that was taken off after scaling
    np.testing.assert_allclose(out.emittance_x, emittance, rtol=1e-2)
    np.testing.assert_allclose(out.x_rms**2 / emittance, after.beta_x, rtol=1e-2)
    np.testing.assert_allclose(out.y_rms**2 / emittance, after.beta_y, rtol=1e-2)
    np.testing.assert_allclose([out.alpha_x, out.alpha_y], [after.alpha_x, after.alpha_y], rtol=0, atol=2e-2)
    delta = np.linspace(-1e-6, 1e-6, 1000)
    out = measure(0 * n, 0 * n, 0 * n, 0 * n, 8.5 * GeV * (1 + delta), 0 * n, n)
    np.testing.assert_allclose(out.dispersion / mm, after.dispersion / mm, rtol=1e-6)
    np.testing.assert_allclose(out.slope, after.slope, rtol=1e-6)
