"""Charged particles that a decay leaves behind, and that decay in their turn."""

from __future__ import annotations

from abc import abstractmethod

from jaxtyping import Array, Float

from ontarget.beam.decays.semileptonic import SemileptonicDecay
from ontarget.beam.decays.two_body import TwoBodyDecay
from ontarget.ground.noun import Noun


class Born(Noun):
    """Daughters at their birth, in the laboratory.

    Attributes
    ----------
    momentum : [ray 3]
    spin : [ray 3] polarisation in the daughter's own rest frame (that reached by a pure boost), zero for mesons
    """

    momentum: Float[Array, "ray 3"]
    spin: Float[Array, "ray 3"]


class AbstractDaughter(Noun):
    """One kind of daughter of one decay mode of a meson, drawn as nature draws it."""

    @property
    @abstractmethod
    def parent(self) -> str:
        """The name of the meson."""

    @property
    @abstractmethod
    def daughter(self) -> str:
        """The name of the daughter."""

    @property
    @abstractmethod
    def number(self) -> Float[Array, ""]:
        """Daughters of this kind per decay of the parent: the branching, times how many one such decay makes."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many uniform numbers a daughter takes."""

    @abstractmethod
    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        """Daughters of parents with these momenta, one for each."""


class LeptonDaughter(AbstractDaughter):
    """The charged lepton of a decay to a neutrino, with its polarisation."""

    decay: TwoBodyDecay | SemileptonicDecay

    @property
    def parent(self) -> str:
        return self.decay.parent

    @property
    def daughter(self) -> str:
        return self.decay.lepton

    @property
    def number(self) -> Float[Array, ""]:
        return self.decay.branching

    @property
    def dimensions(self) -> int:
        return self.decay.dimensions

    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        emission = self.decay.emit(momentum, 0 * momentum, u)
        return Born(emission.lepton, self.decay.polarisation(momentum, emission))
