"""Many points of nested sampling at once: dynesty asks for its proposals one by one, or of a pool, which this is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ontarget.inference.posterior.unit_cube import UnitCube

MOST = 4096  # points that are drawn at once


class DynestyPool:
    """What dynesty takes for a pool of processes: it evaluates the proposals of one queue at once."""

    def __init__(self, cube: UnitCube) -> None:
        from dynesty import internal_samplers as ways
        from dynesty.utils import LoglOutput

        self.cube, self.answer, self.value = cube, ways.SamplerReturn, LoglOutput
        self.known = {
            ways.UnitCubeSampler.sample: self.above,
            ways.UniformBoundSampler.sample: self.above,
            ways.RWalkSampler.sample: self.walk,
        }

    def map(self, function: Any, items: Iterable[Any]) -> list[Any]:
        """Like `map`; the two ways of dynesty to draw that are used here go for all items together."""
        items = list(items)
        return self.known[function](items) if function in self.known else list(map(function, items))

    def above(self, items: list[Any]) -> list[Any]:
        """One point above the threshold for each item, uniform in the cube or in dynesty's bound."""
        random, axes, count = np.random.default_rng(items[0].rseed), len(items[0].u), len(items)
        bound, threshold = items[0].kwargs.get("bound"), items[0].loglstar
        found: list[tuple[np.ndarray, float]] = []
        spent, size = 0, max(count, 16)
        while len(found) < count:
            u = random.random((size, axes)) if bound is None else _within(bound, size, random)
            u = u[((u > 0.0) & (u < 1.0)).all(axis=1)]
            values = self.cube.log_likelihood(u)
            found += [(u[one], values[one]) for one in np.nonzero(values > threshold)[0]]
            spent += len(u)
            size = int(np.clip(1.2 * (count - len(found)) * spent / max(len(found), 1), 16, MOST))
        calls = np.full(count, spent // count) + (np.arange(count) < spent % count)  # shared out: dynesty counts them
        return [self.told(*one, max(int(number), 1), None) for one, number in zip(found[:count], calls, strict=True)]

    def walk(self, items: list[Any]) -> list[Any]:
        """A random walk from each item's point, uniform steps within its ellipsoid, never below the threshold."""
        random, scale = np.random.default_rng(items[0].rseed), items[0].scale
        u, axes = np.stack([one.u for one in items]), np.stack([one.axes for one in items])
        values, walks = self.cube.log_likelihood(u), items[0].kwargs["walks"]
        accepted = np.zeros(len(items), int)
        for _ in range(walks):
            ball = random.standard_normal(u.shape)
            ball *= (random.random(len(u)) ** (1.0 / u.shape[1]) / np.sqrt((ball**2).sum(axis=1)))[:, None]
            new = u + scale * np.einsum("sij,sj->si", axes, ball)
            inside = np.nonzero(((new > 0.0) & (new < 1.0)).all(axis=1))[0]
            tried = self.cube.log_likelihood(new[inside])
            better = tried > items[0].loglstar
            u[inside[better]], values[inside[better]] = new[inside[better]], tried[better]
            accepted[inside[better]] += 1
        return [
            self.told(u[i], values[i], walks, {"accept": int(n), "reject": int(walks - n), "scale": scale})
            for i, n in enumerate(accepted)
        ]

    def told(self, u: np.ndarray, value: float, calls: int, tuning: Any) -> Any:
        """A new point, as dynesty wants it."""
        return self.answer(
            u=u,
            v=u,
            logl=self.value(float(value), False),
            ncalls=calls,
            evaluation_history=[],
            tuning_info=tuning,
            proposal_stats={},
        )


def _within(bound: Any, size: int, random: Any) -> np.ndarray:
    """About `size` points, uniform in the union of a bound's ellipsoids: dynesty's own way draws one by one."""
    if not hasattr(bound, "ells"):
        return bound.samples(size, rstate=random)
    share = np.exp(bound.logvol_ells - bound.logvol_ells.max())
    which = random.choice(len(share), size, p=share / share.sum())
    ball = random.standard_normal((size, bound.ctrs.shape[1]))
    ball *= (random.random(size) ** (1.0 / ball.shape[1]) / np.sqrt((ball**2).sum(axis=1)))[:, None]
    points = bound.ctrs[which] + np.einsum("pij,pj->pi", np.stack([one.axes for one in bound.ells])[which], ball)
    away = points[:, None] - bound.ctrs
    inside = (np.einsum("pei,eij,pej->pe", away, bound.ams, away) < 1.0).sum(axis=1)
    return points[random.random(size) * np.maximum(inside, 1) < 1.0]  # where ellipsoids overlap, fewer of each
