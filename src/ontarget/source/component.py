"""All ways from one kind of parent to neutrinos at a detector, and their fluence there."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt64

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.chain import follow
from ontarget.beam.daughter import AbstractDaughter
from ontarget.beam.decay import AbstractDecay
from ontarget.beam.flight import norm
from ontarget.beam.segment import Decays, Segments
from ontarget.ground.noun import Noun, static
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.sampling import AbstractSampling
from ontarget.source.site import AbstractTag, BeamSite

BLOCK = 4096
"""Rays at a time: bounds memory, and fits the cache."""


class Way(Noun):
    """The daughters that are followed, none for most, and the decay that makes the neutrino."""

    links: tuple[AbstractDaughter, ...]
    decay: AbstractDecay

    @property
    def dimensions(self) -> int:
        """How many uniform numbers it takes; three place the ray in the detector, one the decay on its flight."""
        return sum(1 + link.dimensions for link in self.links) + 3 + 1 + self.decay.dimensions


@dataclass(frozen=True)
class Origin:
    """Where a neutrino comes from: the beam's parent, what was followed from it, the decay mode, and the region."""

    parent: str
    followed: tuple[str, ...]
    mode: str
    neutrino: str
    region: str

    @property
    def label(self) -> str:
        """How tables and figures call it."""
        return f"{' > '.join((self.parent, *self.followed))} > {self.neutrino} ({self.mode}), {self.region}"


class Component(Noun):
    """A parent of the beam, the regions in which it decays, and the ways it does; daughters are followed in the tunnel.

    One ray serves all regions and ways: to track it is most of the work.
    """

    parent: str = static()
    regions: tuple[str, ...] = static()
    direct: tuple[Way, ...]
    followed: tuple[Way, ...]

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

    def count(
        self,
        beam: AbstractBeam,
        tunnel: Tunnel,
        grid: Grid,
        sampling: AbstractSampling,
        u: Float[Array, "ray dimension"],
    ) -> Float[Array, "label energy path tag"]:
        """Rays, shared among what is counted apart."""
        first, left = u[:, : beam.dimensions], u[:, beam.dimensions :]
        flights = {region: beam.segments(self.parent, region, tunnel, first) for region in self.regions}
        every = jax.tree.map(lambda *parts: jnp.concatenate(parts), *flights.values())
        region = jnp.repeat(jnp.arange(len(flights)), len(u))
        repeated = jnp.tile(left, (len(flights), 1))
        found = [
            grid.count(*sampling.rays(every, way.decay, tunnel, grid.site, repeated), region, len(flights))
            for way in self.direct
        ]
        for way in self.followed:
            segments, rest = self.daughters(flights["tunnel"], way, tunnel, left)
            drawn = sampling.rays(segments, way.decay, tunnel, grid.site, rest)
            found.append(grid.count(*drawn, jnp.zeros(len(u), int), 1))
        return jnp.concatenate(found)

    def daughters(
        self, segments: Segments, way: Way, tunnel: Tunnel, u: Float[Array, "ray dimension"]
    ) -> tuple[Segments, Float[Array, "ray left"]]:
        """Flights of what makes the neutrino in the end, and the numbers that are left."""
        for link in way.links:
            segments = follow(segments, link, tunnel, u[:, : 1 + link.dimensions])
            u = u[:, 1 + link.dimensions :]
        return segments, u


