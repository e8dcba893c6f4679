"""Planes between blocks behind the hadron dump: muons by how far they go."""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr, ndtri
from jaxtyping import Array, Float

from ontarget.beam.beam import Tunnel
from ontarget.beam.decays.kinematics import energy_of
from ontarget.beam.flight import norm
from ontarget.beam.segment import Segments
from ontarget.ground.effect import Moves
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.noun import Density, Length, Noun, Number, Scalar, quantity, static
from ontarget.ground.program import fused
from ontarget.matter.medium import MEDIA, Medium
from ontarget.matter.particle import PARTICLES
from ontarget.monitor.calorimeter import at_wall, numbered
from ontarget.monitor.instrument import AbstractInstrument, Places
from ontarget.numerics.axis import AbstractAxis, LengthAxis
from ontarget.numerics.share import outer_shares, shares

STEPS = 12
"""Points of each block at which a muon's scattering power is looked at."""

STRAIGHT = 1e-9
"""A spread this small, in units of the cells, is none."""


class Block(Noun):
    """A slab across the beam.

    Attributes
    ----------
    length, density : along the beam
    medium : its name
    """

    length: Length = quantity()
    density: Density = quantity()
    medium: str = static()
    name: str = static(default="", kw_only=True)

    def __check_init__(self) -> None:
        check_positive(self, "length", "density")
        if self.medium not in MEDIA:
            raise InputError("medium", repr(self.medium), "", did_you_mean(self.medium, MEDIA))

    @property
    def of(self) -> Medium:
        """What it is made of."""
        return MEDIA[self.medium]

    @property
    def depth(self) -> Scalar:
        """Mass per area."""
        return self.length * self.density


