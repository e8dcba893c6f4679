"""Integrals of nuclear-recoil cross-sections over truth cells that end at the kinematic limit."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun
from ontarget.ground.program import fused
from ontarget.numerics.quadrature import soft_nodes

ORDER = 8
"""Gauss-Legendre nodes per cell: the form factor over a cell of a tenth of the range is a polynomial of degree 15."""


@fused
def recoil_endpoint(mass: Float[Array, ""], energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
    r"""Highest kinetic energy of a nucleus of mass M struck by a neutrino.

    .. math:: T_\max = \frac{2E^2}{M + 2E}

    Valid for massless neutrinos, exact. References: kinematics.
    """
    return 2 * energy**2 / (mass + 2 * energy)


class RecoilKernel(Noun):
    """A kernel whose weight depends on the recoil alone, kept in factors: cheap to fold with a flux.

    Attributes
    ----------
    moments : [moment family truth] integrals of W and W T over each cell
    slope : [energy] coefficient of -T in the bracket
    below : [energy truth] 1 where the whole cell lies below the kinematic limit
    last : [family energy] integral over the part below the limit of the one cell that holds it
    holds : [energy truth] 1 at that cell
    """

    moments: Float[Array, "2 family truth"]
    slope: Float[Array, " energy"]
    below: Float[Array, "energy truth"]
    last: Float[Array, "family energy"]
    holds: Float[Array, "energy truth"]

    def dense(self) -> Float[Array, "family energy truth"]:
        """The kernel itself."""
        zeroth, first = self.moments[:, :, None, :]
        full = (zeroth - first * self.slope[:, None]) * self.below
        return full + self.last[:, :, None] * self.holds

    def fold(
        self, arriving: Float[Array, "flavour energy tag"], family: np.ndarray
    ) -> Float[Array, "flavour tag truth"]:
        """Sum over energy of flux times kernel, without building the kernel; `family` of each flavour."""
        zeroth, first = self.moments[:, family][:, :, None, :]
        plain = jnp.einsum("fek,ex->fkx", arriving, self.below)
        sloped = jnp.einsum("fek,ex->fkx", arriving * self.slope[:, None], self.below)
        last = jnp.einsum("fek,ex->fkx", arriving * self.last[family][:, :, None], self.holds)
        return zeroth * plain - first * sloped + last


def integrate_recoils(
    weight: Callable[[Float[Array, "a node"]], Float[Array, "family a node"]],
    sign: float,
    mass: Float[Array, ""],
    energy: Float[Array, " energy"],
    edges: Float[Array, " edge"],
    softest: Float[Array, ""] | None = None,
) -> RecoilKernel:
    r"""Integrate over each cell, up to the kinematic limit,

    .. math:: \int_\mathrm{cell} W(T)\,\Big(1 - \frac{T}{E} + \varsigma\frac{M T}{2E^2}\Big)\,dT .

    The weight depends on T alone, so cells that lie below the limit of an energy need only its two moments; the one
    cell that holds the limit is integrated up to it. Cost: W at ORDER (cells + energies) points.

    Parameters
    ----------
    weight : W, at [a node] recoil energies, as [family a node]
    sign : :math:`\varsigma`, -1 for a vector and +1 for an axial current
    mass, energy, edges : nuclear mass, neutrino energies, truth edges (all energies)
    softest : recoil energy above which W falls as a power of T, None where it does not
    """
    limit = recoil_endpoint(mass, energy)
    slope = 1 / energy - sign * mass / (2 * energy**2)
    low, high = edges[:-1], edges[1:]

    cell = jnp.clip(jnp.searchsorted(edges, limit, side="left") - 1, 0, len(edges) - 2)
    start = edges[cell]
    # whole cells, and below them the last, cut cell of each energy: the weight is asked once
    nodes, measure = soft_nodes(
        jnp.concatenate([low, start]), jnp.concatenate([high, jnp.maximum(limit, start)]), softest, ORDER
    )
    weighed = weight(nodes) * measure
    whole, cut = weighed[:, : len(low)], weighed[:, len(low) :]
    moments = jnp.stack([whole.sum(-1), (whole * nodes[: len(low)]).sum(-1)])
    last = (cut * (1 - nodes[len(low) :] * slope[:, None])).sum(-1)

    holds = (jnp.arange(len(low)) == cell[:, None]) & (limit[:, None] < high)
    below = high <= limit[:, None]
    return RecoilKernel(moments, slope, below.astype(float), last, holds.astype(float))
