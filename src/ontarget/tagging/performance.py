"""What a tagger does, in numbers: efficiency, purity, uniqueness, errors of energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ontarget.source.origin import Origin
from ontarget.tagging.campaign import Tagged

PARENTS = {"pi+": "pi_munu", "pi-": "pi_munu", "K+": "k_munu", "K-": "k_munu"}


@dataclass(frozen=True, kw_only=True)
class Performance:
    """Shares of the interactions asked about, each with its number; a share of nothing is zero.

    Attributes
    ----------
    events : interactions
    acceptance : whose own parent and lepton were both found
    efficiency : tagged, rightly or not
    purity : right ones of the tagged
    unique : tagged with one candidate, of the tagged
    mistagged : tagged with others' tracks, of all
    accidental : of those whose own tracks are no pair, the part that is tagged all the same
    pairs : candidates in time and in space before the vertex is looked at, mean
    window_efficiency, window_purity : of the plain window cut
    core : half-width that holds 68.27 % of (tagged - true)/true of the right ones
    tails : of the right ones beyond three times the core
    bias : median of the same
    pull : half-width of (tagged - true)/error that holds 68.27 %
    """

    events: int
    acceptance: float
    efficiency: float
    purity: float
    unique: float
    mistagged: float
    accidental: float
    pairs: float
    window_efficiency: float
    window_purity: float
    core: float
    tails: float
    bias: float
    pull: float


def performance(found: Tagged, asked: np.ndarray) -> Performance:
    """What the tags of these interactions are worth; `asked` [event] says by truth values which."""
    events, tags = found.events.only(asked), found.tags.only(asked)
    tagged, window = tags.candidates > 0, tags.window > 0
    right = tags.right
    off = tags.energy[right] / events.energy[right] - 1
    pull = (tags.energy - events.energy)[right] / tags.error[right]
    core = half_width(off)
    return Performance(
        events=len(events),
        acceptance=share(tags.before & tags.after),
        efficiency=share(tagged),
        purity=share(right[tagged]),
        unique=share(tags.candidates[tagged] == 1),
        mistagged=share(tagged & ~right),
        accidental=share(tagged[~tags.own_pair]),
        pairs=float(tags.pairs.mean()) if len(events) else 0.0,
        window_efficiency=share(window),
        window_purity=share(tags.window_right[window]),
        core=core,
        tails=share(np.abs(off) > 3 * core),
        bias=float(np.median(off)) if len(off) else 0.0,
        pull=half_width(pull),
    )


def share(flags: np.ndarray) -> float:
    """The part of the flags that is true; zero of none."""
    return float(flags.mean()) if len(flags) else 0.0


def half_width(values: np.ndarray) -> float:
    """Half-width around zero that holds 68.27 % of the values; zero of none."""
    return float(np.quantile(np.abs(values), 0.6827)) if len(values) else 0.0


def statistical(value: float, number: int) -> float:
    """Binomial standard deviation of a share, `value`, of `number` interactions; never below 1/number."""
    return float(np.sqrt(max(value * (1 - value), 1 / max(number, 1)) / max(number, 1)))


def of_pions(found: Tagged, origins: Sequence[Origin]) -> np.ndarray:
    """Interactions of neutrinos from pi -> mu nu of the beam's own pions, in the tunnel: the usual denominator."""
    return of_mode(found, origins, "pi_munu")


def of_mode(found: Tagged, origins: Sequence[Origin], mode: str) -> np.ndarray:
    """Interactions of neutrinos from one mode of the beam's own particles, in the tunnel."""
    wanted = [one.mode == mode and not one.followed and one.region == "tunnel" for one in origins]
    return np.array(wanted)[found.events.origin]
