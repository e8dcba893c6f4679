"""Posterior draws and evidence by nested sampling: the whole prior is searched, and every mode weighed at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.mixing import split_rhat
from ontarget.inference.posterior import Diagnostics, Draws, Mode, sentences
from ontarget.inference.sampler import AbstractSampler, needed
from ontarget.inference.target import Target
from ontarget.numerics.job import AbstractJob, Done, Layout

FEW = 10  # free parameters up to which points are drawn in ellipsoids and not by random walks
BOOTSTRAPS = 25  # of a run, for the errors of the shares of modes
ROOM = 60  # iterations for each live point: a prior e^50 times as wide as the posterior


class Nested(AbstractSampler):
    """Nested sampling: points of ever higher likelihood, each drawn from the prior above the last one.

    Points are drawn uniformly in ellipsoids about the live points, many at a time, where there are few parameters; by
    random walks, one at a time, where there are many. Several runs tell by their scatter whether the error is right.

    Attributes
    ----------
    live : points of each run; a mode of less prior volume than one of them is missed
    runs : independent ones
    precision : in ln of the evidence: what may be left when a run ends
    seed : of all runs

    References
    ----------
    Skilling:2006-BayesianAnal
    Speagle:2019ivv
    """

    live: int = static(default=500)
    runs: int = static(default=2)
    precision: Number = quantity(default=0.01)
    seed: int = static(default=1)

    def __check_init__(self) -> None:
        check_range(self, "precision", 0.0, 1.0, open_low=True)
        for field, least in (("live", 50), ("runs", 1)):
            if getattr(self, field) < least:
                truth = f"At least {least} are needed to tell anything."
                raise InputError(field, str(getattr(self, field)), truth, "Leave it out for the usual number.")

    def job(self, target: Target) -> Runs:
        return Runs(target, self.live, self.runs, float(self.precision), self.seed)

    def gathered(self, target: Target, done: Done) -> Draws:
        which = np.nonzero(done.status)[0]
        if not len(which):
            raise InputError("sampler", "no run that was completed", "There is nothing to say.", "Run it again.")
        runs = [_Run({name: np.asarray(one[run]) for name, one in done.arrays.items()}) for run in which]
        logs = np.array([run.evidence for run in runs])
        evidence = float(logsumexp(logs) - np.log(len(runs)))
        errors = np.array([run.error for run in runs])
        share = np.exp(logs - logsumexp(logs))
        points = np.concatenate([run.points for run in runs])
        weights = np.concatenate([part * run.weights for part, run in zip(share, runs, strict=True)])
        values = target.minus_two_log(points)
        weights = weights / weights.sum()
        spread = np.sqrt(
            sum((part * run.shares.std(axis=0, ddof=1)) ** 2 for part, run in zip(share, runs, strict=True))
        )
        mode, modes = _modes(target, points, weights, values, target.mode_of(points), spread)
        error = float(np.sqrt(((share * errors) ** 2).sum()))
        told = Diagnostics(
            _agreement(runs),
            np.full(len(target.names), 1.0 / float((weights**2).sum())),
            0,
            float(sum(len(run.points) for run in runs) / max(sum(run.calls for run in runs), 1)),
            int(sum(run.calls for run in runs)),
            (len(which), len(done.status)),
        )
        said = sentences(target.names, told, modes, error)
        if any(run.cut for run in runs):
            said.append("A run ended before its precision was reached: the prior is much wider than the posterior.")
        if len(runs) > 1 and np.ptp(logs) > 4.0 * np.sqrt(2.0) * errors.max():
            said.append("The evidences of the runs differ by more than four of their errors: take more live points.")
        return Draws(
            target.names, points, weights, values, mode, *target.box, modes, evidence, error, told, " ".join(said)
        )


class Runs(AbstractJob):
    """Runs of `Nested`, one in each chunk; attributes as there."""

    target: Target
    live: int = static()
    runs: int = static()
    precision: float = static()
    seed: int = static()

    @property
    def chunks(self) -> int:
        return self.runs

    def layout(self) -> Mapping[str, Layout]:
        most = (ROOM + 1) * self.live
        return {
            "points": Layout((most, len(self.target.names))),
            "log_weights": Layout((most,)),
            "count": Layout((), "int64"),
            "calls": Layout((), "int64"),
            "evidence": Layout(()),
            "error": Layout(()),
            "cut": Layout((), "bool"),
            "shares": Layout((BOOTSTRAPS, self.target.number_of_modes)),
        }

    def compute(self, chunk: int) -> Mapping[str, np.ndarray]:
        dynesty = needed("dynesty")
        cube = Cube(self.target)
        free, few = len(self.target.names), len(self.target.names) <= FEW
        sampler = dynesty.NestedSampler(
            lambda u: float(cube.log_likelihood(u[None])[0]),
            lambda u: u,
            free,
            nlive=self.live,
            bound="multi",
            sample="unif" if few else "rwalk",
            rstate=np.random.default_rng([self.seed, chunk]),
            pool=_Batches(cube) if few else None,
            queue_size=max(1, self.live // 8) if few else None,
            use_pool={"prior_transform": False, "loglikelihood": False, "update_bound": False},
        )
        sampler.run_nested(dlogz=self.precision, maxiter=ROOM * self.live, print_progress=False)
        found = sampler.results
        count, most = len(found.logl), (ROOM + 1) * self.live
        points, logs = np.zeros((most, free)), np.full(most, -np.inf)
        points[:count], logs[:count] = cube.points(found.samples)[0], found.logwt - found.logz[-1]
        numbers = count, int(np.sum(found.ncall)), float(found.logz[-1]), float(found.logzerr[-1])
        last = count >= ROOM * self.live, _redrawn_shares(self.target, found, points[:count], sampler.rstate)
        return dict(zip(self.layout(), map(np.asarray, (points, logs, *numbers, *last)), strict=True))


class Cube:
    """The unit cube whose uniform density is about that of the prior; what it is off by goes into the likelihood.

    So results do not depend on how finely the prior is tabulated.
    """

    def __init__(self, target: Target) -> None:
        self.target, self.mass = target, target.prior_mass()
        self.tables = []
        for low, high, cells in zip(*target.box, target.prior_tables(), strict=True):
            width = (high - low) / len(cells)
            some = np.nonzero(cells > 1e-15 * cells.max())[0]
            chance = cells[some] / cells[some].sum()
            above = np.cumsum(chance)
            self.tables.append((low + some * width, width / chance, above - chance, above))

    def points(self, u: Float[np.ndarray, "point free"]) -> tuple[np.ndarray, np.ndarray]:
        """Values of the parameters [point free], and ln of the volume of the box for that of the cube [point]."""
        points, rates = np.empty_like(u), np.zeros(len(u))
        for axis, (left, rate, below, above) in enumerate(self.tables):
            cell = np.minimum(np.searchsorted(above, u[:, axis], side="right"), len(left) - 1)
            points[:, axis] = left[cell] + np.maximum(u[:, axis] - below[cell], 0.0) * rate[cell]
            rates += np.log(rate[cell])
        return np.clip(points, *self.target.box), rates

    def log_likelihood(self, u: Float[np.ndarray, "point free"]) -> Float[np.ndarray, " point"]:
        """Its integral over the cube is the evidence."""
        points, rates = self.points(u)
        return -0.5 * self.target.minus_two_log(points) + rates - self.mass


class _Batches:
    """What dynesty takes for a pool of processes: it evaluates the proposals of one queue at once."""

    def __init__(self, cube: Cube) -> None:
        from dynesty.internal_samplers import SamplerReturn, UniformBoundSampler, UnitCubeSampler
        from dynesty.utils import LoglOutput

        self.cube, self.answer, self.value = cube, SamplerReturn, LoglOutput
        self.known = (UniformBoundSampler.sample, UnitCubeSampler.sample)

    def map(self, function: Any, items: Iterable[Any]) -> list[Any]:
        """Like `map`; the rejection samplers of dynesty are replaced by one that draws for all items together."""
        items = list(items)
        return self.above(items) if function in self.known else list(map(function, items))

    def above(self, items: list[Any]) -> list[Any]:
        """One point above the threshold for each item, uniform within the bound."""
        first = items[0]
        random = np.random.default_rng(first.rseed)
        bound, axes = first.kwargs.get("bound"), len(first.u)
        found: list[Any] = []
        spent, size = 0, len(items)
        while len(found) < len(items):
            u = random.random((size, axes)) if bound is None else bound.samples(size, rstate=random)
            u = u[((u > 0.0) & (u < 1.0)).all(axis=1)]
            values = self.cube.log_likelihood(u)
            for place in np.nonzero(values > first.loglstar)[0][: len(items) - len(found)]:
                value = self.value(float(values[place]), False)
                found.append(self.answer(u[place], u[place], value, 1, [], None, {"n_proposals": 0}))
            spent += len(u)
            size = int(np.clip((len(items) - len(found)) * spent / max(len(found), 1), 16, 4096))
        extra, rest = divmod(spent - len(items), len(items))  # calls are shared out, for dynesty counts them
        return [one._replace(ncalls=1 + extra + (i < rest)) for i, one in enumerate(found)]


class _Run:
    """One run: its draws without those of no weight."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        count = int(arrays["count"])
        weights = np.exp(arrays["log_weights"][:count])
        some = weights > 1e-12 * weights.max()
        self.points, self.weights = arrays["points"][:count][some], weights[some] / weights[some].sum()
        self.evidence, self.error = float(arrays["evidence"]), float(arrays["error"])
        self.calls, self.cut, self.shares = int(arrays["calls"]), bool(arrays["cut"]), arrays["shares"]

    def even(self, count: int) -> np.ndarray:
        """So many draws of equal weight, shuffled."""
        steps = (np.arange(count) + 0.5) / count
        places = np.searchsorted(np.cumsum(self.weights), steps)
        return np.random.default_rng(0).permutation(self.points[np.minimum(places, len(self.points) - 1)])


