"""What a fit is made of: the counts of every channel and background at its values, with their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.experiment import Counts, Experiment, counts_of_many
from ontarget.inference.fit import Fit
from ontarget.inference.likelihood import chain_of
from ontarget.inference.parameter import AbstractParameter

STEP = 0.05
"""Step of a derivative, in standard deviations of the parameter."""


def counts_at(
    experiment: Experiment, parameters: Sequence[AbstractParameter], points: Sequence[Mapping[str, float]]
) -> Counts:
    """Counts of one experiment with a leading axis [point]: each has its own values of the parameters."""
    chain, names = chain_of(experiment, parameters)
    thetas = np.array([[point[name] for name in names] for point in points]).reshape(len(points), len(names))
    return counts_of_many(experiment, chain.leaves(thetas), len(points))


class Components:
    """Fitted counts [tag seen] of one experiment by channel and background, and the errors of their sums."""

    def __init__(self, experiment: Experiment, parameters: Sequence[AbstractParameter], best: Fit) -> None:
        free = [name for name, error in best.errors.items() if np.isfinite(error)]
        steps = [STEP * best.errors[name] for name in free]
        points = [best.values] + [
            {**best.values, name: best.values[name] + sign * step}
            for name, step in zip(free, steps, strict=True)
            for sign in (1.0, -1.0)
        ]
        counts = counts_at(experiment, parameters, points)
        self.flavours = {one.name: np.asarray(one.values[0]) for one in counts.channels}
        self.values = {one.name: np.asarray(one.values[0]).sum(axis=0) for one in counts.channels}
        self.values |= {one.name: np.asarray(one.values[0]) for one in counts.backgrounds}
        sums = {one.name: np.asarray(one.values).sum(axis=(1, 2, 3)) for one in counts.channels}
        sums |= {one.name: np.asarray(one.values).sum(axis=(1, 2)) for one in counts.backgrounds}
        places = [list(best.errors).index(name) for name in free]
        covariance = np.asarray(best.covariance)[np.ix_(places, places)]
        self.slopes = {name: (total[1::2] - total[2::2]) / (2.0 * np.array(steps)) for name, total in sums.items()}
        self.errors = {name: spread(slope, covariance) for name, slope in self.slopes.items()}

    def total(self, name: str) -> float:
        """Fitted number of events of a channel or background."""
        return float(self.values[name].sum())


def spread(slope: Float[np.ndarray, " free"], covariance: Float[np.ndarray, "free free"]) -> float:
    """Standard deviation of what depends on the parameters with this slope."""
    return float(np.sqrt(max(0.0, slope @ covariance @ slope)))


__all__: list[Any] = ["Components", "counts_at", "spread"]
