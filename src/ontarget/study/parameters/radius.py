"""How well each target measures the radius of its neutron density."""

from __future__ import annotations

import numpy as np

from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import fm
from ontarget.inference.fit import Intervals, intervals, profile
from ontarget.inference.likelihood import Parameter, likelihood
from ontarget.interaction import CEvNS
from ontarget.plot import Interval, intervals_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.parameters.bounds import check_targets, short
from ontarget.study.task import AbstractTask, check_points


class Radius(AbstractTask):
    """Interval of the neutron rms radius of each experiment's target, one scale for all its isotopes."""

    title: str = static()
    key: str = static()
    text: str = static(default="")
    level: Number = quantity(default=0.6827)
    points: int = static(default=161)
    low: Number = quantity(default=0.6)
    high: Number = quantity(default=1.4)

    def __check_init__(self) -> None:
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 11, 100_001)

    def scale(self) -> Parameter:
        """The parameter: one scale for the radii of all isotopes."""
        return Parameter("scale", "*.interaction.neutron.scale", self.low, self.high)

    def check(self, context: Context) -> None:
        check_targets([self.scale()], {name: (name,) for name in context.experiments}, context)

    def run(self, context: Context) -> Section:
        rows, bars, warnings = [], [], []

        def measure(name: str) -> Intervals:
            context.progress(f"{self.title}: {short(name, context)}")
            nll = likelihood(context.nouns([name]), [self.scale(), *context.nuisances([name])])
            scan = profile(nll, {"scale": np.linspace(float(self.low), float(self.high), self.points)})
            return intervals(scan, float(self.level))

        for name, found in zip(context.experiments, context.each(measure, context.experiments), strict=True):
            radius = mean_radius(context.experiment(name, "experiment"))
            for piece in found.pieces:
                rows.append(
                    {
                        "experiment": name,
                        "mean neutron radius (fm)": radius,
                        "low (fm)": piece.low * radius,
                        "high (fm)": piece.high * radius,
                        "error (%)": None if piece.open_low or piece.open_high else 50 * piece.width,
                        "reaches end of grid": piece.open_low or piece.open_high,
                    }
                )
            pieces = [(100 * (p.low - 1), 100 * (p.high - 1)) for p in found.pieces]
            ends = any(p.open_low for p in found.pieces), any(p.open_high for p in found.pieces)
            bars.append(
                Interval(
                    "rms radius of the neutron density", f"{short(name, context)} ({radius:.2f} fm)", pieces, *ends
                )
            )
            warnings += [f"{short(name, context)}: {found.message}"] if found.message else []
        figure = intervals_figure(bars, "deviation from the default radius (%)")
        level = f"{100 * float(self.level):.4g} % CL"
        picture = Picture(self.key, f"{self.title}: allowed change of the radius at {level}.", figure)
        return Section(self.title, self.text, [Table(self.key, f"{self.title}, {level}", rows)], [picture], warnings)


def mean_radius(experiment: Experiment) -> float:
    """Mean rms radius of the neutron density over the target's nuclei, in fm."""
    material = experiment.detector.material
    nuclides, weight = material.nuclides(), np.asarray(material.nuclei_per_mass())
    interaction = experiment.detector.channels[0].interaction
    if not isinstance(interaction, CEvNS):
        truth = "Only coherent scattering has a neutron density."
        raise InputError(f"{experiment.name}, first channel", type(interaction).__name__, truth, "Leave Radius out.")
    return float(np.average(np.asarray(interaction.neutron.rms(nuclides.A)), weights=weight) / fm)
