"""Histograms that are smooth in what is filled: an entry near an edge is shared between the bins beside it."""

from __future__ import annotations

import jax.numpy as jnp
from jax.scipy.special import ndtr
from jaxtyping import Array, Float, Int

from ontarget.ground.noun import Scalar

Shares = list[tuple[Int[Array, " ray"], Float[Array, " ray"]]]


def shares(edges: Float[Array, " edge"], value: Float[Array, " ray"], width: Scalar | Float[Array, " ray"]) -> Shares:
    r"""The two bins beside the nearest edge e, with :math:`\Phi(\mp(x - e)/w)`: a Gaussian resolution of width w.

    Exact as long as w is small against the bins. Bin 0 lies below the first edge, the last one above the last edge, so
    that nothing is lost.
    """
    near = jnp.searchsorted((edges[1:] + edges[:-1]) / 2, value)
    above = ndtr((value - edges[near]) / width)
    return [(near, 1.0 - above), (near + 1, above)]


def nodes_beside(nodes: Float[Array, " node"], value: Float[Array, " ray"]) -> Shares:
    """The two nodes around each value with the shares of their hat functions; what is beyond the ends goes to these."""
    below = jnp.clip(jnp.searchsorted(nodes, value, side="right") - 1, 0, len(nodes) - 2)
    low, high = nodes[below], nodes[below + 1]
    share = jnp.clip((value - low) / (high - low), 0.0, 1.0)
    return [(below, 1.0 - share), (below + 1, share)]


def crossed_shares(*every: Shares) -> list[tuple[tuple[Int[Array, " ray"], ...], Float[Array, " ray"]]]:
    """Shares of the bins of several axes together: all products."""
    found: list[tuple[tuple[Int[Array, " ray"], ...], Float[Array, " ray"]]] = [((), jnp.ones(()))]
    for one in every:
        found = [((*places, place), share * by) for places, share in found for place, by in one]
    return found
