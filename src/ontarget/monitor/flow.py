"""Charged particles of a decay tunnel at an instrument, by where they come from."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt64

from ontarget.beam.decays.chain import follow
from ontarget.beam.decays.daughter import LeptonDaughter
from ontarget.beam.decays.hadronic import AbstractHadronic
from ontarget.beam.decays.mode import daughters_of
from ontarget.beam.decays.semileptonic import SemileptonicDecay
from ontarget.beam.decays.two_body import TwoBodyDecay
from ontarget.beam.yields import Yields
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.ground.program import program
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.tunnel.decay_tunnel import DecayTunnel

BLOCK = 4096
"""Rays at a time: bounds memory, and fits the cache."""

APART = 71
"""Part of the seeds, so that the lattices are not those of the flux."""

HELD = 3e-3
"""A bin that holds less than this share of all particles is not asked to be exact."""


Link = LeptonDaughter | AbstractHadronic | None
"""A way from a parent to a charged particle; None for the parent itself."""


class LeptonTemplate(Noun):
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


class PrecomputedLeptons(Noun):
    """What a source sends to one instrument, computed before: valid for this one alone.

    Attributes
    ----------
    flows : by parent, mode and particle
    yields : the parts of the parents' yields and how they vary, if they do
    """

    flows: tuple[LeptonTemplate, ...]
    yields: Yields | None = None

    def arrived(self, flow: LeptonTemplate) -> Float[Array, "..."]:
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


def links_of(source: DecayTunnel, parent: str, instrument: AbstractInstrument) -> tuple[Link, ...]:
    """The ways to charged particles that an instrument counts; None for the parent itself."""
    leptons: list[LeptonDaughter | AbstractHadronic] = [
        LeptonDaughter(decay)
        for decay in source.decays
        if decay.parent == parent and isinstance(decay, TwoBodyDecay | SemileptonicDecay)
    ]
    hadrons = [one for one in daughters_of(parent) if isinstance(one, AbstractHadronic)]
    found = [one for one in (*leptons, *hadrons) if one.daughter in instrument.particles]
    return (*found, None) if instrument.undecayed else tuple(found)


def mode_of(link: Link) -> str:
    """What a way is called."""
    if link is None:
        return "undecayed"
    if isinstance(link, LeptonDaughter):
        return link.decay.name
    return "k_" + "".join(one.rstrip("+-") for one in link.products)


def collect(instrument: AbstractInstrument, source: DecayTunnel) -> PrecomputedLeptons:
    """The particles at an instrument, as means over lattices: smooth in every number of both."""
    return _collected(instrument, source, averaged)


def precompute_leptons(instrument: AbstractInstrument, source: DecayTunnel) -> PrecomputedLeptons:
    """The particles at an instrument, compiled, and refused where its precision is not reached."""
    found = _collected(instrument, source, compiled_average)
    worst, wanted = found.worst(), float(source.precision)
    if worst > wanted:
        truth = f"With {source.repeats} x {source.rays} rays the statistical error of a bin is {100 * worst:.2g} %."
        more = int(2 ** np.ceil(np.log2(source.rays * (worst / wanted) ** 2)))
        got = f"{100 * wanted:.3g} % asked for"
        raise InputError("source.precision", got, truth, f"Give {more} rays, or ask for less.")
    return found


def _collected(instrument: AbstractInstrument, source: DecayTunnel, average: Callable[..., Any]) -> PrecomputedLeptons:
    """One way after the other: a program for each is compiled sooner than one for all."""
    flows = []
    for i, parent in enumerate(source.beam.parents):
        for j, link in enumerate(links_of(source, parent, instrument)):
            mean, error = average(instrument, source, parent, link, shifts_of(source, parent, link, instrument, (i, j)))
            flows.append(LeptonTemplate(mean, error, parent, parent if link is None else link.daughter, mode_of(link)))
    return PrecomputedLeptons(tuple(flows), source.yields)


Mean = Float[Array, "part ..."]


def shifts_of(
    source: DecayTunnel, parent: str, link: Link, instrument: AbstractInstrument, seed: tuple[int, ...]
) -> UInt64[np.ndarray, "repeat dimension"]:
    """The shifts of every lattice of one way."""
    dimensions = source.beam.dimensions + (0 if link is None else 1 + link.dimensions) + instrument.dimensions
    return np.stack([shifts((source.seed, APART, *seed, one), dimensions) for one in range(source.repeats)])


def averaged(
    instrument: AbstractInstrument,
    source: DecayTunnel,
    parent: str,
    link: Link,
    every: UInt64[Array, "repeat dimension"] | UInt64[np.ndarray, "repeat dimension"],
) -> tuple[Mean, Float[Array, "..."]]:
    """Mean over the lattices, and the standard deviation of it, parts summed."""

    def one(sums: tuple[Array, Array], shift: UInt64[Array, " dimension"]) -> tuple[tuple[Array, Array], None]:
        found = counted(instrument, source, parent, link, shift)
        return (sums[0] + found, sums[1] + found.sum(axis=0) ** 2), None

    zero = jnp.zeros((parts_of(source, parent), *instrument.shape))
    (total, squares), _ = jax.lax.scan(one, (zero, zero.sum(axis=0)), jnp.asarray(every))
    mean = total / source.repeats
    variance = (squares / source.repeats - mean.sum(axis=0) ** 2) / (source.repeats - 1)
    return mean, jnp.sqrt(jnp.maximum(jax.lax.stop_gradient(variance), 0.0))


compiled_average = program(averaged)


def parts_of(source: DecayTunnel, parent: str) -> int:
    """Into how many parts the yield of a parent is sorted."""
    yields = source.yields
    return 1 if yields is None else yields.parts(parent)


def part_of_each(source: DecayTunnel, parent: str, u: Float[Array, "ray dimension"]) -> Int[Array, " ray"]:
    """The part of each ray."""
    yields = source.yields
    if yields is None:
        return jnp.zeros(len(u), int)
    return yields.bin_of(parent, *source.beam.born_at(parent, u))


def counted(
    instrument: AbstractInstrument, source: DecayTunnel, parent: str, link: Link, shift: UInt64[Array, " dimension"]
) -> Mean:
    """One lattice of rays, block by block."""
    block = min(source.rays, BLOCK)

    def step(values: Mean, first: UInt64[Array, ""]) -> tuple[Mean, None]:
        found = counted_once(instrument, source, parent, link, lattice(first, block, shift))
        return values + found * (block / source.rays), None

    step = jax.checkpoint(step)  # derivatives in reverse would keep every ray of every block
    firsts = jnp.arange(source.rays // block, dtype=jnp.uint64) * np.uint64(block)
    zero = jnp.zeros((parts_of(source, parent), *instrument.shape))
    return jax.lax.scan(step, zero, firsts)[0]


def counted_once(
    instrument: AbstractInstrument, source: DecayTunnel, parent: str, link: Link, u: Float[Array, "ray dimension"]
) -> Mean:
    """A block of rays."""
    beam, tunnel = source.beam, source.tunnel
    own, left, last = jnp.split(u, [beam.dimensions, u.shape[1] - instrument.dimensions], axis=1)
    part = part_of_each(source, parent, own)
    shape = (parts_of(source, parent), *instrument.shape)
    found = jnp.zeros(math.prod(shape))
    for region in instrument.regions if link is not None else instrument.regions[:1]:
        if region not in beam.regions:
            continue
        particle, flight = parent, beam.segments(parent, region, tunnel, own)
        if link is not None:
            particle, flight = link.daughter, follow(flight, link, tunnel, left)
        where, weight = instrument.place(particle, flight, tunnel, last)
        index = jnp.broadcast_to(part[:, None], weight.shape)
        for one, size in zip(where, shape[1:], strict=True):
            index = index * size + one
        found = found.at[index].add(weight)
    return found.reshape(shape)