class Grid(Noun):
    """The nodes of energy and path, and the bins of the tag, in which neutrinos are counted."""

    energy: Float[Array, " energy"]
    path: Float[Array, " path"]
    length: Float[Array, "1"]
    tag: AbstractTag
    site: BeamSite

    def told(
        self,
        origins: tuple[Origin, ...],
        means: Float[Array, "label energy path place"],
        variances: Float[Array, "label energy place"],
    ) -> tuple[Float[Array, "label energy path tag"], Float[Array, "label energy tag"]]:
        """What was counted by place, in the bins of the tag; the variance is shared as the counts are."""
        values, errors = [], []
        for origin, mean, variance in zip(origins, means, variances, strict=True):
            shares = self.tag.told(origin, self.energy, self.path)
            shares = jnp.broadcast_to(shares, (*mean.shape, shares.shape[-1]))
            values.append(jnp.einsum("epx,epxt->ept", mean, shares))
            total = mean.sum(axis=1, keepdims=True)
            weight = jnp.where(total > 0, mean / jnp.where(total > 0, total, 1.0), 1 / len(self.path))
            share = jnp.einsum("epx,epxt->ext", weight, shares)
            # not yet known is infinite, and no share of it is no number
            errors.append(jnp.where(share > 0, variance[..., None] * share, 0.0).sum(axis=1))
        return jnp.stack(values), jnp.stack(errors)

    @property
    def cells(self) -> tuple[Float[Array, " energy"], Float[Array, " path"]]:
        """What lies between the middles of neighbouring nodes; all there is, where there is but one."""
        return cell(self.energy), cell(self.path) if len(self.path) > 1 else self.length

    @property
    def shape(self) -> tuple[int, int, int]:
        """Sizes of [energy path place]."""
        return len(self.energy), len(self.path), self.tag.places

    def count(
        self, decays: Decays, vertex: Float[Array, "ray 3"], group: Int[Array, " ray"], groups: int
    ) -> Float[Array, "group energy path tag"]:
        """The rays by group, shared between the two nodes nearest in energy, and in path."""
        values = jnp.zeros((groups, *self.shape))
        tag = self.tag.placed(vertex[:, 0], vertex[:, 1])
        along = hats(self.path, norm(vertex - decays.place)) if len(self.path) > 1 else [(0 * tag, jnp.ones(()))]
        for energy, by_energy in hats(self.energy, norm(decays.neutrino)):
            for path, by_path in along:
                values = values.at[group, energy, path, tag].add(decays.number * by_energy * by_path)
        return values


def cell(nodes: Float[Array, " node"]) -> Float[Array, " node"]:
    """Half the way to both neighbours, added; the first and the last have one."""
    return (jnp.diff(nodes, prepend=nodes[:1]) + jnp.diff(nodes, append=nodes[-1:])) / 2


def hats(
    nodes: Float[Array, " node"], value: Float[Array, " ray"]
) -> list[tuple[Int[Array, " ray"], Float[Array, " ray"]]]:
    """The two nodes around each value with the shares of their hat functions; what is beyond the ends goes to these."""
    below = jnp.clip(jnp.searchsorted(nodes, value, side="right") - 1, 0, len(nodes) - 2)
    low, high = nodes[below], nodes[below + 1]
    share = jnp.clip((value - low) / (high - low), 0.0, 1.0)
    return [(below, 1.0 - share), (below + 1, share)]


Counted = Float[Array, "label energy path tag"]


def fluence(
    component: Component,
    sampling: AbstractSampling,
    beam: AbstractBeam,
    tunnel: Tunnel,
    grid: Grid,
    seed: tuple[int, ...],
    rays: int,
    repeats: int,
) -> tuple[Counted, Float[Array, "label energy tag"]]:
    """Neutrinos per area and proton, and the variance of their mean over the repeats."""
    dimensions = component.dimensions(beam)
    every = np.stack([shifts((*seed, repeat), dimensions) for repeat in range(repeats)])

    def one(sums: tuple[Counted, Array], shift: UInt64[Array, " dimension"]) -> tuple[tuple[Counted, Array], None]:
        found = counted(component, sampling, beam, tunnel, grid, shift, rays)
        return (sums[0] + found, sums[1] + found.sum(axis=2) ** 2), None

    labels, (energies, paths, tags) = len(component.labels), grid.shape
    start = jnp.zeros((labels, energies, paths, tags)), jnp.zeros((labels, energies, tags))
    (total, squares), _ = jax.lax.scan(one, start, jnp.asarray(every))
    mean = total / repeats
    variance = (squares / repeats - mean.sum(axis=2) ** 2) / (repeats - 1)
    return mean, jnp.maximum(jax.lax.stop_gradient(variance), 0.0)


def counted(
    component: Component,
    sampling: AbstractSampling,
    beam: AbstractBeam,
    tunnel: Tunnel,
    grid: Grid,
    shift: UInt64[Array, " dimension"],
    rays: int,
) -> Counted:
    """One lattice of rays, block by block."""
    block = min(rays, BLOCK)

    def step(values: Counted, first: UInt64[Array, ""]) -> tuple[Counted, None]:
        found = component.count(beam, tunnel, grid, sampling, lattice(first, block, shift))
        return values + found * (block / rays), None

    # derivatives in reverse would keep every ray of every block
    step = jax.checkpoint(step)
    firsts = jnp.arange(rays // block, dtype=jnp.uint64) * np.uint64(block)
    return jax.lax.scan(step, jnp.zeros((len(component.labels), *grid.shape)), firsts)[0]
