"""Interactions of a beam's neutrinos in a detector one by one, each with its own parent and lepton."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.beam.flight import norm
from ontarget.beam.segment import Decays, Segments
from ontarget.ground.constants import c
from ontarget.ground.errors import InputError
from ontarget.ground.program import program
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.particle import PARTICLES
from ontarget.source.origin import Origin
from ontarget.source.site import BeamSite
from ontarget.source.tunnel.component import Component, DecayChain
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.source.tunnel.sampling import Forced
from ontarget.tagging.columns import Columns
from ontarget.tagging.plane_crossing import PlaneCrossing, crossing

RAYS = 2**13
"""Rays of one origin at a time."""

BLOCK = 2**13
"""Interactions at a time."""

KEPT_BLOCKS = 2
"""Blocks of a drawing that are kept: a study asks for the same ones again and again."""

CAP = 0.995
"""Of the rays of an origin, the part whose weights are drawn at most once; heavier rays may come twice."""

Numbers = Float[np.ndarray, " event"]


@dataclass(frozen=True, kw_only=True)
class Interactions(Columns):
    """Charged-current interactions as nature draws them.

    Frame of the tunnel, z from T6. Times are since the parent of the beam crossed T6 (or would have, or what it left).

    Attributes
    ----------
    origin : [event] number in the source's origins
    energy : [event] of the neutrino
    path : [event] length flown by it
    vertex : [event 3] x, y, z of the interaction
    time : [event] of the interaction
    place : [event 3] x, y, z of the decay
    entering : [event] at T6: the parent, or the lepton if the parent decayed before
    leaving : [event] at T7: the lepton, or the parent if it decays behind
    """

    origin: Int[np.ndarray, " event"]
    energy: Numbers
    path: Numbers
    vertex: Float[np.ndarray, "event 3"]
    time: Numbers
    place: Float[np.ndarray, "event 3"]
    entering: PlaneCrossing
    leaving: PlaneCrossing


@dataclass(frozen=True)
class DrawnOrigin:
    """One origin of neutrinos, the component of the source that it belongs to, and the decays that lead to it."""

    origin: Origin
    component: Component
    chain: DecayChain


def drawn_origins(source: DecayTunnel) -> list[DrawnOrigin]:
    """All origins of a source; none is left out."""
    found = []
    for component in source.components():
        chains = [chain for chain in component.direct for _ in component.regions] + list(component.followed)
        found += [
            DrawnOrigin(origin, component, chain) for origin, chain in zip(component.origins, chains, strict=True)
        ]
    return found


class Drawing:
    """Draws interactions, block by block; a block depends on the seed and its number alone.

    Rays are forced through the detector and stand for fluence times cross-section; they are kept with a probability in
    proportion (those above a cap may come more than once), so that each that is kept counts as one.

    Parameters
    ----------
    source, site : the beam, and the detector behind it
    energy : [node] of the cross-sections
    targets : [flavour node] cross-section times number of targets
    seed : of everything
    """

    def __init__(
        self,
        source: DecayTunnel,
        site: BeamSite,
        energy: Float[np.ndarray, " node"],
        targets: Float[np.ndarray, "flavour node"],
        seed: int,
    ) -> None:
        self.source, self.site, self.seed = source, site, seed
        self.energy, self.targets = energy, targets
        self.kept: dict[int, Interactions] = {}
        self.each = drawn_origins(source)
        pilots = [self._weights(i, self._rays(i, np.random.default_rng((seed, i)))) for i in range(len(self.each))]
        self.caps = [float(np.quantile(one, CAP)) for one in pilots]
        self.totals = np.array([one.sum() for one in pilots])
        if not self.totals.sum() > 0:
            truth = "No neutrino of this source interacts in this detector."
            raise InputError("source", "no interactions", truth, "Name another experiment.")

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The origins whose number `Interactions.origin` is."""
        return tuple(one.origin for one in self.each)

    def per_proton(self) -> Float[np.ndarray, " origin"]:
        """Interactions per proton on target of each origin; to the error of some thousand rays."""
        return self.totals

    def _rays(self, i: int, random: np.random.Generator) -> tuple[Decays, Array, Segments]:
        one = self.each[i]
        u = random.random((RAYS, one.component.dimensions(self.source.beam)))
        return _forced(self.source, self.site, one.component, one.chain, one.origin.region, jnp.asarray(u))

    def _weights(self, i: int, rays: tuple[Decays, Array, Segments]) -> np.ndarray:
        """Interactions per proton that each ray stands for."""
        energy = np.asarray(norm(rays[0].neutrino))
        row = FLAVOURS.index(self.each[i].origin.neutrino)
        weight = np.interp(energy, self.energy, self.targets[row], left=0.0, right=0.0)
        return weight * np.asarray(rays[0].number)

    def block(self, number: int) -> Interactions:
        """`BLOCK` interactions of all origins, mixed as they come; the last ones drawn are kept."""
        if number not in self.kept:
            while len(self.kept) >= KEPT_BLOCKS:
                self.kept.pop(next(iter(self.kept)))
            self.kept[number] = self._drawn(number)
        return self.kept[number]

    def _drawn(self, number: int) -> Interactions:
        random = np.random.default_rng((self.seed, len(self.each), number))
        counts = random.multinomial(BLOCK, self.totals / self.totals.sum()).tolist()
        parts = [self._of_origin(i, count, random) for i, count in enumerate(counts) if count]
        whole = Interactions.joined(parts)
        return whole.only(random.permutation(len(whole)))

    def _of_origin(self, i: int, count: int, random: np.random.Generator) -> Interactions:
        parts: list[Interactions] = []
        while sum(len(part) for part in parts) < count:
            rays = self._rays(i, random)
            copies = np.floor(self._weights(i, rays) / self.caps[i] + random.random(RAYS)).astype(int)
            kept = np.repeat(np.arange(RAYS), copies)
            parts.append(_interactions(i, self.each[i], rays, kept, float(self.source.tunnel.length)))
        return Interactions.joined(parts).only(slice(count))


