"""A flux with its uncertainty: what it is, and what each of a few standard-normal numbers adds to it."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.beam.yields import AbstractPulls, Pull
from ontarget.ground.effect import Moves, part
from ontarget.ground.errors import InputError
from ontarget.ground.noun import quantity
from ontarget.ground.program import fused
from ontarget.ground.units import PER_AREA
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractSite
from ontarget.source.source import AbstractSource
from ontarget.source.tag import AbstractTag

LOST = 1e-6
"""Eigenmodes that together hold less than this share of the variance are left out of a constrained flux."""

Modes = Annotated[Float[Array, "mode flavour energy path tag"], PER_AREA]
Matrix = Float[np.ndarray, "bin bin"]


class Eigenmodes(AbstractPulls):
    """The pulls of modes of which nothing else is said, such as the eigenmodes of a covariance, the largest first."""

    pulls: tuple[Pull, ...] = part(Moves.PULLS)

    @classmethod
    def of(cls, number: int) -> Eigenmodes:
        """So many, all of them zero: "mode_0", "mode_1" and so on."""
        return cls(tuple(Pull(name=f"mode_{one}") for one in range(number)))


class VariedFlux(AbstractSource):
    r"""What a source sends to one site in the bins of one tag, linear in pulls: valid for this site and tag alone.

    .. math::
        \phi = \phi_0 + \sum_j z_j\,\phi_j,\qquad
        \mathrm{cov}(\phi_a, \phi_b) = \sum_{jk} P_{jk}\,\phi_{ja}\phi_{kb}

    with P the covariance of the pulls, the unit matrix before anything has been measured. Exact for whatever the flux
    is linear in, such as yields of hadrons. With the eigenmodes of what a measurement left uncertain (`constrained`) it
    carries that measurement into any other experiment.

    Attributes
    ----------
    given : the flux with all pulls at zero
    modes : Float[mode flavour energy path tag] [1/area]     what one unit of each pull adds
    yields : the pulls
    """

    given: Flux
    modes: Modes = quantity()
    yields: AbstractPulls

    def __check_init__(self) -> None:
        shape, pulls = jnp.shape(self.modes), len(self.yields.pulls)
        if shape != (pulls, *jnp.shape(self.given.values)):
            truth = f"There are {pulls} pulls, and the flux has the shape {list(jnp.shape(self.given.values))}."
            raise InputError("modes", f"modes of shape {list(shape)}", truth, "Give one such flux for each pull.")
        if shape[1] != len(FLAVOURS):
            truth = f"They are {', '.join(FLAVOURS)}."
            raise InputError("given.values", f"{shape[1]} flavours", truth, "Give all of them, in this order.")

    @fused
    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        bins = jnp.shape(self.modes)[-1] - 1
        if tag.bins != bins:
            truth = f"This flux was made for {bins}, and for one site."
            raise InputError("detector.tag", f"{tag.bins} bins of a tag", truth, "Take the detector of the flux.")
        values = self.given.values + jnp.tensordot(self.yields.values, self.modes, axes=1)
        return dataclasses.replace(self.given, values=values)

    def by_energy(self, flavour: str) -> tuple[Float[np.ndarray, " energy"], Float[np.ndarray, "mode energy"]]:
        """One flavour with all pulls at zero, and what each pull adds; paths and tags summed."""
        mean, modes = self.by_energy_and_tag(flavour)
        tags = np.shape(self.modes)[-1]
        return mean.reshape(-1, tags).sum(axis=1), modes.reshape(len(modes), -1, tags).sum(axis=2)

    def by_energy_and_tag(self, flavour: str) -> tuple[Float[np.ndarray, " bin"], Float[np.ndarray, "mode bin"]]:
        """The same, paths summed, in bins of energy and tag (of radius, for `Radius`); the tag runs fastest."""
        row = FLAVOURS.index(flavour)
        mean = np.asarray(self.given.values)[row].sum(axis=1)
        modes = np.asarray(self.modes)[:, row].sum(axis=2)
        return mean.ravel(), modes.reshape(len(modes), -1)

    def constrained(
        self, mean: Float[np.ndarray, " pull"], covariance: Float[np.ndarray, "pull pull"], lost: float = LOST
    ) -> VariedFlux:
        r"""The flux that a measurement of the pulls has left, with the eigenmodes of its covariance, the largest first.

        Eigenmodes of the covariance of :math:`\phi/\sqrt{\phi_0}`, so that what makes most events counts most.

        Parameters
        ----------
        mean, covariance : of the pulls after the measurement, in their order
        lost : share of the variance that may be left out with the smallest modes
        """
        before, modes = np.asarray(self.given.values), np.asarray(self.modes)
        given = before + np.tensordot(np.asarray(mean), modes, axes=1)
        left = eigenmodes(before.ravel(), modes.reshape(len(modes), -1), covariance, lost)
        flux = dataclasses.replace(self.given, values=jnp.asarray(given))
        return VariedFlux(flux, jnp.asarray(left.reshape(-1, *before.shape)), Eigenmodes.of(len(left)))


def eigenmodes(
    mean: Float[np.ndarray, " bin"],
    modes: Float[np.ndarray, "pull bin"],
    covariance: Float[np.ndarray, "pull pull"],
    lost: float = LOST,
) -> Float[np.ndarray, "mode bin"]:
    r"""What one unit of each eigenmode adds, of the covariance of :math:`\phi/\sqrt{\phi_0}`, the largest first."""
    root = square_root(covariance)
    weight = np.where(mean > 0, 1 / np.sqrt(np.where(mean > 0, mean, 1.0)), 0.0)
    turned, sizes, _ = np.linalg.svd(root @ (modes * weight), full_matrices=False)
    beyond = np.append(np.cumsum((sizes**2)[::-1])[::-1], 0.0)
    kept = max(int(np.argmax(beyond <= lost * beyond[0])), 1)
    return turned[:, :kept].T @ root @ modes


def square_root(covariance: Float[np.ndarray, "pull pull"]) -> Float[np.ndarray, "pull pull"]:
    """The symmetric root of a covariance; rounding below zero is none."""
    values, vectors = np.linalg.eigh(np.asarray(covariance))
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def covariance_of(modes: Float[np.ndarray, "mode bin"], pulls: Float[np.ndarray, "mode mode"] | None = None) -> Matrix:
    """The covariance of bins from what each pull adds to them, for a covariance of the pulls, or before any."""
    return modes.T @ modes if pulls is None else modes.T @ np.asarray(pulls) @ modes
