"""Cross-sections averaged over an experiment's flux: for its own target, and against the neutron number of others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import narrowed
from ontarget.ground.errors import InputError
from ontarget.ground.program import program
from ontarget.interaction import CEvNS
from ontarget.matter.form_factor import PointLike
from ontarget.matter.nuclide import Nuclides

VALLEY = ("C12", "O16", "F19", "Na23", "Al27", "Si28", "Ar40", "Ca40", "Fe56", "Ge74", "Zr90", "I127", "Xe132", "Cs133")
"""The most abundant isotope of an element per step along the valley of stability."""

CELLS = 200  # of the recoil; each is integrated exactly up to the kinematic limit, whatever their number


@dataclass(frozen=True)
class CrossSectionTrend:
    """Flux-averaged cross-sections of coherent scattering by rising neutron number.

    Attributes
    ----------
    nuclides : names [nuclide]
    neutrons : neutron numbers [nuclide]
    extended : of nuclei with the form factors of the experiment, an area (internal units) [nuclide]
    point_like : of nuclei without a form factor, an area (internal units) [nuclide]
    """

    nuclides: tuple[str, ...]
    neutrons: np.ndarray
    extended: np.ndarray
    point_like: np.ndarray


def average_cross_section(experiment: Experiment) -> float:
    r"""Interactions per nucleus and fluence, an area (internal units): all channels, flavours and isotopes together.

    .. math:: \langle\sigma\rangle = \frac{\sum_i N_i \sum_\alpha \int \phi_\alpha(E)\,\sigma^i_\alpha(E)\,dE}
                                          {\sum_i N_i \sum_\alpha \int \phi_\alpha(E)\,dE}

    The interactions are those before any response of the detector.

    References
    ----------
    COHERENT:2021xmm
    """
    check_channels(experiment)
    interactions = sum(float(channel.interactions.sum()) for channel in experiment.expected().channels)
    nuclei = (experiment.detector.mass * experiment.detector.material.nuclei_per_mass()).sum()
    return float(interactions / nuclei / experiment.flux().values.sum())


def check_channels(experiment: Experiment) -> None:
    """Refuse an experiment that computes no interactions, such as one with released templates for its signal."""
    if not experiment.detector.channels:
        truth = "A cross-section is computed for the channels of a detector."
        raise InputError(f"{experiment.name}.detector", "no channel", truth, "Name another experiment as 'standard'.")


def mean_neutron_number(experiment: Experiment) -> float:
    """Neutrons per nucleus of the target, averaged over its nuclei."""
    material = experiment.detector.material
    return float(np.average(np.asarray(material.nuclides().N), weights=np.asarray(material.nuclei_per_mass())))


def cross_section_trend(experiment: Experiment, nuclides: Sequence[str] = VALLEY) -> CrossSectionTrend:
    r"""What coherent scattering would be on other nuclei in the same flux, with and without the form factor.

    For points :math:`\langle\sigma\rangle \propto (Z g_p + N g_n)^2`, almost as :math:`N^2`, for
    :math:`|g_p| \ll |g_n|`.

    Parameters
    ----------
    experiment : its first channel has the couplings and form factors
    nuclides : by name, in any order

    References
    ----------
    Freedman:1973yd
    """
    interaction, isotopes = coherent_scattering(experiment), Nuclides.of(*nuclides)
    bare = dataclasses.replace(interaction, proton=PointLike(), neutron=PointLike())
    neutrons = np.asarray(isotopes.N)
    order = np.argsort(neutrons, kind="stable")
    full, point = (cross_sections_on(experiment, one, isotopes)[order] for one in (interaction, bare))
    return CrossSectionTrend(tuple(nuclides[place] for place in order), neutrons[order], full, point)


def cross_sections_on(experiment: Experiment, interaction: CEvNS, nuclides: Nuclides) -> np.ndarray:
    """Cross-section of each nuclide, averaged over the experiment's flux: areas (internal units) [nuclide]."""
    flux = experiment.flux()
    weights = jnp.asarray(np.asarray(flux.values).sum(axis=(2, 3)))
    return np.asarray(averaged(interaction, nuclides, jnp.asarray(flux.energy), weights))


@program
def averaged(
    interaction: CEvNS,
    nuclides: Nuclides,
    energy: Float[Array, " energy"],
    weights: Float[Array, "flavour energy"],
) -> Float[Array, " nuclide"]:
    """Cross-sections averaged with these weights, areas; one nuclide after the other, to hold one kernel at a time."""

    def one(nuclide: Nuclides) -> Float[Array, ""]:
        edges = jnp.linspace(0.0, interaction.endpoint(nuclide, energy.max()), CELLS + 1)
        return (interaction.kernel(nuclide, energy, edges).sum(axis=2) * weights).sum()

    return jax.lax.map(one, nuclides) / weights.sum()


def coherent_scattering(experiment: Experiment) -> CEvNS:
    """The interaction of an experiment's first channel, which must be coherent scattering."""
    where, truth = f"{experiment.name}, first channel", "Only coherent scattering has the form factors asked for."
    if not experiment.detector.channels:
        raise InputError(where, "no channel", truth, "Leave it out.")
    return narrowed(experiment.detector.channels[0].interaction, CEvNS, where, truth)
