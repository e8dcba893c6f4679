"""Measured cross-sections against neutron number, with the law of N squared."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.noun import static
from ontarget.interaction import CEvNS
from ontarget.matter.form_factor import PointLike
from ontarget.matter.nuclide import Nuclides
from ontarget.plot import Band, Points, points_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.measurement import CROSS_SECTION, CrossSection, Measurement, cross_section
from ontarget.study.task import AbstractTask

# the most abundant isotope of an element per step along the valley of stability
LADDER = ("C12", "O16", "F19", "Na23", "Al27", "Si28", "Ar40", "Ca40", "Fe56", "Ge74", "Zr90", "I127", "Xe132", "Cs133")


class CrossSections(AbstractTask):
    r"""Flux-averaged cross-sections of the study's measurements against the neutron number of their targets.

    Beside them the prediction with and without the nuclear form factor, from the couplings of the first experiment;
    without it the cross-section grows almost as N^2, because protons hardly count.

    Attributes
    ----------
    measurements : keys of `Measurement` tasks of the study
    ladder : nuclides at which the prediction is computed
    """

    measurements: tuple[str, ...] = static()
    key: str = static(default="cross_sections")
    title: str = static(default="Cross-section against neutron number")
    text: str = static(default="")
    ladder: tuple[str, ...] = static(default=LADDER)

    def check(self, context: Context) -> None:
        for key in self.measurements:
            context.task(key, "measurements", Measurement)

    def run(self, context: Context) -> Section:
        found = [measured(context, key) for key in self.measurements]
        first = context.listed()[0]
        nuclides = [Nuclides.of(name) for name in self.ladder]
        neutrons = np.array([float(one.N[0]) for one in nuclides])
        interaction = coherent(first)
        bare = dataclasses.replace(interaction, proton=PointLike(), neutron=PointLike())
        full = np.array([average(first, interaction, one) for one in nuclides])
        point = np.array([average(first, bare, one) for one in nuclides])
        order = np.argsort(neutrons)
        curves = [
            Band("with form factor", neutrons[order], full[order]),
            Band("without (about N²)", neutrons[order], point[order]),
        ]
        dots = [
            Points(
                one.label,
                np.array([one.neutrons]),
                np.array([one.value]),
                np.array([[one.errors[0]], [one.errors[1]]]),
                group=index,
                aside=6.0 * (index - len(found) / 2),
            )
            for index, one in enumerate(found)
        ]
        label = r"flux-averaged cross-section ($10^{-40}$ cm$^2$)"
        figure = points_figure(dots, curves, "neutron number", label, y_scale="log")
        rows = [
            {
                "measurement": one.label,
                "neutrons": one.neutrons,
                "measured (1e-40 cm2)": one.value,
                "error below": one.errors[0],
                "error above": one.errors[1],
                "standard (1e-40 cm2)": one.standard,
            }
            for one in found
        ]
        picture = Picture(self.key, "Measured cross-sections and the standard prediction.", figure)
        return Section(self.title, self.text, [Table(self.key, self.title, rows)], [picture])


def measured(context: Context, key: str) -> CrossSection:
    """What a measurement of this key found."""
    task = context.task(key, "measurements", Measurement)
    return context.once(cross_section, context.experiment(task.experiment, "experiment"), task, context)


def coherent(experiment: Experiment) -> CEvNS:
    """The interaction of an experiment's first channel, which must be coherent scattering."""
    interaction = experiment.detector.channels[0].interaction
    if not isinstance(interaction, CEvNS):
        got = type(interaction).__name__
        raise InputError(
            f"{experiment.name}, first channel", got, "Only coherent scattering is drawn.", "Leave it out."
        )
    return interaction


def average(experiment: Experiment, interaction: CEvNS, nuclide: Nuclides) -> float:
    """Flux-averaged cross-section of one nuclide, in 1e-40 cm2."""
    alone = jax.tree.map(lambda leaf: leaf[0], nuclide)
    flux = experiment.flux()
    values = np.asarray(flux.values).sum(axis=(2, 3))
    end = float(interaction.endpoint(alone, flux.energy.max()))
    kernel = np.asarray(interaction.kernel(alone, flux.energy, jnp.linspace(0.0, end, 201)))
    return float((kernel.sum(axis=2) * values).sum() / values.sum() / CROSS_SECTION)
