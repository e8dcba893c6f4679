"""Mesons that decay to a charged lepton and a neutrino."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.decays.decay import AbstractDecay, Emission
from ontarget.beam.decays.kinematics import aberrate, boost, isotropic
from ontarget.ground.errors import check_range
from ontarget.ground.program import fused
from ontarget.matter.particle import PARTICLES


class TwoBodyDecay(AbstractDecay):
    r"""A pseudoscalar meson decays to a lepton and a massless neutrino, isotropically in its rest frame.

    .. math:: E^* = \frac{m^2 - m_\ell^2}{2m},\quad E_\nu = \frac{E^*}{\gamma(1-\beta\cos\theta)},\quad
        \frac{dN}{d\Omega} = \frac{1}{4\pi}\left(\frac{E_\nu}{E^*}\right)^2

    The spin of the parent is zero and what is handed in is not looked at. Radiation is left out.

    References
    ----------
    ParticleDataGroup:2024cfk review of kinematics
    """

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)

    @property
    def dimensions(self) -> int:
        return 2

    @property
    def energy(self) -> float:
        """The neutrino's energy in the rest frame."""
        mass, lepton = PARTICLES[self.parent].mass, PARTICLES[self.lepton].mass
        return (mass - lepton) * (mass + lepton) / (2 * mass)

    @fused
    def emit(
        self, momentum: Float[Array, "ray 3"], spin: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
    ) -> Emission:
        inner = isotropic(u[:, 0], u[:, 1])
        direction, ratio = aberrate(inner, -momentum, PARTICLES[self.parent].mass)
        return self._emission(momentum, direction, inner, 1 / ratio, jnp.ones_like(ratio))

    @fused
    def emit_towards(
        self,
        momentum: Float[Array, "ray 3"],
        spin: Float[Array, "ray 3"],
        direction: Float[Array, "ray 3"],
        u: Float[Array, "ray dimension"],
    ) -> Emission:
        inner, ratio = aberrate(direction, momentum, PARTICLES[self.parent].mass)
        return self._emission(momentum, direction, inner, ratio, ratio**2 / (4 * math.pi))

    def _emission(self, momentum: Array, direction: Array, inner: Array, ratio: Array, weight: Array) -> Emission:
        k, mass = self.energy, PARTICLES[self.parent].mass
        lepton = boost(-k * inner, mass - k, momentum, mass)
        return Emission(direction * (k * ratio)[:, None], lepton, weight)

    @fused
    def polarisation(self, momentum: Float[Array, "ray 3"], emission: Emission) -> Float[Array, "ray 3"]:
        r"""Of the lepton, in its rest frame (that reached by a pure boost): complete, along or against the parent.

        Angular momentum along the flight is zero and the neutrino is left-handed. So a positive lepton has helicity -1
        in the parent's frame, and seen from its own rest frame the parent flies off along the spin; a negative one the
        other way round. There the parent and the neutrino have one and the same direction.
        """
        particle = PARTICLES[self.lepton]
        k = jnp.sqrt((emission.neutrino**2).sum(axis=1, keepdims=True))
        return particle.charge * aberrate(emission.neutrino / k, emission.lepton, particle.mass)[0]
