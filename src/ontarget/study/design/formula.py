"""A figure of merit that is an expression of the design's numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ontarget.analysis.design.merit import AbstractFigureOfMerit, Measured
from ontarget.analysis.design.problem import DesignProblem
from ontarget.ground.noun import static
from ontarget.inference.design.optimise import AbstractMeasure
from ontarget.io.expression import formula
from ontarget.study.design.design_space import space_of


class Formula(AbstractFigureOfMerit):
    """An expression of the design's numbers, in their units: a mass, a price.

    Attributes
    ----------
    text : arithmetic of names of free numbers and ties
    called : for figures and tables, with its unit
    """

    text: str = static()
    called: str = static(default="")

    def check(self, problem: DesignProblem) -> None:
        self.measured(problem).values(problem.today[None])

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        space = space_of(problem)

        def value(design: jax.Array) -> jax.Array:
            return formula(self.text, space.named(design), "formula")

        def many(designs: np.ndarray) -> np.ndarray:
            return np.asarray(jax.vmap(value)(jnp.asarray(designs)))

        def one(design: np.ndarray) -> tuple[float, np.ndarray]:
            found, slope = jax.value_and_grad(value)(jnp.asarray(design))
            return float(found), np.asarray(slope)

        return Measured(many, one)

    def label(self, problem: DesignProblem) -> str:
        return self.called or self.text
