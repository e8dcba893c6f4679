"""Events of a cross-section measurement as templates over bins of energy."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Noun, Scalar, static
from ontarget.interaction import BinnedScale
from ontarget.numerics import BeamEnergyAxis


class Bilinear(Noun):
    """Events in the bins of one method as a function of factors of the cross-section and pulls of the flux.

    .. math:: n = \\sum_{jb} (1, z)_j\\, (1, f - 1)_b\\, A_{jb}

    Exact: events are a flux times a cross-section.

    Attributes
    ----------
    parts : A [1 + pull, 1 + factor, bin]
    factors, pulls : f and z
    """

    parts: Float[Array, "pull factor bin"]
    factors: tuple[Scalar, ...]
    pulls: tuple[Scalar, ...]
    name: str = static(default="")

    def bins(self) -> Float[Array, " bin"]:
        """Events."""
        one = jnp.ones(())
        factors = jnp.stack([one, *(factor - 1.0 for factor in self.factors)])
        return jnp.einsum("j,b,jbx->x", jnp.stack([one, *self.pulls]), factors, self.parts)


def with_factors(noun: Experiment, axis: BeamEnergyAxis, flavour: str) -> Experiment:
    """The experiment with the cross-sections of all its channels in bins."""
    channels = tuple(
        eqx.tree_at(lambda one: one.interaction, channel, BinnedScale.over(channel.interaction, axis, (flavour,)))
        for channel in noun.detector.channels
    )
    return eqx.tree_at(lambda one: one.detector.channels, noun, channels)
