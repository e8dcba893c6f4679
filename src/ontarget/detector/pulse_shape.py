"""Pulse shape: the share of light that comes at once tells nuclear recoils from electrons."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractEnergyScale, NuclearEquivalent
from ontarget.detector.stage import ENERGY, AbstractWeight
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Number, PerEnergy, quantity
from ontarget.ground.program import fused
from ontarget.numerics.quadrature import cell_average


class PulseShapeCut(AbstractWeight):
    r"""What passes a lower limit on the prompt share of the light, by counting statistics alone.

    .. math:: \epsilon(T) = \Phi\big(2\sqrt{n}\,(\arcsin\sqrt{f} - \arcsin\sqrt{c})\big),\quad n = y\,E_{ee}(T)

    For electrons (f about 0.3 in argon) this is the leakage, for nuclear recoils (about 0.7) the efficiency. The
    binomial of n quanta is taken in the variable in which its width is constant, good to a tenth of leakages above
    1e-5; noise, and late light that is missed, make leakages larger.

    Attributes
    ----------
    light_yield : y, quanta per electron-equivalent energy
    prompt : f, mean prompt share of what passes or leaks
    cut : c
    scale : electron-equivalent energy for each value of the axis that the stage stands on

    References
    ----------
    Boulay:2006mb
    """

    kind: ClassVar[str | None] = ENERGY
    instead: ClassVar[str] = "Put it before the light yield."
    light_yield: PerEnergy = quantity()
    prompt: Number = quantity()
    cut: Number = quantity()
    scale: AbstractEnergyScale = NuclearEquivalent()

    def __check_init__(self) -> None:
        check_positive(self, "light_yield")
        for field in ("prompt", "cut"):
            check_range(self, field, 1e-6, 1 - 1e-6)

    @fused
    def kept(self, energy: Float[Array, "*t"]) -> Float[Array, "*t"]:
        """The share kept at each value of the axis."""
        quanta = self.light_yield * jnp.maximum(self.scale.energies(energy), 0.0)
        return ndtr(2 * jnp.sqrt(quanta) * (jnp.arcsin(jnp.sqrt(self.prompt)) - jnp.arcsin(jnp.sqrt(self.cut))))

    @fused
    def weight(self, edges: Float[Array, " edge"]) -> Float[Array, " cell"]:
        return cell_average(self.kept, edges, 4)