class RangeMeter(AbstractInstrument):
    r"""Muons behind the dump, by the last plane that they reach and the radius at which they pass the first one.

    .. math::
        P(\text{reaches plane } k) = \Phi\Big(\frac{R(T)\cos\theta - R_k}{s R_k}\Big),\quad
        \sigma_y^2 = \int_0^{X_1} (z_1 - z)^2\,\frac{d\theta^2}{dX}\,dX

    R is the range in the first block's medium, :math:`R_k` that of a muon that just comes to plane k through all blocks
    before it, s the straggling, :math:`\sigma_y` the spread by multiple scattering (Fermi and Eyges) at the first
    plane. Muons fly straight to the dump, without the field of a spectrometer. Bins are of muons and not of hits, so
    they are independent; to sort a muon into one takes hits that are matched between planes.

    Attributes
    ----------
    absorber : blocks before the first plane
    blocks : between planes; there is one plane more than blocks
    rings : radii at the first plane
    cell : standard deviation of a place there
    straggling : s
    efficiency : of a muon to be counted
    halo, attenuation : what else is counted with each plane as its last: per proton, and its ratio from one to the next

    References
    ----------
    Groom:2001kq
    ParticleDataGroup:2024cfk passage of particles through matter
    Eyges:1948zz
    """

    absorber: tuple[Block, ...]
    blocks: tuple[Block, ...]
    rings: LengthAxis
    cell: Length = quantity()
    straggling: Number = quantity(default=0.03)
    efficiency: Number = quantity(default=1.0, moves=Moves.NOTHING)
    halo: Number = quantity(default=0.0, moves=Moves.NOTHING)
    attenuation: Number = quantity(default=0.3, moves=Moves.NOTHING)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "cell", "straggling")
        for field in ("efficiency", "attenuation"):
            check_range(self, field, 0.0, 1.0)
        check_range(self, "halo", 0.0)
        if not self.absorber:
            raise InputError("absorber", "none", "The dump stands before the first plane.", "Add its blocks.")

    @property
    def regions(self) -> tuple[str, ...]:
        return ("tunnel", "exit")

    @property
    def particles(self) -> tuple[str, ...]:
        return ("mu+", "mu-")

    @property
    def undecayed(self) -> bool:
        return False

    @property
    def dimensions(self) -> int:
        return 2

    @property
    def planes(self) -> int:
        """How many there are."""
        return len(self.blocks) + 1

    @property
    def shape(self) -> tuple[int, ...]:
        return self.planes + 1, self.rings.bins + 1

    @property
    def axes(self) -> tuple[AbstractAxis, AbstractAxis, AbstractAxis | None]:
        """The last plane, from 1; the ring; no second observable."""
        return numbered(self.planes), self.rings, None

    @fused
    def needed(self) -> Float[Array, " plane"]:
        """The range in the first medium of a muon that just reaches each plane."""
        every = (*self.absorber, *self.blocks)
        before = len(self.absorber) + np.arange(self.planes)
        energy = jnp.zeros(self.planes)
        for i in reversed(range(len(every))):
            block = every[i]
            energy = jnp.where(i < before, block.of.energy_of(block.depth + block.of.range_of(energy)), energy)
        return self.absorber[0].of.range_of(energy)

    @fused
    def reaching(self, kinetic: Float[Array, " ray"], cosine: Float[Array, " ray"]) -> Float[Array, "ray plane"]:
        """Probability to come to each plane."""
        reach = (self.absorber[0].of.range_of(kinetic) * cosine)[:, None]
        needed = self.needed()
        return ndtr((reach - needed) / (self.straggling * needed))

    @fused
    def spread(self, kinetic: Float[Array, " ray"]) -> Float[Array, " ray"]:
        """Standard deviation per plane of the place at the first plane, by multiple scattering."""
        left, variance = kinetic, jnp.zeros_like(kinetic)
        ahead = sum((block.length for block in self.absorber), jnp.zeros(()))
        nodes = (np.arange(STEPS) + 0.5) / STEPS
        for block in self.absorber:
            reach = block.of.range_of(left)[:, None] - block.depth * nodes
            energy = block.of.energy_of(jnp.maximum(reach, 0.01 * block.depth))
            arm = ahead - block.length * nodes
            power = block.of.scattering_power(energy, block.depth)
            variance = variance + (power * arm**2).mean(axis=1) * block.depth
            left = block.of.energy_of(block.of.range_of(left) - block.depth)
            ahead = ahead - block.length
        return jnp.sqrt(variance)

    @fused
    def place(self, particle: str, flight: Segments, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Places:
        mass = PARTICLES[particle].mass
        size = norm(flight.momentum)
        direction = flight.momentum / size[:, None]
        kinetic = energy_of(flight.momentum, mass) - mass
        through = self.through(flight, tunnel) * (direction[:, 2] > 0)
        cosine = jnp.where(direction[:, 2] > 0, direction[:, 2], 1.0)
        reached = self.reaching(kinetic, cosine) * through[:, None]
        length = sum((block.length for block in self.absorber), tunnel.length + tunnel.to_dump)
        flown = (length - flight.start[:, 2]) / cosine
        normal = ndtri(jnp.clip(u, 1e-12, 1 - 1e-12))
        across = flight.start[:, :2] + flown[:, None] * direction[:, :2] + self.spread(kinetic)[:, None] * normal
        radius = jnp.sqrt((across**2).sum(axis=1) + (STRAIGHT * self.cell) ** 2)
        number = flight.number * jnp.exp(-flown / PARTICLES[particle].decay_length(size))
        none = jnp.zeros((len(number), 1))
        each = jnp.concatenate([none + 1, reached, none], axis=1)
        planes = jnp.broadcast_to(jnp.arange(self.planes + 1), (len(number), self.planes + 1))
        ring, share = shares(self.rings.edges, radius, self.cell)
        where, share = outer_shares((planes, each[:, :-1] - each[:, 1:]), (jnp.maximum(ring - 1, 0), share))
        return where, number[:, None] * share

    @fused
    def through(self, flight: Segments, tunnel: Tunnel) -> Float[Array, " ray"]:
        """1 for what leaves the tunnel through its end, or is born behind it; smooth at the wall's end."""
        z, _, _, within = at_wall(flight, tunnel)
        return jnp.where(flight.start[:, 2] < tunnel.length, ndtr((z - tunnel.length) / self.cell) * within, 1.0)

    @fused
    def seen(self, arrived: Mapping[str, Float[Array, "..."]]) -> dict[str, Float[Array, "tag seen"]]:
        return {name: self.efficiency * values[1:, :-1] for name, values in arrived.items()}

    @fused
    def background(self) -> Float[Array, "tag seen"]:
        area = self.rings.edges[1:] ** 2 - self.rings.edges[:-1] ** 2
        ratio = [self.attenuation**k for k in range(self.planes)]
        return self.halo * jnp.stack(ratio)[:, None] * (area / area.sum())
