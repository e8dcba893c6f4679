"""How well a tag knows the energy of its neutrino, by the numbers of the tagger: smooth, so that it has derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erf
from jaxtyping import Array, Float, Int

from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.noun import Scalar, as_array, on_host
from ontarget.ground.program import fused, program
from ontarget.tagging.interactions import HASTE, Interactions
from ontarget.tagging.pair_fit import solved
from ontarget.tagging.tagger import Tagger
from ontarget.tagging.two_body import MOMENTUM, Known, covariance_of_known, error_of_vertex, errors_of_track, jacobians

BLOCK = 512
"""Decays at a time."""

CORE = 0.6827
"""What a Gaussian holds within one standard deviation."""


class Sample(NamedTuple):
    """True decays of pions in the tunnel; internal units.

    Attributes
    ----------
    known : [event 7] the pion at T6 (x, y, slopes, momentum) and x and y of the vertex
    z : [event] of the decay, a length
    depth : [event] z of the vertex, a length
    length : of the tunnel
    """

    known: Float[Array, "event 7"]
    z: Float[Array, " event"]
    depth: Float[Array, " event"]
    length: Scalar


def sample_of(events: Interactions, length: float) -> Sample:
    """The decays of these interactions as they were, in a tunnel of this length."""
    known = np.concatenate([events.entering.vectors(), events.vertex[:, :2]], axis=1)
    return Sample(*(as_array(one) for one in (known, events.place[:, 2], events.vertex[:, 2], length)))


class Parts(NamedTuple):
    """Squares of the relative error of the energy [event] by what makes them: `whole` is the sum of the first four.

    `decay` is the part of the whole that would not be there if the place of the decay were known.
    """

    momentum: Float[Array, "*event"]
    points: Float[Array, "*event"]
    scattering: Float[Array, "*event"]
    vertex: Float[Array, "*event"]
    decay: Float[Array, "*event"]

    @property
    def whole(self) -> Float[Array, "*event"]:
        """The square of the relative error of the energy [event]."""
        return self.momentum + self.points + self.scattering + self.vertex


def parts(known: Known, z: Scalar, depth: Scalar, length: Scalar, tagger: Tagger) -> Parts:
    r"""The linear error of the fit, for what is measured of a decay.

    The fitted energy moves with what is measured of pion and vertex by :math:`g - H^T q`, of the muon by q,

    .. math:: q = S^{-1}\Big(H A g + h_z\,\frac{E_z - h_z^T S^{-1} H A g}{h_z^T S^{-1} h_z}\Big)

    with g and :math:`E_z` the derivatives of the energy by pion and vertex, and by z; A, H, S as in the fit. Errors of
    what is measured are independent, so squares of each add up; the weights of the fit are those of all of them.
    """
    before = covariance_of_known(tagger.pions, tagger.vertex, known, depth)
    muon, energy, by_known, by_z = jacobians(known, z, depth, length)
    pion_errors = errors_of_track(tagger.pions, known[MOMENTUM], pion_mass, 1)
    muon_errors = errors_of_track(tagger.muons, muon[MOMENTUM], muon_mass, -1)
    matrix, along = by_known[:5], by_z[:5]
    shared = matrix @ (before @ by_known[5])  # covariance of the expected muon and of the energy
    by_along, by_shared = solved(muon_errors.whole + matrix @ before @ matrix.T, (along, shared))
    steepness = by_z[5] - shared @ by_along
    of_muon = by_shared + by_along * steepness / (along @ by_along)
    of_known = by_known[5] - matrix.T @ of_muon
    pion, vertex = of_known[:5], of_known[5:]
    both = zip(pion_errors, muon_errors, strict=True)
    tracks = [pion @ one @ pion + of_muon @ other @ of_muon for one, other in both]
    placed = vertex @ error_of_vertex(tagger.vertex, known, depth) @ vertex
    return Parts(*(one / energy**2 for one in (*tracks, placed, steepness**2 / (along @ by_along))))


@program
def relative_errors(tagger: Tagger, sample: Sample) -> Parts:
    """Squares of the relative errors of the energies of all decays of a sample, by what makes them."""
    return jax.vmap(parts, (0, 0, 0, None, None))(sample.known, sample.z, sample.depth, sample.length, tagger)


def errors_in_blocks(tagger: Tagger, sample: Sample) -> Parts:
    """`relative_errors` of samples of any size, with one compiled program."""
    found, host = [], on_host(sample)
    for low in range(0, len(sample.z), BLOCK):
        size = min(BLOCK, len(sample.z) - low)
        rows = np.minimum(low + np.arange(BLOCK), len(sample.z) - 1)
        known, z, depth = (as_array(one[rows]) for one in (host.known, host.z, host.depth))
        block = Sample(known, z, depth, sample.length)
        found.append([np.asarray(one)[:size] for one in relative_errors(tagger, block)])
    return Parts(*(as_array(np.concatenate(one)) for one in zip(*found, strict=True)))


def within(width: Scalar, errors: Float[Array, " event"]) -> Scalar:
    """What part of Gaussians of these errors lies within a width."""
    return erf(width / (jnp.sqrt(2.0) * errors)).mean()


@fused
def core_of(errors: Float[Array, " event"]) -> Scalar:
    r"""Half-width c that holds 68.27 % of Gaussians of these errors.

    .. math:: \langle\mathrm{erf}(c/\sqrt2\sigma_i)\rangle = 0.6827

    Bisection finds it, and one step of Newton with the width held fixed gives it its derivatives.
    """
    held = jax.lax.stop_gradient(errors)

    def halve(_: Int[Array, ""], ends: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        middle = (ends[0] + ends[1]) / 2
        below = within(middle, held) < CORE
        return jnp.where(below, middle, ends[0]), jnp.where(below, ends[1], middle)

    low, high = jax.lax.fori_loop(0, 60, halve, (held.min(), held.max()))
    width = (low + high) / 2
    slope = (2 / jnp.sqrt(2 * jnp.pi) / held * jnp.exp(-((width / held) ** 2) / 2)).mean()
    return width + (CORE - within(width, errors)) / slope


@program
def core(tagger: Tagger, sample: Sample) -> Scalar:
    """Half-width that holds 68.27 % of the relative errors of tagged energies."""
    return core_of(jnp.sqrt(relative_errors(tagger, sample).whole))


def differentiated(tagger: Tagger, sample: Sample) -> tuple[Scalar, Tagger]:
    """The core, and its derivatives by every number of the tagger, in its place."""
    return eqx.filter_value_and_grad(core)(tagger, sample)


core_and_slopes: Callable[[Tagger, Sample], tuple[Scalar, Tagger]] = program(differentiated, **HASTE)


def reached(
    tagger: Tagger, leaves: Callable[[Tagger], list[Any]], sample: Sample, goal: float, start: float, largest: float
) -> float | None:
    """The value, of all these numbers at once, at which the core is the `goal`: Newton's method in the logarithms.

    None where it would have to be above the largest, or below e^-12 of the start.
    """
    x = np.log(start)
    for _ in range(30):
        value = np.exp(x)
        here = eqx.tree_at(leaves, tagger, [as_array(value)] * len(leaves(tagger)))
        width, slopes = core_and_slopes(here, sample)
        miss, slope = np.log(float(width) / goal), sum(float(one) for one in leaves(slopes)) * value / float(width)
        if abs(miss) < 1e-6:
            return float(value)
        x += float(np.clip(-miss / slope, -1.0, 1.0)) if abs(slope) > 1e-9 else np.sign(-miss)
        if not np.log(start) - 12 < x < np.log(largest):
            return None
    return None
