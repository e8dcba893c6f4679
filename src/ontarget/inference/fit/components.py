"""What a fit is made of: the counts of every channel and background at its values, with their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ontarget.experiment import Counts, Experiment
from ontarget.inference.fit.fit import Fit
from ontarget.inference.fit.sideband_fit import sideband_fit
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.parameter import AbstractParameter
from ontarget.inference.likelihood.parametrised import chain_of
from ontarget.inference.likelihood.prior import Gaussian

STEP = 0.05
"""Step of a derivative, in standard deviations of the parameter."""


def counts_at(
    experiment: Experiment, parameters: Sequence[AbstractParameter], points: Sequence[Mapping[str, float]]
) -> Counts:
    """Counts of one experiment with a leading axis [point]: each has its own values of the parameters."""
    chain = chain_of(experiment, parameters)
    thetas = np.array([[point[name] for name in chain.names] for point in points]).reshape(len(points), -1)
    return chain.counts(thetas)


class Components:
    """Fitted counts [tag seen] of one experiment by channel and background, and the errors of their sums.

    Attributes
    ----------
    values : by name of channel or background
    flavours : of channels, [flavour tag seen]
    errors : of the sum of each, one standard deviation; infinite where the data do not determine it
    signal : names of those that vanish with the strength
    observed : [tag seen]
    """

    def __init__(self, experiment: Experiment, likelihood: Likelihood, best: Fit, strength: str) -> None:
        """From the fit of a likelihood of this experiment alone; `strength` is the parameter that scales the signal."""
        free = [name for name, error in best.errors.items() if 0 < error < np.inf]
        steps = np.array([STEP * best.errors[name] for name in free])
        moved = [
            {**best.values, name: best.values[name] + sign * step}
            for sign in (1.0, -1.0)
            for name, step in zip(free, steps, strict=True)
        ]
        boxes = {one.name: (float(one.low), float(one.high)) for one in likelihood.parameters}
        lost = [name for name, error in best.errors.items() if error == np.inf]
        ends = [{**best.values, name: end} for name in lost for end in boxes[name]]
        points = [best.values, *moved, *ends, {**best.values, strength: 0.0}, {**best.values, strength: 1.0}]
        counts = counts_at(experiment, likelihood.parameters, points)
        parts = {one.name: np.asarray(one.values).sum(axis=1) for one in counts.channels}
        parts |= {one.name: np.asarray(one.values) for one in counts.backgrounds}
        self.flavours = {one.name: np.asarray(one.values[0]) for one in counts.channels}
        self.values = {name: values[0] for name, values in parts.items()}
        self.observed = np.asarray(experiment.observed)
        places = [list(best.errors).index(name) for name in free]
        covariance = np.asarray(best.covariance)[np.ix_(places, places)]
        sums = {name: values.sum(axis=(1, 2)) for name, values in parts.items()}
        slopes = {
            name: (one[1 : 1 + len(free)] - one[1 + len(free) :][: len(free)]) / (2 * steps)
            for name, one in sums.items()
        }
        self.signal = tuple(name for name, one in sums.items() if abs(one[-2]) < 1e-9 * one[-1])
        self.errors = {name: float(np.sqrt(slope @ covariance @ slope)) for name, slope in slopes.items()}
        for name, one in sums.items():
            if np.ptp(np.append(one[0], one[1 + 2 * len(free) : -2])) > 1e-9 * abs(one[0]):
                self.errors[name] = np.inf  # a parameter moves it that the data do not determine
        for name, (values, error) in steady_parts(experiment, likelihood, best).items():
            self.values[name], self.errors[name] = values, error

    def total(self, name: str) -> float:
        """Fitted number of events of a channel or background."""
        return float(self.values[name].sum())


def steady_parts(experiment: Experiment, likelihood: Likelihood, best: Fit) -> dict[str, tuple[np.ndarray, float]]:
    """Backgrounds that were counted in sidebands, as fitted [tag seen], and the errors of their sums."""
    if likelihood.sideband is None:
        return {}
    fitted, group = sideband_fit(likelihood, best), likelihood.sideband.group
    values = np.where(group >= 0, fitted.beta[np.maximum(group, 0)] * np.asarray(likelihood.sideband.share), 0.0)
    label_of = np.array([*likelihood.sideband.labels, ""])[group]
    shape = np.shape(np.asarray(experiment.observed))
    return {
        label.split(".")[-1]: (np.where(label_of == label, values, 0.0).reshape(shape), error)
        for label, error in fitted.errors.items()
    }


def predicted_spread(
    experiment: Experiment, strength: AbstractParameter, systematics: Sequence[AbstractParameter]
) -> tuple[float, float]:
    """Predicted signal, what vanishes with the strength, and its error: half the difference between both ends of one
    standard deviation of each systematic with a Gaussian prior, added in quadrature.
    """
    parameters = (strength, *systematics)
    start = {one.name: one.initial([experiment]) for one in parameters}
    points = [start]
    for one in systematics:
        if isinstance(one.prior, Gaussian):
            mean, sigma = float(one.prior.mean), float(one.prior.sigma)
            low, high = max(mean - sigma, float(one.low)), min(mean + sigma, float(one.high))
            points += [{**start, one.name: high}, {**start, one.name: low}]
    counts = counts_at(experiment, parameters, [*points, *({**point, strength.name: 0.0} for point in points)])
    parts = [np.asarray(one.values).sum(axis=(1, 2, 3)) for one in counts.channels]
    parts += [np.asarray(one.values).sum(axis=(1, 2)) for one in counts.backgrounds]
    total = np.sum(parts, axis=0)
    signal = total[: len(points)] - total[len(points) :]
    return float(signal[0]), float(np.sqrt((((signal[1::2] - signal[2::2]) / 2) ** 2).sum()))
