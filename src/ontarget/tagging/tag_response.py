"""The probability of a tag, given the energy of the neutrino: what the chain of an experiment needs of a tagger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.numerics.axis import AbstractAxis
from ontarget.source.matching import SimulatedMatching
from ontarget.source.origin import Origin
from ontarget.source.tracked_tag import TaggedEnergy
from ontarget.tagging.campaign import Tagged

Matrix = Float[np.ndarray, "energy tag"]


@dataclass(frozen=True)
class TagResponse:
    """P(tag | energy); rows add to one.

    Attributes
    ----------
    energy : [energy] nodes, as those of the flux: an interaction is shared between the two nearest (hat functions)
    edges : of the bins of the tagged energy
    values : [energy tag]; the last tag bin is "untagged", or tagged beyond the edges
    error : [energy tag] one standard deviation
    events : [energy] interactions that each row rests upon; a row without any is untagged
    """

    energy: Float[np.ndarray, " energy"]
    edges: Float[np.ndarray, " edge"]
    values: Matrix
    error: Matrix
    events: Float[np.ndarray, " energy"]


def tag_response(
    found: Tagged,
    asked: np.ndarray,
    energy: Float[np.ndarray, " energy"],
    edges: Float[np.ndarray, " edge"],
) -> TagResponse:
    """From interactions of one flavour, or of one parent: those that are asked for."""
    events, tags = found.events.only(asked), found.tags.only(asked)
    last = len(edges) - 1
    place = np.searchsorted(edges, tags.energy, side="right") - 1
    place = np.where((tags.candidates == 0) | (place < 0) | (place >= last), last, place)
    counts, squares = (np.zeros((len(energy), last + 1)) for _ in range(2))
    below = np.clip(np.searchsorted(energy, events.energy, side="right") - 1, 0, len(energy) - 2)
    part = np.clip((events.energy - energy[below]) / (energy[below + 1] - energy[below]), 0.0, 1.0)
    for node, weight in ((below, 1 - part), (below + 1, part)):
        np.add.at(counts, (node, place), weight)
        np.add.at(squares, (node, place), weight**2)
    total = counts.sum(axis=1)
    empty = total == 0
    counts[empty, last] = 1.0
    values = counts / counts.sum(axis=1, keepdims=True)
    # of a ratio of sums of weights: the bin's own, and the rest's, each with its Poisson error
    own, rest = squares, squares.sum(axis=1, keepdims=True) - squares
    variance = ((1 - values) ** 2 * own + values**2 * rest) / np.where(empty, 1.0, total)[:, None] ** 2
    return TagResponse(energy, edges, values, np.sqrt(variance), total)


def by_flavour(origins: Sequence[Origin], found: Tagged, neutrino: str, parent: str = "") -> np.ndarray:
    """Which interactions are of a flavour, and of a parent of the beam."""
    wanted = [one.neutrino == neutrino and parent in ("", one.parent) for one in origins]
    return np.array(wanted)[found.events.origin]


def simulated_tag(
    found: Tagged, origins: Sequence[Origin], energy: Float[np.ndarray, " energy"], axis: AbstractAxis
) -> TaggedEnergy:
    """What was found as the tag of an experiment: P(tag | energy) of each origin, at the nodes of the flux.

    Origins of which nothing interacted are untagged.
    """
    edges = np.asarray(axis.edges)
    each = [tag_response(found, found.events.origin == i, energy, edges).values[:, :-1] for i in range(len(origins))]
    labels = tuple(one.label for one in origins)
    return TaggedEnergy(axis, SimulatedMatching(labels, jnp.asarray(energy), jnp.asarray(np.stack(each))))
