"""Events above a threshold, for every threshold."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import Energy, quantity, static
from ontarget.ground.units import keV, kg, year
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.section import Context, Picture, Section, Table
from ontarget.report.task import AbstractTask


class ThresholdScan(AbstractTask):
    """Recoils per year and mass above a sharp threshold on the true recoil energy, efficiency one above it."""

    start: Energy = quantity()
    stop: Energy = quantity()
    points: int = static(default=60)

    def run(self, context: Context) -> Section:
        thresholds = np.geomspace(float(self.start), float(self.stop), self.points)
        curves, rows = [], [{"threshold (keV)": float(one / keV)} for one in thresholds]
        points = []
        for index, (name, loaded) in enumerate(context.experiments.items()):
            context.progress(f"recoils above threshold in {name}")
            experiment = loaded.noun
            unit = float(experiment.exposure.calendar(experiment.facility) / year * experiment.detector.mass / kg)
            above = np.asarray(recoils_above(experiment, jnp.asarray(thresholds))) / unit
            for row, count in zip(rows, above, strict=True):
                row[f"{name} (1/kg/yr)"] = float(count)
            label, shown = experiment.title.removeprefix("ESS "), above > 1e-3 * above[0]
            curves.append(Curve(label, thresholds[shown] / keV, above[shown], group=index))
            points.append(working_point(experiment, unit, index))
        figure = curves_figure(
            curves, points, "threshold on recoil energy (keV)", "recoils per kg and year above threshold", "log", "log"
        )
        caption = "Recoils above threshold; the points are the thresholds the detectors are proposed with."
        text = "Sharp threshold in true recoil energy and full efficiency, so that materials compare like with like."
        table = Table("thresholds", "Recoils per kg and year above threshold", rows)
        return Section("Events against threshold", text, [table], [Picture("thresholds", caption, figure)])


@eqx.filter_jit
def recoils_above(experiment: Experiment, thresholds: Float[Array, " threshold"]) -> Float[Array, " threshold"]:
    """Interactions above each threshold in the first channel, over the whole exposure."""
    channel = experiment.detector.channels[0]
    far = jnp.maximum(thresholds[-1], experiment.reach(channel)) * 1.001
    cells = experiment.interactions(channel, jnp.concatenate([thresholds, far[None]])).sum(axis=(0, 1))
    return jnp.cumsum(cells[::-1])[::-1]


def working_point(experiment: Experiment, unit: float, index: int) -> Mark:
    """The threshold of the detector itself and its expected counts per mass and year."""
    total = float(experiment.expected().signal().sum()) / unit
    return Mark("", np.array([float(experiment.detector.seen.start / keV)]), np.array([total]), group=index)
