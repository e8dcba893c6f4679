"""The construction of Feldman and Cousins over a grid of one or two parameters, as a job of many short chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from ontarget.ground.noun import Vector, quantity, static
from ontarget.inference.fit.profile import Scan
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.toys.toys import TIE, fraction_error, thrown_ratios
from ontarget.numerics.job import AbstractJob, Done, Layout

NEAR = 3.0  # standard deviations of a p-value: closer to a level than that, a point is given more toys
LEAST = -10.0 * TIE  # a q below is a free fit that missed the minimum


class Verdicts(NamedTuple):
    """What the toys say at each point of a grid so far.

    critical, errors, wide, accepted : [level, point], `wide` being a third of the error at three standard deviations,
    which knows of steps that counts make nearby; p_values, p_errors, toys : [point]; q : of the toys of each point.
    """

    critical: Float[np.ndarray, "level point"]
    errors: Float[np.ndarray, "level point"]
    wide: Float[np.ndarray, "level point"]
    accepted: Bool[np.ndarray, "level point"]
    p_values: Float[np.ndarray, " point"]
    p_errors: Float[np.ndarray, " point"]
    toys: Int[np.ndarray, " point"]
    q: list[Float[np.ndarray, " _"]]

    def undecided(self, levels: Sequence[float], number: float) -> Bool[np.ndarray, "level point"]:
        """Where accepting or not is up to likelihood: p-values less than `number` of their errors from the level."""
        tail = 1.0 - np.array(levels)[:, None]
        return np.abs(self.p_values - tail) < number * self.p_errors


class FeldmanCousins(AbstractJob):
    r"""Toys at every point of a grid, and more where it is in doubt whether the point is accepted.

    .. math:: q = -2\ln\frac{\max_\nu L(\theta,\nu)}{\max_{\theta,\nu} L(\theta,\nu)}

    A chunk is one point and one round of toys. A point gets a further round while its p-value is within three errors
    of a level, or a neighbour's verdict differs or may come to differ, and its critical value is not yet known to
    `precision`; at most `more` toys. Toys depend on the seed and on the values at the point, so that neither grid nor
    rounds change them.

    Attributes
    ----------
    likelihood : of the data
    scan : its profile on the grid, with the nuisances at which toys are thrown
    start : values of all parameters; those in `fixed` are held there [parameter]
    fixed : names of parameters that are neither tried nor profiled
    levels : confidence levels
    seed : one integer or several
    toys : at each point, in each round
    more : further toys at most
    precision : error of a critical value, as a share of it, at which no more toys are thrown

    References
    ----------
    Feldman:1997qc
    """

    likelihood: Likelihood
    scan: Scan
    start: Vector = quantity()
    fixed: tuple[str, ...] = static()
    levels: tuple[float, ...] = static()
    seed: tuple[int, ...] = static()
    toys: int = static()
    more: int = static(default=0)
    precision: float = static(default=0.0)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters of the grid."""
        return tuple(self.scan.grids)

    @property
    def points(self) -> int:
        """Points of the grid, the last axis fastest."""
        return int(self.scan.values.size)

    @property
    def rounds(self) -> tuple[int, ...]:
        """Toys of each round at one point."""
        full, rest = divmod(self.more, self.toys)
        return (self.toys,) * (1 + full) + ((rest,) if rest else ())

    @property
    def chunks(self) -> int:
        """Points times rounds: chunk r * points + p is round r at point p."""
        return len(self.rounds) * self.points

    def layout(self) -> Mapping[str, Layout]:
        """q of each toy, not a number where a round has fewer; and whether a fit of it did not converge."""
        return {"q": Layout((self.toys,)), "unconverged": Layout((self.toys,), "bool")}

    def truth(self, point: int) -> Float[np.ndarray, " parameter"]:
        """Where the toys of a point are thrown: the grid, with the other parameters as the data have them."""
        theta, place = np.array(self.start), np.unravel_index(point, self.scan.values.shape)
        names = self.likelihood.names
        for (name, grid), index in zip(self.scan.grids.items(), place, strict=True):
            theta[names.index(name)] = grid[index]
        for name, values in self.scan.nuisances.items():
            theta[names.index(name)] = values[place]
        return theta

    def compute(self, chunk: int) -> Mapping[str, np.ndarray]:
        """One round of toys at one point."""
        turn, point = divmod(chunk, self.points)
        number = self.rounds[turn]
        ratios = thrown_ratios(
            self.likelihood,
            self.names,
            self.truth(point),
            self.seed,
            number,
            fixed=self.fixed,
            first=turn * self.toys,
        )
        missing = (0, self.toys - number)
        return {
            "q": np.pad(ratios.q, missing, constant_values=np.nan),
            "unconverged": np.pad(~ratios.converged, missing),
        }

    def wanted(self, done: Done) -> Sequence[int]:
        """One round at every point, then one more, again and again, where the verdict asks for it."""
        turns, asked = np.zeros(self.points, int), np.arange(self.points)
        drawn = Drawn(self, done)
        while len(asked):
            chunks = turns[asked] * self.points + asked
            missing = chunks[~np.asarray(done.status)[chunks]]
            if len(missing):
                return missing.tolist()
            turns[asked] += 1
            asked = self.doubtful(drawn.verdicts(turns), turns)
        return []

    def doubtful(self, found: Verdicts, turns: Int[np.ndarray, " point"]) -> Int[np.ndarray, " doubtful"]:
        """Points whose verdict asks for another round, and that may have one."""
        shape = self.scan.values.shape
        near = np.logical_or.reduce(found.undecided(self.levels, NEAR)).reshape(shape)
        accepted, wanted = found.accepted.reshape(-1, *shape), near.copy()
        for axis in range(len(shape)):
            low, high = [slice(None)] * len(shape), [slice(None)] * len(shape)
            low[axis], high[axis] = slice(None, -1), slice(1, None)
            one, other = tuple(low), tuple(high)
            change = (accepted[:, *one] != accepted[:, *other]).any(axis=0) | near[one] | near[other]
            wanted[one] |= change
            wanted[other] |= change
        vague = (found.wide >= self.precision * found.critical).any(axis=0)
        return np.nonzero(wanted.ravel() & vague & (turns < len(self.rounds)))[0]


