"""The error of tagged energies: by energy, by what makes it, and what brings it to a goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import brentq
from scipy.special import erf

from ontarget.ground.units import GeV
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.energy_error import CORE, Parts, Sample, core_and_slopes, errors_in_blocks, reached, sample_of
from ontarget.tagging.performance import half_width
from ontarget.tagging.tagger import Tagger

STEPS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]) * GeV
"""Edges of the steps of energy."""

FEWEST_TAGS = 20
"""A step of energy with fewer right tags says nothing."""

THICKEST, FIRST = 0.1, 0.002
"""Of planes that may reach a goal, and where the search begins; radiation lengths."""

NUMBERS = tuple(
    f"{arm}.{field}" for arm in ("pions", "muons") for field in ("momentum", "pitch", "thickness", "baseline")
)
"""Addresses of numbers of a tagger that the error of the energy hangs on, beside that of the vertex."""

Steps = Float[np.ndarray, " step"]
Numbers = float | Float[np.ndarray, "*point"]


@dataclass(frozen=True, kw_only=True)
class ErrorParts:
    """A number or an array for each cause of the error of a tagged energy.

    Attributes
    ----------
    momentum : errors of the momenta of pion and muon
    points : errors of the points in the planes, by the angle
    scattering : scattering in the planes, by the angle
    angle : both of these
    vertex : error of the vertex
    decay_point : what the uncertainty of the place of the decay adds, from whatever it comes
    """

    momentum: Numbers
    points: Numbers
    scattering: Numbers
    angle: Numbers
    vertex: Numbers
    decay_point: Numbers

    def each(self, function: Callable[[Any], Any]) -> ErrorParts:
        """`function` of the number or array of every cause."""
        return ErrorParts(**{name: function(getattr(self, name)) for name in CAUSES})


CAUSES = tuple(one.name for one in fields(ErrorParts))


def squares(parts: Parts) -> ErrorParts:
    """Squares of the relative error of each event [event], by cause."""
    return ErrorParts(
        momentum=np.asarray(parts.momentum),
        points=np.asarray(parts.points),
        scattering=np.asarray(parts.scattering),
        angle=np.asarray(parts.points + parts.scattering),
        vertex=np.asarray(parts.vertex),
        decay_point=np.asarray(parts.decay),
    )


def core_of_squares(of_squares: Float[np.ndarray, " event"]) -> float:
    """The half-width that holds 68.27 % of Gaussians whose variances [event] are given; no derivatives."""
    errors = np.sqrt(2 * np.maximum(of_squares, 0.0))
    top = float(errors.max())
    return brentq(lambda width: erf(width / np.maximum(errors, 1e-9 * top)).mean() - CORE, 0.0, 2 * top)


@dataclass(frozen=True)
class ErrorContributions:
    """What makes the error of the energy: cores (half-widths of 68.27 %) of the linear relative error.

    Attributes
    ----------
    whole : the core
    without : the core with each cause switched off; the fit weighs as before
    alone : the core of each cause alone
    """

    whole: float
    without: ErrorParts
    alone: ErrorParts


def error_contributions(tagger: Tagger, sample: Sample) -> ErrorContributions:
    """From the linear error of the energies of true decays, which has no statistics."""
    parts = errors_in_blocks(tagger, sample)
    whole, each = np.asarray(parts.whole), squares(parts)
    return ErrorContributions(
        whole=core_of_squares(whole),
        without=each.each(lambda own: core_of_squares(whole - own)),
        alone=each.each(core_of_squares),
    )


@dataclass(frozen=True)
class ErrorSensitivities:
    """Logarithmic derivatives of the core of the relative error.

    Attributes
    ----------
    core : the half-width that holds 68.27 %
    numbers : addresses in the tagger
    slopes : [number] by how many per cent the core grows if that number grows by one per cent
    """

    core: float
    numbers: tuple[str, ...]
    slopes: Float[np.ndarray, " number"]


def error_sensitivities(tagger: Tagger, sample: Sample) -> ErrorSensitivities:
    """By the momenta, pitches, thicknesses and baselines of both arms, and by the resolution of the vertex."""
    core, slopes = core_and_slopes(tagger, sample)
    numbers = (*NUMBERS, "vertex")
    each = [float(_at(slopes, address) * _at(tagger, address) / core) for address in numbers]
    return ErrorSensitivities(float(core), numbers, np.array(each))


def _at(tagger: Tagger, address: str) -> Any:
    found: Any = tagger
    for field in address.split("."):
        found = getattr(found, field)
    return found


@dataclass(frozen=True)
class PlanesForGoal:
    """What planes of both arms must be.

    Attributes
    ----------
    thickness : [baseline] of each plane in radiation lengths at which the core is the goal; nan where none reaches it
    bare_core : [baseline] the core with planes without matter
    """

    thickness: Float[np.ndarray, " baseline"]
    bare_core: Float[np.ndarray, " baseline"]


@dataclass(frozen=True)
class EnergyGoal:
    """Planes that know the energy as well as is asked for.

    Attributes
    ----------
    goal : core of the relative error
    baseline : [baseline] lengths between the two planes of an arm
    as_given : with the momenta known as in the tagger
    halved : with momenta known twice as well
    """

    goal: float
    baseline: Float[np.ndarray, " baseline"]
    as_given: PlanesForGoal
    halved: PlanesForGoal


def energy_goal(
    tagger: Tagger, sample: Sample, baselines: Float[np.ndarray, " baseline"], goal: float = 0.01
) -> EnergyGoal:
    """Thicknesses that reach the goal for each baseline (a length), by Newton's method."""
    better = eqx.tree_at(_momenta, tagger, [one / 2 for one in _momenta(tagger)])
    found = [_planes_for(one, sample, baselines, goal) for one in (tagger, better)]
    return EnergyGoal(goal, baselines, *found)


