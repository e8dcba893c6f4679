"""All ways from one kind of parent to neutrinos at a detector, and their fluence there."""

from __future__ import annotations

from collections.abc import Iterator

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt64

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.decays.chain import follow
from ontarget.beam.decays.daughter import AbstractDaughter
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.flight import norm
from ontarget.beam.segment import Decays, Segments
from ontarget.beam.yields import Yields
from ontarget.ground.noun import Noun, static
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.lattice import lattice, shifts
from ontarget.numerics.share import nodes_or_outside, one_by_one
from ontarget.source.origin import Origin
from ontarget.source.site import BeamSite
from ontarget.source.tunnel.grid import Grid
from ontarget.source.tunnel.importance import CELLS, Importance
from ontarget.source.tunnel.sampling import AbstractSampling

Counted = Float[Array, "label part row path tag"]

BLOCK = 4096
"""Rays at a time: bounds memory, and fits the cache."""


class DecayChain(Noun):
    """The daughters that are followed, none for most, and the decay that makes the neutrino."""

    links: tuple[AbstractDaughter, ...]
    decay: AbstractDecay

    @property
    def dimensions(self) -> int:
        """How many uniform numbers it takes; three place the ray in the detector, one the decay on its flight."""
        return sum(1 + link.dimensions for link in self.links) + 3 + 1 + self.decay.dimensions


