"""Made-up things to design: a source looked at for a while, and figures of merit that are formulas."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ontarget.analysis.design.merit import AbstractFigureOfMerit, Measured
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.likelihood import Gaussian, Parameter, Scale


class Sky(Noun):
    """A source that is looked at for a while, and the empty sky for another while."""

    name: str = static(default="sky")
    signal: Scalar = quantity(default=3.0)
    on: Scalar = quantity(default=10.0)
    off: Scalar = quantity(default=10.0)

    def bins(self):
        return jnp.stack([self.on * (self.signal + 8.0), self.off * 8.0 * self.signal])


SIGNAL = Parameter("signal", "*.signal", 0.0, 9.0)
KNOWN_SIGNAL = Scale("strength", "*.signal", 0.0, 3.0, prior=Gaussian(1.0, 0.1))


class Spread(AbstractFigureOfMerit):
    """The root of 9 / x + 4 / y, as an error of two measurements falls with the time given to each."""

    def measured(self, problem):
        def one(design):
            value = np.sqrt(9 / design[0] + 4 / design[1])
            return float(value), -np.array([9.0, 4.0]) / design**2 / (2 * value)

        return Measured(lambda designs: np.sqrt(9 / designs[:, 0] + 4 / designs[:, 1]), one)

    def label(self, problem):
        return "spread"


class Price(AbstractFigureOfMerit):
    """The first number, and the second at so much each."""

    each: float = static(default=1.0)

    def measured(self, problem):
        weights = np.array([1.0, self.each])
        return Measured(lambda designs: designs @ weights, lambda design: (float(design @ weights), weights))

    def label(self, problem):
        return "price"
