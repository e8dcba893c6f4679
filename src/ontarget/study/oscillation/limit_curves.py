"""Limits of an amplitude by mass splitting, as rows and as a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from ontarget.ground.units import eV
from ontarget.plot import Curve, Figure, curves_figure


def in_ev2(splittings: Float[np.ndarray, " splitting"]) -> Float[np.ndarray, " splitting"]:
    """Splittings in eV^2, as tables and figures show them."""
    return splittings / eV**2


def confidence(level: float) -> str:
    """A level of confidence as titles and captions say it."""
    return f"{100 * level:.4g} % CL, two degrees of freedom"


def within(shown: Float[np.ndarray, " splitting"], wanted: Iterable[float]) -> list[float]:
    """Those of the wanted splittings (eV^2) that lie between the first and the last of `shown`."""
    return [one for one in wanted if shown[0] <= one <= shown[-1]]


def interpolated(shown: Float[np.ndarray, " splitting"], limit: Float[np.ndarray, " splitting"], at: float) -> float:
    """A limit between two splittings, along both logarithms."""
    return float(np.exp(np.interp(np.log(at), np.log(shown), np.log(limit))))


def rows_by_splitting(
    shown: Float[np.ndarray, " splitting"], limits: Mapping[str, Float[np.ndarray, " splitting"]]
) -> list[dict[str, float]]:
    """One row per splitting (eV^2), with one column per search."""
    return [
        {"dm2 (eV2)": float(x)} | {name: float(one[i]) for name, one in limits.items()} for i, x in enumerate(shown)
    ]


def limits_figure(
    shown: Float[np.ndarray, " splitting"], limits: Mapping[str, Float[np.ndarray, " splitting"]], amplitude: str
) -> Figure:
    """Limits against splittings (eV^2), as is usual: the amplitude across."""
    curves = [Curve(name, limit, shown) for name, limit in limits.items()]
    return curves_figure(curves, [], amplitude, "Δm² (eV²)", "log", "log")


def groups_or_all(groups: Mapping[str, Sequence[str]], names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Which searches are drawn together, by title: all in one figure where nothing is said."""
    return groups or {"all": names}
