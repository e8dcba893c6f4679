"""Counts of several experiments as functions of parameters and of design numbers, with exact derivatives by both."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Vector, quantity, static
from ontarget.ground.program import program
from ontarget.inference.likelihood.parameter import AbstractParameter

BLOCK = 64
"""Designs per call of the compiled program; of a block that is not full only the rows asked for are computed."""


class AbstractDesign(Noun):
    """What a design number changes."""

    @abstractmethod
    def values(self, design: Float[Array, " free"]) -> dict[str, Any]:
        """The numbers to put at addresses, experiments' names first; traced where the design is."""


class Linear(NamedTuple):
    """Expected counts [row, bin] of all experiments, and their derivatives by each parameter [row, parameter, bin]."""

    means: Float[np.ndarray, "row bin"]
    rates: Float[np.ndarray, "row parameter bin"]


class Moving(NamedTuple):
    """Counts and their rates at one design, and the derivatives of both by its free numbers."""

    means: Float[np.ndarray, " bin"]
    rates: Float[np.ndarray, "parameter bin"]
    means_by: Float[np.ndarray, "free bin"]
    rates_by: Float[np.ndarray, "free parameter bin"]


class Planned(Noun):
    """One experiment as a function of the parameters that touch it, and of a design.

    The design is put in first, so that a parameter that multiplies acts on what is planned.
    """

    experiment: Any
    parameters: tuple[AbstractParameter, ...]
    design: AbstractDesign
    targets: tuple[tuple[str, ...], ...] = static()

    def __call__(self, theta: Float[Array, " parameter"], design: Float[Array, " free"]) -> Float[Array, " bin"]:
        prefix = self.experiment.name + "."
        every = self.design.values(design)
        values = {key.removeprefix(prefix): one for key, one in every.items() if key.startswith(prefix)}
        leaves = addresses(self.experiment)
        for index, (parameter, found) in enumerate(zip(self.parameters, self.targets, strict=True)):
            for address in found:
                values[address] = parameter.leaf(theta[index], values.get(address, leaves[address]))
        return replace(self.experiment, values).bins()

    def rates(
        self, theta: Float[Array, " parameter"], design: Float[Array, " free"]
    ) -> tuple[Float[Array, " bin"], Float[Array, "parameter bin"]]:
        """Counts, and their derivatives by the parameters."""

        def along(unit: Float[Array, " parameter"]) -> tuple[Any, Any]:
            return jax.jvp(lambda one: self(one, design), (theta,), (unit,))

        return jax.vmap(along, out_axes=(None, 0))(jnp.eye(len(theta)))


class Forecast(Noun):
    r"""What experiments will count: :math:`\mu_b(\theta, x)` and its derivatives, exact, at any design x.

    Nothing is expanded: derivatives are those of the chain itself, forwards by both, hence also the mixed second
    ones, by which a Fisher information follows the design. One compiled program per experiment for counts and rates
    at many designs, and one for the derivatives by the design.

    Attributes
    ----------
    planned : the experiments
    places : which of the parameters touch each
    parameters : of interest, then nuisances
    start : of the parameters, where Asimov data are made
    """

    planned: tuple[Planned, ...]
    parameters: tuple[AbstractParameter, ...]
    start: Vector = quantity()
    places: tuple[tuple[int, ...], ...] = static()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(one.name for one in self.parameters)

    def linear(
        self, designs: Float[np.ndarray, "row free"], thetas: Float[np.ndarray, "row parameter"] | None = None
    ) -> Linear:
        """Counts and rates at many designs, and at the start or at parameters of each."""
        thetas = (
            np.broadcast_to(np.asarray(self.start), (len(designs), len(self.parameters))) if thetas is None else thetas
        )
        parts = []
        for planned, places in zip(self.planned, self.places, strict=True):
            means, some = _in_blocks(planned, thetas[:, list(places)], designs)
            rates = np.zeros((len(designs), len(self.parameters), means.shape[1]))
            rates[:, list(places)] = some
            parts.append((means, rates))
        means, rates = zip(*parts, strict=True)
        return Linear(np.concatenate(means, axis=1), np.concatenate(rates, axis=2))

    def moving(
        self, design: Float[np.ndarray, " free"], theta: Float[np.ndarray, " parameter"] | None = None
    ) -> Moving:
        """Counts, rates, and how both move with the design."""
        theta = np.asarray(self.start) if theta is None else theta
        parts = []
        for planned, places in zip(self.planned, self.places, strict=True):
            found = _moving(planned, jnp.asarray(theta[list(places)]), jnp.asarray(design))
            means, some, means_by, some_by = (np.asarray(one) for one in found)
            rates = np.zeros((len(self.parameters), len(means)))
            rates_by = np.zeros((len(design), *rates.shape))
            rates[list(places)], rates_by[:, list(places)] = some, some_by
            parts.append((means, rates, means_by, rates_by))
        return Moving(*(np.concatenate(one, axis=-1) for one in zip(*parts, strict=True)))

    def known(self) -> np.ndarray:
        """What priors know of each parameter at the start: one over a variance [parameter]."""
        start = np.asarray(self.start)
        return np.array([float(one.prior.rate(at)) ** 2 for one, at in zip(self.parameters, start, strict=True)])


