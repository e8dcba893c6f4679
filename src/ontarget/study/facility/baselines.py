"""Events above thresholds at baselines, with backgrounds."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.noun import quantity, static
from ontarget.ground.units import LENGTH, m, year
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.source import Site
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

LEAST = 0.1
"""Events per year below which a background is not drawn."""


class BaselineScan(AbstractTask):
    """Events per year above each edge of the seen axis, at `baselines`: neutrinos as 1/L², backgrounds as they are.

    The first of `experiments` is drawn. Arrival times are those of the experiment's own baseline.
    """

    experiments: tuple[str, ...] = static()
    baselines: Annotated[Float[Array, " baseline"], LENGTH] = quantity()

    def __check_init__(self) -> None:
        baselines = np.asarray(self.baselines)
        if not np.isfinite(baselines).all() or not (baselines > 0).all():
            raise InputError("baselines", str(baselines / m), "They are finite, above 0 m.", "Give such baselines.")

    def check(self, context: Context) -> None:
        for name in self.experiments:
            context.experiment(name, "experiments")
            if not isinstance(context.experiment(name, "experiment").detector.site, Site):
                truth = "Only from a point does a flux fall as the square of the distance."
                raise InputError("experiments", repr(name), truth, "Name experiments at stopped pions.")

    def run(self, context: Context) -> Section:
        rows = []
        for name in self.experiments:
            noun, counts = context.experiment(name, "experiment"), context.counts(name)
            rows += [row for length in np.asarray(self.baselines) for row in rows_at(name, noun, counts, float(length))]
        text = (
            "Signal falls as the square of the distance; backgrounds are those of the experiment's own place. "
            "Thresholds are edges of the axis that is seen."
        )
        table = Table("baselines", "Events per year above thresholds, by baseline", rows)
        drawn = [row for row in rows if row["experiment"] == self.experiments[0]]
        return Section("Events against threshold and baseline", text, [table], [picture(drawn)])


def rows_at(name: str, experiment: Experiment, counts: Counts, baseline: float) -> list[dict[str, object]]:
    """One row per edge of the seen axis but the last."""
    site = experiment.detector.site
    assert isinstance(site, Site)
    years = float(experiment.exposure.calendar(experiment.facility) / year)
    nearer = float(site.baseline / baseline) ** 2
    signal = above(counts, np.asarray(counts.signal())) / years * nearer
    beside = {one.name: above(counts, np.asarray(one.values)) / years for one in counts.backgrounds}
    background = sum(beside.values(), np.zeros_like(signal))
    unit = counts.seen.dimension.unit
    return [
        {
            "experiment": name,
            "baseline (m)": baseline / m,
            f"threshold ({unit})": float(threshold),
            "signal per year": float(signal[index]),
            **{f"{one} per year": float(values[index]) for one, values in beside.items()},
            "S/B": float(signal[index] / background[index]) if background[index] > 0 else None,
            "S/sqrt(S+B)": float(signal[index] / np.sqrt(signal[index] + background[index])),
        }
        for index, threshold in enumerate(counts.seen.shown()[:-1])
    ]


def above(counts: Counts, values: np.ndarray) -> np.ndarray:
    """Counts of [tag seen] above each edge of the first observable, all times together."""
    seen = np.asarray(counts.along_seen(values.sum(axis=0)))
    return np.cumsum(seen[::-1])[::-1]


def picture(rows: list[dict]) -> Picture:
    """Signal above threshold at each baseline, and backgrounds."""
    baselines = list(dict.fromkeys(row["baseline (m)"] for row in rows))
    unit = next(key for key in rows[0] if key.startswith("threshold"))
    one_place = [row for row in rows if row["baseline (m)"] == baselines[0]]
    x = np.array([row[unit] for row in one_place])
    curves: list[Curve] = [
        Curve(f"{length:g} m", x, np.array([row["signal per year"] for row in rows if row["baseline (m)"] == length]))
        for length in baselines
    ]
    names = [key for key in rows[0] if key.endswith(" per year") and key != "signal per year"]
    for key, dash in zip(names, ("--", ":", "-.", "-") * len(names), strict=False):
        y = np.array([row[key] for row in one_place])
        curves.append(Guide(key.removesuffix(" per year"), x[y > LEAST], y[y > LEAST], dash=dash))
    figure = curves_figure(curves, [], unit, "events per year above threshold", "linear", "log")
    caption = f"Events per calendar year in {rows[0]['experiment']}: neutrinos at each baseline, backgrounds in grey."
    return Picture("baselines", caption, figure)
