"""One detector at stopped-pion facilities: when neutrinos come, the best windows in time, and leakage into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.facility.arrivals import Arrivals, arrivals, check_clocks, in_time, per_neutrino
from ontarget.analysis.facility.pion_facility import StoppedPionFacility, facility_of
from ontarget.analysis.facility.window import AbstractWindowCriterion, BestSignificance
from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import site_of
from ontarget.ground.constants import c, pion_lifetime
from ontarget.ground.units import us
from ontarget.numerics.axis import TimeAxis
from ontarget.source import ArrivalTime, Facility, Site

SHARES = (0.9, 0.95, 0.99)
"""Of prompt neutrinos, that windows of `Leakage` hold."""


@dataclass(frozen=True)
class Window:
    """What lies between two times, in events per calendar year.

    Attributes
    ----------
    start, stop : microseconds after the first neutrino can arrive
    duty : share of the time with beam in which it is open
    signal : the neutrinos for which it is chosen
    other_neutrinos : those of the other clock
    backgrounds : by name
    prompt_share, delayed_share : of all prompt and of all delayed neutrinos at the times that are looked at
    """

    start: float
    stop: float
    duty: float
    signal: float
    other_neutrinos: float
    backgrounds: dict[str, float]
    prompt_share: float
    delayed_share: float

    @property
    def everything(self) -> float:
        """Neutrinos and backgrounds."""
        return self.signal + self.other_neutrinos + sum(self.backgrounds.values())

    @property
    def purity(self) -> float:
        """S/(S + B)."""
        return self.signal / self.everything

    @property
    def significance(self) -> float:
        r""":math:`S/\sqrt{S + B}`."""
        return float(self.signal / np.sqrt(self.everything))


@dataclass(frozen=True)
class Leakage:
    """Windows from time zero until a share of all prompt neutrinos has come, and the delayed ones in them.

    Shares are of the neutrinos that are made, within 1e-3.

    Attributes
    ----------
    prompt_share : [window]
    stop : [window] microseconds
    delayed_share : [window] of the neutrinos of one delayed flavour
    duty : [window] share of the time with beam
    """

    prompt_share: Float[np.ndarray, " window"]
    stop: Float[np.ndarray, " window"]
    delayed_share: Float[np.ndarray, " window"]
    duty: Float[np.ndarray, " window"]

    @property
    def delayed_per_prompt(self) -> Float[np.ndarray, " window"]:
        """Neutrinos of both delayed flavours for each prompt one."""
        return 2 * self.delayed_share / self.prompt_share


@dataclass(frozen=True)
class FacilityTiming:
    """A detector at one facility.

    Attributes
    ----------
    at : the facility
    arrivals : events per calendar year by time
    prompt : the best window for prompt neutrinos
    delayed : the best one for delayed neutrinos after it, where there is any time left
    leakage : of delayed neutrinos into windows from time zero
    duty : of all times that are looked at
    """

    at: StoppedPionFacility
    arrivals: Arrivals
    prompt: Window
    delayed: Window | None
    leakage: Leakage
    duty: float

    @property
    def neutrinos(self) -> float:
        """Per calendar year, at all times that are looked at."""
        return float((self.arrivals.prompt + self.arrivals.delayed).sum())

    @property
    def significance(self) -> float:
        r""":math:`S/\sqrt{S + B}` of all neutrinos, with the backgrounds of all times."""
        return self.neutrinos / float(np.sqrt(self.neutrinos + self.arrivals.background.sum()))


def timing(
    experiment: Experiment,
    facilities: Sequence[StoppedPionFacility] = (),
    *,
    stop: Float[Array, ""] | float = 10 * us,
    bins: int = 500,
    prompt: AbstractWindowCriterion | None = None,
    delayed: AbstractWindowCriterion | None = None,
    counts: Counts | None = None,
) -> tuple[FacilityTiming, ...]:
    """The detector of an experiment at each facility, as far from it as it stands from its own.

    Time is zero when the first neutrino of a pulse can arrive (of a Gaussian pulse: where its own zero is).

    Parameters
    ----------
    facilities : the experiment's own by default
    stop, bins : of the times that are looked at (internal units)
    prompt, delayed : what windows are chosen by; the best significance by default
    counts : the experiment's own, where they are known already
    """
    check_clocks(experiment)
    seen = per_neutrino(experiment, experiment.expected() if counts is None else counts)
    axis = TimeAxis(jnp.zeros(()), jnp.asarray(stop), bins)
    criteria = prompt or BestSignificance(), delayed or BestSignificance()
    found = []
    for at in facilities or [facility_of(experiment)]:
        by_time = arrivals(experiment, seen, at, axis)
        windows = best_windows(at.facility, by_time, *criteria)
        duty = float(at.facility.repetition * axis.stop)
        found.append(FacilityTiming(at, by_time, *windows, leakage(experiment, at, bins), duty))
    return tuple(found)


def best_windows(
    facility: Facility, by_time: Arrivals, for_prompt: AbstractWindowCriterion, for_delayed: AbstractWindowCriterion
) -> tuple[Window, Window | None]:
    """The best window for prompt neutrinos, and the best after it for delayed ones.

    In the one the signal is prompt neutrinos, in the other delayed ones; the background is everything else.
    """
    prompt, delayed, background = by_time.prompt, by_time.delayed, by_time.background
    first, last = for_prompt.window(prompt, delayed + background)
    window = window_between(facility, by_time, first, last, prompt, delayed)
    if last == len(by_time.edges) - 1:
        return window, None
    low, high = for_delayed.window(delayed[last:], (prompt + background)[last:])
    return window, window_between(facility, by_time, last + low, last + high, delayed, prompt)


def window_between(
    facility: Facility,
    by_time: Arrivals,
    first: int,
    last: int,
    signal: Float[np.ndarray, " bin"],
    others: Float[np.ndarray, " bin"],
) -> Window:
    """What lies between two edges, by their numbers: the signal and the other neutrinos are in events by bin."""
    inside, low, high = slice(first, last), float(by_time.edges[first]), float(by_time.edges[last])
    return Window(
        low,
        high,
        float(facility.repetition * (high - low) * us),
        float(signal[inside].sum()),
        float(others[inside].sum()),
        {name: float(values[inside].sum()) for name, values in by_time.backgrounds.items()},
        float(by_time.prompt[inside].sum() / by_time.prompt.sum()),
        float(by_time.delayed[inside].sum() / by_time.delayed.sum()),
    )


def leakage(experiment: Experiment, at: StoppedPionFacility, bins: int) -> Leakage:
    """Delayed neutrinos in windows that hold `SHARES` of the prompt ones; times on a grid of so many bins.

    The grid ends two lengths of the pulse and twenty lives of the pion after time zero.
    """
    axis = TimeAxis(jnp.zeros(()), 2 * at.facility.pulse.length + 20 * pion_lifetime, bins)
    tag = ArrivalTime(axis, site_of(experiment, Site).baseline / c)
    bins_of = in_time(experiment, at.facility, at.source, tag)[:2]
    prompt, delayed = (np.append(0.0, np.cumsum(np.asarray(one))) for one in bins_of)
    edges, shares = np.asarray(axis.edges) / us, np.array(SHARES)
    stop = np.interp(shares, prompt, edges)
    duty = float(at.facility.repetition * us) * stop
    return Leakage(shares, stop, np.interp(stop, edges, delayed), duty)
