"""Elastic scattering off electrons to first order in photons."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import spence
from jaxtyping import Array, Float

from ontarget.ground.constants import alpha, electron_mass, fermi_constant, hbar_c
from ontarget.interaction.electron import MASS, ElectronScattering
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.recoil import ORDER, recoil_endpoint
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.quadrature import interval_nodes

Values = Float[Array, "*t"]

NEAREST = 1e-9
"""How near the ends of the spectrum, in units of the energy, their logarithms are asked: they are integrable."""


class PhotonCorrection(AbstractInteraction):
    r"""Photons in neutrino-electron scattering, virtual and real, beside the process it holds.

    .. math::
        \frac{d\sigma}{dT} = \frac{d\sigma^0}{dT} + Z\,\frac{2G_F^2m_e}{\pi}\,\frac\alpha\pi
        \Big[g_L^2 f_- + g_R^2 (1-z)^2 f_+ - g_L g_R \frac{m_e}{E} z f_{+-}\Big],\quad z = T/E

    for neutrinos, with left and right exchanged for antineutrinos. T is the kinetic energy of the electron alone: the
    photon is not seen. It takes 1 % from the total of electron neutrinos of 30 MeV, and up to some per cent at the end
    of the spectrum, where it goes to lower T. The functions hold for T and E - T far above the electron's mass; they
    were read in another code that quotes the reference, and its totals are within 0.3 % of other authors' (a table).

    References
    ----------
    Bahcall:1995mm
    """

    standard: ElectronScattering = ElectronScattering()

    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        limit = recoil_endpoint(MASS, energy)[:, None]
        ends = jnp.minimum(edges, limit)
        recoil, measure = interval_nodes(ends[:, :-1], ends[:, 1:], ORDER)
        left, right = self.standard.couplings.at(jnp.sqrt(2 * electron_mass * recoil))
        minus, plus, mixed = (measure * one for one in photon_functions(recoil, energy[:, None, None]))
        squares, turned, product = (
            (one * other).sum(axis=1) for one, other in ((left, left), (right, right), (left, right))
        )
        rows = [
            first * minus + second * plus - product * mixed for first, second in ((squares, turned), (turned, squares))
        ]
        strength = 2 * fermi_constant**2 * hbar_c**2 * electron_mass / np.pi * alpha / np.pi
        added = nuclide.Z * strength * jnp.concatenate(rows).sum(axis=-1)
        return self.standard.kernel(nuclide, energy, edges) + added

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return recoil_endpoint(MASS, energy)


def photon_functions(
    recoil: Float[Array, "energy truth node"], energy: Float[Array, "energy 1 1"]
) -> tuple[Float[Array, "energy truth node"], Float[Array, "energy truth node"], Float[Array, "energy truth node"]]:
    r""":math:`f_-`, :math:`(1-z)^2 f_+` and :math:`(m_e/E)\,z f_{+-}`, dimensionless.

    References: Bahcall:1995mm, appendix B.
    """
    z = jnp.clip(recoil / energy, NEAREST, 1 - NEAREST)
    total = z * energy + electron_mass
    momentum = jnp.sqrt(z * energy * (z * energy + 2 * electron_mass))
    beta, rest = momentum / total, 1 - z
    log_z, log_rest = jnp.log(z), jnp.log(rest)
    log_end = jnp.log(jnp.maximum(rest - electron_mass / (total + momentum), NEAREST))
    common = jnp.log((total + momentum) / electron_mass) / beta - 1
    shared = 2 * log_end - log_rest - log_z / 2
    minus = (
        common * (shared - 5 / 12)
        + (dilogarithm(z) - dilogarithm(beta)) / 2
        - log_rest**2 / 2
        - (11 / 12 + z / 2) * log_rest
        + z * (log_z + jnp.log(2 * energy / electron_mass) / 2)
        - (31 / 18 + log_z / 12) * beta
        - 11 / 12 * z
        + z**2 / 24
    )
    plus = (
        common * (rest**2 * (shared - 2 / 3) - (z**2 * log_z + rest) / 2)
        - rest**2 / 2 * (log_rest**2 + beta * (dilogarithm(rest) - log_z * log_rest))
        + log_rest * (z**2 / 2 * log_z + rest / 3 * (2 * z - 1 / 2))
        - z**2 / 2 * dilogarithm(rest)
        - z * (1 - 2 * z) / 3 * log_z
        - z * rest / 6
        - beta / 12 * (log_z + rest * (115 - 109 * z) / 6)
    )
    return minus, plus, electron_mass / energy * z * 2 * common * log_end


def dilogarithm(x: Values) -> Values:
    r""":math:`\int_0^x \ln|1-t|/t\,dt`, the dilogarithm with a minus sign; x in [0, 1]."""
    return -spence(1 - x)
