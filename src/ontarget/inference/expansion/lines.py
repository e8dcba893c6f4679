"""How smooth each shape is: Chebyshev coefficients along lines through the box of the parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ontarget.inference.expansion.basis import chebyshev_coefficients, extrema
from ontarget.inference.expansion.expansion import not_smooth
from ontarget.inference.expansion.frame import Evaluates, Layout

HIGHEST = 64  # Chebyshev order beyond which a dependence is called not smooth
SEED = 20260103


def falls_on_lines(
    chain: Evaluates, frame: Layout, steady: tuple[np.ndarray, np.ndarray], start: Sequence[float], tolerance: float
) -> dict[int, np.ndarray]:
    """How each order of a shape compares to the one before, [order], from three lines through the box."""
    random = np.random.default_rng(SEED)
    inside = frame.low + random.uniform(size=(2, len(frame.low))) * (frame.high - frame.low)
    bases = np.concatenate([np.asarray(start, float)[None], inside])
    known = (frame.design(bases, steady[0]) @ steady[1])[:, None]
    found = {}
    for place in frame.shaped:
        counts, degree = np.zeros((3, 0, known.shape[2])), 8
        while True:
            counts = _refined(chain, frame, bases, place, degree, counts)
            unit = np.sqrt(np.maximum(np.abs(counts).min(axis=1, keepdims=True), 1.0))
            size = (np.abs(chebyshev_coefficients(counts - known)) / unit).max(axis=(0, 2))
            size = np.maximum.accumulate(size[::-1])[::-1]
            if size[degree - 2] <= tolerance / 10:
                break
            if degree >= HIGHEST:
                raise not_smooth([frame.names[place]], float(size[-3]), tolerance)
            degree *= 2
        found[place] = _ratios(size, tolerance)
    return found


def _refined(
    chain: Evaluates, frame: Layout, bases: np.ndarray, place: int, degree: int, coarse: np.ndarray
) -> np.ndarray:
    """Counts [line, node, bin] at the extrema of this degree; those of half the degree are known, if any."""
    step = 2 if coarse.size else 1
    nodes = extrema(degree)[step - 1 :: step]
    thetas = np.repeat(bases[:, None, :], len(nodes), axis=1)
    middle, half = (frame.low + frame.high)[place] / 2, (frame.high - frame.low)[place] / 2
    thetas[:, :, place] = middle + half * nodes
    new = chain(thetas.reshape(-1, bases.shape[1])).reshape(len(bases), len(nodes), -1)
    if step == 1:
        return new
    counts = np.zeros((len(bases), degree + 1, new.shape[2]))
    counts[:, ::2], counts[:, 1::2] = coarse, new
    return counts


def _ratios(size: np.ndarray, tolerance: float) -> np.ndarray:
    """Each order over the one before; beyond those seen, the mean."""
    count = max(2, int(np.sum(size[:-1] > tolerance / 100)))  # the last coefficient holds all higher ones
    seen = np.maximum(size[:count], 1e-3 * tolerance)
    ratios = seen[1:] / seen[:-1]
    return np.append(ratios, np.exp(np.log(ratios).mean()))
