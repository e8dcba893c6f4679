"""Posterior draws and evidence by nested sampling: the whole prior is searched, and every mode weighed at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import logsumexp

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.posterior.convergence import split_rhat
from ontarget.inference.posterior.draws import Diagnostics, Draws, Mode, sentences
from ontarget.inference.posterior.sampler import AbstractSampler, needed
from ontarget.inference.posterior.target import Target
from ontarget.inference.posterior.unit_cube import UnitCube
from ontarget.numerics.job import AbstractJob, Done, Layout

FEW = 8  # parameters up to which points are drawn in ellipsoids
ENLARGED = 2.0  # volume of the ellipsoids for that of the points that they hold
WALKS = 20  # steps of the walk to a new point, and one for each parameter
BOOTSTRAPS = 15  # of a run, for the errors of the shares of modes
APART = 6.0  # errors of one evidence: four standard deviations of the difference of two
ROOM = 60  # iterations for each live point: a prior e^50 times as wide as the posterior


class Nested(AbstractSampler):
    """Nested sampling: points of ever higher likelihood, each drawn from the prior above the last one.

    With few parameters a new point is drawn in ellipsoids about all live points, with many it is the end of a random
    walk from one of them, which does not leave its mode: shares of modes then drift, and have larger errors. Several
    runs tell by their scatter whether the errors are right.

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
                truth = f"At least {least} are needed for a result."
                raise InputError(field, str(getattr(self, field)), truth, "Leave it out for the usual number.")

    def check(self) -> None:
        needed("dynesty")

    def job(self, target: Target) -> Runs:
        return Runs(target, self.live, self.runs, float(self.precision), self.seed)

    def gathered(self, target: Target, done: Done) -> Draws:
        which = np.nonzero(done.status)[0].tolist()
        if not len(which):
            raise InputError("sampler", "no run that was completed", "There is nothing to say.", "Run it again.")
        runs = [_Run({name: np.asarray(one[run]) for name, one in done.arrays.items()}) for run in which]
        logs, errors = np.array([run.evidence for run in runs]), np.array([run.error for run in runs])
        part = np.exp(logs - logsumexp(logs))
        points = np.concatenate([run.points for run in runs])
        weights = np.concatenate([each * run.weights for each, run in zip(part, runs, strict=True)])
        values = target.minus_two_log(points)
        drifting = len(target.names) > FEW
        spread = np.sqrt(part**2 @ np.array([run.share_variance(self.live, drifting) for run in runs]))
        mode, modes = _modes(target, points, weights, values, spread)
        calls, error = sum(run.calls for run in runs), float(np.sqrt((part * errors) ** 2 @ np.ones(len(runs))))
        told = Diagnostics(
            _agreement(runs),
            np.full(len(target.names), 1.0 / float((weights**2).sum())),
            0,
            float(sum(run.count for run in runs) / max(calls, 1)),
            calls,
            (len(which), len(done.status)),
        )
        said = sentences(target.names, told, modes, error)
        if any(run.cut for run in runs):
            said.append("A run ended before its precision was reached: the prior is much wider than the posterior.")
        if len(runs) > 1 and np.ptp(logs) > APART * errors.max():
            said.append("The evidences of the runs differ by more than their errors: take more live points.")
        evidence = float(logsumexp(logs) - np.log(len(runs))), error
        return Draws(target.names, points, weights, values, mode, *target.box, modes, *evidence, told, " ".join(said))


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
        cube = UnitCube(self.target)
        free, random = len(self.target.names), np.random.default_rng([self.seed, chunk])
        live = random.random((self.live, free))
        sampler = dynesty.NestedSampler(
            cube.log_likelihood_of_one,
            lambda u: u,
            free,
            nlive=self.live,
            bound="multi",
            sample="unif" if free <= FEW else "rwalk",
            walks=WALKS + free,
            rstate=random,
            live_points=[live, live, cube.log_likelihood(live)],
            update_interval=1.5,
            bootstrap=0,
            enlarge=ENLARGED,
        )
        sampler.run_nested(dlogz=self.precision, maxiter=ROOM * self.live, print_progress=False)
        found = sampler.results
        count, most = len(found.logl), (ROOM + 1) * self.live
        points, logs = np.zeros((most, free)), np.full(most, -np.inf)
        points[:count], logs[:count] = cube.points(found.samples)[0], found.logwt - found.logz[-1]
        numbers = count, int(np.sum(found.ncall)), float(found.logz[-1]), float(found.logzerr[-1])
        last = count >= ROOM * self.live, _redrawn_shares(self.target, found, points[:count], sampler.rstate)
        return dict(zip(self.layout(), map(np.asarray, (points, logs, *numbers, *last)), strict=True))


class _Run:
    """One run: its draws without those of no weight."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        count = int(arrays["count"])
        weights = np.exp(arrays["log_weights"][:count])
        some = weights > 1e-12 * weights.max()
        self.points, self.weights = arrays["points"][:count][some], weights[some] / weights[some].sum()
        self.evidence, self.error = float(arrays["evidence"]), float(arrays["error"])
        self.calls, self.count, self.cut = int(arrays["calls"]), count, bool(arrays["cut"])
        self.shares = arrays["shares"]

    def share_variance(self, live: int, drifting: bool) -> np.ndarray:
        """Of the shares of the modes [mode]; larger where no walk leaves its mode, for then live points drift."""
        share = self.shares.mean(axis=0)
        drift = 2.0 * self.count / live**2 if drifting else 0.0
        return self.shares.var(axis=0, ddof=1) + share * (1.0 - share) * drift

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
    target: Target, points: np.ndarray, weights: np.ndarray, values: np.ndarray, errors: np.ndarray
) -> tuple[np.ndarray, tuple[Mode, ...]]:
    """The place of each draw's mode among those that hold a draw, and these."""
    found = []
    present, places = np.unique(target.mode_of(points), return_inverse=True)
    for place, one in enumerate(present):
        mine = np.nonzero(places == place)[0]
        lowest = mine[np.argmin(values[mine])]
        best = dict(zip(target.names, points[lowest].tolist(), strict=True))
        error = float(errors[one]) if len(present) > 1 else 0.0
        found.append(Mode(best, float(values[lowest]), float(weights[mine].sum()), error, len(mine)))
    return places, tuple(found)
