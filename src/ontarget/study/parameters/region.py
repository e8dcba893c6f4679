"""How a region is read off a profile likelihood: by the theorem of Wilks, or by toys."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.fit import Intervals, Scan
from ontarget.inference.likelihood import Likelihood
from ontarget.inference.toys import Belt, belt_of, construction
from ontarget.study.context import Context
from ontarget.study.task import check_points

TOYS, WILKS = "toys (Feldman-Cousins)", "Wilks"


class CalibratedScan(NamedTuple):
    """A profile in units in which the quantile of chi squared is critical, one for each level; toys, if any."""

    scans: tuple[Scan, ...]
    belt: Belt | None = None


class AbstractIntervalConstruction(Noun):
    """How large -2 ln L may become at each point of a grid before it is rejected."""

    @abstractmethod
    def calibrate(
        self, context: Context, key: str, title: str, likelihood: Likelihood, scan: Scan, levels: Sequence[float]
    ) -> CalibratedScan:
        """A profile of `likelihood`, judged at these levels; `key` names its chunks, `title` its progress."""


class Wilks(AbstractIntervalConstruction):
    """As large as the quantile of chi squared, everywhere: for large counts, with no edge nearby.

    References
    ----------
    Wilks:1938dza
    """

    def calibrate(
        self, context: Context, key: str, title: str, likelihood: Likelihood, scan: Scan, levels: Sequence[float]
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
        check_points(self.points, 5, 1001)
        for name, least in (("toys", 1), ("more", 0), ("seed", 0), ("precision", 0)):
            if not getattr(self, name) >= least:
                raise InputError(name, f"{getattr(self, name)}", f"It is at least {least}.", "Leave it out.")

    def calibrate(
        self, context: Context, key: str, title: str, likelihood: Likelihood, scan: Scan, levels: Sequence[float]
    ) -> CalibratedScan:
        profiled = {*scan.grids, *scan.nuisances}
        fixed = {name: value for name, value in scan.best.values.items() if name not in profiled}
        grids = {name: np.linspace(grid[0], grid[-1], self.points) for name, grid in scan.grids.items()}
        rule: Any = {"toys": self.toys, "more": self.more, "precision": self.precision, "levels": levels}
        job = construction(likelihood, grids, self.seed, fixed=fixed, **rule)
        found = belt_of(job, context.complete(key, job, f"{title}: toys"))
        return CalibratedScan(tuple(found.scaled(scan, index) for index in range(len(levels))), found)


def by_method(
    calibrated: CalibratedScan, scan: Scan, levels: Sequence[float], rows: Callable[[Scan, float], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """Rows at each level; where toys were thrown, those of Wilks' theorem too, each told which they are."""
    found: list[dict[str, Any]] = []
    for mine, level in zip(calibrated.scans, levels, strict=True):
        if calibrated.belt is None:
            found += rows(mine, level)
        else:
            found += [{"method": TOYS} | row for row in rows(mine, level)]
            found += [{"method": WILKS} | row for row in rows(scan, level)]
    return found


def messages(found: Scan | Intervals, calibrated: CalibratedScan) -> list[str]:
    """What is to be known of a profile, or of its intervals, and of its toys."""
    return list(dict.fromkeys(one.message for one in (found, calibrated.belt) if one is not None and one.message))


def toy_rows(label: str, belt: Belt) -> list[dict[str, Any]]:
    """What there is to know of the toys of a group of experiments, at each level."""
    total = int(belt.toys.sum())
    return [
        {
            "experiments": label,
            "parameters": ", ".join(belt.names),
            "level": level,
            "points": belt.toys.size,
            "toys": total,
            "toys not converged": int(belt.unconverged.sum()),
            "toys with q below zero": int(belt.negative.sum()),
            "lowest critical value": float(belt.critical[index].min()),
            "highest critical value": float(belt.critical[index].max()),
            "largest error of one": float(belt.critical_errors[index].max()),
            "points within their error of the level": int(belt.undecided()[index].sum()),
            "lowest coverage of Wilks' threshold": float(belt.coverage[index].min()),
            "highest coverage of Wilks' threshold": float(belt.coverage[index].max()),
        }
        for index, level in enumerate(belt.levels)
    ]
