"""Rms radii of the densities of protons and neutrons in a nucleus, nuclide by nuclide."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground import shorthand
from ontarget.ground.errors import check_finite, check_positive
from ontarget.ground.noun import Femto, Noun, quantity, static
from ontarget.ground.units import fm
from ontarget.matter.nuclide import Nuclides, isotope

Radii = Float[Array, "..."]


class AbstractRadii(Noun):
    """An rms radius for each nuclide, the size of the nucleons included."""

    @abstractmethod
    def rms(self, nuclide: Nuclides) -> Radii:
        """Rms radii of these nuclides, lengths."""


class MeasuredRadii(AbstractRadii):
    """Measured radii of the charge, from electron scattering, muonic atoms and isotope shifts: those of the protons.

    References
    ----------
    Angeli:2013epw
    """

    def rms(self, nuclide: Nuclides) -> Radii:
        return nuclide.charge_radius


class NeutronRadii(AbstractRadii):
    r"""Measured radii of the charge plus a neutron skin that grows with the excess of neutrons.

    .. math:: R_n = R_\mathrm{ch} + a + b\,\frac{N-Z}{A}

    The default skin is the trend of antiprotonic atoms, (-0.04 +- 0.03) fm + (1.01 +- 0.15) fm (N-Z)/A, as later papers
    quote it (unverified in the paper itself): 0.06 fm for argon, 0.13 fm for caesium, 0.17 fm for lead. It is a trend,
    not a measurement of each nuclide; models scatter by 0.1 fm about it, 2 % of the radius of a heavy nucleus. The size
    of the nucleon is taken to be that of the charge for neutrons too.

    Attributes
    ----------
    skin : Float[""] [length]            a, the same for all nuclides; the number that a study of skins frees
    skin_per_excess : Float[""] [length]  b

    References
    ----------
    Angeli:2013epw
    Trzcinska:2001sy
    """

    skin: Femto = quantity(default=-0.04 * fm)
    skin_per_excess: Femto = quantity(default=1.01 * fm)

    def __check_init__(self) -> None:
        check_finite(self)

    def rms(self, nuclide: Nuclides) -> Radii:
        excess = (nuclide.N - nuclide.Z) / nuclide.A
        return nuclide.charge_radius + self.skin + self.skin_per_excess * excess


class NuclideRadius(Noun):
    """The rms radius of one nuclide; its name is the nuclide's, such as "Cs133"."""

    radius: Femto = quantity()
    name: str = static()

    def __check_init__(self) -> None:
        isotope(self.name)
        check_positive(self, "radius")

    @classmethod
    def read(cls, given: str) -> dict[str, Any]:
        """What the shorthand of a catalog stands for: "5.10 fm" is the radius."""
        return shorthand.radius(given)


class RadiusTable(AbstractRadii):
    """Radii given nuclide by nuclide.

    In a file ``{type: RadiusTable, nuclides: {Cs133: 5.10 fm}, others: {type: NeutronRadii}}``.

    Attributes
    ----------
    nuclides : radii by the nuclide's name; each is a number that a study can free
    others : of the nuclides that are not named
    """

    nuclides: tuple[NuclideRadius, ...]
    others: AbstractRadii

    def rms(self, nuclide: Nuclides) -> Radii:
        radius = self.others.rms(nuclide)
        for one in self.nuclides:
            row = isotope(one.name)
            radius = jnp.where((nuclide.Z == row.Z) & (nuclide.N == row.N), one.radius, radius)
        return radius
