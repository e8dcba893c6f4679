"""An experiment's neutrinos, tagged one by one: which, how many, and with what energies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.analysis.beam.beam_flux import events_per_fluence, of_a_tunnel
from ontarget.experiment.experiment import Experiment
from ontarget.ground.units import GeV
from ontarget.numerics import AbstractAxis, BeamEnergyAxis
from ontarget.source.origin import Origin
from ontarget.source.tracked_tag import TaggedEnergy
from ontarget.tagging.background_tracks import stream, working_point
from ontarget.tagging.campaign import Campaign, Tagged
from ontarget.tagging.interactions import Drawing
from ontarget.tagging.performance import Performance, of_mode, performance, statistical
from ontarget.tagging.tag_response import TagResponse, by_flavour, tag_response
from ontarget.tagging.tagger import Tagger

AXIS = BeamEnergyAxis(jnp.asarray(0.2 * GeV), jnp.asarray(4.2 * GeV), 40)
"""Bins of the tagged energy where an experiment has none: neutrinos of pions."""

MODES = ("pi_munu", "k_munu", "ke3", "kmu3")
"""Decays of the beam's own particles whose interactions are told apart."""


def tagging_campaign(experiment: Experiment, tagger: Tagger, intensity: float = 1.0, seed: int = 1) -> Campaign:
    """What tags the interactions of an experiment, at `intensity` times the protons per time of its facility.

    The experiment's source is a DecayTunnel, its detector at a BeamSite; others are refused.
    """
    source, site = of_a_tunnel(experiment)
    energy = np.asarray(source.energies.edges)
    drawing = Drawing(source, site, energy, events_per_fluence(experiment, energy), seed)
    return Campaign(drawing, stream(source, working_point(experiment.facility, intensity)), tagger)


def tagged_axis(experiment: Experiment) -> AbstractAxis:
    """The bins of the tagged energy: those of the experiment, if it has such a tag."""
    tag = experiment.detector.tag
    return tag.energies if isinstance(tag, TaggedEnergy) else AXIS


def performance_by_mode(found: Tagged, origins: Sequence[Origin]) -> dict[str, Performance]:
    """What tags are worth, for each decay mode of the beam's own particles of which something interacted."""
    chosen = {mode: of_mode(found, origins, mode) for mode in MODES}
    return {mode: performance(found, which) for mode, which in chosen.items() if which.any()}


def tag_responses(
    found: Tagged, origins: Sequence[Origin], energy: Float[np.ndarray, " energy"], edges: Float[np.ndarray, " edge"]
) -> dict[str, TagResponse]:
    """P(tag | energy) of every flavour that interacts, and of muon neutrinos by the beam's particle they come from.

    `energy` [energy] holds the nodes of the neutrino's energy, `edges` [edge] those of the bins of the tagged one.
    """
    flavours = dict.fromkeys(one.neutrino for one in origins)
    chosen = {flavour: by_flavour(origins, found, flavour) for flavour in flavours}
    parents = dict.fromkeys(one.parent for one in origins if one.neutrino == "nu_mu")
    chosen |= {f"nu_mu from {parent}": by_flavour(origins, found, "nu_mu", parent) for parent in parents}
    return {name: tag_response(found, which, energy, edges) for name, which in chosen.items() if which.any()}


@dataclass(frozen=True)
class TaggedShare:
    """How many interactions are tagged, and how well counting them knows that.

    Attributes
    ----------
    events : interactions that were simulated
    tagged, error : the part of them that is tagged, and its binomial standard deviation
    right : the part of the tagged that is tagged rightly; None where nothing is tagged
    bin_error : relative error of the median of the counts in the bins of the tagged energy
    """

    events: int
    tagged: float
    error: float
    right: float | None
    bin_error: float


def tagged_share(found: Tagged, edges: Float[np.ndarray, " edge"]) -> TaggedShare:
    """Of all interactions that were found, in bins of the tagged energy with these edges [edge]."""
    has = found.tags.candidates > 0
    share = float(has.mean())
    counts = np.histogram(found.tags.energy[has], edges)[0]
    return TaggedShare(
        events=len(found),
        tagged=share,
        error=statistical(share, len(found)),
        right=float(found.tags.right[has].mean()) if has.any() else None,
        bin_error=1 / float(np.sqrt(max(np.median(counts), 1.0))),
    )
