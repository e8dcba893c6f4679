"""What a decay tunnel sends to a detector, by where it comes from: shared by the tasks that ask about a beam."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ontarget.analysis.beam_flux import BeamFlux, collected, of_a_tunnel
from ontarget.experiment.experiment import Experiment
from ontarget.source.simulation import Simulation, simulate
from ontarget.study.context import Context

SAID_EVERY = 5.0  # seconds


def beam_flux(context: Context, name: str, precision: float) -> BeamFlux:
    """The flux of an experiment of the study, simulated once to a relative precision."""
    return context.once(simulated, context, context.experiment(name, "experiment"), precision)


def simulated(context: Context, experiment: Experiment, precision: float) -> BeamFlux:
    """Simulate the flux at an experiment until every node that matters is known well enough."""
    source, site = of_a_tunnel(experiment)
    simulation = Simulation(source, site, experiment.detector.tag)
    said = [time.monotonic()]

    def on_lattice(whole: Callable[[], Simulation]) -> None:
        if time.monotonic() - said[0] > SAID_EVERY:
            said[0] = time.monotonic()
            now = whole()
            error = now.error()
            known = f", error {100 * error:.2g} %" if np.isfinite(error) else ""
            context.progress(f"flux of {experiment.name}: {now.rays:.2g} rays{known}")

    simulate(simulation, precision, on_lattice=on_lattice)
    return collected(experiment, simulation)


"""How figures call what decays first."""
