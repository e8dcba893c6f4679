"""One background known from a sideband, at its best: the zero of a sum of poles, many at once."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from ontarget.ground.noun import namespace
from ontarget.ground.program import fused
from ontarget.inference.likelihood.poisson import LEAST, STEEP

CLOSE = 1e-10  # relative step at which a root is found: the next would be its square
ROUNDS = 100
USUAL = 8  # rounds after which every second one halves the bracket


class _Search(NamedTuple):
    beta: Any
    low: Any
    high: Any
    step: Any
    going: Any


def profiled_background(bare: Any, seen: Any, share: Any, aside: Any, time: Any) -> Any:
    r"""The background beta >= 0 that minimises -2 ln L, [..., group].

    .. math:: \sum_k \frac{n_k f_k}{a_k + \beta f_k} + \frac{m}{\beta} = \sum_k f_k + \frac1r

    The sum over bins is replaced by the one pole p / (beta + q) that has its value and its slope, which leaves a
    quadratic equation. One over the sum is concave, so its root never lies above the true one, and from there the steps
    rise to it, each squaring the error. The root stays in a bracket, which is halved where counts below zero (see
    `poisson`) spoil this. Where the left-hand side is too small even at zero, beta is zero.

    Parameters
    ----------
    bare : counts without this background, a [..., tag, group]
    seen : observed counts, n [..., tag, group]
    share : of the tag bins, f [tag, group], positive
    aside : observed counts in the sideband, m [..., group]
    time : 1 / r [group]
    """
    xp = namespace(bare, seen, aside)
    total, count = share.sum(axis=0) + time, seen.sum(axis=-2)
    lift = xp.maximum((-bare / share).max(axis=-2), 0.0)  # beta there leaves no count below zero
    low, high = aside / total, lift + (count + aside) / total
    whole = share.sum(axis=0)
    beta = xp.clip(_quadratic(xp, aside, count, bare.sum(axis=-2) / whole, total), low, high)

    def advance(now: _Search) -> _Search:
        pulled, fall = _poles(xp, bare, seen, share, now.beta)
        left = xp.where(aside > 0.0, pulled * now.beta + aside > total * now.beta, pulled > total)
        low, high = xp.where(left, now.beta, now.low), xp.where(left, now.high, now.beta)
        some = fall > 0.0
        away = pulled / xp.where(some, fall, 1.0)
        new = _quadratic(xp, aside, pulled * away, xp.where(some, away - now.beta, 0.0), total)
        going = abs(new - now.beta) > CLOSE * now.beta + 1e-4 * LEAST
        outside = (new < low) | (new > high) | ((now.step > USUAL) & (now.step % 2 == 0))
        new = xp.where(going & outside, 0.5 * (low + high), new)
        return _Search(xp.maximum(new, 0.0), low, high, now.step + 1, going.any())

    if xp is np:
        search = _Search(beta, low, high, 0, True)
        while search.going and search.step < ROUNDS:
            search = advance(search)
        return _settled(xp, search.beta, aside)
    beta, low, high = xp.broadcast_arrays(beta, low, high)
    search = _Search(beta, low, high, xp.asarray(0), xp.asarray(True))
    search = jax.lax.while_loop(lambda now: now.going & (now.step < ROUNDS), advance, search)
    return _settled(xp, search.beta, aside)


def _settled(xp: Any, beta: Any, aside: Any) -> Any:
    """Zero where only rounding keeps it above: an empty sideband, and less than counts are told apart by."""
    return xp.where((aside == 0.0) & (beta < 1e-3 * LEAST), 0.0, beta)


@fused
def differentiable_background(bare: Any, seen: Any, share: Any, aside: Any, time: Any) -> Any:
    """`best` with its derivatives: one step of Newton from the root ends where it began, and moves as the root does."""
    xp = namespace(bare, seen, aside)
    beta = profiled_background(*(jax.lax.stop_gradient(one) for one in (bare, seen, share, aside, time)))
    inside = beta > 0.0
    safe = xp.where(inside, beta, 1.0)
    pulled, fall = _poles(xp, bare, seen, share, safe)
    step = (pulled + aside / safe - share.sum(axis=0) - time) / xp.where(inside, fall + aside / safe**2, 1.0)
    return xp.where(inside, beta + step, 0.0)


def _poles(xp: Any, bare: Any, seen: Any, share: Any, beta: Any) -> tuple[Any, Any]:
    """Sum of n f / mu and of n (f / mu)^2, with the continuation of `poisson` to counts below zero."""
    means = bare + beta[..., None, :] * share
    inverse, below = share / xp.maximum(means, LEAST), xp.minimum(means, 0.0)
    terms = seen * inverse
    fall = terms * inverse + xp.where(below < 0.0, STEEP * share**2, 0.0)
    return (terms - STEEP * share * below).sum(axis=-2), fall.sum(axis=-2)


def _quadratic(xp: Any, aside: Any, pole: Any, shift: Any, total: Any) -> Any:
    """The largest root of aside / beta + pole / (beta + shift) = total, zero where there is none."""
    half = aside + pole - total * shift
    product = 4.0 * total * aside * shift
    root = xp.sqrt(xp.maximum(half**2 + product, 0.0))
    other = root - half
    return xp.where(half > 0.0, (half + root) / (2.0 * total), 2.0 * aside * shift / xp.where(other > 0.0, other, 1.0))