def _planes_for(tagger: Tagger, sample: Sample, baselines: np.ndarray, goal: float) -> PlanesForGoal:
    thickness, bare = [], []
    for baseline in baselines:
        longer = eqx.tree_at(_baselines, tagger, [jnp.asarray(baseline)] * 2)
        found = reached(longer, _thicknesses, sample, goal, FIRST, THICKEST)
        thickness.append(np.nan if found is None else found)
        bare.append(core_of_squares(np.asarray(errors_in_blocks(without_scattering(longer), sample).whole)))
    return PlanesForGoal(np.array(thickness), np.array(bare))


def without_scattering(tagger: Tagger) -> Tagger:
    """A tagger whose planes have no matter."""
    return eqx.tree_at(_thicknesses, tagger, [0.0 * one for one in _thicknesses(tagger)])


def _momenta(tagger: Tagger) -> list[Any]:
    return [tagger.pions.momentum, tagger.muons.momentum]


def _baselines(tagger: Tagger) -> list[Any]:
    return [tagger.pions.baseline, tagger.muons.baseline]


def _thicknesses(tagger: Tagger) -> list[Any]:
    return [tagger.pions.thickness, tagger.muons.thickness]


@dataclass(frozen=True, kw_only=True)
class EnergyScan:
    """The error of tagged energies, (tagged - true)/true of right tags, in steps of the true energy.

    Attributes
    ----------
    low, high : [step] energies
    tags : [step] right tags
    core : [step] half-width that holds 68.27 % of the errors
    tails : [step] part of the errors beyond three cores
    bias : [step] median of the errors
    pull : [step] half-width that holds 68.27 % of (tagged - true)/error
    linear_core : [step] core of the linear error, without statistics
    alone : [step] that of each cause alone
    """

    low: Steps
    high: Steps
    tags: Int[np.ndarray, " step"]
    core: Steps
    tails: Steps
    bias: Steps
    pull: Steps
    linear_core: Steps
    alone: ErrorParts


def energy_scan(
    right: Tagged, tagger: Tagger, length: float, steps: Float[np.ndarray, " edge"] = STEPS, decays: int = 512
) -> EnergyScan:
    """Of interactions that are tagged rightly, behind a tunnel of this length; steps with too few tags are left out.

    `steps` [edge] are the edges of the true energy; linear errors are those of the first `decays` of each step.
    """
    energy = right.events.energy
    off, pull = right.tags.energy / energy - 1, (right.tags.energy - energy) / right.tags.error
    inside = [(low, high, np.flatnonzero((energy >= low) & (energy < high))) for low, high in pairwise(steps)]
    kept = [one for one in inside if len(one[2]) >= FEWEST_TAGS]
    core = np.array([half_width(off[one]) for *_, one in kept])
    linear = [errors_in_blocks(tagger, sample_of(right.events.only(one[:decays]), length)) for *_, one in kept]
    alone = [squares(one).each(core_of_squares) for one in linear]
    return EnergyScan(
        low=np.array([low for low, *_ in kept]),
        high=np.array([high for _, high, _ in kept]),
        tags=np.array([len(one) for *_, one in kept], dtype=int),
        core=core,
        tails=np.array([(np.abs(off[one]) > 3 * width).mean() for (*_, one), width in zip(kept, core, strict=True)]),
        bias=np.array([np.median(off[one]) for *_, one in kept]),
        pull=np.array([half_width(pull[one]) for *_, one in kept]),
        linear_core=np.array([core_of_squares(np.asarray(one.whole)) for one in linear]),
        alone=ErrorParts(**{name: np.array([getattr(part, name) for part in alone]) for name in CAUSES}),
    )
