"""Neutrino spectra of pions and muons that decay at rest (or nearly), as quadrature nodes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Energy, Noun, Number, as_array, namespace, quantity, static
from ontarget.ground.program import fused
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.quadrature import gauss_legendre

Energies = Float[Array, "*e"] | Float[np.ndarray, "*e"] | float

LINE = (pion_mass**2 - muon_mass**2) / (2 * pion_mass)
"""Energy of the muon neutrino from a pion at rest, massless neutrino: 29.79 MeV."""

ENDPOINT = muon_mass / 2
"""Highest neutrino energy from a muon at rest, massless electron: 52.83 MeV (1.2 keV more than with its mass)."""


def michel_nue(energy: Energies) -> Energies:
    r"""Spectrum of electron neutrinos from unpolarised muons at rest, unit area, 1/energy.

    .. math:: f(E) = \frac{192}{m_\mu} x^2 (\tfrac12 - x),\quad x = E/m_\mu \le \tfrac12

    Electron mass and radiative corrections neglected (shape changes below 1e-3 but for the last keV).

    References
    ----------
    Michel:1949qe
    """
    x = energy / muon_mass
    return 192 / muon_mass * x**2 * (0.5 - x)


def michel_numubar(energy: Energies) -> Energies:
    r"""Spectrum of muon antineutrinos from unpolarised muons at rest, unit area, 1/energy.

    .. math:: f(E) = \frac{64}{m_\mu} x^2 (\tfrac34 - x),\quad x = E/m_\mu \le \tfrac12

    References
    ----------
    Michel:1949qe
    """
    x = energy / muon_mass
    return 64 / muon_mass * x**2 * (0.75 - x)


class Spectrum(Noun):
    """Neutrinos per pion decay at quadrature nodes, split by the clock they follow.

    Attributes
    ----------
    energy : [energy] nodes
    prompt : [flavour energy] born with the pion's lifetime after the proton
    delayed : [flavour energy] born with the muon's lifetime after that
    cell : [energy] widths that the nodes stand for, zero for a line
    """

    energy: Float[Array, " energy"]
    prompt: Float[Array, "flavour energy"]
    delayed: Float[Array, "flavour energy"]
    cell: Float[Array, " energy"]


def place(rows: Mapping[str, Float[Array, " energy"] | np.ndarray], size: int) -> Float[Array, "flavour energy"]:
    """A [flavour energy] array from the rows of a few flavours; the others are zero."""
    every = [rows.get(flavour, np.zeros(size)) for flavour in FLAVOURS]
    return as_array(namespace(*every).stack(every))


def muon_nodes(order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Energies, integrated weights of `michel_nue` and `michel_numubar`, and widths, of Gauss-Legendre nodes."""
    x, w = gauss_legendre(order)
    energy, width = x * ENDPOINT, w * ENDPOINT
    return energy, width * michel_nue(energy), width * michel_numubar(energy), width


def decay_at_rest(order: int) -> Spectrum:
    r"""The chain :math:`\pi^+ \to \mu^+ \nu_\mu`, :math:`\mu^+ \to e^+ \nu_e \bar\nu_\mu` at rest.

    A line and two Michel shapes on `order` Gauss-Legendre nodes: 256 keep every recoil bin that holds 0.1 % of the
    counts within 1e-4, and totals above a sharp threshold within 1e-7.
    """
    energy, nue, numubar, width = muon_nodes(order)
    line = np.zeros(order + 1)
    line[-1] = 1.0
    nodes = as_array(np.append(energy, LINE))
    delayed = place({"nu_e": np.append(nue, 0.0), "nubar_mu": np.append(numubar, 0.0)}, order + 1)
    return Spectrum(nodes, place({"nu_mu": line}, order + 1), delayed, as_array(np.append(width, 0.0)))


class AbstractContamination(Noun):
    """A small extra component of a stopped-pion source."""

    @abstractmethod
    def spectrum(self, order: int) -> Spectrum:
        """Its neutrinos, per stopped pion of the main chain."""


class NegativeMuonDecay(AbstractContamination):
    r"""Negative muons that decay at rest: :math:`\mu^- \to e^- \bar\nu_e \nu_\mu`, `ratio` of them per stopped pion.

    Few, since negative pions are captured. Free decay; the shorter lifetime in a nucleus' orbit is neglected.

    References
    ----------
    COHERENT:2021yvp
    """

    ratio: Number = quantity()
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "ratio", 0.0, 1.0)

    @fused
    def spectrum(self, order: int) -> Spectrum:
        energy, nue, numubar, width = muon_nodes(order)
        delayed = place({"nubar_e": self.ratio * nue, "nu_mu": self.ratio * numubar}, order)
        return Spectrum(jnp.asarray(energy), jnp.zeros_like(delayed), delayed, jnp.asarray(width))


class PionDecayInFlight(AbstractContamination):
    r"""Pions that decay before they stop, `ratio` of them per stopped pion, at one kinetic energy.

    Their muon neutrinos are flat in energy between :math:`\gamma(1 \mp \beta)E_0`, with E_0 the line's energy:
    exact for isotropic pions, a mean over angles otherwise. Their muons stop and are part of the main chain.

    References
    ----------
    COHERENT:2021yvp
    """

    ratio: Number = quantity()
    kinetic_energy: Energy = quantity()
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "ratio", 0.0, 1.0)
        check_range(self, "kinetic_energy", 0.0, open_low=True)

    @fused
    def spectrum(self, order: int) -> Spectrum:
        x, w = gauss_legendre(32)
        gamma = 1 + self.kinetic_energy / pion_mass
        spread = jnp.sqrt(gamma**2 - 1)
        energy = LINE * (gamma - spread + 2 * spread * x)
        prompt = place({"nu_mu": self.ratio * w}, len(w))
        return Spectrum(energy, prompt, jnp.zeros_like(prompt), 2 * LINE * spread * w)
