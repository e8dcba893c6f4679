"""Published numbers of events of a decay tunnel, by where their neutrinos come from."""

from __future__ import annotations

import numpy as np

from ontarget.analysis.beam.beam_flux import BeamFlux, flux_of_lattices, of_a_tunnel
from ontarget.experiment.experiment import Experiment
from ontarget.ground.noun import static
from ontarget.validation.quantity import AbstractQuantity, digest_of

LAST: dict[str, BeamFlux] = {}
"""What was counted last, by all the numbers it was counted for: several published numbers are of one beam."""


def counted(experiment: Experiment) -> BeamFlux:
    """As many lattices of each component as the experiment's own chain takes."""
    digest = digest_of(experiment)
    if digest not in LAST:
        source, _ = of_a_tunnel(experiment)
        LAST.clear()
        LAST[digest] = flux_of_lattices(experiment, source.repeats)
    return LAST[digest]


class EventsByOrigin(AbstractQuantity):
    """Interactions in the whole exposure of one flavour, from one parent, mode and region where these are given."""

    neutrino: str = static(kw_only=True)
    parent: str = static(default="", kw_only=True)
    mode: str = static(default="", kw_only=True)
    region: str = static(default="", kw_only=True)

    def of(self, experiment: Experiment) -> float:
        found = counted(experiment)
        wanted = {key: value for key in ("neutrino", "parent", "mode", "region") if (value := getattr(self, key))}
        return float(np.sum(found.events[found.rows(**wanted)]))