class Drawn:
    """The toys that a job has, read round by round."""

    def __init__(self, job: FeldmanCousins, done: Done) -> None:
        self.job, self.done = job, done
        self.read: dict[tuple[str, int], np.ndarray] = {}

    def of_round(self, name: str, turn: int) -> np.ndarray:
        """An array of one round [point, toy]."""
        if (name, turn) not in self.read:
            points = self.job.points
            self.read[name, turn] = np.asarray(self.done.arrays[name][turn * points : (turn + 1) * points])
        return self.read[name, turn]

    def of_point(self, name: str, point: int, turns: int) -> np.ndarray:
        """An array of the first rounds of a point [toy]."""
        rows = [
            self.of_round(name, turn)[point, :number] for turn, number in enumerate(self.job.rounds) if turn < turns
        ]
        return np.concatenate(rows)

    def finished(self) -> Int[np.ndarray, " point"]:
        """How many rounds each point has."""
        return np.asarray(self.done.status).reshape(len(self.job.rounds), self.job.points).sum(axis=0)

    def verdicts(self, turns: Int[np.ndarray, " point"]) -> Verdicts:
        """What so many rounds at each point say."""
        q = [np.maximum(self.of_point("q", point, int(count)), 0.0) for point, count in enumerate(turns)]
        quantiles = np.array([quantiles_of(one, self.job.levels) for one in q])  # [point, level, 3]
        critical, errors, wide = quantiles.T
        observed, counts = self.job.scan.values.ravel(), np.array([len(one) for one in q])
        above = np.array([int((one >= value - TIE).sum()) for one, value in zip(q, observed, strict=True)])
        accepted = observed <= critical + TIE
        return Verdicts(critical, errors, wide, accepted, above / counts, fraction_error(above, counts), counts, q)


def quantile(q: Float[np.ndarray, " toy"], level: float) -> tuple[float, float]:
    """The smallest q below or at which lies the share `level` of toys, and its error, from the binomial one in rank."""
    return quantiles_of(q, (level,))[0][:2]


def quantiles_of(q: Float[np.ndarray, " toy"], levels: Sequence[float]) -> list[tuple[float, float, float]]:
    """`quantile` at several levels, with a third of the error at `NEAR` standard deviations."""
    ordered, count = np.sort(q), len(q)

    def at(place: float) -> float:
        return float(ordered[int(np.clip(np.ceil(place - 1e-9), 1, count)) - 1])

    found = []
    for level in levels:
        rank, reach = level * count, np.sqrt(count * level * (1.0 - level))
        error, wide = (0.5 * (at(rank + n * reach) - at(rank - n * reach)) / n for n in (1.0, NEAR))
        found.append((at(rank), error, wide))
    return found
