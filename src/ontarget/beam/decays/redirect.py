"""Decays that are there already, seen from another place: the same decay with its neutrino turned towards a point."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.decays.kinematics import aberrate, doppler, dot, energy_of, unit
from ontarget.ground.constants import muon_mass
from ontarget.ground.noun import Scalar

Vectors = Float[Array, "ray 3"]
Numbers = Float[Array, " ray"]


def energy_at_rest(momentum: Vectors, mass: Scalar | float, neutrino: Vectors) -> Numbers:
    r"""Energy of a massless particle in the rest frame of the parent it came from.

    .. math:: E^* = E_\nu / r,\quad r = \frac{1}{\gamma(1 - \beta\cos\theta)}
    """
    return jnp.sqrt(dot(neutrino, neutrino)) / doppler(unit(neutrino), momentum, mass)


def redirect(
    place: Vectors, momentum: Vectors, mass: Scalar | float, at_rest: Numbers, point: Vectors
) -> tuple[Vectors, Numbers]:
    r"""Momentum of the neutrino if it flies through `point`, and the fluence there, 1/area per decay.

    .. math:: \vec p = r E^* \vec n,\quad \Phi = \frac{r^2}{4\pi d^2},\quad r = \frac{1}{\gamma(1-\beta\cos\theta)}

    Exact for what has no spin. The energy in the rest frame is kept, so three-body decays stay distributed as they
    were; the momenta of the other daughters are turned with it and are not given.

    References
    ----------
    Milburn:1995-NuMIB109
    """
    away = point - place
    direction = unit(away)
    ratio = doppler(direction, momentum, mass)
    return direction * (ratio * at_rest)[:, None], ratio**2 / (4 * math.pi * dot(away, away))


def muon_slope(at_rest: Numbers) -> Numbers:
    r"""How much a muon's muon-type neutrino follows the spin, :math:`(1-2x)/(3-2x)`, :math:`x = 2E^*/m_\mu`."""
    x = 2 * at_rest / muon_mass
    return (1 - 2 * x) / (3 - 2 * x)


def polarised(momentum: Vectors, direction: Vectors, axis: Vectors, slope: Numbers) -> Numbers:
    r"""Density in direction of a neutrino of a polarised muon, over that of an unpolarised one.

    .. math:: w = 1 - a b \cos\theta

    b is 1 for the electron-type neutrino and `muon_slope` for the other; the angle, in the muon's rest frame, is to
    `axis`, the spin of a positive muon and the opposite of that of a negative one: the direction, from there, of the
    meson that it came from. Its length a is the polarisation. Electron mass neglected.

    References
    ----------
    Milburn:1995-NuMIB109
    """
    inner, _ = aberrate(direction, momentum, muon_mass)
    return 1 - slope * dot(inner, axis)


def rest_axis(momentum: Vectors, mass: Scalar | float, other: Vectors, energy: Numbers) -> Vectors:
    """Direction of a particle of momentum `other` and its energy, in the rest frame of the one with `momentum`."""
    own = energy_of(momentum, mass)
    drag = (energy - dot(momentum, other) / (own + mass)) / mass
    return unit(other - momentum * drag[:, None])
