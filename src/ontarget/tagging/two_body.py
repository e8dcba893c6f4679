r"""A pion, where it decays, and where its neutrino interacts: what follows for the muon and for the neutrino's energy.

Eight numbers describe an event: the pion at T6 (x, y, slopes x', y', momentum p), the vertex (X, Y; its depth is
given), and the z of the decay. Seven of them are measured as they stand; five more, the muon at T7, follow from all.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.scattering import highland
from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.noun import Scalar
from ontarget.ground.program import fused
from ontarget.tagging.arm import Arm

Known = Float[Array, " 7"]
Seen = Float[Array, " 5"]

MOMENTUM = 4
"""Place of the momentum in both vectors, behind x, y and the slopes."""

RELEASED = (pion_mass - muon_mass) * (pion_mass + muon_mass) / 2
"""Half the difference of the squares of the masses: pion times neutrino, as four-vectors."""


@fused
def neutrino_of(known: Known, z: Scalar, depth: Scalar) -> tuple[Float[Array, " 3"], Float[Array, " 3"], Scalar]:
    r"""Direction of the neutrino, momentum of the pion, and energy of the neutrino.

    .. math:: E_\nu = \frac{m_\pi^2 - m_\mu^2}{2(E_\pi - \vec p_\pi\cdot\vec n)},\quad
        E_\pi - \vec p\cdot\vec n = \frac{m_\pi^2 + |\vec p\times\vec n|^2}{E_\pi + \vec p\cdot\vec n}
    """
    x, y, slope_x, slope_y, p, vertex_x, vertex_y = known
    away = jnp.stack([vertex_x - x - slope_x * z, vertex_y - y - slope_y * z, depth - z])
    direction = away / jnp.sqrt((away**2).sum())
    along = jnp.stack([slope_x, slope_y, jnp.ones_like(slope_x)])
    momentum = p * along / jnp.sqrt((along**2).sum())
    product, energy = momentum @ direction, jnp.sqrt(p**2 + pion_mass**2)
    across = jnp.cross(momentum, direction)
    return direction, momentum, RELEASED * (energy + product) / (pion_mass**2 + (across**2).sum())


@fused
def muon_of(known: Known, z: Scalar, depth: Scalar, length: Scalar) -> tuple[Seen, Scalar]:
    """The muon at T7 (x, y, slopes, momentum), `length` behind T6, and the energy of the neutrino."""
    direction, pion, energy = neutrino_of(known, z, depth)
    muon = pion - energy * direction
    slope_x, slope_y = muon[0] / muon[2], muon[1] / muon[2]
    left = length - z
    x, y = known[0] + known[2] * z + slope_x * left, known[1] + known[3] * z + slope_y * left
    return jnp.stack([x, y, slope_x, slope_y, jnp.sqrt((muon**2).sum())]), energy


class Errors(NamedTuple):
    """Covariance of a track [5 5] of x, y, slopes, momentum, by what makes it."""

    momentum: Float[Array, "5 5"]
    points: Float[Array, "5 5"]
    scattering: Float[Array, "5 5"]

    @property
    def whole(self) -> Float[Array, "5 5"]:
        """Their sum."""
        return self.momentum + self.points + self.scattering


@fused
def errors_of_track(arm: Arm, momentum: Scalar, mass: Scalar | float, towards: int) -> Errors:
    """Covariance of a track of a mass; `towards` is +1 where the plane next to the tunnel is the later one, else -1."""
    point = arm.pitch**2 / 12
    slope, both = 2 * point / arm.baseline**2, towards * point / arm.baseline
    plane = jnp.stack([jnp.stack([point, both]), jnp.stack([both, slope])])
    nothing = jnp.zeros((5, 5))
    return Errors(
        nothing.at[4, 4].set((arm.momentum * momentum) ** 2),
        nothing.at[:4, :4].set(jnp.kron(plane, jnp.eye(2))),
        nothing.at[jnp.array([2, 3]), jnp.array([2, 3])].set(highland(momentum, mass, arm.thickness) ** 2),
    )


@fused
def error_of_vertex(vertex: Scalar, known: Known, depth: Scalar) -> Float[Array, "2 2"]:
    """Covariance of x and y of the vertex, each of error `vertex`, for a depth as uncertain: neutrinos fly askew."""
    steepness = ((known[5] - known[0]) ** 2 + (known[6] - known[1]) ** 2) / depth**2
    return vertex**2 * (1 + steepness) * jnp.eye(2)


@fused
def covariance_of_known(arm: Arm, vertex: Scalar, known: Known, depth: Scalar) -> Float[Array, "7 7"]:
    """Covariance of what is measured of the pion, and of x and y of the vertex; `vertex` is the error of each axis."""
    whole = jnp.zeros((7, 7)).at[:5, :5].set(errors_of_track(arm, known[MOMENTUM], pion_mass, 1).whole)
    return whole.at[5:, 5:].set(error_of_vertex(vertex, known, depth))


@fused
def jacobians(
    known: Known, z: Scalar, depth: Scalar, length: Scalar
) -> tuple[Seen, Scalar, Float[Array, "6 7"], Float[Array, " 6"]]:
    """Muon and energy, and the derivatives of both (six rows) by what is known, and by z."""

    def all_six(known: Known, z: Scalar) -> Float[Array, " 6"]:
        muon, energy = muon_of(known, z, depth, length)
        return jnp.concatenate([muon, energy[None]])

    by_known, by_z = jax.jacfwd(all_six, argnums=(0, 1))(known, z)
    value = all_six(known, z)
    return value[:5], value[5], by_known, by_z
