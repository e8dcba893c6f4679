"""Whether Markov chains have forgotten where they began, and how many independent draws they are worth."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri


def split_rhat(chains: Float[np.ndarray, "chain draw"]) -> float:
    r"""The potential scale reduction of rank-normalised half chains; near 1 where all halves tell the same.

    .. math:: \hat R = \sqrt{\frac{n-1}{n} + \frac{B}{nW}}

    with the variance B/n of the means of the halves and their mean variance W. The larger of that of the ranks and that
    of the ranks of the distance from the median: the first sees other means, the second other widths. Infinite where
    halves stand still at different places.

    References
    ----------
    Gelman:1992zz
    Vehtari:2019-arXiv1903.08008
    """
    halves = split(chains)
    folded = np.abs(halves - np.median(halves))
    return max(_reduction(normal_scores(halves)), _reduction(normal_scores(folded)))


def effective_sample_size(chains: Float[np.ndarray, "chain draw"]) -> float:
    r"""The number of independent draws whose mean is known as well, from rank-normalised half chains.

    .. math:: n_\mathrm{eff} = \frac{mn}{1 + 2\sum_t \hat\rho_t}

    The autocorrelations of all m halves of n draws are taken together; their sum ends where pairs of neighbours are no
    longer positive, and pairs may not grow again. Chains that disagree count for little.

    References
    ----------
    Vehtari:2019-arXiv1903.08008
    """
    scores = normal_scores(split(chains))
    number, length = scores.shape
    if length < 4 or not scores.var() > 0:
        return float(number * length) if scores.var() > 0 else 1.0
    covariance = _autocovariance(scores).mean(axis=0)
    within = covariance[0] * length / (length - 1.0)
    total = covariance[0] + (scores.mean(axis=1).var(ddof=1) if number > 1 else 0.0)
    rho = 1.0 - (within - covariance) / total
    rho[0] = 1.0
    pairs = rho[0 : length // 2 * 2 : 2] + rho[1 : length // 2 * 2 : 2]
    negative = np.nonzero(pairs < 0.0)[0]
    pairs = np.minimum.accumulate(pairs[: negative[0]] if len(negative) else pairs)
    tau = max(2.0 * pairs.sum() - 1.0, 1.0 / np.log10(number * length))
    return float(number * length / tau)


def split(chains: Float[np.ndarray, "chain draw"]) -> Float[np.ndarray, "half draws"]:
    """Each chain in two halves; the middle draw of an odd number is left out."""
    length = chains.shape[1] // 2
    return np.concatenate([chains[:, :length], chains[:, -length:]])


def normal_scores(values: Float[np.ndarray, "chain draw"]) -> Float[np.ndarray, "chain draw"]:
    """Quantiles of the unit Gaussian at the ranks among all values; equal values share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - 0.5 * (count - 1.0))[place.reshape(values.shape)]
    return ndtri((rank - 0.375) / (values.size + 0.25))


def _reduction(halves: np.ndarray) -> float:
    length = halves.shape[1]
    between, within = halves.mean(axis=1).var(ddof=1), halves.var(axis=1, ddof=1).mean()
    if within <= 0.0:
        return 1.0 if between <= 0.0 else float("inf")
    return float(np.sqrt((length - 1.0) / length + between / within))


def _autocovariance(values: np.ndarray) -> np.ndarray:
    """Of each row, over lags [chain, lag]."""
    length = values.shape[1]
    size = 1 << (2 * length - 1).bit_length()
    spectrum = np.fft.rfft(values - values.mean(axis=1, keepdims=True), size)
    return np.fft.irfft(spectrum * spectrum.conj(), size)[:, :length] / length
