"""One experiment as a function of the parameters that touch it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment import Counts, Experiment, batched_counts
from ontarget.ground.address import addresses, replace
from ontarget.ground.noun import Noun, static
from ontarget.inference.expansion.expand import in_blocks
from ontarget.inference.likelihood.parameter import AbstractParameter, Scale


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


def chain_of(experiment: Any, parameters: Sequence[AbstractParameter]) -> ParametrisedExperiment:
    """One experiment as a function of those of the parameters that touch it."""
    return touched(experiment, parameters, [one.targets((experiment,)) for one in parameters])[0]


def touched(
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


def fingerprint(chain: ParametrisedExperiment, *more: Any) -> str:
    """A hash of everything that the counts of a chain depend on: its structure, its numbers, and what else is given."""
    leaves, structure = jax.tree.flatten(chain)
    found = hashlib.sha256(repr((str(structure), more)).encode())
    for leaf in leaves:
        found.update(np.asarray(leaf).tobytes())
    return found.hexdigest()
