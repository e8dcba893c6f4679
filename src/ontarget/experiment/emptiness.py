"""Why a channel counts nothing, or no number: the one sentence that says so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ontarget.detector.channel import Channel
from ontarget.detector.stage import AbstractWeight
from ontarget.experiment.counts import ChannelCounts
from ontarget.ground.errors import InputError
from ontarget.ground.units import ENERGY, MASS

if TYPE_CHECKING:
    from ontarget.experiment.experiment import Experiment

LARGEST = 1e250
"""Products of the chain beyond it may overflow on the way, and infinite times zero is no number."""


def not_finite(experiment: Experiment, channel: Channel, total: float) -> InputError:
    """The error for counts beyond the largest number, or for none at all (NaN)."""
    where = f"{experiment.name}, channel {channel.name}"
    if math.isnan(total) and not beyond_numbers(experiment):
        truth = "A number in the chain has no value there, such as 0/0 in a table or a limit that is not taken."
        return InputError(where, "counts that are no numbers", truth, "Leave out what you changed last, one by one.")
    protons = f"{float(experiment.exposure.protons(experiment.facility)):.3g} protons"
    truth = f"The detector has {MASS.show(float(experiment.detector.mass))}, and the exposure {protons}."
    return InputError(where, f"{total} events", truth, "Counts are finite: give smaller numbers.")


def beyond_numbers(experiment: Experiment) -> bool:
    """Whether nuclei times neutrinos per area come near the largest number."""
    detector = experiment.detector
    with np.errstate(over="ignore"):
        nuclei = np.sum(np.asarray(detector.material.nuclei_per_mass())) * float(detector.mass)
        return not nuclei * np.sum(np.asarray(experiment.flux().values)) < LARGEST


def nothing_through(experiment: Experiment, channel: Channel, found: ChannelCounts) -> InputError:
    """The error for a channel that counts nothing: by flux, target, tag, or response."""
    where = f"{experiment.name}, channel {channel.name}"
    axis, flux = experiment.detector.seen, experiment.flux()
    shown = f"{axis.shown()[0]:.6g} and {axis.shown()[-1]:.6g} {axis.dimension.unit}".rstrip()
    reach = float(experiment.reach(channel, flux))
    values = np.asarray(flux.values)
    if not np.asarray(found.truth).sum() > 0:
        made = "neutrinos" if values.sum() > 0 else "no neutrinos"
        truth = f"The source sends {made} of up to {ENERGY.show(float(np.max(flux.energy)))}, and none interacts."
        nuclide = getattr(channel.interaction, "target", None)
        there = [row.name for row, _ in experiment.detector.material.composition()]
        if nuclide is not None and nuclide not in there:
            truth = f"It is on {nuclide}, and the material has {', '.join(there)}."
        return InputError(where, "no interaction", truth, "Mend the interaction or detector.material.")
    if not values[..., :-1].sum() > 0:
        truth = "No neutrino comes while the window of the tag is open: the flight takes time as well."
        return InputError(where, "no event in any bin of the tag", truth, "Mend detector.tag, its axis or its offset.")
    cuts = [one.name or type(one).__name__ for one in channel.response if isinstance(one, AbstractWeight)]
    what = "energies" if hasattr(channel.interaction, "target") else "recoils"
    truth = f"The source gives {what} up to {ENERGY.show(reach)}."
    remedy = "Lower the threshold, or move the axes 'seen' and 'truth'."
    if axis.dimension.unit == ENERGY.unit and reach > float(axis.edges[0]):
        through = f"of {', '.join(cuts)} or of the maps" if cuts else "of the maps"
        remedy = f"Look at the numbers {through} in the response: nothing passes. Or move the axes 'seen' and 'truth'."
    return InputError(where, f"no event between {shown}", truth, remedy)
