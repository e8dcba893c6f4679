"""The volume of a detector as a source sees it: how far neutrinos fly to its parts."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import Arrays, Length, Noun, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import LENGTH
from ontarget.numerics.quadrature import gauss_legendre

Paths = tuple[Float[Array, " path"], Float[Array, " path"], Float[Array, " path"]]


class AbstractVolume(Noun):
    """The shape of what is sensitive, its middle at a distance from the source and at the source's height."""

    @abstractmethod
    def paths(self, distance: Length) -> Paths:
        """Nodes of path, the width of the cell of each, and the mean of 1/L^2 over the volume by cell: it adds up."""

    def check(self, distance: Length) -> None:
        """Refuse a volume that holds the source."""
        return

    @property
    def content(self) -> Float[Arrays, ""] | float | None:
        """How much it holds; None for a point."""
        return None


class PointVolume(AbstractVolume):
    """All of the detector in its middle: right for fluxes to (size/distance)^2."""

    @fused
    def paths(self, distance: Length) -> Paths:
        return distance[None], jnp.zeros(1), (1 / distance**2)[None]


class UprightCylinder(AbstractVolume):
    r"""A cylinder with a vertical axis, its middle as high as the source.

    .. math:: \frac{dV}{V} = \frac{2\rho\,\phi(\rho)\,d\rho\,dz}{\pi R^2 H},\quad
        \sin\frac{\phi}{2} = \sqrt{\frac{R^2 - (\rho - D)^2}{4\rho D}},\quad L = \sqrt{\rho^2 + z^2}

    over horizontal distances :math:`\rho = D - R\cos\theta` and heights z. Rings are even in :math:`\theta`, where the
    chord is as smooth as a sine (the sum converges exponentially); levels are Gauss-Legendre nodes of half the height.
    A ring is a cell of path, so what oscillates within it is averaged; levels differ by :math:`z^2/2D`, and two of
    them do up to 50 eV2 at 30 MeV in 4.5 m at 15 m.

    Attributes
    ----------
    radius, height : R and H
    rings, levels : cells of horizontal distance and nodes of height
    """

    radius: Length = quantity()
    height: Length = quantity()
    rings: int = static(default=24)
    levels: int = static(default=2)

    def __check_init__(self) -> None:
        check_positive(self, "radius", "height")
        for field, most in (("rings", 512), ("levels", 32)):
            if not 1 <= getattr(self, field) <= most:
                remedy = "Leave it out for the usual number."
                raise InputError(field, str(getattr(self, field)), f"At least 1 and at most {most} are taken.", remedy)

    @property
    def content(self) -> Float[Arrays, ""] | float | None:
        return np.pi * self.radius**2 * self.height

    def check(self, distance: Length) -> None:
        radius, away = concrete(self.radius), concrete(distance)
        if radius is not None and away is not None and radius >= away:
            truth = f"The source stands outside: the radius is below the baseline, {LENGTH.show(away)}."
            raise InputError("volume.radius", LENGTH.show(radius), truth, "Mend either.")

    @fused
    def paths(self, distance: Length) -> Paths:
        step = np.pi / self.rings
        angle = step * (np.arange(self.rings) + 0.5)
        sine = self.radius * np.sin(angle)
        across = distance - self.radius * np.cos(angle)
        chord = 4 * across * jnp.arcsin(sine / jnp.sqrt(4 * across * distance))
        volume = chord * sine * step / (jnp.pi * self.radius**2)
        x, w = gauss_legendre(self.levels)
        up = self.height / 2 * x
        # the middle of a cell lies between its edges, not at the middle of its angle
        middle = (distance - self.radius * np.cos(angle) * np.cos(step / 2))[:, None]
        path = jnp.sqrt(middle**2 + up**2)
        cell = 2 * np.sin(step / 2) * sine[:, None] * middle / path
        share = volume[:, None] * w / (across[:, None] ** 2 + up**2)
        return path.ravel(), cell.ravel(), share.ravel()
