"""The contract of a propagation: flavour change between birth and detection."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun
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
