"""What the benchmarks are measured against: the same answers in plain NumPy, with constants of their own.

Energies in keV, lengths in cm, times in us. An isotope is (Z, N, nuclear mass, nuclei in the detector).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import exponnorm

Isotope = tuple[float, float, float, float]
FERMI = 1.1663788e-17  # 1/keV^2
HBAR_C = 197326980.4e-13 * 1e-3  # keV cm
MUON, PION = 105658.3755, 139570.39
LINE, END = (PION**2 - MUON**2) / (2 * PION), MUON / 2
SIN2 = 0.23868
COUPLINGS = (0.5 - 2 * SIN2, -0.5)
PION_LIFE, MUON_LIFE = 0.026033, 2.1969811
LIGHT = 29979.2458  # cm/us
X, W = np.polynomial.legendre.leggauss(64)
X, W = (1 + X) / 2, W / 2


def helm(recoil: np.ndarray, mass: float, number: float) -> np.ndarray:
    """Helm form factor, radius of Lewin and Smith."""
    fm = 1e-13
    radius = np.sqrt((1.23 * number ** (1 / 3) - 0.6) ** 2 + 7 / 3 * np.pi**2 * 0.52**2 - 5 * 0.9**2) * fm
    q = np.sqrt(2 * mass * recoil) / HBAR_C
    x = q * radius
    return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((q * 0.9 * fm) ** 2) / 2)


def brackets(recoil: np.ndarray, mass: float) -> np.ndarray:
    """Spectrum times kinematics, integrated over energy: [nu_mu line, nu_e, anti-nu_mu; recoil]."""
    lowest = np.minimum((recoil + np.sqrt(recoil**2 + 2 * mass * recoil)) / 2, END)
    energy = lowest[:, None] + (END - lowest)[:, None] * X
    kinematics = (1 - (recoil[:, None] / energy) * (1 + mass / 2 / energy)) * ((END - lowest)[:, None] * W)
    x = energy / MUON
    weighted = x**2 * kinematics * (64 / MUON)
    nue, numubar = (weighted * (1.5 - 3 * x)).sum(1), (weighted * (0.75 - x)).sum(1)
    return np.stack([np.maximum(1 - recoil / LINE - mass * recoil / (2 * LINE**2), 0.0), nue, numubar])


def density(recoil: np.ndarray, isotope: Isotope) -> np.ndarray:
    """Recoils per energy and fluence for a weak charge of one, [flavour recoil]."""
    z, n, mass, nuclei = isotope
    strength = nuclei * FERMI**2 * HBAR_C**2 * mass / np.pi
    return strength * helm(recoil, mass, z + n) ** 2 * brackets(recoil, mass)


def spectrum(recoil: np.ndarray, isotopes: list[Isotope], fluence: float) -> np.ndarray:
    """Recoils per energy, all flavours and isotopes."""
    charge = [z * COUPLINGS[0] + n * COUPLINGS[1] for z, n, _, _ in isotopes]
    return fluence * sum(q**2 * density(recoil, one).sum(0) for q, one in zip(charge, isotopes, strict=True))


def cell_means(recoil_density, edges: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Mean of a density over cells, by 16 points on each quarter of a cell."""
    inner = edges[:-1, None] + np.diff(edges)[:, None] * np.arange(4) / 4
    fine = np.append(inner.ravel(), edges[-1])
    x, w = np.polynomial.legendre.leggauss(16)
    nodes = fine[:-1, None] + np.diff(fine)[:, None] * (1 + x) / 2
    values = recoil_density(nodes.ravel())
    return (values.reshape(*values.shape[:-1], *nodes.shape) @ (w / 2)).reshape(*values.shape[:-1], -1, 4).mean(-1)


def arrival(edges: np.ndarray, mean: float, sigma: float, baseline: float) -> np.ndarray:
    """Share of each time bin for the prompt and the two delayed flavours, Gaussian pulse: [flavour time]."""
    t = edges - baseline / LIGHT

    def delayed_by(life: float) -> np.ndarray:
        return exponnorm.cdf(t, life / sigma, loc=mean, scale=sigma)

    muon = (MUON_LIFE * delayed_by(MUON_LIFE) - PION_LIFE * delayed_by(PION_LIFE)) / (MUON_LIFE - PION_LIFE)
    return np.diff(np.stack([delayed_by(PION_LIFE), muon, muon]), axis=1)


def templates(edges: np.ndarray, shares: np.ndarray, isotopes: list[Isotope], fluence: float) -> np.ndarray:
    """Counts for a weak charge of one: [isotope, electron or muon flavours, bin (time, energy)]."""
    width, found = np.diff(edges), []
    for isotope in isotopes:
        counts = fluence * cell_means(lambda recoil, one=isotope: density(recoil, one), edges) * width
        by_flavour = np.einsum("ft,fe->fte", shares, counts).reshape(3, -1)
        found.append(np.stack([by_flavour[1], by_flavour[0] + by_flavour[2]]))
    return np.stack(found)


def scan(u: np.ndarray, d: np.ndarray, parts: np.ndarray, isotopes: list[Isotope], sigma: float) -> np.ndarray:
    """-2 ln L above its least on the grid [u, d], Asimov data of the standard model, one normalisation profiled.

    Counts are linear in the squares of the weak charges. No background: the pull has a closed form.
    """
    uu, dd = (grid.ravel() for grid in np.meshgrid(u, d, indexing="ij"))
    standard = np.array([z * COUPLINGS[0] + n * COUPLINGS[1] for z, n, _, _ in isotopes])
    shifted = np.stack([z * (2 * uu + dd) + n * (uu + 2 * dd) for z, n, _, _ in isotopes], axis=1) + standard
    fixed = standard**2 @ parts[:, 1]
    model = shifted**2 @ parts[:, 0] + fixed
    data = standard**2 @ parts[:, 0] + fixed
    total, seen = model.sum(1), data.sum()
    # stationary in the scale a: total - seen/a + (a - 1)/sigma^2 = 0
    half = (1 - sigma**2 * total) / 2
    scale = half + np.sqrt(half**2 + sigma**2 * seen)
    chi2 = 2 * (scale * total - seen + data @ np.log(data) - seen * np.log(scale) - np.log(model) @ data)
    chi2 += ((scale - 1) / sigma) ** 2
    return (chi2 - chi2.min()).reshape(len(u), len(d))
