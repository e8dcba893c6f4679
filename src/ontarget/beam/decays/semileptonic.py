"""Charged kaons that decay to a neutral pion, a charged lepton and a neutrino."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.decays.decay import AbstractDecay, Emission
from ontarget.beam.decays.kinematics import (
    aberrate,
    around,
    boost,
    dot,
    energy_of,
    isotropic,
    materialise,
    slanted_cosine,
    unit,
)
from ontarget.ground.constants import kaon_mass, neutral_pion_mass, pion_mass
from ontarget.ground.errors import check_finite, check_range
from ontarget.ground.noun import Number, quantity
from ontarget.ground.program import fused
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.quantile import tabulate_quantiles

NEWTON = 2


class SemileptonicDecay(AbstractDecay):
    r"""K_l3, by the vector current with form factors that are linear in the momentum transfer.

    .. math::
        \rho(E_\pi, E_\ell) = f_+^2\,(A + B\xi + C\xi^2),\quad f_+ = 1 + \lambda_+ q^2/m_\pi^2,\quad
        f_+\xi = f_- = (\lambda_0 - \lambda_+)\,(m_K^2 - m_{\pi^0}^2)/m_\pi^2

        A = m_K(2E_\ell E_\nu - m_K E') + m_\ell^2(E'/4 - E_\nu),\quad B = m_\ell^2(E_\nu - E'/2),\quad
        C = m_\ell^2 E'/4

    with :math:`E' = (m_K^2 + m_\pi^2 - m_\ell^2)/2m_K - E_\pi` and :math:`q^2 = m_K^2 + m_\pi^2 - 2 m_K E_\pi`; the
    slopes are per squared mass of the charged pion. At a given neutrino energy the lepton's energy is linear in the
    cosine c of its angle in the frame of lepton and pion, so the density is a cubic in c. The neutrino's energy is
    drawn from quantiles of the integral over c, then c from its own cumulative distribution, by Newton's method.
    Nothing is rejected, so all is smooth in the slopes. Radiation and the curvature of f_+ are left out.

    Attributes
    ----------
    lambda_plus, lambda_0 : slopes of the vector and the scalar form factor

    References
    ----------
    ParticleDataGroup:2024cfk review of K_l3 form factors
    Chounet:1972-PhysRept4
    """

    lambda_plus: Number = quantity()
    lambda_0: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)
        check_finite(self)

    @property
    def dimensions(self) -> int:
        return 5

    @property
    def endpoint(self) -> float:
        """The highest energy of the neutrino in the rest frame."""
        return (kaon_mass**2 - (neutral_pion_mass + self._mass) ** 2) / (2 * kaon_mass)

    @property
    def _mass(self) -> float:
        return PARTICLES[self.lepton].mass

    @fused
    def spectrum(self, energy: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        """Density of the neutrino's energy in the rest frame, of no particular norm (energy to the fourth)."""
        d0, _, d2, _ = self._cubic(energy)
        _, _, q, _, drift = self._recoil(energy)
        return drift * q * (2 * d0 + 2 / 3 * d2)

    def emit(
        self, momentum: Float[Array, "ray 3"], spin: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
    ) -> Emission:
        inner = isotropic(u[:, 0], u[:, 1])
        direction, ratio = aberrate(inner, -momentum, kaon_mass)
        return self._emission(momentum, direction, inner, 1 / ratio, jnp.ones_like(ratio), u)

    def emit_towards(
        self,
        momentum: Float[Array, "ray 3"],
        spin: Float[Array, "ray 3"],
        direction: Float[Array, "ray 3"],
        u: Float[Array, "ray dimension"],
    ) -> Emission:
        inner, ratio = aberrate(direction, momentum, kaon_mass)
        return self._emission(momentum, direction, inner, ratio, ratio**2 / (4 * math.pi), u)

    def _emission(
        self, momentum: Array, direction: Array, inner: Array, ratio: Array, weight: Array, u: Array
    ) -> Emission:
        k = materialise(tabulate_quantiles(self.spectrum, 0.0, self.endpoint)(u[:, 2]))
        c = materialise(self._cosine(k, u[:, 3]))
        _, energy, q, gamma, drift = self._recoil(k)
        across = q * jnp.sqrt(jnp.maximum((1 - c) * (1 + c), 0.0))
        lepton = around(inner, -(gamma * q * c + drift * energy), across, u[:, 4])
        lepton = boost(lepton, gamma * energy + drift * q * c, momentum, kaon_mass)
        return Emission(direction * (k * ratio)[:, None], lepton, weight)

    def _recoil(self, k: Array) -> tuple[Array, Array, Array, Array, Array]:
        """Of lepton and pion together: mass; energy and momentum of the lepton in their frame; gamma, gamma beta."""
        square = kaon_mass * (kaon_mass - 2 * k)
        mass = jnp.sqrt(square)
        excess = 2 * kaon_mass * (self.endpoint - k) * (square - (neutral_pion_mass - self._mass) ** 2)
        q = jnp.sqrt(jnp.maximum(excess, 1e-30 * kaon_mass**4)) / (2 * mass)
        energy = (square + self._mass**2 - neutral_pion_mass**2) / (2 * mass)
        return mass, energy, q, (kaon_mass - k) / mass, k / mass

    def _cubic(self, k: Array) -> tuple[Array, Array, Array, Array]:
        """Coefficients of the Dalitz density in the cosine c, at a neutrino energy, constant term first."""
        _, energy, q, gamma, drift = self._recoil(k)
        m, square = kaon_mass, self._mass**2
        l0, l1 = gamma * energy, drift * q
        e0 = l0 + k + (neutral_pion_mass**2 - m**2 - square) / (2 * m)
        a0 = m * (2 * l0 * k - m * e0) + square * (e0 / 4 - k)
        a1 = m * (2 * l1 * k - m * l1) + square * l1 / 4
        b0, b1 = square * (k - e0 / 2), -square * l1 / 2
        c0, c1 = square * e0 / 4, square * l1 / 4
        f0 = 1 + self.lambda_plus * (2 * m * e0 + square) / pion_mass**2
        f1 = self.lambda_plus * 2 * m * l1 / pion_mass**2
        g = self._minus
        return (
            f0**2 * a0 + f0 * g * b0 + g**2 * c0,
            f0**2 * a1 + 2 * f0 * f1 * a0 + g * (f0 * b1 + f1 * b0) + g**2 * c1,
            2 * f0 * f1 * a1 + f1**2 * a0 + g * f1 * b1,
            f1**2 * a1,
        )

    @property
    def _minus(self) -> Array:
        """The form factor of the momentum transfer, constant where those of the vector and the scalar are linear."""
        return (self.lambda_0 - self.lambda_plus) * (kaon_mass**2 - neutral_pion_mass**2) / pion_mass**2

    def _cosine(self, k: Array, u: Array) -> Array:
        """The cosine at which the cubic's integral reaches the share u; two steps carry the derivatives."""
        d0, d1, d2, d3 = self._cubic(k)
        total = 2 * d0 + 2 / 3 * d2

        def step(c: Array) -> Array:
            reached = (c + 1) * (d0 + (c - 1) * (d1 / 2 + d3 / 4 * (c**2 + 1)) + d2 / 3 * (c**2 - c + 1))
            return c + (u * total - reached) / jnp.maximum(d0 + c * (d1 + c * (d2 + c * d3)), 1e-9 * total)

        c = jax.lax.stop_gradient(slanted_cosine(u, jnp.clip((d1 + d3) / (d0 + d2), -1.0, 1.0)))
        for _ in range(NEWTON):
            c = jax.lax.stop_gradient(jnp.clip(step(c), -1.0, 1.0))
        return step(step(c))

    @fused
    def polarisation(self, momentum: Float[Array, "ray 3"], emission: Emission) -> Float[Array, "ray 3"]:
        r"""Of the lepton, in its rest frame (that reached by a pure boost): complete, as is that of every such decay.

        .. math:: |M|^2 \propto V\cdot(p_\ell \pm m_\ell s),\quad V = 2(H\cdot k)H - H^2 k,\quad
            H = f_+(p_K + p_\pi) + f_-(p_K - p_\pi)

        for :math:`\ell^\pm` with spin s and a neutrino of momentum k. V is a null vector, so in the lepton's rest frame
        the rate is proportional to :math:`1 \mp \vec s\cdot\vec n`, with n the direction of V.
        """
        particle = PARTICLES[self.lepton]
        inner = boost(emission.neutrino, jnp.sqrt(dot(emission.neutrino, emission.neutrino)), -momentum, kaon_mass)
        lepton_energy = energy_of(emission.lepton, self._mass)
        lepton = boost(emission.lepton, lepton_energy, -momentum, kaon_mass)
        k = jnp.sqrt(dot(inner, inner))
        both, both_energy = inner + lepton, k + energy_of(lepton, self._mass)
        f = 1 + self.lambda_plus * (both_energy**2 - dot(both, both)) / pion_mass**2
        h, h_time = both * (self._minus - f)[:, None], 2 * f * kaon_mass + (self._minus - f) * both_energy
        along = h_time * k - dot(h, inner)
        v = 2 * along[:, None] * h - (h_time**2 - dot(h, h))[:, None] * inner
        direction = aberrate(unit(v), -momentum, kaon_mass)[0]
        return -particle.charge * aberrate(direction, emission.lepton, self._mass)[0]
