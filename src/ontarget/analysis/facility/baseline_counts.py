"""Events above thresholds at several distances from a point source, beside backgrounds that stay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import site_of, with_channels
from ontarget.ground.units import m, year
from ontarget.source import Site

WHY_CHANNELS = "Only what neutrinos do in a detector falls with its distance."
WHY_A_SITE = "Only from a point does a flux fall as the square of the distance."


@dataclass(frozen=True)
class BaselineCounts:
    """Events per calendar year above thresholds on the seen axis, at distances from the source.

    Attributes
    ----------
    unit : of the thresholds
    thresholds : [threshold] the edges of the seen axis but the last, in `unit`
    baselines : [baseline] m
    signal : [baseline threshold] neutrinos, as the inverse square of the distance
    backgrounds : by name [threshold], those of the experiment's own place
    """

    unit: str
    thresholds: Float[np.ndarray, " threshold"]
    baselines: Float[np.ndarray, " baseline"]
    signal: Float[np.ndarray, "baseline threshold"]
    backgrounds: dict[str, Float[np.ndarray, " threshold"]]

    @property
    def background(self) -> Float[np.ndarray, " threshold"]:
        """All backgrounds."""
        return sum(self.backgrounds.values(), np.zeros(len(self.thresholds)))

    @property
    def signal_to_background(self) -> Float[np.ndarray, "baseline threshold"]:
        """S/B; not a number where there is no background."""
        background = self.background
        return self.signal / np.where(background > 0, background, np.nan)

    @property
    def significance(self) -> Float[np.ndarray, "baseline threshold"]:
        r""":math:`S/\sqrt{S + B}`; not a number where there is neither."""
        everything = self.signal + self.background
        return self.signal / np.sqrt(np.where(everything > 0, everything, np.nan))


def baselines(
    experiment: Experiment, lengths: Float[np.ndarray, " baseline"] | None = None, counts: Counts | None = None
) -> BaselineCounts:
    r"""Events of an experiment above each edge of its seen axis, with its detector moved along a line from the source.

    .. math:: S(L) = S(L_0)\,(L_0/L)^2

    Arrival times are those of the experiment's own baseline L₀.

    Parameters
    ----------
    lengths : [baseline] internal units (``np.array([20.0]) * m``); the experiment's own by default
    counts : the experiment's own, where they are known already
    """
    site = site_of(with_channels(experiment, WHY_CHANNELS), Site, WHY_A_SITE)
    counts = experiment.expected() if counts is None else counts
    lengths = np.array([float(site.baseline)]) if lengths is None else lengths
    years = float(experiment.exposure.calendar(experiment.facility) / year)
    nearer = (float(site.baseline) / lengths) ** 2
    return BaselineCounts(
        counts.seen.dimension.unit,
        counts.seen.shown()[:-1],
        lengths / m,
        nearer[:, None] * above(counts, np.asarray(counts.signal())) / years,
        {one.name: above(counts, np.asarray(one.values)) / years for one in counts.backgrounds},
    )


def above(counts: Counts, values: Float[np.ndarray, "tag seen"]) -> Float[np.ndarray, " threshold"]:
    """Counts above each edge of the first observable but the last, all tags together."""
    seen = np.asarray(counts.along_seen(values.sum(axis=0)))
    return np.cumsum(seen[::-1])[::-1]
