r"""Polarised muons that decay in flight.

For positive muons :math:`|M|^2 \propto (p_\mu + m_\mu s)\cdot k_{\nu_e}\; p_e\cdot k_{\bar\nu_\mu}`. So the spin goes
with the electron neutrino alone, and electron and muon antineutrino are isotropic in their own frame. For negative
muons the spin has the opposite sign.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.decays.decay import AbstractDecay, Emission
from ontarget.beam.decays.kinematics import aberrate, around, boost, dot, energy_of, materialise, slanted_cosine, unit
from ontarget.ground.constants import electron_mass, muon_mass
from ontarget.ground.errors import check_range
from ontarget.matter.particle import PARTICLES
from ontarget.numerics.quantile import tabulate_quantiles

ENDPOINT = (muon_mass**2 - electron_mass**2) / (2 * muon_mass)
"""Highest energy of either neutrino from a muon at rest."""


def electron_neutrino_spectrum(energy: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
    r"""Density of the electron neutrino's energy in the muon's rest frame, of no particular norm.

    .. math:: k^2\,(Q^2 - m_e^2)^2/Q^2,\quad Q^2 = m_\mu^2 - 2 m_\mu k

    With a massless electron that is :math:`12x^2(1-x)`, :math:`x = 2k/m_\mu`.

    References
    ----------
    Michel:1949qe
    """
    square = muon_mass * (muon_mass - 2 * energy)
    return energy**2 * (2 * muon_mass * (ENDPOINT - energy)) ** 2 / square


def plane_of_decay(u: Float[Array, "ray 2"]) -> tuple[Array, Array, Array]:
    """A decay in the muon's rest frame: energy of nu_e; the electron's momentum along its direction, and across it."""
    k = materialise(tabulate_quantiles(electron_neutrino_spectrum, 0.0, ENDPOINT)(u[:, 0]))
    square = muon_mass * (muon_mass - 2 * k)
    mass = jnp.sqrt(square)
    q, energy = muon_mass * (ENDPOINT - k) / mass, (square + electron_mass**2) / (2 * mass)
    c = 2 * u[:, 1] - 1
    return k, -((muon_mass - k) * q * c + k * energy) / mass, q * jnp.sqrt((1 - c) * (1 + c))


def decay_at_rest(
    spin: Float[Array, "ray 3"], u: Float[Array, "ray 5"]
) -> tuple[Float[Array, "ray 3"], Float[Array, "ray 3"]]:
    r"""Momenta of nu_e and electron in the rest frame of a positive muon with this spin.

    The density of the neutrino's direction is :math:`(1 - \vec s\cdot\vec n)/4\pi`.
    """
    axis = unit(spin)
    cosine = slanted_cosine(u[:, 0], -dot(axis, spin))
    direction = around(axis, cosine, jnp.sqrt(jnp.maximum((1 - cosine) * (1 + cosine), 1e-300)), u[:, 1])
    k, along, across = plane_of_decay(u[:, 2:4])
    return direction * k[:, None], around(direction, along, across, u[:, 4])


def launch(momentum: Array, direction: Array, energy: Array, electron: Array, weight: Array) -> Emission:
    """The emission of a muon, from the neutrino's direction and energy in the laboratory and the electron at rest."""
    lepton = boost(electron, energy_of(electron, electron_mass), momentum, muon_mass)
    return Emission(direction * energy[:, None], lepton, weight)


def launch_drawn(momentum: Array, neutrino: Array, electron: Array) -> Emission:
    """The emission of a muon, from momenta of neutrino and electron in its rest frame."""
    k = jnp.sqrt(dot(neutrino, neutrino))
    direction, ratio = aberrate(neutrino / k[:, None], -momentum, muon_mass)
    return launch(momentum, direction, k / ratio, electron, jnp.ones_like(k))


class MuonToElectronNeutrino(AbstractDecay):
    r"""The electron neutrino of a polarised muon (of a negative one, the antineutrino), with the electron.

    .. math:: \frac{dN}{dx\,d\Omega^*} = \frac{12}{4\pi}\,x^2(1-x)\,(1 \mp \vec s\cdot\vec n),\quad x = 2E^*/m_\mu

    for :math:`\mu^\pm`, here with the electron's mass and the exact configuration of three bodies. `spin` is the
    polarisation vector in the rest frame reached by a pure boost. For positive muons of two-body decays it is the
    direction of the parent meson there, for negative ones the opposite; so both have 1 - cos, with the angle between
    neutrino and meson. Radiation is left out. Where directions are drawn, there is no derivative at a spin of zero.

    References
    ----------
    Michel:1949qe
    """

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)

    @property
    def dimensions(self) -> int:
        return 5

    def emit(
        self, momentum: Float[Array, "ray 3"], spin: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
    ) -> Emission:
        return launch_drawn(momentum, *decay_at_rest(PARTICLES[self.parent].charge * spin, u))

    def emit_towards(
        self,
        momentum: Float[Array, "ray 3"],
        spin: Float[Array, "ray 3"],
        direction: Float[Array, "ray 3"],
        u: Float[Array, "ray dimension"],
    ) -> Emission:
        inner, ratio = aberrate(direction, momentum, muon_mass)
        k, along, across = plane_of_decay(u[:, 2:4])
        slant = 1 - PARTICLES[self.parent].charge * dot(spin, inner)
        weight = ratio**2 * slant / (4 * math.pi)
        return launch(momentum, direction, k * ratio, around(inner, along, across, u[:, 4]), weight)


class MuonToMuonNeutrino(AbstractDecay):
    r"""The muon antineutrino of a polarised muon (of a negative one, the neutrino), with the electron.

    .. math:: \frac{dN}{dx\,d\Omega^*} = \frac{2}{4\pi}\,x^2\,[(3-2x) \mp (1-2x)\,\vec s\cdot\vec n]

    for :math:`\mu^\pm`, here with the electron's mass. The same decays as in `MuonToElectronNeutrino`: equal numbers
    give the other neutrino of the same decay. A forced one is turned as a whole, and its weight has the factor
    :math:`1 \mp \vec s\cdot\vec n` of the electron neutrino, whose mean is the bracket over 3 - 2x: so the electron
    is right, too.

    References
    ----------
    Michel:1949qe
    """

    def __check_init__(self) -> None:
        check_range(self, "branching", 0.0, 1.0)

    @property
    def dimensions(self) -> int:
        return 5

    def emit(
        self, momentum: Float[Array, "ray 3"], spin: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
    ) -> Emission:
        other, electron = decay_at_rest(PARTICLES[self.parent].charge * spin, u)
        return launch_drawn(momentum, -other - electron, electron)

    def emit_towards(
        self,
        momentum: Float[Array, "ray 3"],
        spin: Float[Array, "ray 3"],
        direction: Float[Array, "ray 3"],
        u: Float[Array, "ray dimension"],
    ) -> Emission:
        inner, ratio = aberrate(direction, momentum, muon_mass)
        k, along, across = plane_of_decay(u[:, 2:4])
        energy = jnp.sqrt((k + along) ** 2 + across**2)
        cosine, sine = -(k + along) / energy, -across / energy
        electron = around(inner, along * cosine + across * sine, across * cosine - along * sine, u[:, 4])
        other = around(inner, cosine, -sine, u[:, 4])
        slant = 1 - PARTICLES[self.parent].charge * dot(spin, other)
        return launch(momentum, direction, energy * ratio, electron, ratio**2 * slant / (4 * math.pi))
