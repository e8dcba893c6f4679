"""Beta decays in the target itself, such as those of argon-39."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground, AbstractEnergyScale, NuclearEquivalent, open_time
from ontarget.detector.stage import ENERGY, AbstractWeight
from ontarget.ground.constants import electron_mass
from ontarget.ground.errors import check_range, check_whole
from ontarget.ground.noun import Energy, Mass, Noun, Number, RatePerMass, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import MeV, eV
from ontarget.interaction.charged.coulomb import FermiFunction
from ontarget.numerics.quadrature import interval_nodes
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag

NODES = 6
"""In each bin; spectra are smooth on the scale of a bin (errors below 1e-8 for bins of 20 keV)."""
WHOLE = 64
"""Over the whole spectrum; errors below 1e-6."""
HARDEST = 100 * MeV
"""No nucleus decays with more."""
SLOWEST = 1 * eV
"""Slower electrons are given this energy in the shape: their Coulomb factor is a product of what overflows."""


class AbstractBetaSpectrum(Noun):
    """The kinetic energy of the electrons of a beta decay."""

    @abstractmethod
    def density(self, energy: Float[Array, "*t"]) -> Float[Array, "*t"]:
        """Electrons per energy, in any normalisation; zero above the end point."""

    @property
    @abstractmethod
    def end(self) -> Energy:
        """The highest energy."""

    @fused
    def shares(self, edges: Float[Array, " edge"]) -> Float[Array, " bin"]:
        """Share of the decays with an energy in each bin; they add to one over the whole spectrum."""
        inside = jnp.clip(edges, 0.0, self.end)
        t, dt = interval_nodes(inside[:-1], inside[1:], NODES)
        every, width = interval_nodes(0 * self.end, self.end, WHOLE)
        return (self.density(t) * dt).sum(axis=-1) / (self.density(every) * width).sum()


class UniqueFirstForbidden(AbstractBetaSpectrum):
    r"""A unique first-forbidden transition, spin changed by two and parity changed.

    .. math:: \frac{dN}{dT} \propto p\,W\,q^2\,F(Z, W)\,(p^2 + q^2)

    with :math:`q = Q - T` and the `FermiFunction` F; the size of the nucleus drops out of the shape. Screening, the
    ratio of the Coulomb functions of p and s waves (taken as one) and the nucleus' finite size change it by per cents
    for Z near 20. Argon-39: Q = 565 keV, Z = 19.

    Attributes
    ----------
    endpoint : Q
    Z : of the daughter

    References
    ----------
    Konopinski:1941zz
    Kostensalo:2017-arXiv1705.05726
    """

    endpoint: Energy = quantity()
    Z: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "endpoint", 0.0, HARDEST, open_low=True)
        check_range(self, "Z", 1.0, 120.0)
        check_whole(self, "Z", 1)

    @property
    def end(self) -> Energy:
        return self.endpoint

    @fused
    def density(self, energy: Float[Array, "*t"]) -> Float[Array, "*t"]:
        W = 1 + jnp.maximum(energy, SLOWEST) / electron_mass
        p = jnp.sqrt(W**2 - 1)
        q = jnp.maximum(self.endpoint - energy, 0.0) / electron_mass
        coulomb = FermiFunction().factor(W * electron_mass, self.Z, jnp.ones(()))
        return p * W * q**2 * coulomb * (p**2 + q**2)


class BetaDecays(AbstractBackground):
    r"""Beta decays of an activity of the target, at all times alike.

    .. math:: b_{ko} = a\,M\,t_k \int_o \epsilon(x)\,\frac{dN}{dT}\,dT(x)

    Only of electrons: the seen axis stands for their energy through `scale`. Spectra are smooth, so that the
    resolution is left out. Two decays in one window are the business of a reconstruction, not of counting.

    Attributes
    ----------
    activity : a, decays per mass and time
    spectrum : dN/dT
    scale : the electron's energy for each value of the seen axis
    efficiency : :math:`\epsilon`, what is kept of electrons along the seen axis, such as by their pulse shape
    duty : share of the time with beam; where it is not given, repetition times window

    References
    ----------
    Benetti:2006az
    """

    activity: RatePerMass = quantity()
    spectrum: AbstractBetaSpectrum
    scale: AbstractEnergyScale = NuclearEquivalent()
    efficiency: tuple[AbstractWeight, ...] = ()
    duty: Number | None = quantity(default=None)

    def __check_init__(self) -> None:
        check_range(self, "activity", 0.0)
        check_range(self, "duty", 0.0, 1.0, open_low=True)

    def along_seen(self) -> str | None:
        return ENERGY

    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        kept = self.spectrum.shares(self.scale.energies(seen))
        for stage in self.efficiency:
            kept = kept * stage.weight(seen)
        return self.activity * mass * open_time(self.duty, running, tag)[:, None] * kept
