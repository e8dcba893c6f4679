"""Resolution: stages that spread each cell over an output axis."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.detector.stage import ENERGY, QUANTA, AbstractStage
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Arrays, Energy, Noun, Number, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import MeV
from ontarget.numerics.axis import AbstractAxis
from ontarget.numerics.quadrature import gauss_legendre, merge_edges


class AbstractSmearing(AbstractStage):
    """A stage with a distribution of the output for each value of the input.

    The output cells are those of `axis`, or, without one, the seen bins and the kinks of later stages. Probabilities
    are averaged over each input cell by quadrature with `order` points: cells must be finer than the resolution.
    """

    order: ClassVar[int] = 4
    axis: AbstractAxis | None = eqx.field(default=None, kw_only=True)

    @abstractmethod
    def below(self, value: Float[Array, " value"], edges: Float[Array, " edge"]) -> Float[Array, "edge value"]:
        """Probability that the output lies below each edge."""

    def pull_back(self, points: Float[Array, " point"], high: Float[Array, ""]) -> Float[Array, " pulled"]:
        return jnp.zeros(0)

    @fused
    def push(self, edges: Float[Array, " edge"], points: Float[Array, " point"]) -> Float[Array, " out"]:
        return jnp.sort(points) if self.axis is None else merge_edges(self.axis.edges, points)

    @fused
    def migration(self, edges: Float[Array, " edge"], out: Float[Array, " out"]) -> Float[Array, "truth cell"]:
        """Probability from each input cell to each output cell."""
        nodes, weights = gauss_legendre(self.order)
        values = edges[:-1] + (edges[1:] - edges[:-1]) * nodes[:, None]
        # a loop, because XLA would compute the distribution again for every difference and mean of its values
        reached = jax.lax.map(lambda value: self.below(value, out), values)
        mean = jnp.tensordot(weights, reached, 1)
        share = (mean[1:] - mean[:-1]).T
        # below zero by the error of a series; not a maximum, which halves the derivative of a cell of no width
        return jnp.where(share < 0, 0.0, share)

    @fused
    def compose(
        self, edges: Float[Array, " edge"], out: Float[Array, " out"], after: Float[Array, "cell seen"]
    ) -> Float[Array, "truth seen"]:
        migration = self.migration(edges, out)
        return (migration @ after).at[:, -1].add(1.0 - migration.sum(axis=1))


WIDEST = 1e6
"""The largest fraction of its mean that a resolution may be: beyond, nothing would be left to see."""


class AbstractResolution(Noun):
    """Standard deviation of the output against its mean: of an energy, or of a number of quanta."""

    kind: ClassVar[str] = ENERGY

    @abstractmethod
    def sigma(self, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        """Standard deviation, in what the mean is in."""


class ConstantResolution(AbstractResolution):
    """The same width at all energies."""

    width: Energy = quantity()

    def __check_init__(self) -> None:
        check_range(self, "width", 0.0, WIDEST * MeV, open_low=True)

    @fused
    def sigma(self, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return jnp.broadcast_to(self.width, energy.shape)


class SquareRootResolution(AbstractResolution):
    r"""Counting statistics: :math:`\sigma(E) = r\sqrt{E\,E_0}`, a fraction r at the reference energy E_0."""

    fraction: Number = quantity()
    reference: Energy = quantity()

    def __check_init__(self) -> None:
        check_range(self, "fraction", 0.0, WIDEST, open_low=True)
        check_range(self, "reference", 0.0, WIDEST * MeV, open_low=True)

    @fused
    def sigma(self, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.fraction * jnp.sqrt(jnp.maximum(energy, 1e-9 * self.reference) * self.reference)


class ConstantCountResolution(AbstractResolution):
    """The same width at all numbers of quanta, such as that of noise."""

    kind: ClassVar[str] = QUANTA
    width: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "width", 0.0, WIDEST, open_low=True)

    @fused
    def sigma(self, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return jnp.broadcast_to(self.width, energy.shape)


class SquareRootCountResolution(AbstractResolution):
    r"""Counting statistics: :math:`\sigma(n) = r\sqrt{n\,n_0}`, a fraction r at the reference number n_0."""

    kind: ClassVar[str] = QUANTA
    fraction: Number = quantity()
    reference: Number = quantity()

    def __check_init__(self) -> None:
        check_range(self, "fraction", 0.0, WIDEST, open_low=True)
        check_range(self, "reference", 0.0, WIDEST, open_low=True)

    @fused
    def sigma(self, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.fraction * jnp.sqrt(jnp.maximum(energy, 1e-9 * self.reference) * self.reference)


class GaussianSmearing(AbstractSmearing):
    """A Gaussian; what it carries beyond the output axis is counted as outside."""

    instead: ClassVar[str] = "Give it a resolution of the other kind: ConstantResolution, ConstantCountResolution."
    resolution: AbstractResolution

    def takes(self) -> str | None:
        return self.resolution.kind

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        return self.resolution.sigma(jnp.asarray((low + high) / 2))

    @fused
    def below(self, value: Float[Array, " value"], edges: Float[Array, " edge"]) -> Float[Array, "edge value"]:
        return ndtr((edges[:, None] - value) / self.resolution.sigma(value))


class TruncatedGaussianSmearing(AbstractSmearing):
    """A Gaussian restricted to the output axis and renormalised there.

    For detectors that decide on an event by one quantity and then place it within their analysis range: nothing is
    lost or gained at the ends, so that the counts above a threshold on the truth are kept.
    """

    instead: ClassVar[str] = "Give it a resolution of the other kind: ConstantResolution, ConstantCountResolution."
    resolution: AbstractResolution

    def takes(self) -> str | None:
        return self.resolution.kind

    def detail(self, low: Float[Arrays, "*v"], high: Float[Arrays, "*v"]) -> Float[Arrays, "*v"]:
        return self.resolution.sigma(jnp.asarray((low + high) / 2))

    @fused
    def below(self, value: Float[Array, " value"], edges: Float[Array, " edge"]) -> Float[Array, "edge value"]:
        reached = ndtr((edges[:, None] - value) / self.resolution.sigma(value))
        low, high = reached[:1], reached[-1:]
        inside = high - low
        share = (reached - low) / jnp.where(inside > 1e-12, inside, 1.0)
        nearest = (edges[:, None] > value).astype(float).at[0].set(0.0).at[-1].set(1.0)  # far outside: the nearest end
        return jnp.where(inside > 1e-12, share, nearest)
