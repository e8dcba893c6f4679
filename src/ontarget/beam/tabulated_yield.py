"""Hadron production from a user's table: a FLUKA or Geant4 histogram in momentum and angle."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.beam.production import AbstractProduction
from ontarget.ground.errors import InputError, check_positive, concrete, did_you_mean
from ontarget.ground.noun import BeamMomentum, Noun, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import ANGLE, MOMENTUM, PER_MOMENTUM
from ontarget.matter.particle import PARTICLES

SAME = 1e-6  # relative difference of proton momenta that are one and the same, written in other digits


class AbstractMesonTable(Noun):
    """A histogram of one particle, per interacting proton.

    Linear in momentum and in angle between the middles of the bins (so that it has derivatives), constant from the
    outermost middles to the edges, zero outside. The mean over a bin is that of the table where the table is linear;
    where it is curved they differ by an eighth of the second difference of neighbouring bins: take fine bins.
    """

    name: str
    momenta: Float[Array, " momentum_edge"]
    angles: Float[Array, " angle_edge"]

    @property
    @abstractmethod
    def densities(self) -> Float[Array, "momentum angle"]:
        """Particles per interacting proton, momentum and solid angle, in each bin."""

    @fused
    def density(self, momentum: Float[Array, "*ray"], angle: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        """Particles per interacting proton, momentum and solid angle."""
        values = self.densities
        i, k, u = neighbours(self.momenta, momentum)
        j, n, v = neighbours(self.angles, angle)
        found = (1 - u) * ((1 - v) * values[i, j] + v * values[i, n]) + u * ((1 - v) * values[k, j] + v * values[k, n])
        inside = (momentum >= self.momenta[0]) & (momentum <= self.momenta[-1])
        return jnp.where(inside & (angle >= self.angles[0]) & (angle <= self.angles[-1]), found, 0.0)


def neighbours(
    edges: Float[Array, " edge"], x: Float[Array, "*ray"]
) -> tuple[Int[Array, "*ray"], Int[Array, "*ray"], Float[Array, "*ray"]]:
    """The bins whose middles lie on either side of `x`, and the share of the upper one."""
    middles = (edges[1:] + edges[:-1]) / 2
    last = len(middles) - 1
    low = jnp.clip(jnp.searchsorted(middles, x) - 1, 0, max(last - 1, 0))
    high = jnp.minimum(low + 1, last)
    step = jnp.where(high > low, middles[high] - middles[low], 1.0)
    return low, high, jnp.clip((x - middles[low]) / step, 0.0, 1.0)


class DensityTable(AbstractMesonTable):
    r"""A table of :math:`d^2N/dp\,d\Omega`, per interacting proton.

    Attributes
    ----------
    name : "pi+", "pi-", "K+", "K-"
    momenta, angles : edges of the bins, going up
    yields : [momentum angle], 1/momentum/sr
    """

    name: str = static()
    momenta: Annotated[Float[Array, " momentum_edge"], MOMENTUM] = quantity()
    angles: Annotated[Float[Array, " angle_edge"], ANGLE] = quantity()
    yields: Annotated[Float[Array, "momentum angle"], PER_MOMENTUM] = quantity()

    def __check_init__(self) -> None:
        check_histogram(self, "yields")

    @property
    def densities(self) -> Float[Array, "momentum angle"]:
        return self.yields


class CountTable(AbstractMesonTable):
    r"""A table of particles counted in bins, per interacting proton.

    Divided by the width in momentum and by the solid angle :math:`2\pi(\cos\theta_1 - \cos\theta_2)` of each bin.

    Attributes
    ----------
    name : "pi+", "pi-", "K+", "K-"
    momenta, angles : edges of the bins, going up
    counts : [momentum angle], particles in the bin per interacting proton
    """

    name: str = static()
    momenta: Annotated[Float[Array, " momentum_edge"], MOMENTUM] = quantity()
    angles: Annotated[Float[Array, " angle_edge"], ANGLE] = quantity()
    counts: Float[Array, "momentum angle"] = quantity()

    def __check_init__(self) -> None:
        check_histogram(self, "counts")

    @property
    @fused
    def densities(self) -> Float[Array, "momentum angle"]:
        low, high = self.angles[:-1], self.angles[1:]
        solid = 4 * jnp.pi * jnp.sin((low + high) / 2) * jnp.sin((high - low) / 2)  # no difference of cosines near one
        return self.counts / (jnp.diff(self.momenta)[:, None] * solid)


class TabulatedYield(AbstractProduction):
    """What a user's simulation of one collision says, a table for each particle.

    A table holds at the momentum of the protons with which it was made. Asked for another, it refuses where numbers
    are known, and answers as for its own where they are traced: take it without `LeadingNucleon`, whose later
    generations are slower. A table made with a whole target has that target in it, and does not belong into another.

    Attributes
    ----------
    proton : momentum of the protons with which the tables were made
    tables : one for each particle
    """

    proton: BeamMomentum = quantity()
    tables: tuple[AbstractMesonTable, ...] = ()

    def __check_init__(self) -> None:
        check_positive(self, "proton")
        names = [one.name for one in self.tables]
        if not names or len(set(names)) < len(names):
            raise InputError("tables", str(names), "There is one table for each particle.", "Give each its own table.")

    def density(
        self, particle: str, proton: Float[Array, ""], momentum: Float[Array, "*ray"], angle: Float[Array, "*ray"]
    ) -> Float[Array, "*ray"]:
        given, own = concrete(proton), concrete(self.proton)
        if given is not None and own is not None and abs(given / own - 1) > SAME:
            raise InputError(
                "proton",
                MOMENTUM.show(given),
                f"The tables were made with {MOMENTUM.show(own)}.",
                "Take BMPT, or a target with NoReinteraction.",
            )
        tables = {one.name: one for one in self.tables}
        if particle not in tables:
            raise InputError("particle", repr(particle), "There is no table of it.", did_you_mean(particle, tables))
        return tables[particle].density(momentum, angle)


def check_histogram(table: AbstractMesonTable, field: str) -> None:
    """Refuse a table of an unknown particle, edges that do not go up, and entries that are too few or below zero."""
    if table.name not in PARTICLES:
        raise InputError("name", repr(table.name), "No such particle is known.", did_you_mean(table.name, PARTICLES))
    for axis, dimension, most in (("momenta", MOMENTUM, np.inf), ("angles", ANGLE, np.pi)):
        edges = np.asarray(getattr(table, axis))
        if len(edges) < 2 or not (np.diff(edges) > 0).all() or edges[0] < 0 or edges[-1] > most or np.isinf(edges[-1]):
            truth = f"Two edges or more go up, from zero or above, to {dimension.show(most)} at most."
            raise InputError(axis, ", ".join(dimension.show(one) for one in edges), truth, "Put them in order.")
    values, shape = np.asarray(getattr(table, field)), (len(table.momenta) - 1, len(table.angles) - 1)
    if values.shape != shape:
        raise InputError(
            field, f"shape {values.shape}", f"The edges make bins of shape {shape}.", "Momenta run down, angles across."
        )
    if not (np.isfinite(values) & (values >= 0)).all():
        wrong = values[~(np.isfinite(values) & (values >= 0))][0]
        raise InputError(field, str(wrong), "A yield is finite and not negative.", "Mend the table.")
