"""What the bands of a tunnel's design are worth: their width, their events."""

from __future__ import annotations

import numpy as np

from ontarget.analysis.design.merit import AbstractFigureOfMerit, Measured
from ontarget.analysis.design.problem import DesignProblem
from ontarget.ground.noun import static
from ontarget.inference.design.optimise import AbstractMeasure

WIDTH, EVENTS = 0, 1


def measure_of(problem: DesignProblem, name: str, rays: int, column: int) -> AbstractMeasure:
    """One of the two numbers of the bands of an experiment; what was computed for one is there for the other."""
    bands = problem.bands(name, rays)

    def one(design: np.ndarray) -> tuple[float, np.ndarray]:
        value, by_design = bands.slopes(design)
        return float(value[column]), by_design[:, column]

    return Measured(lambda designs: bands.values(designs)[:, column], one)


class BandWidth(AbstractFigureOfMerit):
    """The relative width of the pions' bands in rings around the axis, half of the middle 68 %, mean over events.

    Attributes
    ----------
    experiment : by name
    rays : of each of two lattices, a power of two
    """

    experiment: str = static()
    rays: int = static(default=2**15)

    def check(self, problem: DesignProblem) -> None:
        problem.bands(self.experiment, self.rays)

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        return measure_of(problem, self.experiment, self.rays, WIDTH)

    def label(self, problem: DesignProblem) -> str:
        return "relative width of the bands"


class BandEvents(AbstractFigureOfMerit):
    """Events of the pions' neutrinos in all rings, in the whole exposure.

    Attributes
    ----------
    experiment : by name
    rays : of each of two lattices, a power of two
    """

    experiment: str = static()
    rays: int = static(default=2**15)

    def check(self, problem: DesignProblem) -> None:
        problem.bands(self.experiment, self.rays)

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        return measure_of(problem, self.experiment, self.rays, EVENTS)

    def label(self, problem: DesignProblem) -> str:
        return "events"
