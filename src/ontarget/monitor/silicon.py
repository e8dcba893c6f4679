"""What particles do to silicon: dose, and displacement damage as 1 MeV neutrons do it."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.program import fused
from ontarget.ground.units import GeV, MeV, cm, g
from ontarget.matter.particle import PARTICLES

MINIMUM = 1.664 * MeV * cm**2 / g
"""Energy loss at minimum ionisation; ParticleDataGroup:2024cfk, atomic and nuclear properties of silicon."""

KINETIC = np.array([0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
PION = np.array([0.555, 0.524, 0.478, 0.462, 0.450, 0.435, 0.421, 0.406, 0.393, 0.379])
"""Displacement damage of pions by kinetic energy in GeV, over that of 1 MeV neutrons (95 MeV mb): Huhtinen:1993np,
as compiled by Vasilescu and Lindström; read off at ten energies."""

MUON = 0.08
"""The same of electrons of 200 MeV in the same compilation, for muons: both scatter off the charge of the
nucleus only, and at the speed of light alike."""


def dose(fluence: float | Float[Array, "*cell"]) -> Float[Array, "*cell"]:
    """Energy per mass from a fluence of particles at minimum ionisation.

    Relativistic rise, delta rays that leave, and what nuclear interactions leave behind are not in it.

    References
    ----------
    ParticleDataGroup:2024cfk
    """
    return jnp.asarray(fluence) * MINIMUM


@fused
def hardness(particle: str, momentum: Float[Array, " ray"]) -> Float[Array, " ray"]:
    """Displacement damage of a particle over that of a neutron of 1 MeV.

    Linear between tabulated energies of pions, constant beyond 0.5 and 9 GeV; kaons count as pions of their kinetic
    energy. The tables rest on a simulation of nuclear interactions; others, and measurements, lie up to 30 % from it.

    References
    ----------
    Huhtinen:1993np
    Vasilescu:2000-SiDamage
    """
    if particle.startswith(("mu", "e")):
        return jnp.full_like(momentum, MUON)
    mass = PARTICLES[particle].mass
    return jnp.interp(jnp.sqrt(momentum**2 + mass**2) - mass, KINETIC * GeV, PION)