def _agreement(runs: list[_Run]) -> np.ndarray:
    """R-hat of independent runs [free]."""
    count = max(4, int(min(1.0 / (run.weights**2).sum() for run in runs)))
    draws = np.stack([run.even(count) for run in runs])
    return np.array([split_rhat(draws[..., axis]) for axis in range(draws.shape[2])])


def _redrawn_shares(target: Target, found: Any, points: np.ndarray, random: Any) -> np.ndarray:
    """Shares of the modes when the strands of live points of a run are drawn anew [bootstrap mode]."""
    from dynesty.utils import resample_run

    number = target.number_of_modes
    if number == 1:
        return np.ones((BOOTSTRAPS, 1))
    mode = target.mode_of(points)
    shares = []
    for _ in range(BOOTSTRAPS):
        again, places = resample_run(found, rstate=random, return_idx=True)
        weights = np.exp(again.logwt - again.logz[-1])
        shares.append(np.bincount(mode[places], weights, number) / weights.sum())
    return np.array(shares)


def _modes(
    target: Target, points: np.ndarray, weights: np.ndarray, values: np.ndarray, mode: np.ndarray, errors: np.ndarray
) -> tuple[np.ndarray, tuple[Mode, ...]]:
    """The modes that hold a draw, and the place of each draw's mode among them."""
    found = []
    present, places = np.unique(mode, return_inverse=True)
    for one in present:
        mine = np.nonzero(mode == one)[0]
        lowest = mine[np.argmin(values[mine])]
        best = dict(zip(target.names, points[lowest].tolist(), strict=True))
        share, error = float(weights[mine].sum()), float(errors[one]) if len(present) > 1 else 0.0
        found.append(Mode(best, float(values[lowest]), share, error, len(mine)))
    return places, tuple(found)
