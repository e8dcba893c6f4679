"""Events of a cross-section measurement and of an oscillation as templates over bins of energy."""

from __future__ import annotations

from collections.abc import Mapping

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.batch import batched_counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.likelihood import Likelihood, likelihood
from ontarget.inference.likelihood.pull import between, pull
from ontarget.interaction import BinnedScale
from ontarget.matter.flavour import FLAVOURS
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


class Oscillated(Noun):
    r"""Counts of a search at one splitting, as a function of the amplitude and of pulls.

    .. math:: n = (n_0 + s\,d)\,(1 + \sigma_0 z_0)\,\Big(1 + \sum_c \sigma_c z_c\Big) + b\,(1 + \sigma_b z_b)

    Attributes
    ----------
    nominal, change, background : n_0, d and b [bin]
    bands : sigma_c in the bins of band c, zero elsewhere [band bin]
    sizes : sigma_0 and sigma_b
    amplitude : s, the sine squared of twice the effective angle
    pulls : z_0, z_b and those of the bands
    """

    nominal: Float[Array, " bin"]
    change: Float[Array, " bin"]
    background: Float[Array, " bin"]
    bands: Float[Array, "band bin"]
    sizes: tuple[Scalar, Scalar]
    pulls: tuple[Scalar, ...]
    amplitude: Scalar = quantity(default=0.0)
    name: str = static(default="")

    def bins(self) -> Float[Array, " bin"]:
        """Counts."""
        whole, beside, *rest = self.pulls
        known = (1 + self.sizes[0] * whole) * (1 + jnp.stack(rest) @ self.bands)
        return (self.nominal + self.amplitude * self.change) * known + self.background * (1 + self.sizes[1] * beside)


def single(mixings: Mapping[str, float]) -> str:
    """Which set of counts belongs to one mixing alone."""
    return {"propagation.umu4": "muon", "propagation.ue4": "electron"}[next(iter(mixings))]


def oscillated(noun: Experiment, splittings: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Counts [flavour bin] without oscillation, and [splitting flavour bin] with mixings of one half."""
    sets = {"none": (0.0, 0.0), "muon": (0.0, 0.5), "electron": (0.5, 0.0), "both": (0.5, 0.5)}
    rows = len(splittings)
    values = {
        "propagation.dm2": np.tile(splittings, len(sets)),
        "propagation.ue4": np.repeat([electron for electron, _ in sets.values()], rows),
        "propagation.umu4": np.repeat([muon for _, muon in sets.values()], rows),
        "propagation.utau4": np.zeros(rows * len(sets)),
    }
    counts = batched_counts(noun, values, rows * len(sets))
    total = np.sum([np.asarray(one.values) for one in counts.channels], axis=0)
    every = total.reshape(len(sets), rows, len(FLAVOURS), -1)
    found = dict(zip(sets, every, strict=True))
    return found.pop("none")[0], found


def chance_of(noun: Oscillated) -> Likelihood:
    """The likelihood of a search: the amplitude is free, pulls are known to be one standard deviation wide."""
    pulls = [pull(f"z{i}", f"*.pulls.{i}") for i in range(len(noun.pulls))]
    return likelihood(noun, [between("amplitude", "*.amplitude", 0.0, 1.0, 0.0), *pulls])
