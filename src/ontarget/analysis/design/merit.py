"""What a design is judged by: errors, expected limits; and what it must keep to."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import equinox as eqx
import numpy as np
from jaxtyping import Float

from ontarget.analysis.design.problem import DesignProblem
from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.design.expected_limit import expected_limit, limit_by_design
from ontarget.inference.design.information import information, informations, joint_error
from ontarget.inference.design.optimise import AbstractMeasure, Bound
from ontarget.inference.fit import threshold


class AbstractFigureOfMerit(Noun):
    """A number that every design has."""

    def check(self, problem: DesignProblem) -> None:
        """Refuse, before anything is computed, what does not fit the task."""
        self.label(problem)

    @abstractmethod
    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        """The number of each design of a task."""

    @abstractmethod
    def label(self, problem: DesignProblem) -> str:
        """What figures and tables call it, with its unit."""


@dataclass(frozen=True)
class Measured(AbstractMeasure):
    """A measure made of two functions: of many designs, and of one with its derivatives."""

    many: Callable[[np.ndarray], np.ndarray]
    one: Callable[[np.ndarray], tuple[float, np.ndarray]]

    def values(self, designs: Float[np.ndarray, "row free"]) -> Float[np.ndarray, " row"]:
        return self.many(designs)

    def slope(self, design: Float[np.ndarray, " free"]) -> tuple[float, Float[np.ndarray, " free"]]:
        return self.one(design)


class JointError(AbstractFigureOfMerit):
    r"""The geometric mean of the semi-axes of the error ellipsoid of some parameters, nuisances marginalised.

    :math:`(\det C_{AA})^{1/2n}`, from the Fisher information at the start of all parameters; of one parameter it is its
    standard deviation. Times :math:`\sqrt t` it is the size of the region below t in -2 ln L where counts are linear.

    Attributes
    ----------
    parameters : by name; all that the task asks about by default
    background : further counts per expected one in every bin, known exactly
    """

    parameters: tuple[str, ...] = static(default=())
    background: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "background", 0.0)

    def names(self, problem: DesignProblem) -> list[str]:
        """Of whom the error is."""
        known = [one.name for one in problem.interest]
        for name in self.parameters:
            if name not in known:
                raise InputError("parameters", repr(name), "The task asks about others.", did_you_mean(name, known))
        return list(self.parameters) or known

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        found, names = problem.forecast, self.names(problem)
        places, background = [found.names.index(name) for name in names], float(self.background)

        def many(designs: np.ndarray) -> np.ndarray:
            every = informations(found, designs, background)
            return np.array([joint_error(matrix, places, found.names)[0] for matrix in every])

        def one(design: np.ndarray) -> tuple[float, np.ndarray]:
            matrix, by_design = information(found, found.moving(design), background)
            value, by_matrix = joint_error(matrix, places, found.names)
            return value, np.tensordot(by_design, by_matrix, 2)

        return Measured(many, one)

    def label(self, problem: DesignProblem) -> str:
        names = self.names(problem)
        return f"error of {names[0]}" if len(names) == 1 else "joint error of " + ", ".join(names)


class UpperLimit(AbstractFigureOfMerit):
    """The upper limit that is expected of a parameter: where the profile of Asimov data rises to a level.

    Attributes
    ----------
    parameter : by name; the first that the task asks about by default. The others of these are profiled too
    level : of confidence, one degree of freedom
    background : further counts per expected one in every bin, known exactly
    """

    parameter: str = static(default="")
    level: Number = quantity(default=0.90)
    background: Number = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_range(self, "background", 0.0)

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        found, name = problem.forecast, self.name(problem)
        rise, background = threshold(float(self.level), 1), float(self.background)
        start = float(found.start[found.names.index(name)])

        def many(designs: np.ndarray) -> np.ndarray:
            return np.array([expected_limit(found, one, name, rise, background)[0] - start for one in designs])

        def one(design: np.ndarray) -> tuple[float, np.ndarray]:
            limit, by_design = limit_by_design(found, design, name, rise, background)
            return limit - start, by_design

        return Measured(many, one)

    def name(self, problem: DesignProblem) -> str:
        """Of whom the limit is."""
        known = [one.name for one in problem.interest]
        if self.parameter and self.parameter not in known:
            truth = "The task asks about others."
            raise InputError("parameter", repr(self.parameter), truth, did_you_mean(self.parameter, known))
        return self.parameter or known[0]

    def label(self, problem: DesignProblem) -> str:
        return f"expected limit on {self.name(problem)}, {100 * float(self.level):.4g} % CL"


class AbstractLimit(Noun):
    """A merit that must not pass a value."""

    of: eqx.AbstractVar[AbstractFigureOfMerit]
    value: eqx.AbstractVar[Number]

    @abstractmethod
    def bound(self, problem: DesignProblem) -> Bound:
        """For the search."""


class AtMost(AbstractLimit):
    """It is at most this."""

    of: AbstractFigureOfMerit
    value: Number = quantity()

    def bound(self, problem: DesignProblem) -> Bound:
        return Bound(self.of.measured(problem), float(self.value), 1.0)


class AtLeast(AbstractLimit):
    """It is at least this."""

    of: AbstractFigureOfMerit
    value: Number = quantity()

    def bound(self, problem: DesignProblem) -> Bound:
        return Bound(self.of.measured(problem), float(self.value), -1.0)
