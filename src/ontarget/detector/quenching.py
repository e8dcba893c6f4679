"""Quenching and light yield: what part of a recoil's energy becomes visible. Stages that relabel."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.efficiency import check_table
from ontarget.detector.stage import ENERGY as ENERGY_KIND
from ontarget.detector.stage import QUANTA, AbstractMap
from ontarget.detector.variation import Variation, check_variations, vary
from ontarget.ground.errors import InputError, check_array, check_positive, check_range
from ontarget.ground.noun import Number, PerEnergy, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import ENERGY, keV
from ontarget.numerics.inverse import invert


class AbstractQuenching(AbstractMap):
    """Electron-equivalent energy of a nuclear recoil."""

    kind: ClassVar[str | None] = ENERGY_KIND
    instead: ClassVar[str] = "Put it before the light yield."

    def gives(self, taken: str | None) -> str | None:
        return ENERGY_KIND

    @abstractmethod
    def factor(self, recoil: Float[Array, "*t"]) -> Float[Array, "*t"]:
        """Quenching factor, visible over recoil energy."""

    @fused
    def image(self, value: Float[Array, "*v"]) -> Float[Array, "*v"]:
        return value * self.factor(value)

    @fused
    def pull_back(self, points: Float[Array, " point"], high: Float[Array, ""]) -> Float[Array, " pulled"]:
        return invert(self.image, points, high)


class ConstantQuenching(AbstractQuenching):
    """The same factor at all energies."""

    value: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "value", 0.0, 2.0, open_low=True)

    @fused
    def factor(self, recoil: Float[Array, "*t"]) -> Float[Array, "*t"]:
        return jnp.broadcast_to(self.value, recoil.shape)


class Lindhard(AbstractQuenching):
    r"""Lindhard's model of electronic energy loss.

    .. math::
        Q = \frac{k g}{1 + k g},\quad g = 3\gamma^{0.15} + 0.7\gamma^{0.6} + \gamma,\quad
        \gamma = 11.5\,Z^{-7/3}\,T/\mathrm{keV}

    Valid for ionisation in semiconductors above about 1 keV; too high for scintillation light in liquid argon. `k` is
    0.133 Z^(2/3) A^(-1/2) where not measured (0.157 for natural germanium).

    References
    ----------
    Lindhard:1963-MfM33
    Lewin:1995rx
    """

    k: Number = quantity()
    Z: Number = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "k")
        check_range(self, "Z", 1.0, 120.0)

    @fused
    def factor(self, recoil: Float[Array, "*t"]) -> Float[Array, "*t"]:
        gamma = 11.5 * self.Z ** (-7 / 3) * jnp.maximum(recoil, 1e-12 * keV) / keV
        g = 3 * gamma**0.15 + 0.7 * gamma**0.6 + gamma
        return self.k * g / (1 + self.k * g)


class PolynomialQuenching(AbstractQuenching):
    r"""Quenching factor as a polynomial of the recoil energy in keV.

    .. math:: Q(T) = \sum_k c_k (T/\mathrm{keV})^k

    The visible energy must increase over the energies used. `variations` are of all coefficients together, such as
    the eigen-variations of a fit.
    """

    coefficients: Float[Array, " power"] = quantity()
    variations: tuple[Variation, ...] = ()

    def __check_init__(self) -> None:
        check_array(self, "coefficients")
        check_variations(self.coefficients, self.variations, "coefficients")

    def check_over(self, recoils: Float[np.ndarray, " t"]) -> None:
        """Refuse coefficients with which the visible energy falls, or is below zero, over recoils from zero upwards."""
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(self)):
            return
        ladder = np.append(0.0, np.sort(recoils[recoils > 0]))
        factors = np.polyval(np.asarray(vary(self.coefficients, self.variations))[::-1], ladder / keV)
        falls = np.diff(ladder * factors) < 0
        if falls.any() or (factors[1:] < 0).any():
            place = int(np.argmax(falls)) + 1 if falls.any() else 1
            got = f"a quenching factor of {factors[place]:.4g} at {ENERGY.show(ladder[place])}"
            raise InputError("coefficients", got, "The visible energy must not fall with the recoil.", "Mend them.")

    @fused
    def factor(self, recoil: Float[Array, "*t"]) -> Float[Array, "*t"]:
        return jnp.polyval(vary(self.coefficients, self.variations)[::-1], recoil / keV)


class TabulatedQuenching(AbstractQuenching):
    """Linear between the points of a table, constant outside it. The visible energy must not fall; recoils between
    points where it stays as it is (a cut-off: factors of zero) are all seen at one energy, as below the first point."""

    energies: Annotated[Float[Array, " point"], ENERGY] = quantity()
    factors: Float[Array, " point"] = quantity()

    def __check_init__(self) -> None:
        energies, factors = np.asarray(self.energies), np.asarray(self.factors)
        check_table("energies", energies, "factors", factors)
        if not (np.diff(energies * factors) >= 0).all():
            raise InputError("factors", "a visible energy that falls", "It must not fall with the recoil.", "Mend it.")

    def kinks(self) -> Float[Array, " point"]:
        return self.energies

    @fused
    def factor(self, recoil: Float[Array, "*t"]) -> Float[Array, "*t"]:
        return jnp.interp(recoil, self.energies, self.factors)


class LightYield(AbstractMap):
    """Mean number of quanta (photo-electrons, ionisation electrons) per energy."""

    kind: ClassVar[str | None] = ENERGY_KIND
    instead: ClassVar[str] = "One light yield is enough: leave it out."
    per_energy: PerEnergy = quantity()

    def gives(self, taken: str | None) -> str | None:
        return QUANTA

    def __check_init__(self) -> None:
        check_positive(self, "per_energy")

    @fused
    def image(self, value: Float[Array, "*v"]) -> Float[Array, "*v"]:
        return value * self.per_energy

    @fused
    def pull_back(self, points: Float[Array, " point"], high: Float[Array, ""]) -> Float[Array, " pulled"]:
        return points / self.per_energy
