"""Counts of a two-flavour oscillation as templates, and the likelihood of its amplitude."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.batch import batched_counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import propagation_of, with_channels
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.likelihood import Likelihood, likelihood
from ontarget.inference.likelihood.pull import between, pull
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation import Sterile31

NO_MIXING, MUON, ELECTRON, BOTH = MIXINGS = ((0.0, 0.0), (0.0, 0.5), (0.5, 0.0), (0.5, 0.5))
"""Pairs of |U_e4|^2 and |U_mu4|^2 at which 4|U|^2(1 - |U|^2) and 4|U_e4|^2|U_mu4|^2 are zero or one."""


@dataclass(frozen=True)
class TwoFlavourChannel:
    """An oscillation of two flavours: which one is seen, and the mixings whose counts differ by an amplitude of one."""

    final: str
    oscillated: tuple[float, float]
    reference: tuple[float, float]

    @property
    def row(self) -> int:
        """The place of the final flavour among all."""
        return FLAVOURS.index(self.final)


CHANNELS = {
    "nu_mu disappearance": TwoFlavourChannel("nu_mu", MUON, NO_MIXING),
    "nu_e disappearance": TwoFlavourChannel("nu_e", ELECTRON, NO_MIXING),
    "nu_mu to nu_e": TwoFlavourChannel("nu_e", BOTH, ELECTRON),
}
"""The channels of a search, by name; appearance is not lessened by the disappearance that comes with it."""


def channel_named(name: str) -> TwoFlavourChannel:
    """One of `CHANNELS`."""
    if name not in CHANNELS:
        raise InputError("channel", repr(name), "There is no such one.", did_you_mean(name, CHANNELS))
    return CHANNELS[name]


@dataclass(frozen=True)
class OscillationTemplates:
    """Counts of an experiment at the mixings that channels are made of.

    Attributes
    ----------
    splittings : [splitting], MeV^2
    counts : [mixing splitting flavour bin], events by final flavour, at each of `MIXINGS`; tag and seen are one axis
    """

    splittings: Float[np.ndarray, " splitting"]
    counts: Float[np.ndarray, "mixing splitting flavour bin"]

    @property
    def steady(self) -> Float[np.ndarray, "flavour bin"]:
        """Counts without oscillation."""
        return self.counts[MIXINGS.index(NO_MIXING), 0]

    def change(self, channel: TwoFlavourChannel) -> Float[np.ndarray, "splitting bin"]:
        """What an amplitude of one changes in the counts of the final flavour."""
        both = (self.counts[MIXINGS.index(one), :, channel.row] for one in (channel.oscillated, channel.reference))
        return np.subtract(*both)


def oscillation_templates(experiment: Experiment, splittings: Float[np.ndarray, " splitting"]) -> OscillationTemplates:
    """Counts of an experiment with a `Sterile31` at each of `MIXINGS` and each splitting (MeV^2)."""
    with_channels(experiment, "A search counts neutrinos by flavour.")
    propagation_of(experiment, Sterile31, "A search needs a fourth neutrino.")
    rows = len(MIXINGS) * len(splittings)
    values = {
        "propagation.dm2": np.tile(splittings, len(MIXINGS)),
        "propagation.ue4": np.repeat([electron for electron, _ in MIXINGS], len(splittings)),
        "propagation.umu4": np.repeat([muon for _, muon in MIXINGS], len(splittings)),
        "propagation.utau4": np.zeros(rows),
    }
    counts = batched_counts(experiment, values, rows)
    total = np.sum([np.asarray(one.values) for one in counts.channels], axis=0)
    return OscillationTemplates(splittings, total.reshape(len(MIXINGS), len(splittings), len(FLAVOURS), -1))


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


def likelihood_of_search(search: Oscillated) -> Likelihood:
    """Asimov likelihood in the amplitude, free between 0 and 1, and in the pulls, each with an error of one."""
    pulls = [pull(f"z{i}", f"*.pulls.{i}") for i in range(len(search.pulls))]
    return likelihood(search, [between("amplitude", "*.amplitude", 0.0, 1.0, 0.0), *pulls])
