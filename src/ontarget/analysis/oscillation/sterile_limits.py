"""Amplitudes of an oscillation at a short baseline that one search excludes, by mass splitting."""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.analysis.oscillation.oscillated import (
    Oscillated,
    OscillationTemplates,
    channel_named,
    likelihood_of_search,
    oscillation_templates,
)
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, eV
from ontarget.inference.fit import covariance, intervals, profile, threshold
from ontarget.inference.likelihood import Likelihood
from ontarget.matter.flavour import FLAVOURS

SPLITTINGS = np.geomspace(0.3, 1e3, 29) * float(eV**2)
"""Where nothing else is said, MeV^2."""

AROUND = np.array([0.0, 0.4, 0.7, 0.9, 1.0, 1.1, 1.3, 1.8, 3.0])
"""Amplitudes that are tried, in units of the limit that a Gaussian likelihood would give."""


@dataclass(frozen=True)
class AmplitudeLimits:
    """What one search excludes if there is no oscillation.

    Attributes
    ----------
    splittings : [splitting], MeV^2
    excluded : [splitting], effective sin^2 2 theta above which all are excluded; one where none is
    events : counts of the final flavour without oscillation
    misidentified : muon neutrinos that are counted among them by mistake
    """

    splittings: Float[np.ndarray, " splitting"]
    excluded: Float[np.ndarray, " splitting"]
    events: float
    misidentified: float


def short_baseline(
    experiment: Experiment,
    channel: str = "nu_mu disappearance",
    splittings: Float[np.ndarray, " splitting"] = SPLITTINGS,
    normalisation: float = 0.01,
    shape: float = 0.05,
    misidentified: float = 0.0,
    background: float = 0.2,
    band: float = float(1 * GeV),
    level: float = 0.9,
    templates: OscillationTemplates | None = None,
) -> AmplitudeLimits:
    """The amplitude that a search excludes at each splitting: Asimov data, profiled over all pulls.

    The channel has two flavours (`TwoFlavourChannel`), the level of confidence two degrees of freedom.

    Parameters
    ----------
    experiment : one with a `Sterile31`
    channel : one of `ontarget.analysis.oscillation.oscillated.CHANNELS`
    splittings : MeV^2
    normalisation : relative error of flux times cross-section, all bins alike
    shape : the same in bands of seen energy, each of its own
    misidentified : muon neutrinos seen as the final flavour, a share of those in the same bin
    background : relative error of these
    band : width in seen energy of the bands of the shape error, MeV
    level : of confidence
    templates : those of this experiment at these splittings, where they have been computed already
    """
    kind = channel_named(channel)
    found = oscillation_templates(experiment, splittings) if templates is None else templates
    steady, beside = found.steady[kind.row], misidentified * found.steady[FLAVOURS.index("nu_mu")]
    kept = steady + beside > 0
    if not kept.any():
        truth = "Nothing is expected in any bin without oscillation, and a bin of nothing limits nothing here."
        raise InputError(f"{experiment.name}, {channel}", "no events", truth, "Give a share of 'misidentified'.")
    bands = shape * energy_bands(experiment, len(steady), band)
    sizes = jnp.asarray(normalisation), jnp.asarray(background)
    pulls = (jnp.asarray(0.0),) * (2 + len(bands))

    def limit(change: Float[np.ndarray, " bin"]) -> float:
        nominal, changed, other, share = (jnp.asarray(one[..., kept]) for one in (steady, change, beside, bands))
        search = Oscillated(nominal, changed, other, share, sizes, pulls, name="search")
        return excluded_amplitude(likelihood_of_search(search), level)

    limits = np.array([limit(change) for change in found.change(kind)])
    return AmplitudeLimits(splittings, limits, float(steady.sum()), float(beside.sum()))


def energy_bands(experiment: Experiment, bins: int, width: float) -> Float[np.ndarray, "band bin"]:
    """One in the bins of each band of seen energy (width in MeV), zero elsewhere; of bins by tag, then by energy."""
    edges = np.asarray(experiment.detector.seen.edges)
    middle = np.tile((edges[1:] + edges[:-1]) / 2, bins // (len(edges) - 1))
    place = np.floor(middle / width).astype(int)
    return (place == np.unique(place)[:, None]).astype(float)


def excluded_amplitude(likelihood: Likelihood, level: float = 0.9) -> float:
    """The upper end of the interval of `amplitude`, looked for around where its Fisher information puts it.

    Where next to nothing is expected, that is far too low: then further up.
    """
    error = float(np.sqrt(covariance(likelihood)[0, 0]))
    while True:
        grid = np.unique(np.minimum(AROUND * np.sqrt(threshold(level, 2)) * error, 1.0))
        pieces = intervals(profile(likelihood, {"amplitude": grid}, seeds=1), level, 2).pieces
        if not pieces:
            truth = "The best fit lies beyond all amplitudes that were tried."
            raise InputError("amplitude", "no amplitude that is allowed", truth, "Widen its box.")
        if not pieces[-1].open_high or grid[-1] == 1.0:
            return float(pieces[-1].high)
        error *= AROUND[-1]
