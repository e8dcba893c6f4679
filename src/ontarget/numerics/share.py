"""Histograms that are smooth in what is filled: an entry near an edge is shared between the bins beside it."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import ndtr
from jaxtyping import Array, Float, Int

from ontarget.ground.noun import Scalar
from ontarget.ground.program import fused

Shares = tuple[Int[Array, "ray _"], Float[Array, "ray _"]]


@fused
def shares(edges: Float[Array, " edge"], value: Float[Array, " ray"], width: Scalar | float) -> Shares:
    r"""The two bins beside the nearest edge e, with :math:`\Phi(\mp(x - e)/w)`: a Gaussian resolution of width w.

    Exact as long as w is small against the bins. Bin 0 lies below the first edge, the last one above the last edge, so
    that nothing is lost.
    """
    near = jnp.searchsorted((edges[1:] + edges[:-1]) / 2, value)
    above = ndtr((value - edges[near]) / width)
    return jnp.stack([near, near + 1], axis=1), jnp.stack([1.0 - above, above], axis=1)


@fused
def nodes_beside(nodes: Float[Array, " node"], value: Float[Array, " ray"]) -> Shares:
    """The two nodes around each value with the shares of their hat functions; what is beyond the ends goes to these."""
    below = jnp.clip(jnp.searchsorted(nodes, value, side="right") - 1, 0, len(nodes) - 2)
    low, high = nodes[below], nodes[below + 1]
    share = jnp.clip((value - low) / (high - low), 0.0, 1.0)
    return jnp.stack([below, below + 1], axis=1), jnp.stack([1.0 - share, share], axis=1)


@fused
def nodes_or_outside(nodes: Float[Array, " node"], value: Float[Array, " ray"]) -> Shares:
    """The same with a full hat on the end nodes: what is beyond goes to two more rows after them, below and above.

    Nothing jumps where a value passes an end.
    """
    count = len(nodes)
    below, share = nodes_beside(nodes, value)
    down, up = (nodes[0] - value) / (nodes[1] - nodes[0]), (value - nodes[-1]) / (nodes[-1] - nodes[-2])
    beyond = jnp.clip(jnp.maximum(down, up), 0.0, 1.0)[:, None]
    out = jnp.where(down > 0, count, count + 1)[:, None]
    end = jnp.where(down > 0, 0, count - 1)[:, None]
    is_out = (down > 0) | (up > 0)
    place = jnp.where(is_out[:, None], jnp.concatenate([end, out], axis=1), below)
    return place, jnp.where(is_out[:, None], jnp.concatenate([1.0 - beyond, beyond], axis=1), share)


def one_by_one(both: Shares) -> list[tuple[Int[Array, " ray"], Float[Array, " ray"]]]:
    """One bin of each ray after the other, with their shares."""
    place, share = both
    return [(place[:, i], share[:, i]) for i in range(place.shape[1])]


@fused
def outer_shares(*every: Shares) -> tuple[tuple[Int[Array, "ray product"], ...], Float[Array, "ray product"]]:
    """Shares of the bins of several axes together: all products, the last axis fastest."""
    sizes = tuple(share.shape[1] for _, share in every)
    rays, weight, places = len(every[0][1]), jnp.ones(()), []
    for axis, (place, share) in enumerate(every):
        spread = (rays, *(size if i == axis else 1 for i, size in enumerate(sizes)))
        places.append(jnp.broadcast_to(place.reshape(spread), (rays, *sizes)).reshape(rays, -1))
        weight = weight * share.reshape(spread)
    return tuple(places), weight.reshape(rays, -1)
