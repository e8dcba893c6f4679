"""Charged particles of a decay tunnel at an instrument, by where they come from."""

from __future__ import annotations

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt64

from ontarget.beam.chain import follow
from ontarget.beam.daughter import AbstractDaughter, LeptonDaughter
from ontarget.beam.hadronic import AbstractHadronic
from ontarget.beam.mode import daughters_of
from ontarget.beam.segment import Segments
from ontarget.beam.semileptonic import SemileptonicDecay
from ontarget.beam.two_body import TwoBodyDecay
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.decay_tunnel import DecayTunnel

BLOCK = 4096
"""Rays at a time: bounds memory, and fits the cache."""

APART = 71
"""Part of the seeds, so that the lattices are not those of the flux."""

HELD = 3e-3
"""A bin that holds less than this share of all particles is not asked to be exact."""


class Flow(Noun):
    """Particles of one kind from one decay mode, per proton on target.

    Attributes
    ----------
    values : [part *bins] by the part of the parent's yield, and the instrument's bins of what is true
    error : [*bins] one standard deviation, parts summed
    parent, particle, mode : where it comes from, and what it is
    """

    values: Float[Array, "part ..."]
    error: Float[Array, "..."]
    parent: str = static()
    particle: str = static()
    mode: str = static()

    @property
    def name(self) -> str:
        """How tables call it, and the word in addresses."""
        return f"{self.parent}_{self.mode}_{self.particle}"


class GivenLeptons(Noun):
    """What a source sends to one instrument, computed before: valid for this one alone.

    Attributes
    ----------
    flows : by parent, mode and particle
    yields : the parts of the parents' yields and how they vary, if they do
    """

    flows: tuple[Flow, ...]
    yields: Noun | None = None

    def arrived(self, flow: Flow) -> Float[Array, "..."]:
        """Particles of one flow with the yields as they are: exactly linear in the pulls."""
        if self.yields is None:
            return flow.values.sum(axis=0)
        return jnp.tensordot(self.yields.scales(flow.parent), flow.values, axes=1)

    def worst(self) -> float:
        """The largest relative error of a bin that matters, flows of one kind of particle summed."""
        worst = 0.0
        for particle in dict.fromkeys(flow.particle for flow in self.flows):
            same = [flow for flow in self.flows if flow.particle == particle]
            values = sum(np.asarray(flow.values).sum(axis=0) for flow in same)
            error = np.sqrt(sum(np.asarray(flow.error) ** 2 for flow in same))
            held = (values >= HELD * values.sum()) & (values > 0)
            worst = max(worst, float(np.max(error[held] / values[held], initial=0.0)))
        return worst


def links_of(source: DecayTunnel, parent: str, instrument: AbstractInstrument) -> tuple[AbstractDaughter | None, ...]:
    """The ways to charged particles that an instrument counts; None for the parent itself."""
    leptons = [
        LeptonDaughter(decay)
        for decay in source.decays
        if decay.parent == parent and isinstance(decay, TwoBodyDecay | SemileptonicDecay)
    ]
    hadrons = [one for one in daughters_of(parent) if isinstance(one, AbstractHadronic)]
    found = [one for one in (*leptons, *hadrons) if one.daughter in instrument.particles]
    return (*found, None) if instrument.undecayed else tuple(found)


def mode_of(link: AbstractDaughter | None) -> str:
    """What a way is called."""
    if link is None:
        return "undecayed"
    if isinstance(link, LeptonDaughter):
        return link.decay.name
    assert isinstance(link, AbstractHadronic)
    return "k_" + "".join(one.rstrip("+-") for one in link.products)


def collect(instrument: AbstractInstrument, source: DecayTunnel) -> GivenLeptons:
    """The particles at an instrument, as a mean over lattices: smooth in every number of both."""
    flows = []
    yields = getattr(source, "yields", None)
    for i, parent in enumerate(source.beam.parents):
        links = links_of(source, parent, instrument)
        if not links:
            continue
        means, errors = averaged(instrument, source, parent, links, (source.seed, APART, i))
        flows += [
            Flow(mean, error, parent, parent if link is None else link.daughter, mode_of(link))
            for link, mean, error in zip(links, means, errors, strict=True)
        ]
    return GivenLeptons(tuple(flows), yields)


compiled_collect = eqx.filter_jit(collect)


def settle_leptons(instrument: AbstractInstrument, source: DecayTunnel) -> GivenLeptons:
    """The same, compiled, and refused where the statistical error is larger than the source's precision."""
    found = compiled_collect(instrument, source)
    worst, wanted = found.worst(), float(source.precision)
    if worst > wanted:
        truth = f"With {source.repeats} x {source.rays} rays the statistical error of a bin is {100 * worst:.2g} %."
        more = int(2 ** np.ceil(np.log2(source.rays * (worst / wanted) ** 2)))
        got = f"{100 * wanted:.3g} % asked for"
        raise InputError("source.precision", got, truth, f"Give {more} rays, or ask for less.")
    return found


