"""The truth axis of a channel: chosen where none is given, and refused where it does not resolve what is seen."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from ontarget.detector.channel import Channel
from ontarget.detector.detector import Detector
from ontarget.detector.smearing import AbstractSmearing, TruncatedGaussianSmearing
from ontarget.detector.stage import AbstractMap
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.units import GeV
from ontarget.numerics.axis import AbstractAxis, AbstractSpacing, BeamEnergyAxis, EnergyAxis, Linear, SquareRoot

COARSEST = 2.0 + 1e-9
"""Widths of cells over the length on which the response varies, at most. A staircase of cells of h, smeared by s, keeps
ripples of :math:`e^{-2\\pi^2 s^2/h^2}`, 0.7 % of half a step for h = 2 s."""

CHOSEN = 0.5
"""The same where the program chooses."""

FEWEST, MOST = 200, 4000
"""Cells of a chosen axis."""

OF_A_BIN = 1 / 4
"""What is narrower than this share of a seen bin need not be resolved."""

FAR = 6.0
"""Resolutions from what is seen to what is not."""

POINTS = 2000


def with_axes(detector: Detector, highest: float) -> Detector:
    """The detector with a truth axis in every channel; neutrinos have at most the energy `highest`."""
    if all(channel.truth is not None for channel in detector.channels):
        return detector
    channels = tuple(
        channel if channel.truth is not None else dataclasses.replace(channel, truth=chosen(detector, channel, highest))
        for channel in detector.channels
    )
    return dataclasses.replace(detector, channels=channels)


def chosen(detector: Detector, channel: Channel, highest: float) -> AbstractAxis:
    """From zero to the end of what can be seen of this source, with half a resolution in a cell."""
    nuclides, energy = detector.material.nuclides(), jnp.asarray(highest)
    ends = np.asarray(jax.vmap(lambda nuclide: channel.interaction.endpoint(nuclide, energy))(nuclides))
    edges = ends.max() * np.linspace(0.0, 1.0, POINTS + 1) ** 2
    found = followed(channel, edges, detector.seen)
    seen = np.flatnonzero(found.seen)
    last = int(seen[-1]) + 1 if len(seen) else POINTS
    stop, wanted = float(edges[last]) * (1 + 1e-9), CHOSEN * found.detail[:last]
    linear = float(stop / np.min(wanted))
    root = float(np.max(stop / (2 * np.sqrt(edges[1 : last + 1] * stop) * wanted)))
    bins = max(FEWEST, math.ceil(min(root, linear)))
    if bins > MOST:
        got = f"no axis, and a response that asks for {bins} cells"
        where = f"detector.channels.{channel.name}.truth"
        raise InputError(where, got, f"At most {MOST} are chosen.", "Give a truth axis.")
    kind = BeamEnergyAxis if isinstance(detector.seen, BeamEnergyAxis) or stop > GeV else EnergyAxis
    return kind(0.0, stop, bins, SquareRoot() if root <= linear else Linear())


class Followed(NamedTuple):
    """Cells of the truth: the length on which the response varies in each, and whether it can be seen."""

    detail: Float[np.ndarray, " cell"]
    seen: Bool[np.ndarray, " cell"]


def followed(channel: Channel, edges: Float[np.ndarray, " edge"], seen: AbstractAxis) -> Followed:
    """Cells of the truth followed through the stages, up to the first that smears."""
    at, bins, end = edges, np.asarray(seen.edges), float(seen.stop)
    detail = np.full(len(edges) - 1, math.inf)
    for stage in channel.response:
        varies = np.asarray(stage.detail(jnp.asarray(at[:-1]), jnp.asarray(at[1:])))
        wide = np.diff(bins)[np.clip(np.searchsorted(bins, (at[1:] + at[:-1]) / 2) - 1, 0, seen.bins - 1)]
        slope = np.maximum(np.diff(at), 1e-300) / np.diff(edges)
        detail = np.minimum(detail, np.maximum(varies, OF_A_BIN * wide) / slope)
        if isinstance(stage, AbstractSmearing):
            top = end if stage.axis is None else float(stage.axis.stop)
            everywhere = isinstance(stage, TruncatedGaussianSmearing) | ~np.isfinite(varies)
            return Followed(detail, everywhere | (at[:-1] - FAR * varies <= top))
        if isinstance(stage, AbstractMap):
            at = np.asarray(stage.image(jnp.asarray(at)))
    return Followed(detail, at[:-1] <= end)


def check_resolution(detector: Detector) -> None:
    """Refuse a truth axis, or the axis of a smearing, whose cells are wide against what the response does within."""
    for channel in detector.channels:
        if channel.truth is None or not channel.response:
            continue
        edges = np.asarray(channel.truth.edges)
        found = followed(channel, edges, detector.seen)
        ratio = np.where(found.seen, np.diff(edges) / found.detail, 0.0)
        worst = int(np.argmax(ratio))
        if ratio[worst] > COARSEST:
            show = channel.truth.dimension.show
            truth = f"From {show(edges[worst])} to {show(edges[worst + 1])} the response changes within "
            truth += f"{show(found.detail[worst])}."
            bins = math.ceil(channel.truth.bins * ratio[worst])
            remedy = f"Give some {bins} bins, end it sooner, or leave it out: it is then chosen."
            where = f"detector.channels.{channel.name}.truth.bins"
            raise InputError(where, f"cells of {show(edges[worst + 1] - edges[worst])}", truth, remedy)
        check_cells(channel, detector.seen)


def check_cells(channel: Channel, seen: AbstractAxis) -> None:
    """Refuse what comes out of a smearing in cells that are wide against what later stages do."""
    for i, stage in enumerate(channel.response):
        if not isinstance(stage, AbstractSmearing):
            continue
        axis = seen if stage.axis is None else stage.axis
        edges = np.asarray(axis.edges)
        detail = np.full(axis.bins, math.inf)
        for later in channel.response[i + 1 :]:
            if isinstance(later, AbstractMap):
                break
            detail = np.minimum(detail, np.asarray(later.detail(jnp.asarray(edges[:-1]), jnp.asarray(edges[1:]))))
            if isinstance(later, AbstractSmearing):
                break
        ratio = np.diff(edges) / detail
        worst = int(np.argmax(ratio))
        if ratio[worst] > COARSEST:
            show, needed = axis.dimension.show, float(detail[worst])
            where = f"detector.channels.{channel.name}.response.{stage.name}.axis"
            got = f"cells of {show(np.diff(edges)[worst])}" + (" (the bins of 'seen')" if stage.axis is None else "")
            truth = f"A later stage changes within {show(needed)}."
            raise InputError(where, got, truth, "Give it an axis with bins no wider.")


def highest_known(value: object) -> float:
    """The highest energy of a source, a number."""
    found = concrete(value)
    if found is None:
        raise InputError("truth", "nothing", "It is chosen from numbers that are known.", "Give a truth axis.")
    return found
