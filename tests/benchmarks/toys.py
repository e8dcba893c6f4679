"""The same profiled toys by ontarget, by Minuit with a compiled likelihood, and by pyhf.

144 bins (12 energies x 12 times, caesium iodide at the Spallation Neutron Source): a signal of free size and three
components known to 25 %, 25 % and 5 % from outside, redrawn in every toy. Each toy is fitted twice: all four scales
free, and the signal held at its truth. All three minimise the same function; their ratios are compared.

`python toys.py` prints fits per second, with what was thrown counted in ours.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import scan

import ontarget as ot
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.toys.toys import Toys, profile_ratios, throw

NUMBER = 20_000
PEERS = {"iminuit with numba": 200, "iminuit": 60, "pyhf": 40}  # toys of each, scaled up
SIGMAS = np.array([0.25, 0.25, 0.05])
BOX = 4.0  # standard deviations of a constraint; the signal from none to three times what is expected


class Mixture(Noun):
    """Four templates with a scale each."""

    name: str = static()
    templates: Any = quantity()
    signal: Scalar = quantity(default=1.0)
    prompt: Scalar = quantity(default=1.0)
    delayed: Scalar = quantity(default=1.0)
    steady: Scalar = quantity(default=1.0)

    def bins(self) -> Any:
        """Expected counts [bin]."""
        return jnp.stack([self.signal, self.prompt, self.delayed, self.steady]) @ self.templates


class Result(NamedTuple):
    """Seconds per 1000 toys, profile likelihood ratios of those done, and how many fits of these did not converge."""

    seconds: float
    q: np.ndarray
    failed: int


def templates() -> np.ndarray:
    """Signal of the benchmark's experiment, prompt neutrons, delayed neutrons, steady-state: [component, bin]."""
    signal = np.asarray(ot.load(scan.YAML).bins()).reshape(12, 12)  # [time energy]
    time_, energy = np.arange(12.0)[:, None], np.arange(12.0)[None, :]
    prompt = np.exp(-energy / 6 - (time_ - 2.0) ** 2 / 2)
    delayed = signal.sum(1, keepdims=True) * np.exp(-energy / 6)
    steady = np.exp(-energy / 15) + 0.0 * time_
    shapes = zip((160.0, 20.0, 10.0, 400.0), (signal, prompt, delayed, steady), strict=True)
    return np.stack([(counts * one / one.sum()).ravel() for counts, one in shapes])


def build(parts: np.ndarray) -> Any:
    """The likelihood for ontarget."""
    names = ("prompt", "delayed", "steady")
    known = [
        ot.Scale(name, f"*.{name}", 1 - BOX * s, 1 + BOX * s, prior=ot.Gaussian(1.0, s))
        for name, s in zip(names, SIGMAS.tolist(), strict=True)
    ]
    return ot.likelihood(Mixture("mixture", parts), [ot.Scale("signal", "*.signal", 0.0, 3.0), *known])


def ours(likelihood: Any, least: Callable[..., float]) -> Result:
    """Thrown and fitted; the peers below are only asked to fit."""
    theta = likelihood.theta({})

    def call() -> Any:
        return profile_ratios(likelihood, "signal", theta, throw(likelihood, theta, 5, NUMBER))

    found = call()
    return Result(least(call) * 1000 / NUMBER, found.q, int((~found.converged).sum()))


def one_by_one(
    fits: Callable[[np.ndarray, np.ndarray], list[float]], toys: Toys, count: int, least: Callable[..., float]
) -> Result:
    """A peer's time for some of the toys; `fits` gives -2 ln L and failure, held and free."""

    def call() -> np.ndarray:
        return np.array([fits(*one) for one in zip(toys.counts[:count], toys.shifts[:count], strict=True)])

    held, failed, free, lost = call().T
    return Result(least(call) * 1000 / count, held - free, int(failed.sum() + lost.sum()))


def function(parts: np.ndarray) -> tuple[Callable[..., float], str]:
    """-2 ln L (theta, counts, centres), compiled where numba is."""

    def minus_two_log(theta, counts, centres):  # type: ignore[no-untyped-def]
        total = 0.0
        for i in range(3):
            total += ((theta[i + 1] - centres[i]) / SIGMAS[i]) ** 2
        mu = theta @ parts
        for i in range(len(mu)):
            total += 2.0 * (mu[i] - (counts[i] * np.log(mu[i]) if counts[i] > 0 else 0.0))
        return total

    def in_numpy(theta, counts, centres):  # type: ignore[no-untyped-def]
        mu = theta @ parts
        return 2.0 * (mu - counts * np.log(mu)).sum() + (((theta[1:] - centres) / SIGMAS) ** 2).sum()

    try:
        import numba
    except ImportError:
        return in_numpy, "iminuit"
    return numba.njit(minus_two_log), "iminuit with numba"


