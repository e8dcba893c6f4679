"""An independent calculation of smeared recoil spectra: numpy and scipy only, own constants, no code of the package.

Energies in keV, masses in kg, cross-sections in cm2. Isotopes are (Z, N, nuclear mass in keV,
nuclei per kg, charge radius in fm).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Polynomial
from scipy.special import ndtr, spherical_jn

FERMI = 1.1663788e-17  # 1/keV^2
HBAR_C = 197326.9804  # keV fm
KEV2_TO_CM2 = (HBAR_C * 1e-13) ** 2  # keV^-2 in cm2
MUON, PION = 105658.3755, 139570.39  # keV
LINE = (PION**2 - MUON**2) / (2 * PION)
SIN2 = 0.23868


def helm(recoil: np.ndarray, mass: float, rms: float) -> np.ndarray:
    """F of Helm with an rms radius in fm."""
    q = np.sqrt(2 * mass * recoil) / HBAR_C
    x = np.maximum(q * np.sqrt(5 / 3 * (rms**2 - 3 * 0.9**2)), 1e-8)
    return 3 * spherical_jn(1, x) / x * np.exp(-((q * 0.9) ** 2) / 2)


def smallest_energy(recoil: np.ndarray, mass: float) -> np.ndarray:
    """The lowest neutrino energy that gives this recoil."""
    return (recoil + np.sqrt(recoil**2 + 2 * mass * recoil)) / 2


def bracket_mean(recoil: np.ndarray, mass: float) -> np.ndarray:
    """Mean over the three spectra of 1 - T/E - MT/2E^2 where positive, summed over the three flavours."""
    low = smallest_energy(recoil, mass)
    line = np.where(low < LINE, 1 - recoil / LINE - mass * recoil / (2 * LINE**2), 0.0)
    end = MUON / 2
    low = np.minimum(low, end)
    # f(E) = 64/m x^2 (9/4 - 4 x): nu_e and nubar_mu together. Powers of E come down by 0, 1 and 2: all polynomials.
    total = 64 / MUON * Polynomial([0, 0, 9 / 4, -4])
    x, x_end = low / MUON, end / MUON
    result = line
    for power, factor in ((0, 1.0), (1, -recoil / MUON), (2, -mass * recoil / (2 * MUON**2))):
        integral = (Polynomial(total.coef[power:]) * MUON).integ()
        result = result + factor * (integral(x_end) - integral(x))
    return result


@dataclass
class Recoils:
    """Recoils per keV, for a fluence (per flavour, per cm2) on a mass of a material."""

    isotopes: list[tuple[float, float, float, float, float]]
    mass: float
    fluence: float

    def density(self, recoil: np.ndarray) -> np.ndarray:
        total = np.zeros_like(recoil)
        for z, n, heavy, per_kg, protons in self.isotopes:
            neutrons = protons - 0.04 + 1.01 * (n - z) / (z + n)
            charge = z * (0.5 - 2 * SIN2) * helm(recoil, heavy, protons) - n / 2 * helm(recoil, heavy, neutrons)
            strength = FERMI**2 * heavy / np.pi * KEV2_TO_CM2 * charge**2
            total += self.mass * per_kg * self.fluence * strength * bracket_mean(recoil, heavy)
        return total

    def breaks(self) -> list[float]:
        """Recoils at which the density is not smooth."""
        return [2 * e**2 / (heavy + 2 * e) for _, _, heavy, _, _ in self.isotopes for e in (LINE, MUON / 2)]


def composite(low: float, high: float, breaks: list[float], panels: int, order: int = 16) -> tuple[np.ndarray, ...]:
    """Gauss-Legendre nodes and weights on panels, equal in the root, that respect the break points."""
    roots = np.linspace(np.sqrt(low), np.sqrt(high), panels + 1) ** 2
    edges = np.unique(np.concatenate([roots, [b for b in breaks if low < b < high]]))
    x, w = np.polynomial.legendre.leggauss(order)
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()


def truncated_spectrum(
    recoils: Recoils, threshold: float, fraction: float, seen: np.ndarray, panels: int = 600
) -> np.ndarray:
    """Counts in each seen bin: a sharp threshold on the recoil, then a Gaussian renormalised to the seen axis."""
    nodes, weights = composite(threshold, max(recoils.breaks()), recoils.breaks(), panels)
    sigma = fraction * np.sqrt(nodes * threshold)
    below = ndtr((seen[:, None] - nodes) / sigma)
    # from the upper tail where the lower one is near one, so that differences keep their digits
    above = ndtr(-(seen[:, None] - nodes) / sigma)
    share = np.where(seen[1:, None] < nodes, np.diff(below, axis=0), -np.diff(above, axis=0))
    return (share / share.sum(axis=0)) @ (weights * recoils.density(nodes))
