"""The likelihood of several experiments in shared parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, Vector, namespace, quantity, static
from ontarget.inference.expansion.expansion import Expansion, check_inside
from ontarget.inference.likelihood.parameter import AbstractParameter
from ontarget.inference.likelihood.poisson import poisson
from ontarget.inference.likelihood.prior import AbstractPrior
from ontarget.inference.likelihood.sideband import Profiled, Sidebands


class Likelihood(Noun):
    r"""Poisson counts of all experiments in one set of parameters, with priors.

    .. math:: -2\ln L(\theta) = \sum_i 2\,[\mu_i - n_i + n_i \ln(n_i/\mu_i)] + \sum_j \mathrm{pull}_j(\theta_j)^2

    Backgrounds that were counted in a sideband add terms like the first, for the counts there, and are at their best
    everywhere (`Sidebands`).

    Make one with `likelihood(experiments, parameters)`.

    Attributes
    ----------
    parameters : in the order of theta
    expansion : counts of all experiments, one after the other, valid in the box of the parameters
    start : theta of the start [parameter]
    data : observed counts [bin], then those in the sidebands [group]
    experiments : names
    sizes : bins of each experiment
    errors : held-out error of each experiment's expansion, in Poisson standard deviations
    sideband : of the backgrounds that were counted in one, if any were
    given : the parameters with their priors as they were given, where Asimov data have moved these; else None

    References
    ----------
    Baker:1983tu
    """

    parameters: tuple[AbstractParameter, ...]
    expansion: Expansion
    start: Vector = quantity()
    data: Vector = quantity()
    experiments: tuple[str, ...] = static()
    sizes: tuple[int, ...] = static()
    errors: tuple[float, ...] = static()
    sideband: Sidebands | None = None
    given: tuple[AbstractParameter, ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.expansion.names

    def theta(self, values: Mapping[str, Any]) -> np.ndarray:
        """The start, with the values given by name put in; names and box are checked."""
        self.check_names(values)
        theta = np.array(self.start)
        for name, value in values.items():
            theta[self.names.index(name)] = float(value)
        check_inside(self.names, self.expansion.low, self.expansion.high, theta)
        return theta

    def check_names(self, names: Any) -> None:
        """Refuse a name that is none of the parameters."""
        for name in names:
            if name not in self.names:
                raise InputError(
                    "parameter", repr(name), "The likelihood has no such one.", did_you_mean(name, self.names)
                )

    def minus_two_log(self, theta: Any) -> Any:
        """-2 ln L at theta [..., parameter]; numpy or JAX."""
        found = self.profiled(theta, polish=True)
        data = _like(theta, self.data)[..., : self.bins]
        return poisson(found.means, data)[0].sum(axis=-1) + found.value.sum(axis=-1) + self.constraint(theta)

    def profiled(self, theta: Any, *, polish: bool = False) -> Profiled:
        """Expected counts at theta [..., parameter] and the backgrounds of the sidebands at their best for the data."""
        counts, data = self.expansion(theta), _like(theta, self.data)
        if self.sideband is None:
            none = namespace(theta).zeros((*theta.shape[:-1], 0))
            return Profiled(none, counts, none)
        return jax.tree.map(partial(_like, theta), self.sideband).profiled(counts, data, polish=polish)

    def means(self, theta: Any) -> Any:
        """Expected counts at theta [..., parameter] of all bins and sidebands, [..., bin + group].

        Backgrounds of sidebands are at their best for the data: pseudo-experiments are drawn from these numbers.
        """
        found = self.profiled(theta)
        if self.sideband is None:
            return found.means
        return namespace(theta).concatenate([found.means, found.beta / _like(theta, self.sideband.ratio)], axis=-1)

    def constraint(self, theta: Any) -> Any:
        """The priors' part of -2 ln L at theta [..., parameter]."""
        total = namespace(theta).zeros(theta.shape[:-1])
        for index, parameter in enumerate(self.parameters):
            prior = jax.tree.map(lambda leaf: _like(theta, leaf), parameter.prior)
            total = total + prior.minus_two_log(theta[..., index])
        return total

    def expected(self, **values: float) -> list[np.ndarray]:
        """Expected counts of each experiment [bin], at the start but for the values given by name."""
        return self.split(self.expansion(self.theta(values)))

    @property
    def bins(self) -> int:
        """Bins of all experiments."""
        return sum(self.sizes)

    def split(self, counts: Any) -> list[np.ndarray]:
        """Counts of all bins, taken apart by experiment; those of the sidebands are left out."""
        return np.split(np.asarray(counts)[: self.bins], np.cumsum(self.sizes)[:-1])

    def asimov(self, **values: float) -> Likelihood:
        """The same likelihood with the expected counts as data; sidebands hold what they hold in the experiments.

        Priors stay as they are: what is known of parameters from outside does not follow the values given.
        """
        aside = None if self.sideband is None else self.sideband.counts
        return dataclasses.replace(self, data=self._joined(self.expected(**values), aside))

    def with_data(self, data: Sequence[Any], sidebands: Any = None) -> Likelihood:
        """The same likelihood with other observed counts, one array [bin] per experiment, and priors as given.

        sidebands : counts in the sidebands [group]; None for those that it has
        """
        parameters = self.given or self.parameters
        return dataclasses.replace(self, data=self._joined(data, sidebands), parameters=parameters, given=None)

    def _joined(self, data: Sequence[Any], sidebands: Any) -> Vector:
        """Counts of all bins and sidebands, checked; those of the sidebands as they are where none are given."""
        aside = np.asarray(self.data)[self.bins :] if sidebands is None else sidebands
        bins = checked(data, self.experiments, self.sizes)
        aside = checked([aside], ["the sidebands"], [len(self.data) - self.bins])
        return jnp.asarray(np.concatenate([bins, aside]))

    def pseudo_data(self, key: Any, **values: float) -> list[np.ndarray]:
        """Poisson counts of each experiment, drawn at the start but for the values given; `key` is a JAX random key.

        Counts in sidebands are not drawn.
        """
        words = np.asarray(jax.random.key_data(key)).ravel()
        random = np.random.default_rng([int(word) for word in words])
        return [random.poisson(np.maximum(one, 0.0)).astype(float) for one in self.expected(**values)]


