"""What the flux after monitoring rests upon: the assumed response, and the assumed uncertainty of production."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ontarget.analysis.counted_pulls import CountedPulls, Matrix
from ontarget.analysis.flux_precision import whole_error
from ontarget.beam.yields import AbstractPulls, Yields
from ontarget.ground.address import replace
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.section import Picture
from ontarget.source import VariedFlux

MODELLING = (0.0, 0.001, 0.003, 0.01, 0.03)
FACTORS = {"1/3": 1 / 3, "1": 1.0, "3": 3.0}
LEAST_DRAWN = 1e-5
"""Where statistical errors begin to be of no account; the limit of none is in the table."""
SHAPES = (0.02, 0.04, 0.08)
LENGTHS = {"half of it": 0.5, "twice": 2.0}
FLAVOURS_SHOWN = ("nu_mu", "nu_e")


def response_rows(
    flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], modelling: float, efficiencies: Sequence[str]
) -> list[dict[str, object]]:
    """One row per assumption about the response: how well bins are known, and how well efficiencies, and all priors."""
    steps = [(f, words, efficiencies) for f, words in itertools.product(MODELLING, FACTORS)]
    if not efficiencies:
        steps = [step for step in steps if step[1] == "1"]
    priors = tuple(counted.priors)
    steps += [(modelling, words, priors) for words in FACTORS]
    rows: list[dict[str, object]] = []
    for f, words, names in steps:
        after = counted.covariance(counters, f, factors=dict.fromkeys(names, FACTORS[words]))
        which = "all priors" if names is priors else "efficiencies"
        row = {"each bin known to (%)": 100 * f, "priors": f"{which} x {words}"}
        rows.append(row | {f"{one} (%)": 100 * whole_error(flux, one, after) for one in FLAVOURS_SHOWN})
    return rows


def response_picture(
    flux: VariedFlux,
    counted: CountedPulls,
    counters: Sequence[str],
    efficiencies: Sequence[str],
    published: dict[str, float],
) -> Picture:
    """The error after against how well each bin is known, for three sets of efficiencies."""
    steps = np.geomspace(LEAST_DRAWN, max(MODELLING), 26)
    sets = FACTORS if efficiencies else {"1": 1.0}
    after = {
        words: [counted.covariance(counters, f, factors=dict.fromkeys(efficiencies, factor)) for f in steps]
        for words, factor in sets.items()
    }
    curves: list[Curve] = []
    for group, (flavour, words) in enumerate(itertools.product(FLAVOURS_SHOWN, sets)):
        errors = np.array([whole_error(flux, flavour, one) for one in after[words]])
        curves.append(Curve(f"{flavour}, priors x {words}", 100 * steps, 100 * errors, group=group))
    ends = 100 * steps[[0, -1]]
    for flavour in FLAVOURS_SHOWN:
        level = 100 * whole_error(flux, flavour, np.eye(len(counted.pulls)))
        curves.append(Guide(f"{flavour}, before", ends, np.full(2, level)))
    curves += [Guide(name, ends, np.full(2, 100 * value), dash="--") for name, value in published.items()]
    figure = curves_figure(curves, [], "each bin known to (%)", "uncertainty of the flux (%)", "log", "log")
    caption = (
        "Relative uncertainty of the flux after counting leptons against how well the response of each bin is assumed "
        "to be known, with the priors of the efficiencies scaled. Grey: dotted before, dashed published."
    )
    return Picture("flux_after_assumptions", caption, figure)


def production_rows(
    flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], modelling: float
) -> list[dict[str, object]]:
    """One row per model of the uncertainty of production: the flux before and after."""
    rows: list[dict[str, object]] = []
    for words, before in priors_of(flux.yields).items():
        after = counted.covariance(counters, modelling, before=before)
        row: dict[str, object] = {"model of production": words}
        for one in FLAVOURS_SHOWN:
            row[f"{one} before (%)"] = 100 * whole_error(flux, one, before)
            row[f"{one} after (%)"] = 100 * whole_error(flux, one, after)
        rows.append(row)
    return rows


def priors_of(yields: AbstractPulls) -> dict[str, Matrix]:
    r"""Other covariances C' of production as covariances :math:`L^{-1} C' L^{-T}` of the same pulls, by model.

    The parts of the flux and of the counts are what the pulls add to them, so no template is made again.
    """
    if not isinstance(yields, Yields) or yields.given is not None:
        return {}
    inverse = np.linalg.inv(np.linalg.cholesky(np.asarray(yields.covariance())))
    models = {"as assumed": yields}
    for shape in SHAPES:
        models[f"shape {100 * shape:g} %"] = replace(
            yields, {f"species.{one.name}.shape": shape for one in yields.species}
        )
    for words, factor in LENGTHS.items():
        lengths = {name: factor * getattr(yields, name) for name in ("momentum_length", "angle_length")}
        models[f"correlation lengths {words}"] = replace(yields, lengths)
    return {words: inverse @ np.asarray(one.covariance()) @ inverse.T for words, one in models.items()}
