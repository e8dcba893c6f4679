"""Momentum from the bend of a dipole between two pairs of planes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam import AbstractElement, Beamline, Drift, Open, Rays
from ontarget.beam.scattering import highland
from ontarget.ground.errors import InputError
from ontarget.ground.program import fused, program
from ontarget.matter.particle import Particle
from ontarget.monitor.tracker import AbstractPlane, ArmPlane, EntrancePlane, LinePlane, Sensor, drift_of

Real = float | Float[Array, ""]
UNIFORM = 12**0.5
"""The width of an even distribution over its standard deviation."""


@fused
def momentum_resolution(
    momentum: Float[Array, "*ray"],
    mass: Real,
    kick: Real,
    pitch: Real,
    thickness: Real,
    before: Real,
    after: Real,
) -> Float[Array, "*ray"]:
    r"""Relative resolution of a momentum that is measured by the difference of two slopes.

    .. math::
        \frac{\sigma_p}{p} = \frac{p}{k}\sqrt{2\sigma_x^2\Big(\frac{1}{b^2} + \frac{1}{a^2}\Big) + 2\theta_0^2},
        \quad \sigma_x = \frac{\mathrm{pitch}}{\sqrt{12}}

    with k the kick (field times length: `units.tesla` makes it a momentum), a and b the baselines behind and before the
    dipole, and :math:`\theta_0` of the two inner planes, whose scattering adds to the bend; what the outer ones do is
    measured. Small angles; no use is made of where the two straight lines meet, which costs a few per cent.

    References
    ----------
    ParticleDataGroup:2024cfk passage of particles through matter
    """
    slopes = 2 * (pitch / UNIFORM) ** 2 * (1 / jnp.asarray(before) ** 2 + 1 / jnp.asarray(after) ** 2)
    scattered = 2 * highland(momentum, mass, thickness) ** 2
    return momentum / kick * jnp.sqrt(slopes + scattered)


@fused
def fitted_resolution(
    maps: Float[Array, "plane 3 3"], error: Float[Array, " plane"], scattering: Float[Array, " plane"]
) -> Float[Array, ""]:
    r"""Relative resolution of the best linear fit of a track to all its hits in the plane of the bend.

    .. math::
        \sigma_\delta^2 = \big[(H^T V^{-1} H)^{-1}\big]_{\delta\delta},\quad
        V = \mathrm{diag}(\sigma_x^2) + S\,\mathrm{diag}(\theta^2)\,S^T

    Rows of H are the first rows of the maps of (x, x', dp/p) from the first plane to each; S says how far a kick in one
    plane moves the hit in a later one. It is the covariance of generalised least squares, which nothing linear beats;
    Gaussian errors. Three planes are the least.

    Parameters
    ----------
    maps : from the first plane to each
    error, scattering : standard deviations of a hit and of the angle of a kick
    """
    place, back = maps[:, 0, :], jnp.linalg.inv(maps)
    later = jnp.tril(jnp.ones((len(maps), len(maps))), -1)
    moved = later * jnp.einsum("ik,jkl->ijl", place, back)[:, :, 1]
    covariance = jnp.diag(error**2) + (moved * scattering**2) @ moved.T
    information = place.T @ jnp.linalg.solve(covariance, place)
    return jnp.sqrt(jnp.linalg.inv(information)[2, 2])


def spectrometer_resolution(line: Beamline, planes: Sequence[AbstractPlane], particle: Particle) -> Float[Array, ""]:
    """`fitted_resolution` of planes in a line, for a particle of its reference momentum.

    Differentiable in every number of the planes and of the line. It needs three planes or more, and a bend among them.
    """
    places = [place_in(line, plane) for plane in planes]
    steps = []
    for first, last in pairwise(places):
        # names and rims would be compiled anew
        bare = [dataclasses.replace(one, name="", aperture=Open()) for one in between(line, first, last)]
        steps.append([bending(one, line.momentum) for one in bare])
    return _of_planes(steps, [plane.sensor for plane in planes], line.momentum, particle.mass)


@fused
def _of_planes(
    steps: Sequence[Sequence[Float[Array, "3 3"]]], sensors: Sequence[Sensor], momentum: Float[Array, ""], mass: Real
) -> Float[Array, ""]:
    """`fitted_resolution` from the maps of the elements between each two planes."""
    maps = [jnp.eye(3)]
    for between_two in steps:
        here = maps[-1]
        for one in between_two:
            here = one @ here
        maps.append(here)
    error = jnp.stack([one.pitch for one in sensors]) / UNIFORM
    thickness = jnp.stack([one.thickness for one in sensors])
    angle = highland(jnp.broadcast_to(momentum, thickness.shape), mass, thickness)
    return fitted_resolution(jnp.stack(maps), error, angle)


Place = tuple[int, Float[Array, ""]]


def place_in(line: Beamline, plane: AbstractPlane) -> Place:
    """In which element of a line a plane stands, and how far behind its beginning."""
    if isinstance(plane, LinePlane | ArmPlane):
        return drift_of(line, plane.element), plane.place
    last = line.elements[-1]
    if not (isinstance(plane, EntrancePlane) and isinstance(last, Drift)):
        raise InputError(f"planes.{plane.name}", type(plane).__name__, "The line does not end in a drift.")
    return len(line.elements) - 1, last.length - plane.before


def between(line: Beamline, first: Place, last: Place) -> tuple[AbstractElement, ...]:
    """The part of a line between two places, both in drifts."""
    (i, start), (j, stop) = first, last
    if i == j:
        return (Drift(stop - start),)
    return (Drift(line.elements[i].length - start), *line.elements[i + 1 : j], Drift(stop))


@program
def bending(element: AbstractElement, momentum: Float[Array, ""]) -> Float[Array, "3 3"]:
    """Derivative of (x, x', dp/p) behind an element by the same before it, on the reference orbit."""

    def through(three: Float[Array, " 3"]) -> Float[Array, " 3"]:
        (x, slope, delta), nought = three[:, None], jnp.zeros(1)
        rays = Rays(x, nought, slope, nought, momentum * (1 + delta), nought, jnp.ones(1))
        rays = element.leave(element.carry(element.enter(rays, momentum), momentum, jnp.ones(1)), momentum)
        return jnp.concatenate([rays.x, rays.slope_x, delta])

    return jax.jacfwd(through)(jnp.zeros(3))
