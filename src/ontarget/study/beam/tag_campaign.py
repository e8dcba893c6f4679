"""Tagging of an experiment's neutrinos: what the command and the studies share."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import jax.numpy as jnp
import numpy as np

from ontarget.analysis.beam_flux import events_per_fluence, of_a_tunnel
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

MODES = {"pi_munu": "pi -> mu nu", "k_munu": "K -> mu nu", "ke3": "K -> pi e nu", "kmu3": "K -> pi mu nu"}


def campaign(experiment: Experiment, tagger: Tagger, intensity: float, seed: int) -> Campaign:
    """What tags the interactions of an experiment, at so many times the protons per time of its facility."""
    source, site = of_a_tunnel(experiment)
    energy = np.asarray(source.energies.edges)
    drawing = Drawing(source, site, energy, events_per_fluence(experiment, energy), seed)
    return Campaign(drawing, stream(source, working_point(experiment.facility, intensity)), tagger)


def axis_of(experiment: Experiment) -> AbstractAxis:
    """The bins of the tagged energy: those of the experiment, if it has such a tag."""
    tag = experiment.detector.tag
    return tag.energies if isinstance(tag, TaggedEnergy) else AXIS


def performance_rows(found: Tagged, origins: Sequence[Origin]) -> list[dict[str, object]]:
    """One row per mode of the beam's own particles."""
    rows: list[dict[str, object]] = []
    for mode, label in MODES.items():
        asked = of_mode(found, origins, mode)
        if asked.any():
            rows.append({"interactions of": label, **shown(performance(found, asked))})
    return rows


def shown(one: Performance) -> dict[str, object]:
    """A row: shares and errors in per cent."""
    found = dataclasses.asdict(one)
    whole: dict[str, object] = {
        key: value if key in ("events", "pairs", "pull") else 100 * value for key, value in found.items()
    }
    if not one.purity:  # nothing is tagged rightly, so there is no error of the energy
        whole |= dict.fromkeys(("core", "tails", "bias", "pull"))
    names = {key: key.replace("_", " ") + ("" if key in ("events", "pairs", "pull") else " (%)") for key in whole}
    row: dict[str, object] = {names[key]: value for key, value in whole.items()}
    return row | {"error of efficiency (%)": 100 * statistical(one.efficiency, one.events)}


def responses(
    found: Tagged, origins: Sequence[Origin], energy: np.ndarray, edges: np.ndarray
) -> dict[str, TagResponse]:
    """P(tag | energy) of every flavour that interacts, and of muon neutrinos by the beam's particle they come from."""
    flavours = dict.fromkeys(one.neutrino for one in origins)
    asked = {flavour: by_flavour(origins, found, flavour) for flavour in flavours}
    parents = dict.fromkeys(one.parent for one in origins if one.neutrino == "nu_mu")
    asked |= {f"nu_mu from {parent}": by_flavour(origins, found, "nu_mu", parent) for parent in parents}
    return {name: tag_response(found, chosen, energy, edges) for name, chosen in asked.items() if chosen.any()}


def response_rows(made: dict[str, TagResponse]) -> list[dict[str, object]]:
    """One row per flavour and node of energy; a column per bin of the tag, the last is untagged; errors behind."""
    rows: list[dict[str, object]] = []
    for name, one in made.items():
        edges = one.edges / GeV
        labels = [f"{low:.3g}-{high:.3g}" for low, high in pairwise(edges)] + ["untagged"]
        for i, energy in enumerate(one.energy / GeV):
            row: dict[str, object] = {"neutrinos": name, "energy_GeV": float(energy), "events": float(one.events[i])}
            row |= {label: float(value) for label, value in zip(labels, one.values[i], strict=True)}
            rows.append(row | {f"error {label}": float(e) for label, e in zip(labels, one.error[i], strict=True)})
    return rows
