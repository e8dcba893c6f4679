"""Integrals of nuclear-recoil cross-sections over truth cells that end at the kinematic limit."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.numerics.quadrature import interval_nodes

ORDER = 8
"""Gauss-Legendre nodes per cell: the form factor over a cell of a tenth of the range is a polynomial of degree 15."""


def recoil_endpoint(mass: Float[Array, ""], energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
    r"""Highest kinetic energy of a nucleus of mass M struck by a neutrino.

    .. math:: T_\max = \frac{2E^2}{M + 2E}

    Valid for massless neutrinos, exact. References: kinematics.
    """
    return 2 * energy**2 / (mass + 2 * energy)


def integrate_recoils(
    weight: Callable[[Float[Array, "a node"]], Float[Array, "family a node"]],
    sign: float,
    mass: Float[Array, ""],
    energy: Float[Array, " energy"],
    edges: Float[Array, " edge"],
) -> Float[Array, "family energy truth"]:
    r"""Integrate over each cell, up to the kinematic limit,

    .. math:: \int_\mathrm{cell} W(T)\,\Big(1 - \frac{T}{E} + \varsigma\frac{M T}{2E^2}\Big)\,dT .

    The weight depends on T alone, so cells that lie below the limit of an energy need only its two moments; the one
    cell that holds the limit is integrated up to it. Cost: W at ORDER (cells + energies) points.

    Parameters
    ----------
    weight : W, at [a node] recoil energies, as [family a node]
    sign : :math:`\varsigma`, -1 for a vector and +1 for an axial current
    mass, energy, edges : nuclear mass, neutrino energies, truth edges (all energies)
    """
    limit = recoil_endpoint(mass, energy)
    slope = 1 / energy - sign * mass / (2 * energy**2)
    low, high = edges[:-1], edges[1:]

    nodes, measure = interval_nodes(low, high, ORDER)
    weighed = weight(nodes) * measure
    zeroth, first = weighed.sum(-1), (weighed * nodes).sum(-1)
    full = zeroth[:, None, :] - first[:, None, :] * slope[None, :, None]

    cell = jnp.clip(jnp.searchsorted(edges, limit, side="left") - 1, 0, len(edges) - 2)
    start = edges[cell]
    nodes, measure = interval_nodes(start, jnp.maximum(limit, start), ORDER)
    bracket = 1 - nodes * slope[:, None]
    partial = (weight(nodes) * measure * bracket).sum(-1)

    holds = (jnp.arange(len(low))[None, :] == cell[:, None]) & (limit[:, None] < high[None, :])
    below = high[None, :] <= limit[:, None]
    return jnp.where(holds[None], partial[:, :, None], jnp.where(below[None], full, 0.0))