def forecast(
    experiments: Sequence[Any], parameters: Sequence[AbstractParameter], design: AbstractDesign, today: Any
) -> Forecast:
    """The forecast of experiments for what is asked of them.

    Parameters
    ----------
    experiments : each with a `name` of its own and a method `bins()`
    parameters : of interest, then nuisances
    design : what its free numbers change; these addresses and those of the parameters may be the same
    today : the free numbers as they are [free], for the addresses that they move
    """
    experiments, parameters = tuple(experiments), tuple(parameters)
    moved = list(design.values(jnp.asarray(today)))
    targets = [one.targets(experiments) for one in parameters]
    planned, places = [], []
    for experiment in experiments:
        _check_predicted(experiment)
        prefix = experiment.name + "."
        mine = [tuple(one.removeprefix(prefix) for one in found if one.startswith(prefix)) for found in targets]
        touching = tuple(index for index, found in enumerate(mine) if found)
        if isinstance(experiment, AbstractExperiment):
            every = [one for found in mine for one in found]
            every += [one.removeprefix(prefix) for one in moved if one.startswith(prefix)]
            experiment = experiment.precomputed_for(every)
        some = tuple(parameters[index] for index in touching)
        planned.append(Planned(experiment, some, design, tuple(mine[index] for index in touching)))
        places.append(touching)
    start = jnp.asarray([one.initial(experiments) for one in parameters])
    return Forecast(tuple(planned), parameters, start, tuple(places))


def _check_predicted(experiment: Any) -> None:
    """Refuse backgrounds counted in a sideband: what was counted belongs to the design that there was."""
    if getattr(experiment, "sidebands", None) is not None and experiment.sidebands():
        truth = "A sideband was counted with the detector as it is, and says nothing of another one."
        raise InputError(experiment.name, "a background with a sideband", truth, "Give that background as a rate.")


def _in_blocks(
    planned: Planned, thetas: Float[np.ndarray, "row parameter"], designs: Float[np.ndarray, "row free"]
) -> tuple[np.ndarray, np.ndarray]:
    """Counts [row, bin] and rates [row, parameter, bin], block by block."""
    parts = []
    for low in range(0, len(designs), BLOCK):
        size = min(BLOCK, len(designs) - low)
        block = [_block(one[low : low + size]) for one in (thetas, designs)]
        found = _rates(planned, block[0], block[1], jnp.asarray(size))
        parts.append([np.asarray(one)[:size] for one in found])
    means, rates = zip(*parts, strict=True)
    return np.concatenate(means), np.concatenate(rates)


def _block(rows: np.ndarray) -> Array:
    """A full block, filled up with copies of the last row."""
    return jnp.asarray(np.concatenate([rows, np.repeat(rows[-1:], BLOCK - len(rows), axis=0)]))


@program
def _rates(
    planned: Planned,
    thetas: Float[Array, "block parameter"],
    designs: Float[Array, "block free"],
    rows: Int[Array, ""],
) -> tuple[Float[Array, "block bin"], Float[Array, "block parameter bin"]]:
    """The first `rows` rows, one after the other; the rest is zero."""

    def one(index: Int[Array, ""]) -> tuple[Array, Array]:
        return planned.rates(thetas[index], designs[index])

    shapes = jax.eval_shape(one, jnp.asarray(0))
    empty = tuple(jnp.zeros((BLOCK, *shape.shape)) for shape in shapes)
    return jax.lax.fori_loop(
        0, rows, lambda i, done: tuple(out.at[i].set(new) for out, new in zip(done, one(i), strict=True)), empty
    )


@program
def _moving(
    planned: Planned, theta: Float[Array, " parameter"], design: Float[Array, " free"]
) -> tuple[
    Float[Array, " bin"], Float[Array, "parameter bin"], Float[Array, "free bin"], Float[Array, "free parameter bin"]
]:
    """Counts and rates, and their derivatives by the design, all forwards."""

    def along(unit: Float[Array, " free"]) -> tuple[Any, Any]:
        return jax.jvp(lambda one: planned.rates(theta, one), (design,), (unit,))

    (means, rates), (means_by, rates_by) = jax.vmap(along, out_axes=((None, None), 0))(jnp.eye(len(design)))
    return means, rates, means_by, rates_by
