"""How well the best fit describes the data, and how badly a null hypothesis does; by formula and by toys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import gammaincc, log_ndtr, ndtr, ndtri

from ontarget.ground.noun import Noun, static
from ontarget.inference.fit.fit import Fit, fit
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.prior import Flat
from ontarget.inference.toys.toys import (
    TIE,
    batches,
    counted,
    fit_toys,
    fraction_error,
    starts_of,
    throw,
    thrown_ratios,
)

REACH = 1.0  # toys that are expected beyond the data, below which none are thrown


class GoodnessOfFit(Noun):
    """How usual the minimum of the data is among toys thrown at the best fit.

    Attributes
    ----------
    observed : -2 ln L at the best fit, against the model that fits every count
    toys : the same of each toy, refitted [toy]
    p_value, error : share of toys at or above the data, and its error
    ndof : bins and outside measurements, less free parameters
    asymptotic : the p-value that chi squared with `ndof` would give; for large counts in every bin only
    unconverged : toys whose fit did not converge; they count with the lowest value met
    message : a sentence where something is to be known, else empty
    """

    observed: float = static()
    toys: Float[np.ndarray, " toy"]
    p_value: float = static()
    error: float = static()
    ndof: int = static()
    asymptotic: float = static()
    unconverged: int = static()
    message: str = static()


class Significance(Noun):
    """How strongly the data speak against one value of a parameter.

    Attributes
    ----------
    name, null : the parameter and its value
    q : -2 ln L at the null, the other parameters fitted, above the best fit
    one_sided : whether the null is an edge of the box, so that deviations have one direction
    sigma, p_value : root of q, and its tail by Wilks' theorem: one tail of a unit Gaussian if one-sided, else both
    toys : thrown at the null; 0 where none were asked for or none would have reached the data
    toy_p_value, toy_error, toy_sigma : by toys; NaN where there are none. No toy beyond the data: a p-value of zero,
        and `toy_sigma` is the significance of one toy in all, which the data exceed
    unconverged : toys with a fit that did not converge; they count with the lowest values met
    best, conditional : the two fits
    message : a sentence where something is to be known, else empty
    """

    name: str = static()
    null: float = static()
    q: float = static()
    one_sided: bool = static()
    sigma: float = static()
    p_value: float = static()
    toys: int = static()
    toy_p_value: float = static()
    toy_error: float = static()
    toy_sigma: float = static()
    unconverged: int = static()
    best: Fit
    conditional: Fit
    message: str = static()


def goodness_of_fit(
    likelihood: Likelihood,
    best: Fit,
    key: Any,
    *,
    toys: int = 1000,
    progress: Callable[[float], None] | None = None,
) -> GoodnessOfFit:
    r"""Throw toys at the best fit, fit each again, and count those that are described no better than the data.

    .. math:: t = -2 \ln \frac{L(\hat\theta)}{L(\text{saturated})}, \qquad p = P(t \ge t_\mathrm{data} | \hat\theta)

    The saturated model has an expectation equal to every count and every outside measurement. Toys are fitted as the
    data were: what `best` held fixed stays fixed.

    References
    ----------
    Baker:1983tu
    """
    free = list(best.errors)
    theta = np.array([best.values[name] for name in likelihood.names])
    starts = starts_of(likelihood, free, theta)
    values, unconverged, tell = np.zeros(toys), 0, counted(progress, toys)
    for low, count in batches(likelihood, toys):
        drawn = throw(likelihood, theta, key, count, first=low)
        fits = fit_toys(likelihood, free, np.repeat(starts[:, None], count, axis=1), drawn)
        values[low : low + count] = fits.value
        unconverged += int((~fits.converged).sum())
        tell(count)
    above = int((values >= best.minimum - TIE).sum())
    measured = sum(not isinstance(one.prior, Flat) for one in likelihood.parameters if one.name in free)
    ndof = sum(likelihood.sizes) + measured - len(free)  # a sideband has one count and one background of its own
    tail = float(gammaincc(0.5 * ndof, 0.5 * best.minimum)) if ndof > 0 else float("nan")
    sentence = _unconverged(unconverged, toys)
    if not best.converged:
        sentence = f"{best.message} {sentence}".strip()
    error = float(fraction_error(above, toys))
    return GoodnessOfFit(best.minimum, values, above / toys, error, ndof, tail, unconverged, sentence)


def significance(
    likelihood: Likelihood,
    name: str,
    null: float,
    *,
    fixed: Mapping[str, float] | None = None,
    key: Any = 0,
    toys: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Significance:
    r"""The significance with which the data reject a value of a parameter, the others profiled.

    .. math:: q = -2\ln\frac{L(\theta_0,\hat{\hat\nu})}{L(\hat\theta,\hat\nu)}, \qquad Z = \sqrt{q}

    If the null is an edge of the parameter's box (no signal, with a signal that cannot be negative), q is the q_0 of
    Cowan et al., half of its distribution sits at zero, and the p-value is one tail: 1 - Phi(Z). Anywhere else a
    deviation has two directions, and the p-value is both tails. For large counts; toys are thrown at the null, the
    others as profiled on the data, and only if about one or more of them can be expected beyond the data.

    Parameters
    ----------
    fixed : values, by name, of parameters that are held in both fits
    key, toys : seed and number of toys; 0 for the formula alone
    progress : called with the fraction of the toys done; an exception in it stops them

    References
    ----------
    Cowan:2010js
    Wilks:1938dza
    """
    fixed = dict(fixed or {})
    conditional = fit(likelihood, {**fixed, name: null})
    theta = np.array([conditional.values[one] for one in likelihood.names])
    best = fit(likelihood, fixed, extra=theta[None])
    q = max(conditional.minimum - best.minimum, 0.0)
    one_sided = _at_edge(likelihood, name, null)
    tails, sigma = (1.0 if one_sided else 2.0), float(np.sqrt(q))
    p_value = float(tails * ndtr(-sigma)) if q > TIE else 1.0
    sentences = [one.message for one in (best, conditional) if not one.converged]
    thrown, unconverged, found = 0, 0, (float("nan"), float("nan"), float("nan"))
    if toys and toys * p_value >= REACH:
        tell, held = counted(progress, toys), tuple(fixed)
        ratios = thrown_ratios(likelihood, name, theta, key, toys, fixed=held, progress=tell)
        thrown, unconverged = toys, int((~ratios.converged).sum())
        found = _by_toys(int((ratios.q >= q - TIE).sum()), toys, tails)
        sentences.append(_unconverged(unconverged, toys))
        if found[0] == 0.0:
            sentences.append(f"None of {toys} toys lies beyond the data.")
    elif toys:
        tail = (np.log(tails) + log_ndtr(-sigma)) / np.log(10.0)
        sentences.append(f"Of {toys} toys none would reach a p-value of 1e{tail:.1f}: none were thrown.")
    message = " ".join(one for one in sentences if one)
    return Significance(
        name, null, q, one_sided, sigma, p_value, thrown, *found, unconverged, best, conditional, message
    )


def _at_edge(likelihood: Likelihood, name: str, value: float) -> bool:
    place = likelihood.names.index(name)
    low, high = (float(one[place]) for one in (likelihood.expansion.low, likelihood.expansion.high))
    return min(abs(value - low), abs(high - value)) < 1e-9 * (high - low)


def _by_toys(beyond: int, toys: int, tails: float) -> tuple[float, float, float]:
    """p-value, error and significance from the toys beyond the data."""
    share = beyond / toys
    # a single tail with more than half of the toys is no significance at all
    sigma = max(0.0, float(-ndtri(min(max(beyond, 1) / toys / tails, 0.5))))
    return share, float(fraction_error(beyond, toys)), sigma


def _unconverged(number: int, toys: int) -> str:
    return f"{number} of {toys} toys did not converge; they count with the lowest values met." if number else ""