def at(minus_two_log: Callable[..., float], counts: np.ndarray, centres: np.ndarray) -> Callable[..., float]:
    """-2 ln L of one toy."""
    return lambda theta: minus_two_log(theta, counts, centres)


def minuit(parts: np.ndarray, toys: Toys, least: Callable[..., float]) -> tuple[str, Result] | None:
    """Migrad with its own numerical gradient, free and held."""
    try:
        from iminuit import Minuit
    except ImportError:
        return None
    minus_two_log, name = function(parts)
    limits = [(0.0, 3.0), *((1 - BOX * s, 1 + BOX * s) for s in SIGMAS)]

    def fits(counts: np.ndarray, shifts: np.ndarray) -> list[float]:
        values = []
        for held in (True, False):
            fit = Minuit(at(minus_two_log, counts, 1.0 + SIGMAS * shifts[1:]), np.ones(4))
            fit.errordef, fit.limits, fit.strategy = Minuit.LEAST_SQUARES, limits, 0
            fit.fixed[0] = held
            fit.migrad()
            values += [fit.fval, float(not fit.valid)]
        return values

    return name, one_by_one(fits, toys, PEERS[name], least)


def pyhf(parts: np.ndarray, toys: Toys, least: Callable[..., float]) -> tuple[str, Result] | None:
    """The same model in pyhf, with jax and scipy: up and down histograms make a constrained scale."""
    try:
        import pyhf as peer
    except ImportError:
        return None

    def known(name: str, part: np.ndarray, s: float) -> dict[str, Any]:
        shape = {"hi_data": (part * (1 + s)).tolist(), "lo_data": (part * (1 - s)).tolist()}
        return {"name": name, "data": part.tolist(), "modifiers": [{"name": name, "type": "histosys", "data": shape}]}

    scale = {"name": "mu", "type": "normfactor", "data": None}
    signal = {"name": "signal", "data": parts[0].tolist(), "modifiers": [scale]}
    rest = [known(f"known{i}", part, s) for i, (part, s) in enumerate(zip(parts[1:], SIGMAS, strict=True))]
    peer.set_backend("jax", "scipy")  # three times as fast as with numpy: it has derivatives
    model = peer.Model({"channels": [{"name": "mixture", "samples": [signal, *rest]}]}, poi_name="mu")
    bounds = [(0.0, 3.0) if name == "mu" else (-BOX, BOX) for name in model.config.par_order]

    def fits(counts: np.ndarray, shifts: np.ndarray) -> list[float]:
        data, values = counts.tolist() + shifts[1:].tolist(), []
        for fit in (partial(peer.infer.mle.fixed_poi_fit, 1.0), peer.infer.mle.fit):
            try:
                values += [float(fit(data=data, pdf=model, par_bounds=bounds, return_fitted_val=True)[1]), 0.0]
            except peer.exceptions.FailedMinimization:
                values += [np.nan, 1.0]
        return values

    return "pyhf", one_by_one(fits, toys, PEERS["pyhf"], least)


def compare(least: Callable[..., float]) -> tuple[Result, list[tuple[str, Result, float]], list[str]]:
    """Ours; each peer that is installed with the largest difference of its ratios from ours; those that are not."""
    parts = templates()
    likelihood = build(parts)
    mine = ours(likelihood, least)
    toys = throw(likelihood, likelihood.theta({}), 5, max(PEERS.values()))
    found = [one for one in (minuit(parts, toys, least), pyhf(parts, toys, least)) if one is not None]
    names = [name for name, _ in found]
    missing = [] if any(name.startswith("iminuit") for name in names) else ["iminuit"]
    missing += [] if "iminuit with numba" in names else ["numba"]
    missing += [] if "pyhf" in names else ["pyhf"]
    rows = [(name, one, float(np.nanmax(np.abs(one.q - mine.q[: len(one.q)])))) for name, one in found]
    return mine, rows, missing


def main() -> None:
    """Fits per second, two for each toy."""

    def least(call: Callable[[], Any]) -> float:
        seconds = []
        for _ in range(3):
            begun = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - begun)
        return min(seconds)

    mine, rows, missing = compare(least)
    print(f"load {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores")
    share = 100 * (1 - mine.failed / NUMBER)
    print(f"ontarget            {2000 / mine.seconds:9.0f} fits/s; {share:.4g} % of {NUMBER} toys converged")
    for name, one, worst in rows:
        failed = f"{one.failed} of {2 * len(one.q)} failed"
        print(f"{name:19s} {2000 / one.seconds:9.0f} fits/s; {failed}; q differ by {worst:.1g}")
    if missing:
        print(f"not installed: {', '.join(missing)}")


if __name__ == "__main__":
    main()
