"""The fit of a pion, a muon and a vertex to one decay: many at once, compiled."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.ground.constants import muon_mass
from ontarget.ground.noun import Scalar
from ontarget.tagging.tagger import Tagger
from ontarget.tagging.two_body import MOMENTUM, Known, Seen, covariance_of_known, errors_of_track, jacobians

STEPS = 8
"""Gauss-Newton steps from each start: they converge quadratically once the decay point is right to some metres."""

BLOCK = 512
"""Fits at a time: one shape is compiled, and fits the cache."""

BEYOND = 0.2
"""How far beyond the tunnel's ends the decay point may be fitted, in lengths of the tunnel."""


Iterate = tuple[Known, Scalar, Scalar, Scalar, Scalar]
"""Pion and vertex, z, chi-square, energy and its variance."""


Numbers = Float[Array | np.ndarray, " pair"]


class Fitted(NamedTuple):
    """What the fit says of each pair [pair]; internal units.

    Attributes
    ----------
    chi_square : four degrees of freedom
    energy, error : of the neutrino, with its standard deviation
    z : of the decay, a length
    """

    chi_square: Numbers
    energy: Numbers
    error: Numbers
    z: Numbers


def solved(covariance: Float[Array, "5 5"], right: tuple[Float[Array, " 5"], ...]) -> tuple[Float[Array, " 5"], ...]:
    """Solutions of a symmetric system for some right sides: Cholesky, written out, for LAPACK has no batches."""
    factor: dict[tuple[int, int], Array] = {}
    for i in range(5):
        for j in range(i + 1):
            rest = covariance[i, j] - sum((factor[i, k] * factor[j, k] for k in range(j)), jnp.zeros(()))
            factor[i, j] = jnp.sqrt(rest) if i == j else rest / factor[j, j]
    found = []
    for given in right:
        half: list[Array] = []
        for i in range(5):
            half.append((given[i] - sum((factor[i, k] * half[k] for k in range(i)), jnp.zeros(()))) / factor[i, i])
        whole: list[Array] = [jnp.zeros(())] * 5
        for i in reversed(range(5)):
            rest = half[i] - sum((factor[k, i] * whole[k] for k in range(i + 1, 5)), jnp.zeros(()))
            whole[i] = rest / factor[i, i]
        found.append(jnp.stack(whole))
    return tuple(found)


def fit_from(
    known: Known, seen: Seen, start: Scalar, depth: Scalar, length: Scalar, tagger: Tagger
) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    r"""Chi-square, energy, its variance and z, from one start in z.

    The muon's five numbers m are h(a, z) for a that was measured with covariance A. Linearised at :math:`a_k, z_k`:

    .. math:: r = m - h - H(\hat a - a_k),\quad S = V_\mu + H A H^T,\quad
        \delta z = \frac{h_z^T S^{-1} r}{h_z^T S^{-1} h_z},\quad a_{k+1} = \hat a + A H^T S^{-1}(r - h_z\,\delta z)

    which is Gauss-Newton in all eight parameters for twelve measurements.

    References
    ----------
    ParticleDataGroup:2024cfk review of statistics
    """
    before = covariance_of_known(tagger.pions, tagger.vertex, known, depth)
    after = errors_of_track(tagger.muons, seen[MOMENTUM], muon_mass, -1).whole

    def step(_: Int[Array, ""], carried: Iterate) -> Iterate:
        here, z = carried[:2]
        muon, energy, by_known, by_z = jacobians(here, z, depth, length)
        matrix, along, gain = by_known[:5], by_z[:5], by_known[5] @ before
        residual = seen - muon - matrix @ (known - here)
        spread = after + matrix @ before @ matrix.T
        shared = matrix @ gain  # covariance of the expected muon and of the energy
        by_residual, by_along, by_shared = solved(spread, (residual, along, shared))
        curvature = along @ by_along
        moved = along @ by_residual / curvature
        chi_square = residual @ by_residual - moved * (along @ by_residual)
        variance = gain @ by_known[5] - shared @ by_shared + (by_z[5] - shared @ by_along) ** 2 / curvature
        there = known + before @ (matrix.T @ (by_residual - by_along * moved))
        limited = jnp.clip(z + moved, -BEYOND * length, (1 + BEYOND) * length)
        return there, limited, chi_square, energy, variance

    zero = jnp.zeros_like(start)
    _, z, chi_square, energy, variance = jax.lax.fori_loop(0, STEPS + 1, step, (known, start, zero, zero, zero))
    return chi_square, energy, variance, z


@jax.jit
def fit_block(
    known: Float[Array, "pair 7"],
    seen: Float[Array, "pair 5"],
    start: Float[Array, "pair 3"],
    depth: Float[Array, " pair"],
    length: Scalar,
    tagger: Tagger,
) -> Fitted:
    """A block of pairs, the best of three starts of each."""
    one = jax.vmap(fit_from, (None, None, 0, None, None, None))
    chi_square, energy, variance, z = jax.vmap(one, (0, 0, 0, 0, None, None))(known, seen, start, depth, length, tagger)
    best = jnp.argmin(jnp.where(jnp.isfinite(chi_square), chi_square, jnp.inf), axis=1)[:, None]
    chosen = [jnp.take_along_axis(one, best, axis=1)[:, 0] for one in (chi_square, energy, variance, z)]
    return Fitted(chosen[0], chosen[1], jnp.sqrt(jnp.maximum(chosen[2], 0.0)), chosen[3])


def fit_pairs(
    known: Float[np.ndarray, "pair 7"],
    seen: Float[np.ndarray, "pair 5"],
    start: Float[np.ndarray, "pair 3"],
    depth: Float[np.ndarray, " pair"],
    length: float,
    tagger: Tagger,
) -> Fitted:
    """Fits of any number of pairs, block by block; arrays of NumPy.

    Parameters
    ----------
    known : [pair 7] measured x, y, slopes and momentum of the pion at T6, and x and y of the vertex
    seen : [pair 5] measured x, y, slopes and momentum of the muon at T7
    start : [pair 3] z of the decay from which the fit sets out
    depth : [pair] z of the vertex
    length : of the tunnel
    """
    found: list[list[np.ndarray]] = [[np.empty(0)] for _ in range(4)]
    for low in range(0, len(depth), BLOCK):
        size = min(BLOCK, len(depth) - low)
        given = [_filled(one[low : low + size]) for one in (known, seen, start, depth)]
        done = fit_block(*given, jnp.asarray(length), tagger)
        for kept, one in zip(found, done, strict=True):
            kept.append(np.asarray(one)[:size])
    return Fitted(*(np.concatenate(one) for one in found))


def _filled(rows: np.ndarray) -> np.ndarray:
    """A full block, with copies of the last row."""
    return np.concatenate([rows, np.repeat(rows[-1:], BLOCK - len(rows), axis=0)])
