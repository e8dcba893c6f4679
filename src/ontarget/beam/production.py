"""The contract of hadron production: mesons per proton that interacts."""

from __future__ import annotations

from abc import abstractmethod

from jaxtyping import Array, Float

from ontarget.ground.noun import Noun


class AbstractProduction(Noun):
    """What comes out of one inelastic collision of a beam proton with a target nucleus."""

    @abstractmethod
    def density(
        self, particle: str, proton: Float[Array, ""], momentum: Float[Array, "*ray"], angle: Float[Array, "*ray"]
    ) -> Float[Array, "*ray"]:
        r"""Particles per interacting proton, momentum and solid angle, :math:`d^2N/dp\,d\Omega` (1/energy/sr).

        Parameters
        ----------
        particle : "pi+", "pi-", "K+", "K-"
        proton : momentum of the protons
        momentum, angle : of the particle, in the laboratory
        """
