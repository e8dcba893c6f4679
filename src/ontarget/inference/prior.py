"""What is known of a parameter before the experiment: a constraint added to -2 ln L."""

from __future__ import annotations

import abc

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Noun, Scalar, quantity

Numbers = Float[Array, "*batch"] | Float[np.ndarray, "*batch"] | float


class AbstractPrior(Noun):
    """A constraint, written as a pull: a term pull(x)^2 in -2 ln L. Square-root form keeps the curvature positive."""

    @abc.abstractmethod
    def pull(self, x: Numbers) -> Numbers:
        """Distance from what is expected, in standard deviations; same shape as `x`."""

    @abc.abstractmethod
    def rate(self, x: Numbers) -> Numbers:
        """Derivative of the pull by x."""

    def minus_two_log(self, x: Numbers) -> Numbers:
        """-2 ln of the constraint, normalised to zero at its best."""
        return self.pull(x) ** 2


class Flat(AbstractPrior):
    """Nothing known: every value in the box is as good."""

    def pull(self, x: Numbers) -> Numbers:
        return 0.0 * x

    def rate(self, x: Numbers) -> Numbers:
        return 0.0 * x


class Gaussian(AbstractPrior):
    r"""An outside measurement, mean plus or minus sigma: :math:`(x-\mu)^2/\sigma^2`. Same unit as the parameter."""

    mean: Scalar = quantity()
    sigma: Scalar = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "sigma")

    def pull(self, x: Numbers) -> Numbers:
        return (x - self.mean) / self.sigma

    def rate(self, x: Numbers) -> Numbers:
        return 1.0 / self.sigma + 0.0 * x


class LogNormal(AbstractPrior):
    r"""Known up to a factor: Gaussian in ln x, :math:`\ln^2(x/m)/\sigma^2`. For x > 0; sigma = 0.1 means ten per cent.

    Written as a constraint on ln x (an outside measurement), hence without the Jacobian of a density in x.
    """

    median: Scalar = quantity()
    sigma: Scalar = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "median", "sigma")

    def pull(self, x: Numbers) -> Numbers:
        log = jnp.log if isinstance(x, jax.Array) or isinstance(self.median, jax.Array) else np.log
        return log(x / self.median) / self.sigma

    def rate(self, x: Numbers) -> Numbers:
        return 1.0 / (x * self.sigma)
