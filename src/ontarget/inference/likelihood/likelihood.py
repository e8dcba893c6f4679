"""The likelihood of several experiments in shared parameters."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment import Counts, Experiment, batched_counts
from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, Vector, quantity, static
from ontarget.inference.expansion.basis import namespace
from ontarget.inference.expansion.expand import expand, in_blocks
from ontarget.inference.expansion.expansion import Expansion, check_inside, joint
from ontarget.inference.expansion.support import Support, polynomial_support
from ontarget.inference.likelihood.parameter import AbstractParameter, Parameter, Scale
from ontarget.inference.likelihood.poisson import poisson
from ontarget.inference.likelihood.prior import AbstractPrior
from ontarget.inference.likelihood.sideband import Profiled, Sidebands, gathered


class ParametrisedExperiment(Noun):
    """One experiment as a function of some parameters: put the values at their addresses, ask for the bins."""

    experiment: Any
    parameters: tuple[AbstractParameter, ...]
    targets: tuple[tuple[str, ...], ...] = static()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(one.name for one in self.parameters)

    def __call__(self, theta: Sequence[Any]) -> Float[Array, " bin"]:
        return self.at(theta).bins()

    def at(self, theta: Any) -> Any:
        """The experiment with these values."""
        leaves = addresses(self.experiment)
        values: dict[str, Any] = {}
        for parameter, targets, value in zip(self.parameters, self.targets, theta, strict=True):
            for address in targets:
                values[address] = parameter.leaf(value, values.get(address, leaves[address]))
        return replace(self.experiment, values)

    def precomputed(self) -> ParametrisedExperiment:
        """The same with all computed that the parameters leave alone, where the experiment knows of such."""
        settle = getattr(self.experiment, "precomputed_for", None)
        if settle is None:
            return self
        return dataclasses.replace(self, experiment=settle(one for each in self.targets for one in each))

    def many(self, thetas: Float[np.ndarray, "point parameter"]) -> Float[np.ndarray, "point bin"]:
        """The bins at many points, by the one compiled program that an experiment has."""
        if not isinstance(self.experiment, Experiment):
            return in_blocks(self, thetas)
        counts = self.counts(thetas)
        parts = [one.values.sum(axis=1) for one in counts.channels] + [one.values for one in counts.backgrounds]
        return np.sum(np.stack([np.asarray(one) for one in parts]), axis=0).reshape(len(thetas), -1)

    def counts(self, thetas: Float[np.ndarray, "point parameter"]) -> Counts:
        """Counts with a leading axis [point]."""
        leaves = {address: np.asarray(leaf) for address, leaf in addresses(self.experiment).items()}
        values: dict[str, Any] = {}
        for parameter, targets, column in zip(self.parameters, self.targets, thetas.T, strict=True):
            for address in targets:
                before = values.get(address, leaves[address][None])
                at_each = column.reshape(-1, *[1] * leaves[address].ndim)
                values[address] = np.broadcast_to(
                    parameter.leaf(at_each, before), (len(thetas), *leaves[address].shape)
                )
        return batched_counts(self.experiment, values, len(thetas))


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
        """The same likelihood with the expected counts as data; sidebands hold what they hold in the experiments."""
        return self.with_data(self.expected(**values), None if self.sideband is None else self.sideband.counts)

    def with_data(self, data: Sequence[Any], sidebands: Any = None) -> Likelihood:
        """The same likelihood with other observed counts, one array [bin] per experiment.

        sidebands : counts in the sidebands [group]; None for those that it has
        """
        aside = np.asarray(self.data)[self.bins :] if sidebands is None else sidebands
        bins = _checked(data, self.experiments, self.sizes)
        aside = _checked([aside], ["the sidebands"], [len(self.data) - self.bins])
        return dataclasses.replace(self, data=jnp.asarray(np.concatenate([bins, aside])))

    def pseudo_data(self, key: Any, **values: float) -> list[np.ndarray]:
        """Poisson counts of each experiment, drawn at the start but for the values given; `key` is a JAX random key.

        Counts in sidebands are not drawn.
        """
        words = np.asarray(jax.random.key_data(key)).ravel()
        random = np.random.default_rng([int(word) for word in words])
        return [random.poisson(np.maximum(one, 0.0)).astype(float) for one in self.expected(**values)]


def likelihood(
    experiments: Any,
    parameters: Sequence[AbstractParameter],
    data: Sequence[Any] | None = None,
    *,
    tolerance: float = 1e-6,
    known: MutableMapping[Any, Any] | None = None,
) -> Likelihood:
    """Build the likelihood: the counts of every experiment, expanded in the parameters that touch it.

    Parameters
    ----------
    experiments : one noun or several, each with a `name` of its own and a method `bins()`
    parameters : what the study frees
    data : observed counts, one array per experiment; None for what each experiment observed and, where it holds
        nothing of the kind, what is expected at the start (Asimov data, see also `Likelihood.asimov`)
    tolerance : largest error of an expansion anywhere in the box, in Poisson standard deviations
    known : a dict that the caller keeps: expansions are put there, and taken from there when asked for again
    """
    known = {} if known is None else known
    experiments = tuple(experiments) if isinstance(experiments, (tuple, list)) else (experiments,)
    _check_unique("experiment", [one.name for one in experiments])
    _check_unique("parameter", [one.name for one in parameters])
    parameters = tuple(parameters)
    targets = [one.targets(experiments) for one in parameters]
    _check_targets(parameters, targets)
    start = np.array([one.initial(experiments) for one in parameters])
    box = np.array([[float(one.low), float(one.high)] for one in parameters]).reshape(-1, 2)
    chains = [_chain(one, parameters, targets) for one in experiments]
    precomputed = cache(lambda index: chains[index][0].precomputed())
    marks = [fingerprint(chain, start[places].tobytes(), box[places].tobytes(), tolerance) for chain, places in chains]
    for index, (mark, (_, places)) in enumerate(zip(marks, chains, strict=True)):
        if mark not in known:
            known[mark] = polynomial_support(precomputed(index), start[places].tolist())
    # a shape in one experiment is a shape in all: one basis for the whole study
    shapes = {places[i] for mark, (_, places) in zip(marks, chains, strict=True) for i in known[mark][1]}
    parts = []
    for index, (mark, (_, places)) in enumerate(zip(marks, chains, strict=True)):
        shaped = tuple(parameters[i].name for i in places if i in shapes)
        if (mark, shaped) not in known:
            monomials = known[mark] if len(shaped) == len(known[mark][1]) else None
            known[mark, shaped] = _expanded(
                precomputed(index), box[places], start[places].tolist(), tolerance, shaped, monomials
            )
        parts.append(known[mark, shaped])
    expansion = joint(parts, [one.name for one in parameters], box[:, 0], box[:, 1])
    sizes = tuple(part.coefficients.shape[1] for part in parts)
    names, errors = [one.name for one in experiments], tuple(part.error for part in parts)
    if data is None:
        expected = np.split(expansion(start), np.cumsum(sizes)[:-1])
        data = [_observed(one, counts) for one, counts in zip(experiments, expected, strict=True)]
    counts = _checked(data, names, sizes)
    sidebands = _gathered(names, sizes, chains, start, box)
    if sidebands is not None:
        counts = np.concatenate([counts, sidebands.counts])
    arrays = jnp.asarray(start), jnp.asarray(counts)
    return Likelihood(parameters, expansion, *arrays, tuple(names), sizes, errors, sidebands)


def fingerprint(chain: ParametrisedExperiment, *more: Any) -> str:
    """A hash of everything that the counts of a chain depend on: its structure, its numbers, and what else is given."""
    leaves, structure = jax.tree.flatten(chain)
    found = hashlib.sha256(repr((str(structure), more)).encode())
    for leaf in leaves:
        found.update(np.asarray(leaf).tobytes())
    return found.hexdigest()


def chain_of(experiment: Any, parameters: Sequence[AbstractParameter]) -> ParametrisedExperiment:
    """One experiment as a function of those of the parameters that touch it."""
    return _chain(experiment, parameters, [one.targets((experiment,)) for one in parameters])[0]


def _expanded(
    chain: ParametrisedExperiment,
    box: np.ndarray,
    start: list[float],
    tolerance: float,
    shapes: Sequence[str],
    monomials: Support | None,
) -> Expansion:
    names = [one.name for one in chain.parameters]
    try:
        return expand(chain, names, box, start, tolerance=tolerance, shapes=shapes, monomials=monomials)
    except InputError as error:
        raise error.within(f"experiment {chain.experiment.name!r}") from None


def _chain(
    experiment: Any, parameters: Sequence[AbstractParameter], targets: Sequence[tuple[str, ...]]
) -> tuple[ParametrisedExperiment, list[int]]:
    """The experiment as a function of the parameters that touch it, and which these are."""
    prefix = experiment.name + "."
    inner = [tuple(one.removeprefix(prefix) for one in found if one.startswith(prefix)) for found in targets]
    places = [index for index, found in enumerate(inner) if found]
    places.sort(key=lambda index: isinstance(parameters[index], Scale))  # first what replaces, then what multiplies
    return ParametrisedExperiment(
        experiment, tuple(parameters[i] for i in places), tuple(inner[i] for i in places)
    ), places


def _observed(experiment: Any, expected: np.ndarray) -> Any:
    """What an experiment observed, or what it expects where it holds nothing of the kind."""
    observed = getattr(experiment, "observed", None)
    return expected if observed is None else observed


def _gathered(
    names: Sequence[str],
    sizes: Sequence[int],
    chains: Sequence[tuple[ParametrisedExperiment, list[int]]],
    start: np.ndarray,
    box: np.ndarray,
) -> Sidebands | None:
    """The sidebands of all experiments, at the start."""
    corners = [np.stack([start[places], box[places, 0], box[places, 1]]) for _, places in chains]
    return gathered(names, sizes, [chain.at for chain, _ in chains], [chain.names for chain, _ in chains], corners)


def _check_unique(kind: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{kind} name", repr(name), "Two share it.", "Give each a name of its own.")
        if kind == "experiment" and "." in name:
            raise InputError(f"{kind} name", repr(name), "A dot separates words of an address.", "Leave dots out.")


def _check_targets(parameters: Sequence[AbstractParameter], targets: Sequence[tuple[str, ...]]) -> None:
    owner: dict[str, str] = {}
    for parameter, found in zip(parameters, targets, strict=True):
        for address in found if isinstance(parameter, Parameter) else ():
            other = owner.setdefault(address, parameter.name)
            if other != parameter.name:
                got = f"{address}, which {other!r} already sets"
                remedy = "Narrow one of the addresses, or use a Scale."
                raise InputError(f"parameter {parameter.name!r}.address", got, "One number has one value.", remedy)


def _checked(data: Sequence[Any], names: Sequence[str], sizes: Sequence[int]) -> np.ndarray:
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


def host_priors(likelihood: Likelihood) -> list[AbstractPrior]:
    """The priors with their numbers as numpy: what runs on the host then compiles nothing."""
    return jax.tree.map(np.asarray, [one.prior for one in likelihood.parameters])


def _like(theta: Any, leaf: Any) -> Any:
    """`leaf` as numpy where theta is numpy: what runs on the host then compiles nothing."""
    return leaf if isinstance(theta, jax.Array) else np.asarray(leaf)
