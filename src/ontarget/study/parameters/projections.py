"""Data and best fit along each observable, as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ontarget.analysis.parameters.projected_fit import FittedPart, ProjectedFit
from ontarget.matter.flavour import LATEX
from ontarget.numerics.axis import AbstractAxis, TimeAxis
from ontarget.plot import Component, Projection, garwood, projections_figure, residual
from ontarget.report.section import Picture

SHOWN = 1e-3  # of the signal: a flavour with less is left out
WORDS = {"cevns": "CEvNS"}


def shown_axis(axis: AbstractAxis) -> tuple[np.ndarray, str]:
    """Edges as they are shown, and their unit."""
    return axis.shown(), "µs" if isinstance(axis, TimeAxis) else axis.dimension.unit


def components(found: ProjectedFit) -> list[Component]:
    """The parts of the best fit to be drawn: all backgrounds, and the flavours that have a share of the signal."""
    flavours = [one for one in found.parts if one.flavour]
    total = sum(one.counts.sum() for one in flavours)
    shown = [one for one in found.parts if not one.flavour or np.sum(one.counts) > SHOWN * total]
    return [Component(label(one), one.counts, one.kind) for one in shown]


def label(part: FittedPart) -> str:
    """A part of the fit as the legend calls it."""
    names = [WORDS.get(one, one.replace("_", " ")) for one in part.name.split(", ")]
    return ", ".join(names) + (f" {LATEX[part.flavour]}" if part.flavour else "")


def projection(found: ProjectedFit, word: str) -> Projection:
    """Data with Garwood's errors over the stacked best fit; `word` names the observable."""
    edges, unit = shown_axis(found.axis)
    widths = np.diff(edges)
    per = None if np.allclose(widths, widths[0]) else float(np.median(widths))
    title = word + (f" ({unit})" if unit else "")
    return Projection(title, unit, edges, garwood(found.observed), components(found), per=per)


def projection_pictures(
    found: Sequence[ProjectedFit], key: str, title: str, labels: Sequence[str] = ()
) -> list[Picture]:
    """Data over the stacked best fit; and once more with the sideband subtracted, where there is one.

    labels : what is seen, in words, in the order of the projections; "observable" where there is none
    """
    words = (*labels, *("observable",) * len(found))
    whole = [projection(one, word) for one, word in zip(found, words, strict=False)]
    pictures = [Picture(f"{key}_projections", f"{title}: data and best fit.", projections_figure(whole))]
    without = [
        residual(shown, one.sideband, one.sideband_error)
        for shown, one in zip(whole, found, strict=True)
        if one.sideband is not None and one.sideband_error is not None
    ]
    if without:
        caption = f"{title}: steady state subtracted."
        pictures.append(Picture(f"{key}_residuals", caption, projections_figure(without)))
    return pictures
