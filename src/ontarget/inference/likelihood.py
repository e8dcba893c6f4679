"""The likelihood of several experiments in shared parameters."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment import Experiment, counts_of_many
from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, Vector, quantity, static
from ontarget.inference.basis import namespace
from ontarget.inference.degrees import Support, support
from ontarget.inference.expand import expand, in_blocks
from ontarget.inference.expansion import Expansion, check_inside, joint
from ontarget.inference.parameter import AbstractParameter, Parameter, Scale
from ontarget.inference.poisson import poisson
from ontarget.inference.prior import AbstractPrior


class Chain(Noun):
    """One experiment as a function of some parameters: put the values at their addresses, ask for the bins."""

    experiment: Any
    parameters: tuple[AbstractParameter, ...]
    targets: tuple[tuple[str, ...], ...] = static()

    def __call__(self, theta: Sequence[Any]) -> Float[Array, " bin"]:
        leaves = addresses(self.experiment)
        values: dict[str, Any] = {}
        for parameter, targets, value in zip(self.parameters, self.targets, theta, strict=True):
            for address in targets:
                values[address] = parameter.leaf(value, values.get(address, leaves[address]))
        return replace(self.experiment, values).bins()

    def many(self, thetas: Float[np.ndarray, "point parameter"]) -> Float[np.ndarray, "point bin"]:
        """The bins at many points, by the one compiled program that an experiment has."""
        if not isinstance(self.experiment, Experiment):
            return in_blocks(self, thetas)
        leaves = {address: np.asarray(leaf) for address, leaf in addresses(self.experiment).items()}
        values: dict[str, Any] = {}
        for parameter, targets, column in zip(self.parameters, self.targets, thetas.T, strict=True):
            for address in targets:
                before = values.get(address, leaves[address][None])
                at_each = column.reshape(-1, *[1] * leaves[address].ndim)
                values[address] = np.broadcast_to(
                    parameter.leaf(at_each, before), (len(thetas), *leaves[address].shape)
                )
        counts = counts_of_many(self.experiment, values, len(thetas))
        parts = [one.values.sum(axis=1) for one in counts.channels] + [one.values for one in counts.backgrounds]
        return np.sum(np.stack([np.asarray(one) for one in parts]), axis=0).reshape(len(thetas), -1)


class Likelihood(Noun):
    r"""Poisson counts of all experiments in one set of parameters, with priors.

    .. math:: -2\ln L(\theta) = \sum_i 2\,[\mu_i - n_i + n_i \ln(n_i/\mu_i)] + \sum_j \mathrm{pull}_j(\theta_j)^2

    Make one with `likelihood(experiments, parameters)`.

    Attributes
    ----------
    parameters : in the order of theta
    expansion : counts of all experiments, one after the other, valid in the box of the parameters
    start : theta of the start [parameter]
    data : observed counts [bin]
    experiments : names
    sizes : bins of each experiment
    errors : held-out error of each experiment's expansion, in Poisson standard deviations

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
        value, _, _ = poisson(self.expansion(theta), _like(theta, self.data))
        return value.sum(axis=-1) + self.constraint(theta)

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

    def split(self, counts: Any) -> list[np.ndarray]:
        """Counts of all bins, taken apart by experiment."""
        return np.split(np.asarray(counts), np.cumsum(self.sizes)[:-1])

    def asimov(self, **values: float) -> Likelihood:
        """The same likelihood with the expected counts as data."""
        return self.with_data(self.expected(**values))

    def with_data(self, data: Sequence[Any]) -> Likelihood:
        """The same likelihood with other observed counts, one array [bin] per experiment."""
        return dataclasses.replace(self, data=jnp.asarray(_checked(data, self.experiments, self.sizes)))

    def pseudo_data(self, key: Any, **values: float) -> list[np.ndarray]:
        """Poisson counts of each experiment, drawn at the start but for the values given; `key` is a JAX random key."""
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
    data : observed counts, one array per experiment; None for those expected at the start (Asimov data)
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
    marks = [fingerprint(chain, start[places].tobytes(), box[places].tobytes(), tolerance) for chain, places in chains]
    for mark, (chain, places) in zip(marks, chains, strict=True):
        if mark not in known:
            known[mark] = support(chain, start[places].tolist())
    # a shape in one experiment is a shape in all: one basis for the whole study
    shapes = {places[i] for mark, (_, places) in zip(marks, chains, strict=True) for i in known[mark][1]}
    parts = []
    for mark, (chain, places) in zip(marks, chains, strict=True):
        shaped = tuple(parameters[i].name for i in places if i in shapes)
        if (mark, shaped) not in known:
            monomials = known[mark] if len(shaped) == len(known[mark][1]) else None
            known[mark, shaped] = _expanded(chain, box[places], start[places].tolist(), tolerance, shaped, monomials)
        parts.append(known[mark, shaped])
    expansion = joint(parts, [one.name for one in parameters], box[:, 0], box[:, 1])
    sizes = tuple(part.coefficients.shape[1] for part in parts)
    names, errors = [one.name for one in experiments], tuple(part.error for part in parts)
    counts = expansion(start) if data is None else _checked(data, names, sizes)
    return Likelihood(parameters, expansion, jnp.asarray(start), jnp.asarray(counts), tuple(names), sizes, errors)


def fingerprint(chain: Chain, *more: Any) -> str:
    """A hash of everything that the counts of a chain depend on: its structure, its numbers, and what else is given."""
    leaves, structure = jax.tree.flatten(chain)
    found = hashlib.sha256(repr((str(structure), more)).encode())
    for leaf in leaves:
        found.update(np.asarray(leaf).tobytes())
    return found.hexdigest()


def _expanded(
    chain: Chain,
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
) -> tuple[Chain, list[int]]:
    """The experiment as a function of the parameters that touch it, and which these are."""
    prefix = experiment.name + "."
    inner = [tuple(one.removeprefix(prefix) for one in found if one.startswith(prefix)) for found in targets]
    places = [index for index, found in enumerate(inner) if found]
    places.sort(key=lambda index: isinstance(parameters[index], Scale))  # first what replaces, then what multiplies
    return Chain(experiment, tuple(parameters[i] for i in places), tuple(inner[i] for i in places)), places


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
