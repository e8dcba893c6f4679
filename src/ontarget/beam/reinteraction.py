"""What becomes of a proton after its first collision in a target."""

from __future__ import annotations

import math
from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.ground.program import fused


class AbstractReinteraction(Noun):
    """Where in matter the collisions of a nucleon and of what leads on after them happen."""

    @abstractmethod
    def collisions(
        self, proton: Float[Array, ""], depth: Float[Array, "*ray"]
    ) -> tuple[tuple[Float[Array, ""], Float[Array, "*ray"]], ...]:
        """For each generation, the momentum before the collision and the collisions per interaction length at `depth`.

        Parameters
        ----------
        proton : momentum with which the proton enters
        depth : in interaction lengths
        """


class NoReinteraction(AbstractReinteraction):
    r"""Primary protons only: :math:`e^{-t}` collisions per interaction length at depth t."""

    def collisions(
        self, proton: Float[Array, ""], depth: Float[Array, "*ray"]
    ) -> tuple[tuple[Float[Array, ""], Float[Array, "*ray"]], ...]:
        return ((proton, jnp.exp(-depth)),)


class LeadingNucleon(AbstractReinteraction):
    r"""A nucleon keeps a fixed share of its momentum in each collision, and collides again like a proton.

    .. math:: p_g = p_0 (1-k)^g, \qquad \frac{dn_g}{dt} = \frac{t^g}{g!}\,e^{-t}, \quad g = 0 \ldots G

    The chain is a Poisson process: one collision per interaction length over all generations. Straight ahead, with the
    same cross-section at all momenta; that a third of the leading baryons are neutrons (which swap pi+ and pi-), the
    spread of k, and collisions of secondary mesons are left out.

    A mean inelasticity of 0.5 is that of cosmic rays and of the ISR for protons on protons. Sibyll 2.3d has 0.60 for
    p + C at 400 GeV/c, with which 70 cm of graphite give 1.53 times the pi+ of 8 GeV/c of the first collision, and not
    1.65. On the other hand BMPT below its data makes fewer pions than Sibyll, by 7 % at 200 GeV/c and by 20 % at 100.
    So what re-interactions add is known to about 20 % of it.

    Attributes
    ----------
    inelasticity : k, share of the momentum that a collision takes
    generations : G, how many collisions after the first are followed (those left out matter from two interaction
        lengths on: 0.5 % of the pions of 8 GeV/c behind 1 m of graphite for G = 3)

    References
    ----------
    Bellandi:1999-hepph9905402
    Riehn:2019jet
    """

    inelasticity: Number = quantity(default=0.5)
    generations: int = static(default=3)

    def __check_init__(self) -> None:
        check_range(self, "inelasticity", 0.0, 1.0)
        if self.generations < 1:
            raise InputError(
                "generations",
                str(self.generations),
                "A chain has at least one collision after the first.",
                "Take NoReinteraction for none.",
            )

    @fused
    def collisions(
        self, proton: Float[Array, ""], depth: Float[Array, "*ray"]
    ) -> tuple[tuple[Float[Array, ""], Float[Array, "*ray"]], ...]:
        return tuple(
            (proton * (1 - self.inelasticity) ** one, depth**one / math.factorial(one) * jnp.exp(-depth))
            for one in range(self.generations + 1)
        )