def checked(data: Sequence[Any], names: Sequence[str], sizes: Sequence[int]) -> np.ndarray:
    """Observed counts of all experiments in one array; shapes and signs are checked."""
    if len(data) != len(sizes):
        truth = f"There are {len(sizes)} experiments: {', '.join(names)}."
        raise InputError("data", f"{len(data)} arrays", truth, "Give one array of counts for each.")
    arrays = [np.asarray(one, float).ravel() for one in data]
    for name, array, size in zip(names, arrays, sizes, strict=True):
        if len(array) != size:
            raise InputError(f"data of {name!r}", f"{len(array)} bins", f"It has {size}.", "Give one count per bin.")
        if not (np.isfinite(array) & (array >= 0)).all():
            bad = array[~(np.isfinite(array) & (array >= 0))][0]
            raise InputError(f"data of {name!r}", f"{bad:g}", "Counts are finite and not negative.", "Mend the data.")
    return np.concatenate(arrays)


def centred(
    parameters: Sequence[AbstractParameter], theta: np.ndarray, which: Sequence[bool] | None = None
) -> tuple[AbstractParameter, ...]:
    """Parameters with their priors centred at theta, all or some: what outside measurements are in an Asimov world."""
    found = []
    for index, (one, value) in enumerate(zip(parameters, theta, strict=True)):
        shift = float(np.asarray(jax.tree.map(np.asarray, one.prior).pull(np.asarray(value))))
        moves = (which is None or which[index]) and shift != 0.0
        found.append(eqx.tree_at(lambda old: old.prior, one, one.prior.moved(shift)) if moves else one)
    return tuple(found)


def host_priors(likelihood: Likelihood) -> list[AbstractPrior]:
    """The priors with their numbers as numpy: what runs on the host then compiles nothing."""
    return jax.tree.map(np.asarray, [one.prior for one in likelihood.parameters])


def _like(theta: Any, leaf: Any) -> Any:
    """`leaf` as numpy where theta is numpy: what runs on the host then compiles nothing."""
    return leaf if isinstance(theta, jax.Array) else np.asarray(leaf)
