"""Events of a cross-section measurement as templates: what each factor of the cross-section and each pull adds."""

from __future__ import annotations

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.beam_flux import of_a_tunnel
from ontarget.analysis.beam.beam_variation import Counted, flux_in
from ontarget.experiment.batch import batched_counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Noun, Scalar, static
from ontarget.interaction import BinnedScale
from ontarget.numerics import BeamEnergyAxis
from ontarget.source.computed import PrecomputedFlux


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

    @classmethod
    def at_start(cls, parts: Float[np.ndarray, "pull factor bin"], name: str = "") -> Bilinear:
        """With every factor one and every pull zero, in the bins in which something is expected."""
        pulls, factors, _ = parts.shape
        held = parts[0, 0] > 0
        scalars = (jnp.asarray(1.0),) * (factors - 1), (jnp.asarray(0.0),) * (pulls - 1)
        return cls(jnp.asarray(parts[:, :, held]), *scalars, name)

    def bins(self) -> Float[Array, " bin"]:
        """Events."""
        one = jnp.ones(())
        factors = jnp.stack([one, *(factor - 1.0 for factor in self.factors)])
        return jnp.einsum("j,b,jbx->x", jnp.stack([one, *self.pulls]), factors, self.parts)


def with_factors(experiment: Experiment, axis: BeamEnergyAxis, flavour: str) -> Experiment:
    """The experiment with the cross-sections of all its channels in bins."""
    channels = tuple(
        eqx.tree_at(lambda one: one.interaction, channel, BinnedScale.over(channel.interaction, axis, (flavour,)))
        for channel in experiment.detector.channels
    )
    return eqx.tree_at(lambda one: one.detector.channels, experiment, channels)


def templates(
    experiment: Experiment,
    nominal: Counted,
    moved: Sequence[Counted],
    normalisation: float,
    axis: BeamEnergyAxis,
    flavour: str,
) -> Float[np.ndarray, "pull factor bin"]:
    """Events by pull and factor, as in `Bilinear`: by the chain of the experiment, what it sees summed.

    Parameters
    ----------
    experiment : behind a decay tunnel; its tag makes the bins
    nominal, moved : the beam as it is, and one standard deviation off for each pull after the first
    normalisation : relative error of all events alike, the first pull
    axis, flavour : bins of energy with a factor each, and whose cross-section it is
    """
    source, site = of_a_tunnel(experiment)
    given = flux_in(source, site, experiment.detector.tag, nominal)
    fluxes = [given.values, normalisation * given.values]
    fluxes += [flux_in(source, site, experiment.detector.tag, one).values - given.values for one in moved]
    # a flux times one, then times one plus each factor: differences are the parts
    values = {"source.given.values": np.repeat(np.stack([np.asarray(one) for one in fluxes]), axis.bins + 1, axis=0)}
    for channel in experiment.detector.channels:
        for i in range(axis.bins):
            steps = np.ones(axis.bins + 1)
            steps[i + 1] = 2.0
            address = f"detector.channels.{channel.name}.interaction.factors.bin{i}.value"
            values[address] = np.tile(steps, len(fluxes))
    events = with_factors(eqx.tree_at(lambda one: one.source, experiment, PrecomputedFlux(given)), axis, flavour)
    counts = batched_counts(events, values, len(fluxes) * (axis.bins + 1))
    total = np.sum([np.asarray(one.values).sum(axis=(1, 3)) for one in counts.channels], axis=0)
    total = total.reshape(len(fluxes), axis.bins + 1, -1)
    return np.concatenate([total[:, :1], total[:, 1:] - total[:, :1]], axis=1)
