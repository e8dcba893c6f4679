"""Charged particles that a decay leaves behind, and that decay in their turn."""

from __future__ import annotations

from abc import abstractmethod

import equinox as eqx
from jaxtyping import Array, Float

from ontarget.beam.semileptonic import SemileptonicDecay
from ontarget.beam.two_body import TwoBodyDecay
from ontarget.ground.noun import Noun, Number


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
    """One kind of daughter of one decay mode of a meson, drawn as nature draws it.

    Attributes
    ----------
    branching : of the mode
    parent, daughter : their names
    multiplicity : daughters of this kind per decay in this mode; each is drawn like the others
    """

    branching: eqx.AbstractVar[Number]
    parent: eqx.AbstractVar[str]
    daughter: eqx.AbstractVar[str]
    multiplicity: eqx.AbstractVar[int]

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many uniform numbers a daughter takes."""

    @abstractmethod
    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        """Daughters of parents with these momenta."""


class LeptonDaughter(AbstractDaughter):
    """The charged lepton of a decay to a neutrino, with its polarisation."""

    decay: TwoBodyDecay | SemileptonicDecay

    @property
    def branching(self) -> Number:
        return self.decay.branching

    @property
    def parent(self) -> str:
        return self.decay.parent

    @property
    def daughter(self) -> str:
        return self.decay.lepton

    @property
    def multiplicity(self) -> int:
        return 1

    @property
    def dimensions(self) -> int:
        return self.decay.dimensions

    def emit(self, momentum: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]) -> Born:
        emission = self.decay.emit(momentum, 0 * momentum, u)
        return Born(emission.lepton, self.decay.polarisation(momentum, emission))
