"""The trivial propagation, and the contract of every other."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.program import fused
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation.propagation import AbstractPropagation
from ontarget.source.flux import Flux


class NoOscillation(AbstractPropagation):
    """Every neutrino arrives as it was born: baselines far below the oscillation lengths."""

    @fused
    def probability(
        self, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "final initial energy path"]:
        identity = jnp.eye(len(FLAVOURS))
        return jnp.broadcast_to(identity[:, :, None, None], (*identity.shape, len(energy), len(path)))

    @fused
    def propagate(self, flux: Flux) -> Float[Array, "flavour energy tag"]:
        return flux.values.sum(axis=2)
