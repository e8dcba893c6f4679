"""Events above thresholds at baselines, with backgrounds."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.facility.baseline_counts import WHY_A_SITE, WHY_CHANNELS, BaselineCounts, baselines
from ontarget.experiment.narrow import site_of, with_channels
from ontarget.ground.errors import InputError
from ontarget.ground.noun import quantity, static
from ontarget.ground.units import LENGTH, m
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.column import SIGMAS
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.source import Site
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, prefixed

LEAST = 0.1
"""Events per year below which a background is not drawn."""


class BaselineScan(AbstractTask):
    """Events per year above each edge of the seen axis, at `baselines`: neutrinos as 1/L², backgrounds as they are.

    The first of `experiments` is drawn. Arrival times are those of the experiment's own baseline. `key` stands before
    the names of table and figure.
    """

    experiments: tuple[str, ...] = static()
    baselines: Annotated[Float[Array, " baseline"], LENGTH] = quantity()
    key: str = static(default="")

    def __check_init__(self) -> None:
        baselines = np.asarray(self.baselines)
        if not np.isfinite(baselines).all() or not (baselines > 0).all():
            raise InputError("baselines", str(baselines / m), "They are finite, above 0 m.", "Give such baselines.")
        if not self.experiments:
            raise InputError("experiments", "none", "The first of them is drawn.", "Name one.")

    def check(self, context: Context) -> None:
        for experiment in context.listed(self.experiments):
            site_of(with_channels(experiment, WHY_CHANNELS), Site, WHY_A_SITE)

    def run(self, context: Context) -> Section:
        lengths = np.asarray(self.baselines)
        found = {
            name: baselines(context.experiment(name, "experiments"), lengths, context.counts(name))
            for name in self.experiments
        }
        text = (
            "Signal falls as the square of the distance; backgrounds are those of the experiment's own place. "
            "Thresholds are edges of the reconstructed axis."
        )
        every = [row for name, one in found.items() for row in rows(name, one)]
        table = Table(prefixed(self.key, "baselines"), "Events per year above thresholds, by baseline", every, SHOWN)
        drawn = self.experiments[0]
        pictures = [picture(self.key, drawn, found[drawn])]
        return Section(
            "Events against threshold and baseline", text, [table], pictures, headline=headline(drawn, found[drawn])
        )


SHOWN = {"S/sqrt(S+B)": SIGMAS}


def headline(name: str, found: BaselineCounts) -> list[Headline]:
    """Neutrinos of one experiment above its lowest threshold at each baseline, and its backgrounds."""
    lowest, background = number_text(float(found.thresholds[0])), number_text(float(found.background[0]))
    return [
        Headline(
            f"{name} at {number_text(float(length))} m, above {lowest} {found.unit}",
            float(signal[0]),
            unit="per year",
            note=f"background {background}",
        )
        for length, signal in zip(found.baselines, found.signal, strict=True)
    ]


def rows(name: str, found: BaselineCounts) -> list[dict[str, Any]]:
    """One row per baseline and edge of the seen axis but the last."""
    purity, significance, background = found.signal_to_background, found.significance, found.background
    return [
        {
            "experiment": name,
            "baseline (m)": float(length),
            f"threshold ({found.unit})": float(threshold),
            "signal per year": float(found.signal[place, index]),
            **{f"{one} per year": float(values[index]) for one, values in found.backgrounds.items()},
            "S/B": float(purity[place, index]) if background[index] > 0 else None,
            "S/sqrt(S+B)": float(significance[place, index]),
        }
        for place, length in enumerate(found.baselines)
        for index, threshold in enumerate(found.thresholds)
    ]


def picture(key: str, name: str, found: BaselineCounts) -> Picture:
    """Signal above threshold at each baseline, and backgrounds."""
    curves: list[Curve] = [
        Curve(f"{length:g} m", found.thresholds, signal)
        for length, signal in zip(found.baselines, found.signal, strict=True)
    ]
    dashes = ("--", ":", "-.", "-") * len(found.backgrounds)
    for (label, y), dash in zip(found.backgrounds.items(), dashes, strict=False):
        curves.append(Guide(label, found.thresholds[y > LEAST], y[y > LEAST], dash=dash))
    axes = f"threshold ({found.unit})", "events per year above threshold"
    caption = f"Events per calendar year in {name}: neutrinos at each baseline, backgrounds in grey."
    return Picture(prefixed(key, "baselines"), caption, curves_figure(curves, [], *axes, "linear", "log"))