def forced(
    source: DecayTunnel,
    site: BeamSite,
    component: Component,
    chain: DecayChain,
    region: str,
    u: Float[Array, "ray dimension"],
) -> tuple[Decays, Float[Array, "ray 3"], Segments]:
    """Decays of one origin whose neutrinos fly through the detector, their vertices there, and the beam's particles."""
    first, left = u[:, : source.beam.dimensions], u[:, source.beam.dimensions :]
    parents = source.beam.segments(component.parent, region, source.tunnel, first)
    segments, left = component.daughters(parents, chain, source.tunnel, left)
    decays, vertex = Forced().rays(segments, chain.decay, source.tunnel, site, left)
    return decays, vertex, parents


# compiled in haste: there are many origins, and few rays of each
HASTE: dict[str, Any] = {"compiler_options": {"xla_backend_optimization_level": 0}}
_forced: Callable[..., Any] = program(forced, **HASTE)


def _interactions(
    i: int, one: DrawnOrigin, rays: tuple[Decays, Array, Segments], kept: np.ndarray, length: float
) -> Interactions:
    """One interaction for each of the numbers of rays in `kept`, of origin i; T7 is `length` behind T6."""
    decays, vertex, parents = rays
    place, point = np.asarray(decays.place)[kept], np.asarray(vertex)[kept]
    own, lepton = PARTICLES[one.origin.parent], PARTICLES[one.chain.decay.lepton]
    start, momentum = np.asarray(parents.start)[kept], np.asarray(parents.momentum)[kept]
    left = np.asarray(decays.lepton)[kept]
    begun = -crossing(start, momentum, np.zeros(len(kept)), own.mass, 0.0).time
    decay_time = begun + np.asarray(decays.time)[kept] - np.asarray(parents.time)[kept]
    first = crossing(start, momentum, begun, own.mass, 0.0)
    last = crossing(place, left, decay_time, lepton.mass, length)
    if one.origin.region == "line":
        first = crossing(place, left, decay_time, lepton.mass, 0.0)
    if one.origin.region == "exit":
        last = crossing(start, momentum, begun, own.mass, length)
    path = np.sqrt(((point - place) ** 2).sum(axis=1))
    energy = np.sqrt((np.asarray(decays.neutrino)[kept] ** 2).sum(axis=1))
    return Interactions(
        origin=np.full(len(kept), i),
        energy=energy,
        path=path,
        vertex=point,
        time=decay_time + path / c,
        place=place,
        entering=first,
        leaving=last,
    )
