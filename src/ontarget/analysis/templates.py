"""Events of an oscillation as templates over bins of energy."""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.batch import batched_counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.likelihood import Likelihood, likelihood
from ontarget.inference.likelihood.pull import between, pull
from ontarget.matter.flavour import FLAVOURS


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