Means = Float[Array, "link part ..."]


def averaged(
    instrument: AbstractInstrument,
    source: DecayTunnel,
    parent: str,
    links: tuple[AbstractDaughter | None, ...],
    seed: tuple[int, ...],
) -> tuple[Means, Float[Array, "link ..."]]:
    """Means over the lattices, and the standard deviation of these, parts summed."""
    most = max(0 if link is None else 1 + link.dimensions for link in links)
    dimensions = source.beam.dimensions + most + instrument.dimensions
    every = np.stack([shifts((*seed, repeat), dimensions) for repeat in range(source.repeats)])

    def one(sums: tuple[Array, Array], shift: UInt64[Array, " dimension"]) -> tuple[tuple[Array, Array], None]:
        found = counted(instrument, source, parent, links, shift)
        return (sums[0] + found, sums[1] + found.sum(axis=1) ** 2), None

    zero = jnp.zeros((len(links), parts_of(source, parent), *instrument.shape))
    (total, squares), _ = jax.lax.scan(one, (zero, zero.sum(axis=1)), jnp.asarray(every))
    mean = total / source.repeats
    variance = (squares / source.repeats - mean.sum(axis=1) ** 2) / (source.repeats - 1)
    return mean, jnp.sqrt(jnp.maximum(jax.lax.stop_gradient(variance), 0.0))


def parts_of(source: DecayTunnel, parent: str) -> int:
    """Into how many parts the yield of a parent is sorted."""
    yields = getattr(source, "yields", None)
    return 1 if yields is None else yields.parts(parent)


def part_of_each(source: DecayTunnel, parent: str, u: Float[Array, "ray dimension"]) -> Int[Array, " ray"]:
    """The part of each ray."""
    yields = getattr(source, "yields", None)
    if yields is None:
        return jnp.zeros(len(u), int)
    return yields.bin_of(parent, *source.beam.born_at(parent, u))


def counted(
    instrument: AbstractInstrument,
    source: DecayTunnel,
    parent: str,
    links: tuple[AbstractDaughter | None, ...],
    shift: UInt64[Array, " dimension"],
) -> Means:
    """One lattice of rays, block by block."""
    block = min(source.rays, BLOCK)

    def step(values: Means, first: UInt64[Array, ""]) -> tuple[Means, None]:
        u = lattice(first, block, shift)
        found = counted_once(instrument, source, parent, links, u)
        return values + found * (block / source.rays), None

    step = jax.checkpoint(step)  # derivatives in reverse would keep every ray of every block
    firsts = jnp.arange(source.rays // block, dtype=jnp.uint64) * np.uint64(block)
    zero = jnp.zeros((len(links), parts_of(source, parent), *instrument.shape))
    return jax.lax.scan(step, zero, firsts)[0]


def counted_once(
    instrument: AbstractInstrument,
    source: DecayTunnel,
    parent: str,
    links: tuple[AbstractDaughter | None, ...],
    u: Float[Array, "ray dimension"],
) -> Means:
    """A block of rays: each takes every way."""
    beam, tunnel = source.beam, source.tunnel
    own, left, last = jnp.split(u, [beam.dimensions, u.shape[1] - instrument.dimensions], axis=1)
    part = part_of_each(source, parent, own)
    regions = [region for region in instrument.regions if region in beam.regions]
    flights = [beam.segments(parent, region, tunnel, own) for region in regions]
    shape = (len(links), parts_of(source, parent), *instrument.shape)
    places, weights = [], []
    for row, link in enumerate(links):
        for flight in flights[:1] if link is None else flights:
            particle, born = parent, flight
            if link is not None:
                particle, born = link.daughter, followed(flight, link, source, left)
            for where, weight in instrument.place(particle, born, tunnel, last):
                places.append(flat((jnp.full_like(part, row), part, *where), shape))
                weights.append(weight)
    # all at once: a long chain of additions takes the compiler a minute
    found = jnp.zeros(math.prod(shape)).at[jnp.concatenate(places)].add(jnp.concatenate(weights))
    return found.reshape(shape)


def flat(where: tuple[Int[Array, " ray"], ...], shape: tuple[int, ...]) -> Int[Array, " ray"]:
    """Indices on several axes as one."""
    index = jnp.zeros_like(where[0])
    for one, size in zip(where, shape, strict=True):
        index = index * size + one
    return index


def followed(flight: Segments, link: AbstractDaughter, source: DecayTunnel, u: Float[Array, "ray left"]) -> Segments:
    """Daughters at their birth."""
    return follow(flight, link, source.tunnel, u[:, : 1 + link.dimensions])
