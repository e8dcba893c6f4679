"""How a region is read off a profile likelihood: by the theorem of Wilks, or by toys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit import Scan
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.toys import Belt, belt_of, construction
from ontarget.numerics.progress import Complete, in_memory


class CalibratedScan(NamedTuple):
    """A profile in units in which the quantile of chi squared is critical.

    Attributes
    ----------
    scans : one for each level
    belt : of the toys that say what is critical; none by the theorem of Wilks
    """

    scans: tuple[Scan, ...]
    belt: Belt | None = None


class AbstractIntervalConstruction(Noun):
    """How large -2 ln L may become at each point of a grid before it is rejected."""

    @abstractmethod
    def calibrate(
        self,
        likelihood: Likelihood,
        scan: Scan,
        levels: Sequence[float],
        complete: Complete = in_memory,
        key: str = "",
        title: str = "",
    ) -> CalibratedScan:
        """A profile of `likelihood`, calibrated at these confidence levels.

        Parameters
        ----------
        complete : computes the toys, where some are needed; `key` names them, `title` stands before their progress
        """


class Wilks(AbstractIntervalConstruction):
    """As large as the quantile of chi squared, everywhere: for large counts, with no edge nearby.

    References
    ----------
    Wilks:1938dza
    """

    def calibrate(
        self,
        likelihood: Likelihood,
        scan: Scan,
        levels: Sequence[float],
        complete: Complete = in_memory,
        key: str = "",
        title: str = "",
    ) -> CalibratedScan:
        return CalibratedScan((scan,) * len(levels))


class Toys(AbstractIntervalConstruction):
    """As large as toys say that are thrown at the points of a coarser grid: the construction of Feldman and Cousins.

    Critical values vary slowly, and are interpolated to the grid of the profile.

    Attributes
    ----------
    toys : at each point
    more : further toys at most where it is in doubt whether a point is accepted
    precision : error of a critical value, as a share of it, at which no more are thrown
    points : along each axis
    seed : of the toys

    References
    ----------
    Feldman:1997qc
    """

    toys: int = static(default=1000)
    more: int = static(default=4000)
    precision: float = static(default=0.02)
    points: int = static(default=25)
    seed: int = static(default=2)

    def __check_init__(self) -> None:
        if not 5 <= self.points <= 1001:
            truth = "At least 5 and at most 1001 are taken."
            raise InputError("points", str(self.points), truth, "Leave it out for the usual number.")
        for name, least in (("toys", 1), ("more", 0), ("seed", 0), ("precision", 0)):
            if not getattr(self, name) >= least:
                raise InputError(name, f"{getattr(self, name)}", f"It is at least {least}.", "Leave it out.")

    def calibrate(
        self,
        likelihood: Likelihood,
        scan: Scan,
        levels: Sequence[float],
        complete: Complete = in_memory,
        key: str = "",
        title: str = "",
    ) -> CalibratedScan:
        profiled = {*scan.grids, *scan.nuisances}
        job = construction(
            likelihood,
            {name: np.linspace(grid[0], grid[-1], self.points) for name, grid in scan.grids.items()},
            self.seed,
            toys=self.toys,
            more=self.more,
            precision=self.precision,
            levels=levels,
            fixed={name: value for name, value in scan.best.values.items() if name not in profiled},
        )
        found = belt_of(job, complete(key, job, f"{title}: toys"))
        return CalibratedScan(tuple(found.scaled(scan, index) for index in range(len(levels))), found)
