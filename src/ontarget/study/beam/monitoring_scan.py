"""Tables and a figure of what the flux after monitoring rests upon."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from ontarget.analysis.monitored.monitored_flux_scan import ProductionScan, ResponseCurves, ResponseScan
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.section import Picture


def as_ratio(factor: float) -> str:
    """A factor of small whole numbers as one writes it, such as 1/3."""
    return str(Fraction(factor).limit_denominator(100))


def response_rows(scan: ResponseScan) -> list[dict[str, object]]:
    """One row per assumption about the response: how well bins are known, and how well efficiencies, and all priors."""
    return [
        {
            "each bin known to (%)": 100 * float(scan.modelling[i]),
            "priors": f"{'all priors' if every else 'efficiencies'} x {as_ratio(scan.factor[i])}",
        }
        | {f"{flavour} (%)": 100 * float(errors[i]) for flavour, errors in scan.error.items()}
        for i, every in enumerate(scan.every)
    ]


def response_picture(curves: ResponseCurves, key: str, published: Mapping[str, float]) -> Picture:
    """The error after against how well each bin is known, for each scale of the priors of efficiencies.

    Parameters
    ----------
    published : relative errors, by who says so
    """
    steps = 100 * curves.modelling
    lines: list[Curve] = []
    for group, (flavour, (i, factor)) in enumerate(itertools.product(curves.after, enumerate(curves.factors))):
        label = f"{flavour}, priors x {as_ratio(factor)}"
        lines.append(Curve(label, steps, 100 * curves.after[flavour][i], group=group))
    ends = steps[[0, -1]]
    lines += [Guide(f"{flavour}, before", ends, np.full(2, 100 * one)) for flavour, one in curves.before.items()]
    lines += [Guide(name, ends, np.full(2, 100 * value), dash="--") for name, value in published.items()]
    figure = curves_figure(lines, [], "each bin known to (%)", "uncertainty of the flux (%)", "log", "log")
    caption = (
        "Relative uncertainty of the flux after counting leptons against how well the response of each bin is assumed "
        "to be known, with the priors of the efficiencies scaled. Grey: dotted before, dashed published."
    )
    return Picture(f"{key}_after_assumptions", caption, figure)


def production_rows(scan: ProductionScan) -> list[dict[str, object]]:
    """One row per model of the uncertainty of production: the flux before and after."""
    rows: list[dict[str, object]] = []
    for i, model in enumerate(scan.models):
        row: dict[str, object] = {"model of production": model}
        for flavour, before in scan.before.items():
            row[f"{flavour} before (%)"] = 100 * float(before[i])
            row[f"{flavour} after (%)"] = 100 * float(scan.after[flavour][i])
        rows.append(row)
    return rows
