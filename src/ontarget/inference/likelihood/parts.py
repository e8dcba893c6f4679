"""The expected counts of a likelihood, channel by channel and background by background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float, Int

from ontarget.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.inference.expansion.basis import products, tables
from ontarget.inference.expansion.expansion import Expansion
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.parametrised import ParametrisedExperiment, touched

SEED = 20260102
MOST = 2000
"""Functions of an expansion beyond which parts are not told apart: each costs two evaluations of the chain."""

NOTHING = 1e-11
"""Of the largest coefficient of a bin: what least squares leave of a function that a part does not have."""


class Part(NamedTuple):
    """One channel or background of an experiment, without what a sideband says.

    experiment, name : whose, and which; signal : whether neutrinos of the beam make it
    coefficients : in the functions of `orders` [function, bin of the experiment]
    """

    experiment: str
    name: str
    signal: bool
    coefficients: Float[np.ndarray, "function bin"]


def orders(expansion: Expansion) -> Int[np.ndarray, "function parameter"]:
    """Orders of the functions of an expansion; the constant is the first, whether the expansion has one or not."""
    given = np.asarray(expansion.orders)
    return np.concatenate([np.zeros((1, given.shape[1]), int), given[given.any(axis=1)]])


def bare(likelihood: Likelihood) -> Float[np.ndarray, "function bin"]:
    """Coefficients of the counts without the backgrounds of sidebands, in the functions of `orders`."""
    given, every = np.asarray(likelihood.expansion.orders).any(axis=1), np.asarray(likelihood.expansion.coefficients)
    first = every[~given].sum(axis=0)
    if likelihood.sideband is not None:
        aside = jax.tree.map(np.asarray, likelihood.sideband)
        first = first - aside.spread(aside.nominal)
    return np.concatenate([first[None], every[given]])


def parts(likelihood: Likelihood, experiments: Sequence[Any]) -> list[Part]:
    """The parts of all experiments; they add up to `bare`.

    What has no parts, such as a counter of leptons, is one: "counts".

    Parameters
    ----------
    likelihood : the likelihood of these experiments
    experiments : those that it was made of, in the same order
    """
    if [one.name for one in experiments] != list(likelihood.experiments):
        truth = f"The likelihood is of {', '.join(likelihood.experiments)}."
        raise InputError("experiments", ", ".join(one.name for one in experiments), truth, "Give those.")
    ends = np.cumsum(likelihood.sizes)[:-1]
    targets = [one.targets(experiments) for one in likelihood.parameters]
    found = list[Part]()
    for experiment, mine in zip(experiments, np.split(bare(likelihood), ends, axis=1), strict=True):
        used = np.nonzero(mine.any(axis=1))[0]
        if isinstance(experiment, Experiment) and len(used) <= MOST:
            chain, places = touched(experiment, likelihood.parameters, targets)
            found += _told_apart(likelihood, chain, places, mine, used)
        else:
            found.append(Part(experiment.name, "counts", True, mine))
    return found


def _told_apart(
    likelihood: Likelihood, chain: ParametrisedExperiment, places: list[int], mine: np.ndarray, used: np.ndarray
) -> list[Part]:
    """Parts of one experiment: least squares of each in the functions that their sum has."""
    expansion = likelihood.expansion
    low, high = np.asarray(expansion.low), np.asarray(expansion.high)
    random = np.random.default_rng(SEED)
    count = 1 if len(places) == 0 else 2 * len(used) + 4
    # crowded towards the faces of the box, which keeps the system well conditioned
    unit = 0.5 - 0.5 * np.cos(np.pi * random.uniform(size=(count, len(low))))
    thetas = low + unit * (high - low)
    x = (thetas - np.asarray(expansion.centre)) / np.asarray(expansion.half)
    values = tables(x, np.asarray(expansion.chebyshev), expansion.degree, 0)
    design = products(values, orders(expansion)[used], np.zeros((1, len(low)), int))[:, 0]
    counts = chain.counts(thetas[:, places])
    given = [(one.name, True, np.asarray(one.values).sum(axis=1)) for one in counts.channels]
    given += [(one.name, False, np.asarray(one.values)) for one in counts.backgrounds]
    aside = set() if likelihood.sideband is None else set(likelihood.sideband.labels)
    name, found = chain.experiment.name, list[Part]()
    for part, signal, each in given:
        if f"{name}.{part}" in aside:
            continue
        solution = np.linalg.lstsq(design, each.reshape(count, -1), rcond=1e-14)[0]
        coefficients = np.zeros_like(mine)
        # what is rounding beside the sum is nothing
        coefficients[used] = np.where(np.abs(solution) > NOTHING * np.abs(mine[used]).max(axis=0), solution, 0.0)
        found.append(Part(name, part, signal, coefficients))
    return found
