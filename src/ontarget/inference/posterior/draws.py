"""Draws from a posterior density, what they say of each parameter, and how far they are to be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from ontarget.experiment.counts import needed
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, static

WORST_RHAT = 1.01  # Vehtari:2019-arXiv1903.08008
FEWEST = 400.0  # independent draws that a quantile in the tail asks for, same source


class Mode(Noun):
    """One lump of a posterior density.

    Attributes
    ----------
    best : values of the free parameters where -2 ln L is lowest in it, by name
    depth : -2 ln L there
    share : of the posterior probability, and its standard deviation
    draws : how many lie in it
    """

    best: dict[str, float] = static()
    depth: float = static()
    share: float = static()
    share_error: float = static()
    draws: int = static()


class Diagnostics(Noun):
    """How a sampler fared.

    Attributes
    ----------
    rhat : potential scale reduction of each free parameter, the worst of all modes; of independent runs where they are
        no chains
    effective : how many independent draws there are of each free parameter, in all modes together
    divergences : steps after the warm-up whose energy ran away: places that the chain could not enter
    acceptance : mean probability of acceptance; of nested sampling the share of points above the threshold
    evaluations : of -2 ln L; of its gradient for NUTS
    pieces : chains or runs that were completed, and that were wanted
    """

    rhat: Float[np.ndarray, " free"]
    effective: Float[np.ndarray, " free"]
    divergences: int = static()
    acceptance: float = static()
    evaluations: int = static()
    pieces: tuple[int, int] = static()


class Draws(Noun):
    r"""Weighted draws of the free parameters from their posterior density.

    Attributes
    ----------
    names : the free parameters
    points : [draw free]
    weights : they add to one [draw]
    values : -2 ln L [draw]
    mode : of each draw, a place in `modes`
    low, high : the box [free]
    modes : the lumps of the density with their shares
    evidence : ln of the likelihood averaged over the prior, the likelihood as in `Likelihood`: 1 for a model that
        expects just what was seen
    evidence_error : its standard deviation
    diagnostics : how the sampler fared
    message : a sentence where something is to be known, else empty
    """

    names: tuple[str, ...] = static()
    points: Float[np.ndarray, "draw free"]
    weights: Float[np.ndarray, " draw"]
    values: Float[np.ndarray, " draw"]
    mode: Int[np.ndarray, " draw"]
    low: Float[np.ndarray, " free"]
    high: Float[np.ndarray, " free"]
    modes: tuple[Mode, ...]
    evidence: float = static()
    evidence_error: float = static()
    diagnostics: Diagnostics
    message: str = static()

    def place(self, name: str) -> int:
        """The column of a parameter."""
        if name not in self.names:
            remedy = did_you_mean(name, self.names)
            raise InputError("parameter", repr(name), "It was not free when these were drawn.", remedy)
        return self.names.index(name)

    def of(self, name: str) -> Float[np.ndarray, " draw"]:
        """The draws of one parameter."""
        return self.points[:, self.place(name)]

    @property
    def mean(self) -> Float[np.ndarray, " free"]:
        """Mean of each free parameter, over all modes."""
        return self.weights @ self.points

    @property
    def covariance(self) -> Float[np.ndarray, "free free"]:
        """Of the free parameters, over all modes."""
        centred = self.points - self.mean
        return (centred * self.weights[:, None]).T @ centred

    def quantile(self, name: str, share: float) -> float:
        """The value below which lies this share of the probability, linear between draws."""
        if not 0.0 <= share <= 1.0:
            raise InputError("quantile", f"{share:g}", "A share lies between 0 and 1.", "Write 0.05 for 5 %.")
        values = self.of(name)
        order = np.argsort(values, kind="stable")
        weights = self.weights[order]
        return float(np.interp(share, np.cumsum(weights) - 0.5 * weights, values[order]))

    def central(self, name: str, level: float) -> tuple[float, float]:
        """The interval with equal probability on both sides of it."""
        return self.quantile(name, 0.5 - 0.5 * level), self.quantile(name, 0.5 + 0.5 * level)

    def to_xarray(self) -> Any:
        """The draws as an `xarray.Dataset` over `draw`, with diagnostics. Needs the extra ``ontarget[data]``."""
        xarray = needed("xarray")
        columns = {"weight": self.weights, "minus_two_log_likelihood": self.values, "mode": self.mode}
        told = {"ln_evidence": self.evidence, "ln_evidence_error": self.evidence_error, "message": self.message}
        told |= {f"rhat_{name}": float(one) for name, one in zip(self.names, self.diagnostics.rhat, strict=True)}
        return xarray.Dataset(
            {name: ("draw", values) for name, values in zip(self.names, self.points.T, strict=True)}
            | {name: ("draw", values) for name, values in columns.items()},
            attrs=told,
        )

    def even(self, most: int) -> Int[np.ndarray, " even"]:
        """Places of at most so many draws that all have the same weight: one at each step of equal probability."""
        worth = 1.0 / float((self.weights**2).sum())
        count = int(min(most, max(round(worth), 1)))
        steps = (np.arange(count) + 0.5) / count
        return np.minimum(np.searchsorted(np.cumsum(self.weights), steps), len(self.weights) - 1)


def sentences(
    names: tuple[str, ...], diagnostics: Diagnostics, modes: tuple[Mode, ...], evidence_error: float
) -> list[str]:
    """What a reader of the draws must know."""
    found = []
    done, wanted = diagnostics.pieces
    if done < wanted:
        found.append(f"Only {done} of {wanted} chains or runs were completed.")
    bad = [name for name, rhat in zip(names, diagnostics.rhat, strict=True) if not rhat <= WORST_RHAT]
    if bad:
        worst = float(np.max(diagnostics.rhat))
        found.append(f"R-hat is above {WORST_RHAT:g} (up to {worst:.4g}) for {', '.join(bad)}: draw more.")
    few = [name for name, number in zip(names, diagnostics.effective, strict=True) if number < FEWEST]
    if few:
        least = float(np.min(diagnostics.effective))
        found.append(f"Fewer than {FEWEST:g} independent draws (down to {least:.0f}) of {', '.join(few)}: draw more.")
    if diagnostics.divergences:
        found.append(f"{diagnostics.divergences} steps diverged: what lies beyond is missed; raise the acceptance.")
    if len(modes) > 1 and not all(one.share_error < 0.1 for one in modes):
        found.append("The shares of the modes are known to no better than a tenth: compare with the other sampler.")
    if not evidence_error < 0.5:
        found.append("The evidence is known to no better than a factor of 1.6.")
    return found
