"""Pseudo-experiments: counts and outside measurements drawn at some truth, the same ones however work is split."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from ontarget.ground.errors import InputError
from ontarget.inference.fit.batch import Fits, fit_many, is_convex
from ontarget.inference.fit.fallback import MOST, rescue
from ontarget.inference.fit.fit import spread
from ontarget.inference.fit.profile import SEEDS, choose
from ontarget.inference.likelihood.likelihood import Likelihood, host_priors
from ontarget.numerics.cores import cores

BLOCK = 256  # toys that share one seed
NUMBERS = 1 << 22  # counts held at a time: 32 MiB
TIE = 1e-6  # in -2 ln L: closer than this is equal, since fits are no better


class Toys(NamedTuple):
    """Pseudo-experiments.

    counts : [toy, bin], bins as in the likelihood's data; shifts : [toy, parameter], by which each prior's pull was
    shifted when its outside measurement was repeated, in standard deviations.
    """

    counts: Float[np.ndarray, "toy bin"]
    shifts: Float[np.ndarray, "toy parameter"]


class Ratios(NamedTuple):
    """Profile likelihood ratios of toys, q = -2 ln L (fixed) + 2 ln L (free), and whether both fits converged."""

    q: Float[np.ndarray, " toy"]
    converged: Bool[np.ndarray, " toy"]


def throw(
    likelihood: Likelihood,
    theta: Float[np.ndarray, " parameter"],
    key: Any,
    number: int,
    *,
    first: int = 0,
    stream: Sequence[int] = (),
) -> Toys:
    r"""Draw pseudo-experiments at theta: Poisson counts, and every outside measurement repeated around its value there.

    .. math:: n_b \sim \mathrm{Poisson}(\mu_b(\theta)), \qquad \mathrm{shift}_j = \mathrm{pull}_j(\theta_j) + N(0, 1)

    Without the second half the constrained parameters would be known too well in every toy: their fitted pulls would
    not have the width that their constraint says. Toy number i is the same whoever asks for it: every block of 256
    toys has a seed of its own, derived from the key.

    Parameters
    ----------
    theta : the truth, as from `likelihood.theta(values)`
    key : a JAX random key, an integer that is not negative, or several
    number, first : toys `first` to `first + number` of the sequence
    stream : integers that tell this sequence from others with the same key

    References
    ----------
    Cowan:2010js
    """
    if number < 1 or first < 0:
        raise InputError("toys", f"{number} from {first}", "They are counted from 0, one or more.", "Ask for some.")
    mean, priors, words = expected_counts(likelihood, theta), host_priors(likelihood), words_of(key)

    def drawn(block: int) -> Toys:
        random = np.random.default_rng(np.random.SeedSequence(words, spawn_key=(*stream, block)))
        normal = random.standard_normal((BLOCK, len(priors)))
        wanted = slice(max(first - block * BLOCK, 0), first + number - block * BLOCK)
        counts = random.poisson(mean, (BLOCK, len(mean)))[wanted].astype(float)
        shifts = [prior.redrawn(float(x), one) for prior, x, one in zip(priors, theta, normal.T, strict=True)]
        return Toys(counts, np.stack(shifts, axis=1)[wanted])

    blocks = range(first // BLOCK, -(-(first + number) // BLOCK))
    with ThreadPoolExecutor(cores()) as pool:  # numpy draws without the interpreter's lock
        return Toys(*(np.concatenate(one) for one in zip(*pool.map(drawn, blocks), strict=True)))


def expected_counts(likelihood: Likelihood, theta: Float[np.ndarray, " parameter"]) -> Float[np.ndarray, " bin"]:
    """What toys at theta fluctuate around: the expected number of everything that the likelihood has counted."""
    return np.maximum(np.asarray(likelihood.means(theta)), 0.0)


def observing(likelihood: Likelihood, toys: Toys, index: int) -> Likelihood:
    """The likelihood of one toy: its counts as data, the priors where its outside measurements fell."""
    parameters = tuple(
        dataclasses.replace(one, prior=one.prior.moved(float(shift)))
        for one, shift in zip(likelihood.parameters, toys.shifts[index], strict=True)
    )
    return dataclasses.replace(likelihood, parameters=parameters, data=jnp.asarray(toys.counts[index]))


def fit_toys(
    likelihood: Likelihood, free: Sequence[str], starts: Float[np.ndarray, "start toy parameter"], toys: Toys
) -> Fits:
    """The lowest fit of each toy over several starts; the fixed parameters are read from the starts too."""
    every, count, number = starts.shape
    which = np.tile(np.arange(count), every)
    fits = fit_many(likelihood, free, starts.reshape(-1, number), toys.counts, which, toys.shifts)
    parts = [slice(i * count, (i + 1) * count) for i in range(every)]
    fits = choose([Fits(*(one[part] for one in fits)) for part in parts])
    failed = np.nonzero(~fits.converged)[0][:MOST]
    arrays = [one.copy() for one in fits]
    for toy in failed:
        alone = Fits(*(one[toy : toy + 1] for one in fits))
        mended = rescue(observing(likelihood, toys, int(toy)), free, starts[0, toy : toy + 1], alone)
        for array, one in zip(arrays, mended, strict=True):
            array[toy] = one[0]
    return Fits(*arrays)


def starts_of(
    likelihood: Likelihood, free: Sequence[str], theta: Float[np.ndarray, " parameter"], seeds: int = SEEDS
) -> Float[np.ndarray, "start parameter"]:
    """Where fits of toys thrown at theta start: there, and where -2 ln L may have several minima all over the box."""
    if not free or is_convex(likelihood, free):
        return theta[None]
    found = spread(likelihood, free, theta, seeds)
    return found[np.sort(np.unique(found, axis=0, return_index=True)[1])]


def profile_ratios(
    likelihood: Likelihood,
    names: str | Sequence[str],
    theta: Float[np.ndarray, " parameter"],
    toys: Toys,
    fixed: Sequence[str] = (),
) -> Ratios:
    """The profile likelihood ratio of one parameter or several at their values in theta, for toys thrown there.

    The free fit starts from the fixed one, so that q is not negative, and where there may be several minima from
    elsewhere in the box too.
    """
    held_there = (names,) if isinstance(names, str) else names
    count, names = len(toys.counts), [one for one in likelihood.names if one not in fixed]
    others = [one for one in names if one not in held_there]
    held = fit_toys(likelihood, others, _repeated(starts_of(likelihood, others, theta), count), toys)
    solved = np.repeat(theta[None], count, axis=0)
    solved[:, [likelihood.names.index(one) for one in others]] = held.free
    starts = starts_of(likelihood, names, theta)
    more = _repeated(starts, count)[: len(starts) if len(starts) > 1 else 0]
    free = fit_toys(likelihood, names, np.concatenate([solved[None], more]), toys)
    return Ratios(held.value - free.value, held.converged & free.converged)


def thrown_ratios(
    likelihood: Likelihood,
    names: str | Sequence[str],
    theta: Float[np.ndarray, " parameter"],
    key: Any,
    number: int,
    *,
    fixed: Sequence[str] = (),
    first: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Ratios:
    """Throw toys at theta and take the ratio of each, batch by batch; `progress` is told how many more are done.

    The sequence of toys depends on the key and on the values of `names`, not on which other values are asked for.
    """
    held_there = (names,) if isinstance(names, str) else names
    values = np.array([theta[likelihood.names.index(one)] for one in held_there], float)
    stream = values.view(np.uint32).tolist()
    pieces = []
    for low, count in batches(likelihood, number, first):
        toys = throw(likelihood, theta, key, count, first=low, stream=stream)
        pieces.append(profile_ratios(likelihood, names, theta, toys, fixed))
        if progress is not None:
            progress(count)
    return Ratios(*(np.concatenate(one) for one in zip(*pieces, strict=True)))


def batches(likelihood: Likelihood, number: int, first: int = 0) -> Iterator[tuple[int, int]]:
    """Cut toys `first` to `first + number` into (first, number) of batches, which share a bounded memory."""
    bins = len(expected_counts(likelihood, np.asarray(likelihood.start)))
    size = BLOCK << int(np.clip(np.log2(max(1.0, NUMBERS / (BLOCK * bins))), 0, 4))
    low, end = first, first + number
    while low < end:
        high = min((low // size + 1) * size, end)
        yield low, high - low
        low = high


def counted(progress: Callable[[float], None] | None, total: int) -> Callable[[int], None]:
    """What to tell how many more of `total` are done, so that `progress` hears of the fraction."""
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done / total)

    return tell


def fraction_error(part: Any, whole: Any) -> Any:
    """One standard deviation of a fraction part/whole, by Jeffreys' posterior: never zero. Numbers or arrays."""
    a, b = part + 0.5, whole - part + 0.5
    return np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1.0)))


def _repeated(starts: np.ndarray, count: int) -> np.ndarray:
    return np.repeat(starts[:, None], count, axis=1)


def words_of(key: Any) -> tuple[int, ...]:
    """The integers of a key."""
    if isinstance(key, (tuple, list)):
        return tuple(word for one in key for word in words_of(one))
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
        if key < 0:
            raise InputError("key", str(key), "A seed is not negative.", "Give 0 or more, or a JAX random key.")
        return (int(key),)
    return tuple(int(word) for word in np.asarray(jax.random.key_data(key)).ravel())