class Component(Noun):
    """A parent of the beam, the regions in which it decays, and the ways it does; daughters are followed in the tunnel.

    One ray serves all regions and ways: to track it is most of the work.
    """

    parent: str = static()
    regions: tuple[str, ...] = static()
    direct: tuple[DecayChain, ...]
    followed: tuple[DecayChain, ...]
    yields: Yields | None = None

    @property
    def parts(self) -> int:
        """Into how many bins of the parent's production its rays are sorted."""
        return 1 if self.yields is None else self.yields.parts(self.parent)

    def part_of(self, beam: AbstractBeam, u: Float[Array, "ray dimension"]) -> Int[Array, " ray"]:
        """The bin in which the parent of each ray was made."""
        if self.yields is None:
            return jnp.zeros(len(u), int)
        return self.yields.bin_of(self.parent, *beam.born_at(self.parent, u))

    def summed(self, found: Counted) -> Float[Array, "label row path tag"]:
        """All bins of production together, each as often as the pulls of the yields say."""
        if self.yields is None:
            return found[:, 0]
        return jnp.einsum("p,lpekt->lekt", self.yields.scales(self.parent), found)

    def varied(self, found: Counted) -> Float[Array, "pull label row path tag"]:
        """What one unit of each pull of the yields adds."""
        if self.yields is None:
            return jnp.zeros((0, found.shape[0], *found.shape[2:]))
        return jnp.einsum("jp,lpekt->jlekt", self.yields.modes(self.parent), found)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """What is counted apart: every direct way in every region, then the others."""
        ways = [(way, region) for way in self.direct for region in self.regions]
        return tuple(
            Origin(
                self.parent,
                tuple(link.daughter for link in way.links),
                way.decay.name,
                way.decay.neutrino,
                region,
            )
            for way, region in (*ways, *((way, "tunnel") for way in self.followed))
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The origins in words."""
        return tuple(origin.label for origin in self.origins)

    @property
    def neutrinos(self) -> tuple[str, ...]:
        """The flavour of each origin."""
        return tuple(origin.neutrino for origin in self.origins)

    def dimensions(self, beam: AbstractBeam) -> int:
        """How many uniform numbers a ray takes."""
        return beam.dimensions + max(way.dimensions for way in (*self.direct, *self.followed))

    @property
    def apart(self) -> tuple[Component, ...]:
        """What makes neutrinos at once, and what does so through daughters: rare, and in need of fewer rays."""
        both: tuple[tuple[tuple[DecayChain, ...], tuple[DecayChain, ...]], ...] = (self.direct, ()), ((), self.followed)
        return tuple(
            Component(self.parent, self.regions, direct, followed, self.yields)
            for direct, followed in both
            if direct or followed
        )

    def sample(
        self,
        beam: AbstractBeam,
        tunnel: Tunnel,
        site: BeamSite,
        sampling: AbstractSampling,
        u: Float[Array, "ray dimension"],
        weight: Float[Array, " ray"],
    ) -> Iterator[tuple[DecayChain, int, Decays, Float[Array, "group_ray 3"]]]:
        """Of each way, in the order of the labels: into how many groups its rays fall, one after another; and these."""
        first, left = u[:, : beam.dimensions], u[:, beam.dimensions :]
        regions = self.regions if self.direct else ("tunnel",)
        flights = {region: weighted(beam.segments(self.parent, region, tunnel, first), weight) for region in regions}
        every = jax.tree.map(lambda *parts: jnp.concatenate(parts), *flights.values())
        repeated = jnp.tile(left, (len(flights), 1))
        for way in self.direct:
            yield way, len(flights), *sampling.rays(every, way.decay, tunnel, site, repeated)
        for way in self.followed:
            segments, rest = self.daughters(flights["tunnel"], way, tunnel, left)
            yield way, 1, *sampling.rays(segments, way.decay, tunnel, site, rest)

    def count(
        self,
        beam: AbstractBeam,
        tunnel: Tunnel,
        grid: Grid,
        sampling: AbstractSampling,
        u: Float[Array, "ray dimension"],
        weight: Float[Array, " ray"],
    ) -> Counted:
        """Rays with their weights, shared among what is counted apart, and sorted by where their parents were made."""
        part, parts = self.part_of(beam, u[:, : beam.dimensions]), self.parts
        found = [
            grid.count(decays, vertex, (parts * jnp.arange(groups)[:, None] + part).ravel(), parts * groups)
            for _, groups, decays, vertex in self.sample(beam, tunnel, grid.site, sampling, u, weight)
        ]
        return jnp.concatenate(found).reshape(-1, parts, *grid.shape)

    def importance(
        self,
        beam: AbstractBeam,
        tunnel: Tunnel,
        grid: Grid,
        sampling: AbstractSampling,
        u: Float[Array, "ray dimension"],
        weight: Float[Array, " ray"],
        wanted: Float[Array, "flavour energy"],
    ) -> Float[Array, " ray"]:
        """Of each ray the squares of what it adds to nodes, each times how much a variance there is `wanted` less."""
        found = jnp.zeros(len(u))
        for way, groups, decays, _ in self.sample(beam, tunnel, grid.site, sampling, u, weight):
            row = jnp.append(wanted[FLAVOURS.index(way.decay.neutrino)], jnp.zeros(2))
            for node, share in one_by_one(nodes_or_outside(grid.energy, norm(decays.neutrino))):
                found = found + ((decays.number * share) ** 2 * row[node]).reshape(groups, len(u)).sum(axis=0)
        return found

    def daughters(
        self, segments: Segments, way: DecayChain, tunnel: Tunnel, u: Float[Array, "ray dimension"]
    ) -> tuple[Segments, Float[Array, "ray left"]]:
        """Flights of what makes the neutrino in the end, and the numbers that are left."""
        for link in way.links:
            segments = follow(segments, link, tunnel, u[:, : 1 + link.dimensions])
            u = u[:, 1 + link.dimensions :]
        return segments, u


def weighted(segments: Segments, weight: Float[Array, " ray"]) -> Segments:
    """The same flights of more or fewer particles."""
    return eqx.tree_at(lambda one: one.number, segments, segments.number * weight)


def fluence(
    component: Component,
    sampling: AbstractSampling,
    beam: AbstractBeam,
    tunnel: Tunnel,
    grid: Grid,
    seed: tuple[int, ...],
    rays: int,
    repeats: int,
) -> tuple[Counted, Float[Array, "label row tag"]]:
    """Neutrinos per area and proton, and the variance of their mean over the repeats, parts summed as expected."""
    dimensions = component.dimensions(beam)
    every = np.stack([shifts((*seed, repeat), dimensions) for repeat in range(repeats)])

    def one(sums: tuple[Counted, Array], shift: UInt64[Array, " dimension"]) -> tuple[tuple[Counted, Array], None]:
        found = histogram(component, sampling, beam, tunnel, grid, shift, rays, None)
        return (sums[0] + found, sums[1] + found.sum(axis=(1, 3)) ** 2), None

    labels, (energies, _, tags) = len(component.labels), grid.shape
    start = jnp.zeros((labels, component.parts, *grid.shape)), jnp.zeros((labels, energies, tags))
    (total, squares), _ = jax.lax.scan(one, start, jnp.asarray(every))
    mean = total / repeats
    variance = (squares / repeats - mean.sum(axis=(1, 3)) ** 2) / (repeats - 1)
    return mean, jnp.maximum(jax.lax.stop_gradient(variance), 0.0)


def histogram(
    component: Component,
    sampling: AbstractSampling,
    beam: AbstractBeam,
    tunnel: Tunnel,
    grid: Grid,
    shift: UInt64[Array, " dimension"],
    rays: int,
    importance: Importance | None,
) -> Counted:
    """One lattice of rays, block by block."""
    block = min(rays, BLOCK)

    def step(values: Counted, first: UInt64[Array, ""]) -> tuple[Counted, None]:
        u, weight = lattice(first, block, shift), jnp.ones(block)
        if importance is not None:
            u, weight = importance.warp(u)
        found = component.count(beam, tunnel, grid, sampling, u, weight)
        return values + found * (block / rays), None

    # derivatives in reverse would keep every ray of every block
    step = jax.checkpoint(step)
    firsts = jnp.arange(rays // block, dtype=jnp.uint64) * np.uint64(block)
    return jax.lax.scan(step, jnp.zeros((len(component.labels), component.parts, *grid.shape)), firsts)[0]


def worth_by_cell(
    component: Component,
    sampling: AbstractSampling,
    beam: AbstractBeam,
    tunnel: Tunnel,
    grid: Grid,
    shift: UInt64[Array, " dimension"],
    rays: int,
    wanted: Float[Array, "flavour energy"],
) -> Float[Array, "dimension cell"]:
    """What a lattice of rays is worth, by the cells of each of the numbers it was made from."""
    block = min(rays, BLOCK)
    dimensions = jnp.arange(len(shift))

    def step(values: Array, first: UInt64[Array, ""]) -> tuple[Array, None]:
        u = lattice(first, block, shift)
        worth = component.importance(beam, tunnel, grid, sampling, u, jnp.ones(block), wanted)
        return values.at[dimensions, (u * CELLS).astype(int)].add(worth[:, None]), None

    firsts = jnp.arange(rays // block, dtype=jnp.uint64) * np.uint64(block)
    return jax.lax.scan(step, jnp.zeros((len(shift), CELLS)), firsts)[0]
