"""What the flux after monitoring rests upon: the assumed response, and the assumed uncertainty of production."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.analysis.monitored.counted_pulls import CountedPulls, Matrix
from ontarget.analysis.monitored.flux_precision import MONITORED, whole_error
from ontarget.beam.yields import AbstractPulls, Yields
from ontarget.ground.address import replace
from ontarget.source import VariedFlux

MODELLING = (0.0, 0.001, 0.003, 0.01, 0.03)
"""How well each bin is taken to be known, in turn."""

FACTORS = (1 / 3, 1.0, 3.0)
"""By which the widths of priors are multiplied."""

LEAST_DRAWN, STEPS = 1e-5, 26
"""Where statistical errors begin to be of no account: the first of so many steps of a curve."""

SHAPES = (0.02, 0.04, 0.08)
LENGTHS = {"half of it": 0.5, "twice": 2.0}


@dataclass(frozen=True)
class ResponseScan:
    """Relative error of the whole flux of a flavour, for assumptions about the response of the counters.

    Attributes
    ----------
    modelling : [row] f, how well each bin is known
    every : [row] whether the priors of all nuisances are scaled, or those of efficiencies alone
    factor : [row] by which the widths of these priors are multiplied
    error : by flavour, [row]
    """

    modelling: Float[np.ndarray, " row"]
    every: tuple[bool, ...]
    factor: Float[np.ndarray, " row"]
    error: Mapping[str, Float[np.ndarray, " row"]]


@dataclass(frozen=True)
class ResponseCurves:
    """Relative error of the whole flux of a flavour against how well each bin is known.

    Attributes
    ----------
    modelling : [step] f
    factors : [factor] by which the widths of the priors of efficiencies are multiplied
    after : by flavour, [factor step]
    before : by flavour
    """

    modelling: Float[np.ndarray, " step"]
    factors: tuple[float, ...]
    after: Mapping[str, Float[np.ndarray, "factor step"]]
    before: Mapping[str, float]


@dataclass(frozen=True)
class ProductionScan:
    """Relative error of the whole flux of a flavour, for models of the uncertainty of production.

    Attributes
    ----------
    models : their names; none where the covariance of the yields is given as it is
    before, after : counting, by flavour, [model]
    """

    models: tuple[str, ...]
    before: Mapping[str, Float[np.ndarray, " model"]]
    after: Mapping[str, Float[np.ndarray, " model"]]


def whole_errors(flux: VariedFlux, covariances: Sequence[Matrix]) -> dict[str, Float[np.ndarray, " set"]]:
    """Relative error of all neutrinos, by flavour, for each covariance of the pulls."""
    return {one: np.array([whole_error(flux, one, pulls) for pulls in covariances]) for one in MONITORED}


def response_scan(
    flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], modelling: float, efficiencies: Sequence[str]
) -> ResponseScan:
    """How well bins are known, with the priors of efficiencies scaled; and all priors scaled, at `modelling`."""
    steps = [(f, factor, False) for f, factor in itertools.product(MODELLING, FACTORS if efficiencies else (1.0,))]
    steps += [(modelling, factor, True) for factor in FACTORS]
    after = [
        counted.covariance(counters, f, factors=dict.fromkeys(counted.priors if every else efficiencies, factor))
        for f, factor, every in steps
    ]
    given, factors, every = zip(*steps, strict=True)
    return ResponseScan(np.array(given), every, np.array(factors), whole_errors(flux, after))


def response_curves(
    flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], efficiencies: Sequence[str]
) -> ResponseCurves:
    """Curves of what is left against how well each bin is known, with the priors of efficiencies scaled."""
    steps, factors = np.geomspace(LEAST_DRAWN, max(MODELLING), STEPS), FACTORS if efficiencies else (1.0,)
    after = [
        counted.covariance(counters, f, factors=dict.fromkeys(efficiencies, factor))
        for factor, f in itertools.product(factors, steps)
    ]
    curves = {name: one.reshape(len(factors), STEPS) for name, one in whole_errors(flux, after).items()}
    before = {one: whole_error(flux, one, np.eye(len(counted.pulls))) for one in MONITORED}
    return ResponseCurves(steps, factors, curves, before)


def production_scan(
    flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], modelling: float
) -> ProductionScan:
    """What is left with other covariances of production; no template is made again."""
    models = production_models(flux.yields)
    after = [counted.covariance(counters, modelling, before=one) for one in models.values()]
    return ProductionScan(tuple(models), whole_errors(flux, list(models.values())), whole_errors(flux, after))


def production_models(yields: AbstractPulls) -> dict[str, Matrix]:
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
