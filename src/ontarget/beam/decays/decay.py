"""The contract of every decay that makes a neutrino."""

from __future__ import annotations

from abc import abstractmethod

from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, Number, quantity, static


class Emission(Noun):
    """What a decay sends out, in the laboratory.

    Attributes
    ----------
    neutrino, lepton : [ray 3] momenta
    weight : [ray] one where the decay was drawn as nature draws it; the density per solid angle of the neutrino's
        direction (1/sr, integral one over the sphere) where that direction was given
    """

    neutrino: Float[Array, "ray 3"]
    lepton: Float[Array, "ray 3"]
    weight: Float[Array, " ray"]


class AbstractDecay(Noun):
    """One decay mode of one particle, drawn in two ways from numbers uniform in [0, 1[.

    Both are exact and smooth in the momentum; `emit_towards` has no singular weight, since it draws what is left of the
    decay in the rest frame and turns the neutrino into the wanted direction. The first two numbers of a ray are those
    of the neutrino's direction, which `emit_towards` does not need. No weight contains the branching.

    Attributes
    ----------
    branching : neutrinos of this kind per decay of the parent
    parent, neutrino, lepton : their names
    name : of the mode
    """

    branching: Number = quantity()
    parent: str = static()
    neutrino: str = static()
    lepton: str = static()
    name: str = static(default="", kw_only=True)

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many uniform numbers a decay takes."""

    @abstractmethod
    def emit(
        self, momentum: Float[Array, "ray 3"], spin: Float[Array, "ray 3"], u: Float[Array, "ray dimension"]
    ) -> Emission:
        """Analogue: directions as nature draws them."""

    @abstractmethod
    def emit_towards(
        self,
        momentum: Float[Array, "ray 3"],
        spin: Float[Array, "ray 3"],
        direction: Float[Array, "ray 3"],
        u: Float[Array, "ray dimension"],
    ) -> Emission:
        """Forced: the neutrino flies along the unit vector `direction` in the laboratory."""
