"""The flux of a decay tunnel to a wanted precision: as many lattices of each component as it takes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt64

from ontarget.ground.program import program
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.lattice import shifts
from ontarget.source.flux import Flux
from ontarget.source.site import BeamSite
from ontarget.source.tag import AbstractTag
from ontarget.source.tunnel.component import Component, histogram, worth_by_cell
from ontarget.source.tunnel.decay_tunnel import DecayTunnel, check_held, matters, worst_error
from ontarget.source.tunnel.grid import Grid
from ontarget.source.tunnel.importance import Importance, adapt, evenly
from ontarget.source.tunnel.tally import Tally

PILOT = 8
"""Lattices of each component before it is known which of them matter."""

WORTH_LEARNING = 4
"""How many times the pilot's lattices must be needed before it pays to learn which rays matter."""

AT_ONCE = min(os.cpu_count() or 1, 4)
"""Lattices that are counted at the same time."""

MARGIN = 1.04
"""More lattices than the errors so far ask for, to be done at once."""

MOST_AT_ONCE = 3
"""How many times more lattices than there are may be planned in one go: errors of a few lattices are rough."""


class Simulation:
    """The lattices counted so far of every component of a source at one site, and those that are planned.

    Lattice r of component i has a shift of its own, made from (seed, i, r): what was counted does not depend on the
    order, on the number of chunks, or on interruptions. Memory does not grow with the rays. Where a pilot shows that
    many are needed, it is learnt which rays matter; the pilot is forgotten, and these rays are drawn more often.

    Parameters
    ----------
    source, site, tag : what is counted, and where
    """

    def __init__(self, source: DecayTunnel, site: BeamSite, tag: AbstractTag) -> None:
        self.source, self.site, self.tag = source, site, tag
        self.components = tuple(part for one in source.components() for part in one.apart)
        self.grid = source.grid(site, tag)
        self.tallies = [Tally.empty((len(one.labels), *self.grid.shape)) for one in self.components]
        self.maps = [evenly(one.dimensions(source.beam)) for one in self.components]
        self.learnt = 0
        self.left: list[tuple[int, int]] = []

    def shift(self, i: int, unit: int) -> Array:
        """Of a lattice of a component; after learning, other ones than before."""
        words = (self.source.seed, i, unit) + (self.learnt,) * (self.learnt > 0)
        return jnp.asarray(shifts(words, self.components[i].dimensions(self.source.beam)))

    def count(self) -> None:
        """Count the first of the lattices that are left: pairs of a component's number and the lattice's."""
        self.add(self.lattice(*self.left[0]))

    def lattice(self, i: int, unit: int) -> np.ndarray:
        """One lattice of a component; changes nothing, so that several may be counted at the same time."""
        return np.asarray(_counted(self.components[i], self.source, self.grid, self.shift(i, unit), self.maps[i]))

    def add(self, found: np.ndarray) -> None:
        """What was counted with the first of the lattices that are left."""
        self.tallies[self.left[0][0]].add(found)
        del self.left[0]

    def split(self, chunks: int) -> list[Simulation]:
        """Simulations that have counted nothing and share what is left here; `join` them when they are done."""
        parts = [self._empty() for _ in range(chunks)]
        for i, part in enumerate(parts):
            part.left = self.left[len(self.left) * i // chunks : len(self.left) * (i + 1) // chunks]
        self.left = []
        return parts

    def _empty(self) -> Simulation:
        """One that has counted nothing, and has learnt what this one has."""
        other = Simulation(self.source, self.site, self.tag)
        other.maps, other.learnt = self.maps, self.learnt
        return other

    def joined(self, parts: Iterable[Simulation]) -> Simulation:
        """This one and others of other lattices, all of which stay as they are."""
        every = self._empty()
        for part in (self, *parts):
            every.join(part)
        return every

    def join(self, other: Simulation) -> None:
        """Add what another simulation of the same source has counted of other lattices, and what it has not."""
        for mine, theirs in zip(self.tallies, other.tallies, strict=True):
            mine.join(theirs)
        self.left = self.left + other.left

    def plan(self, precision: float) -> list[tuple[int, int]]:
        """The lattices still to be counted for a relative error in every node that holds 0.3 % of its flavour's flux.

        Shared so that the error falls fastest for the time spent (Neyman): in proportion to the standard deviation of
        one lattice of a component over the root of what it costs (a decay after a daughter some three times one at
        once), at the node that is furthest from its goal. Depends on what was counted alone.
        """
        done = np.array([tally.units for tally in self.tallies])
        if min(done) < PILOT:
            return [(i, unit) for i, units in enumerate(done) for unit in range(units, max(units, PILOT))]
        parts, goal, excess = self._missing(precision)
        if excess.max() <= 1:
            return []
        row, node = np.unravel_index(excess.argmax(), excess.shape)
        cost = np.sqrt([len(one.direct) + 3 * len(one.followed) for one in self.components])
        single = np.sqrt(parts[:, row, node] * done)
        wanted = np.ceil(MARGIN * single / cost * (single * cost).sum() / goal[row, node]).astype(int)
        ends = np.maximum(done, np.minimum(wanted, MOST_AT_ONCE * done))
        return [(i, unit) for i, (units, end) in enumerate(zip(done, ends, strict=True)) for unit in range(units, end)]

    def _missing(self, precision: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Variances by component, those wanted, and how many times too large they are where it matters."""
        values = np.asarray(self.flux().values.sum(axis=(2, 3)))
        parts = np.stack([self._by_flavour(i)[1].sum(axis=2) for i in range(len(self.components))])
        goal = (precision * values) ** 2
        return parts, goal, np.where(matters(values), parts.sum(axis=0) / np.where(goal > 0, goal, 1.0), 0.0)

    def learn(self, precision: float) -> None:
        """After a pilot that is far from the precision: find which rays matter, and start anew with more of these."""
        if self.learnt or min(tally.units for tally in self.tallies) < PILOT:
            return
        _, goal, excess = self._missing(precision)
        if excess.max() < WORTH_LEARNING:
            return
        wanted = jnp.asarray(np.where(excess > 0, excess / np.where(goal > 0, goal, 1.0), 0.0))
        self.maps = [adapt(self._worth_by_cell(i, wanted)) for i in range(len(self.components))]
        self.learnt = 1
        self.tallies = [Tally.empty((len(one.labels), *self.grid.shape)) for one in self.components]

    def _worth_by_cell(self, i: int, wanted: Float[Array, "flavour energy"]) -> np.ndarray:
        """What the pilot's lattices of a component are worth, [dimension cell]."""
        where = self.components[i], self.source, self.grid
        return np.stack([_worth(*where, self.shift(i, unit), wanted) for unit in range(PILOT)]).sum(axis=0)

    def _by_flavour(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean [flavour energy path tag] and its variance [flavour energy tag] of one component."""
        component, tally = self.components[i], self.tallies[i]
        counted = jnp.asarray(tally.mean()), jnp.asarray(tally.variance())
        means, variances = (np.asarray(one) for one in self.grid.in_tag_bins(component.origins, *counted))
        mean, variance = (np.zeros((len(FLAVOURS), *one.shape[1:])) for one in (means, variances))
        rows = [FLAVOURS.index(neutrino) for neutrino in component.neutrinos]
        np.add.at(mean, rows, means)
        np.add.at(variance, rows, variances)
        return mean, variance

    def flux(self) -> Flux:
        """What was counted, with its statistical error."""
        parts = [self._by_flavour(i) for i in range(len(self.components))]
        values, variance = sum(mean for mean, _ in parts), sum(variance for _, variance in parts)
        arrays = jnp.asarray(values), jnp.asarray(np.sqrt(variance))
        outside = np.zeros((len(FLAVOURS), 2))
        for component, tally in zip(self.components, self.tallies, strict=True):
            rows = [FLAVOURS.index(neutrino) for neutrino in component.neutrinos]
            np.add.at(outside, rows, np.asarray(self.grid.outside(jnp.asarray(tally.mean()))))
        where = self.grid.energy, self.grid.path
        return Flux(*where, *arrays, *self.grid.cells, outside=jnp.asarray(outside))

    def error(self) -> float:
        """The largest relative error of a node that matters."""
        flux = self.flux()
        return worst_error(np.asarray(flux.values.sum(axis=2)), np.asarray(flux.error))

    @property
    def rays(self) -> int:
        """How many rays were counted."""
        return self.source.rays * sum(tally.units for tally in self.tallies)


@program
def _counted(
    component: Component,
    source: DecayTunnel,
    grid: Grid,
    shift: UInt64[Array, " dimension"],
    importance: Importance,
) -> Float[Array, "label row path tag"]:
    how = source.sampling, source.beam, source.tunnel
    return component.summed(histogram(component, *how, grid, shift, source.rays, importance))


@program
def _worth(
    component: Component,
    source: DecayTunnel,
    grid: Grid,
    shift: UInt64[Array, " dimension"],
    wanted: Float[Array, "flavour energy"],
) -> Float[Array, "dimension cell"]:
    return worth_by_cell(component, source.sampling, source.beam, source.tunnel, grid, shift, source.rays, wanted)


def counted_concurrently(simulation: Simulation) -> Iterator[np.ndarray]:
    """Lattice after lattice of what is left, some counted at the same time: one alone does not fill two cores."""
    waiting: deque[Future[np.ndarray]] = deque()
    todo = list(simulation.left)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for item in todo:
                waiting.append(pool.submit(simulation.lattice, *item))
                if len(waiting) > AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


def simulate(
    simulation: Simulation,
    precision: float,
    chunks: int = 1,
    on_lattice: Callable[[Callable[[], Simulation]], None] | None = None,
) -> None:
    """Count until the precision is reached: first what is left of an earlier plan, then plan by plan.

    Parameters
    ----------
    simulation : counted further in place
    precision : largest relative error of a node that matters
    chunks : each plan is shared among as many simulations, joined when they are done
    on_lattice : called after a lattice with a function that joins all there is. What it raises stops the counting; the
        simulation then holds all that was counted and what is left, as it does on a return
    """
    while True:
        if not simulation.left:
            if min(tally.units for tally in simulation.tallies) >= PILOT:
                check_held(simulation.flux(), simulation.source.energies)
            simulation.learn(precision)
            simulation.left = simulation.plan(precision)
        if not simulation.left:
            return
        parts = simulation.split(chunks)
        try:
            for part in parts:
                for found in counted_concurrently(part):
                    part.add(found)
                    if on_lattice is not None:
                        on_lattice(lambda parts=parts: simulation.joined(parts))
        finally:
            for part in parts:
                simulation.join(part)
