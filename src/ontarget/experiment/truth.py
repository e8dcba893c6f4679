"""The truth axis of a channel: chosen where none is given, and refused where it does not resolve what is seen."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ontarget.detector.channel import Channel
from ontarget.detector.detector import Detector
from ontarget.detector.smearing import AbstractSmearing, TruncatedGaussianSmearing
from ontarget.detector.stage import AbstractMap
from ontarget.experiment.counts import ChannelCounts
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import as_array, on_host
from ontarget.ground.program import program
from ontarget.ground.units import GeV
from ontarget.numerics.axis import AbstractAxis, BeamEnergyAxis, EnergyAxis, Linear, SquareRoot

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

SEEN_AT_AN_END = 1e-3
"""A truth axis may start or end where at most this fraction of the interactions is seen."""

ROUNDING = 1e-9
"""Of all interactions: fewer below a truth axis are none."""

LOST = 1e-4
"""Of all that is seen: so much may be lost beyond the end of a truth axis."""

BEYOND = 8
"""Cells in which it is tried how much is seen beyond a truth axis."""

MOVED = 0.01
"""Of all that is seen: so much may lie elsewhere because spectra are flat within cells."""


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
    return kind(as_array(0.0), as_array(stop), bins, SquareRoot() if root <= linear else Linear())


class Followed(NamedTuple):
    """Cells of the truth: the length on which the response varies in each, and whether it can be seen."""

    detail: Float[np.ndarray, " cell"]
    seen: Bool[np.ndarray, " cell"]


def followed(channel: Channel, edges: Float[np.ndarray, " edge"], seen: AbstractAxis) -> Followed:
    """Cells of the truth followed through the stages, up to the first that smears."""
    at, bins, end = edges, np.asarray(seen.edges), float(seen.stop)
    detail = np.full(len(edges) - 1, math.inf)
    for stage in channel.response:
        varies = np.asarray(on_host(stage).detail(at[:-1], at[1:]))
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
            detail = np.minimum(detail, np.asarray(on_host(later).detail(edges[:-1], edges[1:])))
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


def check_counts(name: str, channel: Channel, seen: AbstractAxis, found: ChannelCounts) -> None:
    """Refuse a truth axis that starts or ends where events are still seen, or whose cells hold too much of them."""
    cells, total = np.asarray(found.cells), float(np.sum(found.values))
    below, above = float(np.sum(found.truth[:, 0])), float(np.sum(found.truth[:, -1]))
    show, where, axis = channel.axis.dimension.show, f"{name}, channels.{channel.name}.truth", channel.axis
    if below > ROUNDING * float(np.sum(found.truth)):
        share = float(compiled_share(channel, cells[0], cells[1], seen.edges)[-1])
        if share > SEEN_AT_AN_END:
            truth = f"There {100 * share:.3g} % are still detected: what lies below would be lost."
            raise InputError(f"{where}.start", show(float(axis.start)), truth, "Start it lower.")
    if above > LOST * total:
        share = float(np.max(compiled_share(channel, cells[-2], cells[-1], seen.edges)))
        if share > SEEN_AT_AN_END and share * above > LOST * total:
            truth = f"Events go on to {show(cells[-1])}, and up to {100 * share:.3g} % of them are seen."
            raise InputError(f"{where}.stop", show(float(axis.stop)), truth, "Let it end there, or leave it out.")
    moved = moved_in_cells(channel, seen, found)
    if moved > MOVED:
        truth = f"A spectrum that is flat within each puts some {100 * moved:.2g} % of what is seen elsewhere."
        remedy = f"Give some {math.ceil(axis.bins * math.sqrt(moved / MOVED) * 2)}, or leave it out: it is then chosen."
        raise InputError(f"{where}.bins", f"{axis.bins} cells", truth, remedy)


def moved_in_cells(channel: Channel, seen: AbstractAxis, found: ChannelCounts) -> float:
    r"""Which share of what is seen lies elsewhere, since a spectrum is taken as flat within each cell of the truth.

    .. math:: \frac{1}{8}\sum_x |f''_x| h_x^3

    where the response varies with the truth, and nowhere else: cells end where it jumps. Of lines, whose neighbours are
    empty, nothing is said.
    """
    cells, held = np.asarray(found.cells)[1:-1], np.sum(np.asarray(found.truth), axis=0)[1:-1]
    wide = np.diff(cells) > 1e-9 * cells[-1]
    if wide.sum() < 3:
        return 0.0
    low, width = cells[:-1][wide], np.diff(cells)[wide]
    varies = np.isfinite(followed(channel, np.append(low, cells[-1]), seen).detail)[1:-1]
    if not varies.any():
        return 0.0
    slope = np.diff(held[wide] / float(np.sum(found.values)) / width) / ((width[1:] + width[:-1]) / 2)
    before, after = slope[:-1], slope[1:]
    bend = np.minimum(np.abs(after - before), 3 * np.minimum(np.abs(before), np.abs(after))) * (before * after > 0)
    return float(np.sum(bend * width[1:-1] ** 2 * varies) / 8)


@program
def compiled_share(
    channel: Channel, low: Float[Array, ""], high: Float[Array, ""], seen: Float[Array, " seen_edge"]
) -> Float[Array, " cell"]:
    """Which fraction of the interactions is seen in cells beyond a channel's truth axis, from low to high."""
    beyond = dataclasses.replace(channel, truth=EnergyAxis(low, high, BEYOND))
    return beyond.matrix(seen)[:, :-1].sum(axis=1)
