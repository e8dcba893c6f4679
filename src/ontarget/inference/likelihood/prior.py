"""What is known of a parameter before the experiment: a constraint added to -2 ln L."""

from __future__ import annotations

import abc
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Noun, Number, Own, as_array, quantity, static
from ontarget.inference.likelihood.own_unit import Unit, in_one_unit

Numbers = Float[Array, "*batch"] | Float[np.ndarray, "*batch"] | float


class AbstractPrior(Noun):
    """A constraint, written as a pull: a term pull(x)^2 in -2 ln L. Square-root form keeps the curvature positive.

    A constraint that stands for an outside measurement can be measured again: had that measurement come out otherwise,
    the term would be (pull(x) - shift)^2. The rate does not know of shifts.
    """

    @abc.abstractmethod
    def pull(self, x: Numbers) -> Numbers:
        """Distance from what is expected, in standard deviations; same shape as `x`."""

    @abc.abstractmethod
    def rate(self, x: Numbers) -> Numbers:
        """Derivative of the pull by x."""

    @abc.abstractmethod
    def redrawn(self, x: Numbers, normal: Numbers) -> Numbers:
        """The shift of the pull when the measurement is repeated in a world where `x` is true.

        `normal` are draws from the unit Gaussian; result as broadcast from both, in standard deviations. Zero where
        the constraint stands for no measurement.
        """

    @abc.abstractmethod
    def moved(self, shift: float) -> AbstractPrior:
        """The same constraint with its measurement `shift` standard deviations higher: its pull is pull(x) - shift."""

    @property
    def best(self) -> Any:
        """Where the pull is zero; None where every value is as good, or where a class does not say."""
        return None

    @property
    def written(self) -> Unit:
        """The unit that its numbers were written with; empty for none, and for those in the unit of the parameter."""
        return ""

    def rescaled(self, ratio: float) -> AbstractPrior:
        """The same constraint for numbers `ratio` times as large, in the unit of the parameter."""
        return self

    def minus_two_log(self, x: Numbers) -> Numbers:
        """-2 ln of the constraint, normalised to zero at its best."""
        return self.pull(x) ** 2


class Flat(AbstractPrior):
    """Nothing known: every value in the box is as good."""

    def pull(self, x: Numbers) -> Numbers:
        return 0.0 * x

    def rate(self, x: Numbers) -> Numbers:
        return 0.0 * x

    def redrawn(self, x: Numbers, normal: Numbers) -> Numbers:
        return 0.0 * x * normal

    def moved(self, shift: float) -> Flat:
        return self


class Gaussian(AbstractPrior):
    r"""An outside measurement, mean plus or minus sigma: :math:`(x-\mu)^2/\sigma^2`. In units as the parameter is.

    Attributes
    ----------
    mean, sigma : with their unit ('20 m') where the parameter has one
    unit : of both, where they are written without
    """

    mean: Own = quantity()
    sigma: Own = quantity()
    unit: Unit = static(default="")

    def __init__(self, mean: Any, sigma: Any, unit: Unit = "") -> None:
        numbers, self.unit = in_one_unit({"mean": mean, "sigma": sigma}, unit)
        self.mean, self.sigma = map(as_array, numbers)

    def __check_init__(self) -> None:
        check_positive(self, "sigma")

    def pull(self, x: Numbers) -> Numbers:
        return (x - self.mean) / self.sigma

    def rate(self, x: Numbers) -> Numbers:
        return 1.0 / self.sigma + 0.0 * x

    def redrawn(self, x: Numbers, normal: Numbers) -> Numbers:
        return self.pull(x) + normal

    @property
    def best(self) -> Any:
        return self.mean

    @property
    def written(self) -> Unit:
        return self.unit

    def rescaled(self, ratio: float) -> Gaussian:
        return Gaussian(self.mean * ratio, self.sigma * ratio) if ratio != 1.0 else Gaussian(self.mean, self.sigma)

    def moved(self, shift: float) -> Gaussian:
        return Gaussian(jnp.asarray(float(self.mean) + shift * float(self.sigma)), self.sigma)


class LogNormal(AbstractPrior):
    r"""Known up to a factor: Gaussian in ln x, :math:`\ln^2(x/m)/\sigma^2`. For x > 0; sigma = 0.1 means ten per cent.

    Written as a constraint on ln x (an outside measurement), hence without the Jacobian of a density in x.
    """

    median: Own = quantity()
    sigma: Number = quantity()
    unit: Unit = static(default="")

    def __init__(self, median: Any, sigma: Any, unit: Unit = "") -> None:
        numbers, self.unit = in_one_unit({"median": median}, unit)
        self.median, self.sigma = as_array(numbers[0]), as_array(sigma)

    def __check_init__(self) -> None:
        check_positive(self, "median", "sigma")

    def pull(self, x: Numbers) -> Numbers:
        log = jnp.log if isinstance(x, jax.Array) or isinstance(self.median, jax.Array) else np.log
        return log(x / self.median) / self.sigma

    def rate(self, x: Numbers) -> Numbers:
        return 1.0 / (x * self.sigma)

    def redrawn(self, x: Numbers, normal: Numbers) -> Numbers:
        return self.pull(x) + normal

    @property
    def best(self) -> Any:
        return self.median

    @property
    def written(self) -> Unit:
        return self.unit

    def rescaled(self, ratio: float) -> LogNormal:
        return LogNormal(self.median * ratio if ratio != 1.0 else self.median, self.sigma)

    def moved(self, shift: float) -> LogNormal:
        return LogNormal(jnp.asarray(float(self.median) * math.exp(shift * float(self.sigma))), self.sigma)
