"""Integrals of recoil spectra that are sums of products, over truth cells that end at the kinematic limit."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, electron_mass
from ontarget.interaction.recoil import ORDER, recoil_endpoint
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.quadrature import interval_nodes, soft_nodes

THOMAS_FERMI = (9 * np.pi**2 / 128) ** (1 / 3)
"""Screening length of a neutral atom, in Bohr radii, times the cube root of Z."""


def integrate_series(
    weights: Callable[[Float[Array, "a node"]], Float[Array, "term row a node"]],
    coefficients: Float[Array, "term energy"],
    mass: Float[Array, ""],
    energy: Float[Array, " energy"],
    edges: Float[Array, " edge"],
    floor: Float[Array, ""] | None = None,
    softest: Float[Array, ""] | None = None,
) -> Float[Array, "row energy truth"]:
    r"""Integrate over each cell, up to the kinematic limit,

    .. math:: \int_\mathrm{cell} \sum_k c_k(E)\,W_k(T)\,dT .

    Weights depend on T alone, so cells below the limit of an energy need only their moments; the one cell that holds
    the limit is integrated up to it. With a `floor` the integral starts there and the nodes lie in log T: exact for
    1/T, and a cell from zero has a finite integral.

    Parameters
    ----------
    weights : W_k at [a node] recoil energies
    coefficients : c_k at the neutrino energies
    mass : of what is struck
    energy, edges : neutrino energies, truth edges (all energies)
    floor : recoil energy below which there is nothing, None for zero
    softest : recoil energy above which weights fall as a power of T, where there is no floor; None where they do not

    References: quadrature.
    """
    limit = recoil_endpoint(mass, energy)
    low, high = edges[:-1], edges[1:]
    cell = jnp.clip(jnp.searchsorted(edges, limit, side="left") - 1, 0, len(edges) - 2)
    start = edges[cell]
    bottom, top = jnp.concatenate([low, start]), jnp.concatenate([high, jnp.maximum(limit, start)])
    if floor is None:
        nodes, measure = soft_nodes(bottom, top, softest, ORDER)
    else:
        logs, widths = interval_nodes(jnp.log(jnp.maximum(bottom, floor)), jnp.log(jnp.maximum(top, floor)), ORDER)
        nodes, measure = jnp.exp(logs), widths * jnp.exp(logs)
    integrals = (weights(nodes) * measure).sum(-1)
    moments, cut = integrals[..., : len(low)], integrals[..., len(low) :]
    holds = (jnp.arange(len(low)) == cell[:, None]) & (limit[:, None] < high)
    whole = jnp.einsum("krx,ke->rex", moments, coefficients) * (high <= limit[:, None])
    return whole + jnp.einsum("kre,ke->re", cut, coefficients)[..., None] * holds


def screening_momentum(nuclide: Nuclides) -> Float[Array, ""]:
    r"""Momentum transfer (times c) below which an atom is neutral.

    .. math:: q_s = \frac{\alpha m_e Z^{1/3}}{(9\pi^2/128)^{1/3}}

    The inverse of the Thomas-Fermi length: 11 keV for argon, a recoil of 2 meV of the nucleus and of 0.1 keV of an
    electron, far below what is seen. It keeps what falls as 1/T finite at zero, and no more is asked of it.

    References: Thomas-Fermi atom.
    """
    return alpha * electron_mass * nuclide.Z ** (1 / 3) / THOMAS_FERMI
