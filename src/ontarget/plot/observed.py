"""Observed counts with errors that say what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from ontarget.ground.errors import InputError

ONE_SIGMA = 0.6826894921370859  # of a normal distribution within one standard deviation


@dataclass(frozen=True)
class Observed:
    """Values per bin and the lengths of their error bars. `label` says in a legend how the errors were made."""

    values: np.ndarray
    below: np.ndarray
    above: np.ndarray
    label: str

    def __post_init__(self) -> None:
        for name in ("below", "above"):
            lengths = getattr(self, name)
            if lengths.shape != self.values.shape or not np.all(lengths >= 0):
                truth = f"Error bars are as many as the {len(self.values)} values, and none is negative."
                raise InputError(name, str(lengths), truth, "Give lengths, not ends.")


def garwood(counts: np.ndarray, label: str = "data (Poisson 68.3 %)") -> Observed:
    """Counts with Garwood's central interval: the means that give so few, or so many, with likelihood (1 − 0.683)/2.

    μ_low = χ²(α/2; 2n)/2 (zero for n = 0) and μ_high = χ²(1 − α/2; 2n + 2)/2, χ² being quantiles.
    """
    counts, tail = np.asarray(counts, dtype=float), (1.0 - ONE_SIGMA) / 2
    low = np.where(counts > 0, chi2.ppf(tail, 2 * np.maximum(counts, 1e-12)) / 2, 0.0)
    return Observed(counts, counts - low, chi2.ppf(1.0 - tail, 2 * counts + 2) / 2 - counts, label)


def square_root(counts: np.ndarray, label: str = r"data ($\sqrt{n}$)") -> Observed:
    """Counts with √n on both sides: too short for few counts, nothing at all for none."""
    counts = np.asarray(counts, dtype=float)
    return Observed(counts, np.sqrt(counts), np.sqrt(counts), label)


def subtracted(observed: Observed, sideband: np.ndarray, error: np.ndarray) -> Observed:
    """Observed less a sideband, whose one-sigma error is added in quadrature on both sides."""
    below, above = np.hypot(observed.below, error), np.hypot(observed.above, error)
    return Observed(observed.values - sideband, below, above, f"{observed.label} − steady state")
