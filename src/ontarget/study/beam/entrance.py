"""What enters the decay tunnel: predicted from protons on target, beside what the published flux asks for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ontarget.analysis.beam.entrance import BeamEntrance, beam_entrance, tunnel_source
from ontarget.ground.noun import static
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class Entrance(AbstractTask):
    """Numbers, momenta, divergences and spots of the species that enter the tunnel, experiment by experiment.

    Numbers are per proton on target; ratios to the first of `experiments` stand beside them.
    """

    experiments: tuple[str, ...] = static()
    key: str = static(default="entrance")

    def check(self, context: Context) -> None:
        for experiment in context.listed(self.experiments):
            tunnel_source(experiment)

    def run(self, context: Context) -> Section:
        found = {
            name: beam_entrance(context.experiment(name, "experiments"), progress=context.progress)
            for name in self.experiments
        }
        text = (
            "Particles that enter the decay tunnel. A parametrised beam says what the published flux asks for; a "
            "tracked beam is a prediction from the production of hadrons, the target and the line."
        )
        return Section(
            "The beam at the tunnel", text, [Table(self.key, "At the entrance", rows(found))], headline=headline(found)
        )


def headline(found: Mapping[str, BeamEntrance]) -> list[Headline]:
    """The most frequent species at each entrance."""
    made = []
    for name, one in found.items():
        most = int(np.argmax(one.number))
        momentum, spread = number_text(float(one.momentum[most])), number_text(100 * float(one.spread[most]))
        note = f"mean momentum {momentum} GeV/c, spread {spread} %"
        made.append(Headline(f"{one.species[most]} [{name}]", float(one.number[most]), unit="per proton", note=note))
    return made


def rows(found: Mapping[str, BeamEntrance]) -> list[dict[str, object]]:
    """One row per experiment and species; ratios are to the first experiment."""
    first = next(iter(found.values()), None)
    of_first = {} if first is None else dict(zip(first.species, first.number, strict=True))
    every: list[dict[str, object]] = []
    for name, one in found.items():
        for i, species in enumerate(one.species):
            row: dict[str, object] = {
                "experiment": name,
                "species": species,
                "per proton": float(one.number[i]),
                "mean momentum (GeV/c)": float(one.momentum[i]),
                "spread (%)": 100 * float(one.spread[i]),
            }
            row |= {f"divergence {axis} (mrad)": float(one.divergence[i, k]) for k, axis in enumerate("xy")}
            row |= {f"spot {axis} (mm)": float(one.spot[i, k]) for k, axis in enumerate("xy")}
            known = of_first.get(species)
            every.append(row | {"ratio to the first": float(one.number[i] / known) if known else None})
    return every
