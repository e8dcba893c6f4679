"""How well a tag knows the energy of its neutrino, by the numbers of the tagger: smooth, so that it has derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf
from jaxtyping import Array, Float

from ontarget.ground.constants import muon_mass
from ontarget.ground.noun import Scalar
from ontarget.monitor.interactions import Interactions
from ontarget.monitor.pair_fit import solved
from ontarget.monitor.tagger import Tagger
from ontarget.monitor.two_body_tag import Known, covariance_of_known, covariance_of_track, jacobians

CORE = 0.6827
"""What a Gaussian holds within one standard deviation."""


class Sample(NamedTuple):
    """True decays: the pion and the vertex [event 7], z of the decay, depth of the vertex, length of the tunnel."""

    known: Float[Array, "event 7"]
    z: Float[Array, " event"]
    depth: Float[Array, " event"]
    length: Scalar


def sample_of(events: Interactions, length: float) -> Sample:
    """Decays of pions in the tunnel, as they were."""
    known = np.concatenate([events.entering[:, :5], events.vertex[:, :2]], axis=1)
    return Sample(*(jnp.asarray(one) for one in (known, events.place[:, 2], events.vertex[:, 2], length)))


def variances(known: Known, z: Scalar, depth: Scalar, length: Scalar, tagger: Tagger) -> Float[Array, " 2"]:
    r"""Squares of the relative error of the energy: for a known decay point, and what not knowing it adds.

    .. math:: \sigma_E^2 = g^T (A - A H^T S^{-1} H A) g + \frac{(E_z - g^T A H^T S^{-1} h_z)^2}{h_z^T S^{-1} h_z}

    with g and :math:`E_z` the derivatives of the energy; A, H, S as in the fit, of which this is the linear error.
    """
    steepness = jnp.sqrt((known[5] - known[0]) ** 2 + (known[6] - known[1]) ** 2) / depth
    before = covariance_of_known(tagger.pions, known[4], tagger.vertex, steepness)
    muon, energy, by_known, by_z = jacobians(known, z, depth, length)
    after = covariance_of_track(tagger.muons, muon[4], muon_mass, -1)
    matrix, along, gain = by_known[:5], by_z[:5], by_known[5] @ before
    bent = matrix @ gain
    by_along, by_bent = solved(after + matrix @ before @ matrix.T, (along, bent))
    held = gain @ by_known[5] - bent @ by_bent
    moved = (by_z[5] - bent @ by_along) ** 2 / (along @ by_along)
    return jnp.stack([held, moved]) / energy**2


@eqx.filter_jit
def relative_errors(tagger: Tagger, sample: Sample) -> Float[Array, "event 2"]:
    """Of every decay, the squares that `variances` gives."""
    return jax.vmap(variances, (0, 0, 0, None, None))(sample.known, sample.z, sample.depth, sample.length, tagger)


def within(width: Scalar, errors: Float[Array, " event"]) -> Scalar:
    """What part of Gaussians of these errors lies within a width."""
    return erf(width / (jnp.sqrt(2.0) * errors)).mean()


@eqx.filter_jit
def core(tagger: Tagger, sample: Sample) -> Scalar:
    r"""Half-width that holds 68.27 % of all, :math:`\langle\mathrm{erf}(c/\sqrt2\sigma_i)\rangle = 0.6827`.

    Bisection finds it, and one step of Newton with the width held fixed gives it its derivatives.
    """
    errors = jnp.sqrt(relative_errors(tagger, sample).sum(axis=1))
    held = jax.lax.stop_gradient(errors)

    def halve(_: int, ends: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        middle = (ends[0] + ends[1]) / 2
        below = within(middle, held) < CORE
        return jnp.where(below, middle, ends[0]), jnp.where(below, ends[1], middle)

    low, high = jax.lax.fori_loop(0, 60, halve, (held.min(), held.max()))
    width = (low + high) / 2
    slope = (2 / jnp.sqrt(2 * jnp.pi) / held * jnp.exp(-((width / held) ** 2) / 2)).mean()
    return width + (CORE - within(width, errors)) / slope


def reached(
    changed: Callable[[Scalar], Tagger], sample: Sample, goal: float, start: float, largest: float
) -> float | None:
    """The number x at which the core of `changed(x)` is the `goal`, by Newton's method in ln x; None beyond `largest`."""
    x = float(np.log(start))

    def logarithm(x: Scalar) -> Scalar:
        return jnp.log(core(changed(jnp.exp(x)), sample) / goal)

    both = jax.value_and_grad(logarithm)
    for _ in range(20):
        value, slope = (float(one) for one in both(jnp.asarray(x)))
        if abs(value) < 1e-6:
            return float(np.exp(x))
        step = -value / slope if abs(slope) > 1e-9 else np.inf
        x += float(np.clip(step, -1.0, 1.0))
        if not np.log(largest) > x > np.log(start) - 12:
            return None
    return None
