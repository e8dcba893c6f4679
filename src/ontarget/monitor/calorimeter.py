"""A calorimeter on the wall of the decay tunnel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.beam.beam import Tunnel
from ontarget.beam.decays.kinematics import energy_of
from ontarget.beam.flight import ALONG, norm
from ontarget.beam.segment import Segments
from ontarget.ground.effect import Moves, part
from ontarget.ground.errors import InputError, check_positive, check_range
from ontarget.ground.noun import Angle, BeamEnergy, Density, Length, Noun, Number, Scalar, as_array, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import ANGLE, GeV
from ontarget.matter.medium import MEDIA
from ontarget.matter.particle import PARTICLES
from ontarget.monitor.instrument import AbstractInstrument, Places
from ontarget.numerics.axis import AbstractAxis, BeamEnergyAxis, CountAxis, LengthAxis
from ontarget.numerics.share import nodes_beside, outer_shares, shares

KINDS = {"e+": "positron", "e-": "positron", "mu+": "muon", "mu-": "muon"}
"""What identification tells apart; everything else is a hadron."""


def kind_of(particle: str) -> str:
    """Positron, muon or hadron."""
    return KINDS.get(particle, "hadron")


def numbered(count: int) -> CountAxis:
    """An axis of things that are numbered from one."""
    return CountAxis(as_array(0.5), as_array(count + 0.5), count)


class EnergyResponse(Noun):
    r"""What is seen of a visible energy.

    .. math:: E_\mathrm{seen} \sim N(s E, \sigma),\quad (\sigma/E)^2 = a^2\,\frac{\mathrm{GeV}}{E} + b^2

    Attributes
    ----------
    scale : s
    stochastic, constant : a and b
    """

    stochastic: Number = quantity()
    constant: Number = quantity(default=0.0)
    scale: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_positive(self, "stochastic", "scale")
        check_range(self, "constant", 0.0, 1.0)

    @fused
    def matrix(self, energy: Float[Array, " node"], edges: Float[Array, " edge"]) -> Float[Array, "node seen"]:
        """Probability of each bin of what is seen; the rest is outside."""
        safe = jnp.maximum(energy, 1e-3 * GeV)
        width = safe * jnp.sqrt(self.stochastic**2 * (GeV / safe) + self.constant**2)
        below = ndtr((edges - self.scale * safe[:, None]) / width[:, None])
        return below[:, 1:] - below[:, :-1]


class Halo(Noun):
    """What no decay in the tunnel makes: even along the wall and in angle, falling exponentially in energy.

    Attributes
    ----------
    number : within the axes of the instrument, per proton on target
    energy : over which it falls by e
    """

    number: Number = quantity()
    energy: BeamEnergy = quantity()

    def __check_init__(self) -> None:
        check_range(self, "number", 0.0)
        check_positive(self, "energy")

    @fused
    def shares(self, edges: Float[Array, " edge"]) -> Float[Array, " seen"]:
        """Of each bin of energy; they add to one."""
        left = jnp.exp(-(edges - edges[0]) / self.energy)
        return (left[:-1] - left[1:]) / (1 - left[-1])


class Sample(Noun):
    """Events that pass one selection: the probabilities that each kind of particle on the wall does, and the halo.

    Attributes
    ----------
    positron, muon, hadron : probabilities
    halo : what else passes
    """

    positron: Number = quantity()
    muon: Number = quantity()
    hadron: Number = quantity()
    halo: Halo
    name: str = static(kw_only=True)

    def __check_init__(self) -> None:
        for field in ("positron", "muon", "hadron"):
            check_range(self, field, 0.0, 1.0)


class TunnelCalorimeter(AbstractInstrument):
    r"""Iron and scintillator on the wall of the tunnel: where a particle meets it, at which angle, and its energy.

    .. math::
        E_\mathrm{visible} = E_e;\quad T_\mu - T(R(T_\mu) - \bar\rho\,\ell),\ \ell = \min(t/\sin\alpha, l);\quad T_h

    Positrons and hadrons are contained; a muon loses what it loses in iron of the mean density on its way through the
    thickness t at the angle :math:`\alpha` to the wall, or to the end of the tunnel, l further on, if that comes first.
    Particles fly straight. Every particle that was born falls in one bin: on the instrumented wall, on the wall before
    it, or behind it, where most have left through the tunnel's end. Photons of neutral pions and the electrons of
    muons are left out. Which selection a particle passes does not depend on its energy.

    Attributes
    ----------
    z : along the tunnel, from its entrance: where it is instrumented
    angles : edges between classes of the angle to the wall
    visible : axis of the energy that is seen
    truth : its edges are the nodes of the visible energy before resolution
    thickness, density : of the calorimeter, across; mean
    place_resolution, angle_resolution : standard deviations; must be small against the bins
    electromagnetic, muonic, hadronic : what is seen of the visible energy of each kind
    samples : selections, by name
    particles : that are counted

    References
    ----------
    Acerbi:2022-arXiv2203.08319
    """

    z: LengthAxis
    angles: Annotated[Float[Array, " edge"], ANGLE] = quantity()
    visible: BeamEnergyAxis = part(Moves.NOTHING)
    truth: BeamEnergyAxis
    thickness: Length = quantity()
    density: Density = quantity()
    electromagnetic: EnergyResponse = part(Moves.NOTHING)
    muonic: EnergyResponse = part(Moves.NOTHING)
    hadronic: EnergyResponse = part(Moves.NOTHING)
    samples: tuple[Sample, ...] = part(Moves.NOTHING)
    place_resolution: Length = quantity()
    angle_resolution: Angle = quantity()
    particles: tuple[str, ...] = static(default=("e+", "mu+", "pi+", "pi-"))
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "thickness", "density", "place_resolution", "angle_resolution")
        if not self.samples:
            raise InputError("samples", "none", "What is counted passes some selection.", "Add one.")
        unknown = [one for one in self.particles if one not in PARTICLES]
        if unknown:
            raise InputError("particles", repr(unknown[0]), "It is no particle of ours.", "Name e.g. 'e+'.")
        angles = np.asarray(self.angles)
        if not (np.isfinite(angles) & (angles >= 0)).all() or not (np.diff(angles) > 0).all():
            got = ", ".join(ANGLE.show(one) for one in angles)
            raise InputError("angles", got, "Angles to the wall go up from zero or above.", "Put them in order.")

    @property
    def regions(self) -> tuple[str, ...]:
        return ("tunnel",)

    @property
    def undecayed(self) -> bool:
        return True

    @property
    def dimensions(self) -> int:
        return 0

    @property
    def shape(self) -> tuple[int, ...]:
        return self.z.bins + 2, len(self.angles) + 1, self.truth.bins + 1

    @property
    def axes(self) -> tuple[AbstractAxis, AbstractAxis, AbstractAxis | None]:
        """Selections by number; place along the tunnel; pairs of angle and energy by number, the energy fastest."""
        pairs = (len(self.angles) + 1) * self.visible.bins
        count = len(self.samples)
        return numbered(count), self.z, numbered(pairs)

    @fused
    def place(self, particle: str, flight: Segments, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Places:
        z, sine, distance, within = at_wall(flight, tunnel)
        number = within * flight.number * jnp.exp(-distance / PARTICLES[particle].decay_length(norm(flight.momentum)))
        room = jnp.maximum(tunnel.length - z, 0.0)
        energy = self.visible_energy(particle, flight.momentum, sine, room)
        place = shares(self.z.edges, z, self.place_resolution)
        # classes have no outer edges, so those that are given are all inner ones
        angle = jnp.arcsin(jnp.clip(sine, -1.0, 1.0))
        by_angle = shares(self.angles, angle, self.angle_resolution)
        where, share = outer_shares(place, by_angle, nodes_beside(self.truth.edges, energy))
        return where, number[:, None] * share

    @fused
    def visible_energy(
        self,
        particle: str,
        momentum: Float[Array, "ray 3"],
        sine: Float[Array, " ray"],
        room: Float[Array, " ray"],
    ) -> Float[Array, " ray"]:
        """What a particle leaves in the calorimeter."""
        mass = PARTICLES[particle].mass
        energy = energy_of(momentum, mass)
        if kind_of(particle) == "positron":
            return energy
        kinetic = energy - mass
        if kind_of(particle) == "hadron":
            return kinetic
        iron = MEDIA["iron"]
        way = jnp.minimum(self.thickness / jnp.maximum(sine, ALONG), room)
        return kinetic - iron.energy_of(jnp.maximum(iron.range_of(kinetic) - self.density * way, 0.0))

    @fused
    def seen(self, arrived: Mapping[str, Float[Array, "..."]]) -> dict[str, Float[Array, "tag seen"]]:
        responses = {"positron": self.electromagnetic, "muon": self.muonic, "hadron": self.hadronic}
        nodes, edges = self.truth.edges, self.visible.edges
        matrices = {kind: one.matrix(nodes, edges) for kind, one in responses.items()}
        passed = {kind: jnp.stack([getattr(one, kind) for one in self.samples]) for kind in responses}
        found = {}
        for name, values in arrived.items():
            kind = kind_of(name.rpartition("_")[2])
            by_energy = values[1:-1] @ matrices[kind]
            found[name] = passed[kind][:, None] * by_energy.ravel()
        return found

    @fused
    def background(self) -> Float[Array, "tag seen"]:
        classes = len(self.angles) + 1
        even = jnp.full((self.z.bins, classes, 1), 1 / (self.z.bins * classes))
        each = [one.halo.number * (even * one.halo.shares(self.visible.edges)).ravel() for one in self.samples]
        return jnp.stack(each)


@fused
def at_wall(
    flight: Segments, tunnel: Tunnel
) -> tuple[Float[Array, " ray"], Float[Array, " ray"], Float[Array, " ray"], Float[Array, " ray"]]:
    r"""Where a straight flight meets the wall, were it endless: z, sine of the angle to it, distance; and 1 inside.

    .. math::
        s = \frac{R^2 - r^2}{\sqrt{(\vec r\cdot\vec n_\perp)^2 + n_\perp^2 (R^2 - r^2)} + \vec r\cdot\vec n_\perp},\quad
        \sin\alpha = (\vec r + s\,\vec n_\perp)\cdot\vec n_\perp / R

    What does not start inside the tunnel counts as 0.
    """
    direction = flight.momentum / jnp.maximum(norm(flight.momentum), np.finfo(float).tiny)[:, None]
    across, start = direction[:, :2], flight.start[:, :2]
    square = (across**2).sum(axis=1) + ALONG**2
    product = (across * start).sum(axis=1)
    gap = tunnel.radius**2 - (start**2).sum(axis=1)
    inside = gap > 0
    gap = jnp.where(inside, gap, tunnel.radius**2)
    root = jnp.sqrt(product**2 + square * gap)
    distance = gap / (root + product)
    return flight.start[:, 2] + distance * direction[:, 2], root / tunnel.radius, distance, 1.0 * inside


@fused
def impact(theta: Scalar | float, tunnel: Tunnel) -> Scalar:
    """How far along the tunnel a particle from its axis meets the wall, at an angle to the axis."""
    return tunnel.radius / jnp.tan(theta)
