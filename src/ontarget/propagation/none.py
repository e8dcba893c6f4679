"""The trivial propagation, and the contract of every other."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.flux import Flux


class AbstractPropagation(Noun):
    """Flavour change between birth and detection."""

    @abstractmethod
    def probability(
        self, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "final initial energy path"]:
        """Probability that a neutrino born as `initial` arrives as `final`, for each energy and path."""

    def propagate(self, flux: Flux) -> Float[Array, "flavour energy tag"]:
        """The flux by final flavour, summed over paths."""
        return jnp.einsum("fiep,iept->fet", self.probability(flux.energy, flux.path), flux.values)


class NoOscillation(AbstractPropagation):
    """Every neutrino arrives as it was born: baselines far below the oscillation lengths."""

    def probability(
        self, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "final initial energy path"]:
        identity = jnp.eye(len(FLAVOURS))
        return jnp.broadcast_to(identity[:, :, None, None], (*identity.shape, len(energy), len(path)))

    def propagate(self, flux: Flux) -> Float[Array, "flavour energy tag"]:
        return flux.values.sum(axis=2)
