"""-2 ln L of a HistFactory workspace, up to a constant, as pyhf computes it by default: for checking what was written.

References
----------
Cranmer:2012sba
Heinrich:2021-JOSS6.2823
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

CODE4 = np.array(
    [
        [a**k for k in range(1, 7)]
        if order == 0
        else [k * a ** (k - 1) for k in range(1, 7)]
        if order == 1
        else [k * (k - 1) * a ** (k - 2) if k > 1 else 0.0 for k in range(1, 7)]
        for order in range(3)
        for a in (1.0, -1.0)
    ]
)
"""Values, slopes and curvatures at 1 and at -1 of the six powers of code 4."""

Values = Mapping[str, Sequence[float]]


def minus_two_log(document: Mapping[str, Any], values: Values) -> float:
    """-2 ln L at values of the workspace's parameters, without terms that no parameter moves."""
    seen = {one["name"]: np.asarray(one["data"]) for one in document["observations"]}
    total, normal = 0.0, set()
    for channel in document["channels"]:
        expected = sum(counts(sample, values) for sample in channel["samples"])
        data = seen[channel["name"]]
        with np.errstate(divide="ignore", invalid="ignore"):
            log = np.where(data > 0, data * np.log(expected / np.where(data > 0, data, 1.0)), 0.0)
        total += 2 * float((expected - data - log).sum())
        kinds = [(one["name"], one["type"]) for sample in channel["samples"] for one in sample["modifiers"]]
        normal |= {name for name, kind in kinds if kind in ("histosys", "normsys", "lumi")}
    settings = {one["name"]: one for one in document["measurements"][0]["config"]["parameters"]}
    for name in sorted(normal):
        given = settings.get(name, {})
        mean, sigma = given.get("auxdata", [0.0])[0], given.get("sigmas", [1.0])[0]
        total += ((values[name][0] - mean) / sigma) ** 2
    return total


def counts(sample: Mapping[str, Any], values: Values) -> np.ndarray:
    """Expected counts [bin] of one sample."""
    nominal = np.asarray(sample["data"], float)
    added, factor = nominal.copy(), np.ones_like(nominal)
    for modifier in sample["modifiers"]:
        kind, data, value = modifier["type"], modifier["data"], np.asarray(values[modifier["name"]])
        if kind == "histosys":
            added += code4p(float(value[0]), nominal, np.asarray(data["lo_data"]), np.asarray(data["hi_data"]))
        elif kind == "normsys":
            factor = factor * code4(float(value[0]), data["lo"], data["hi"])
        else:  # normfactor, lumi and shapefactor: the value, or one for each bin
            factor = factor * value
    return added * factor


def code4p(value: float, nominal: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    r"""What is added to a template: straight beyond one, and inside a polynomial that meets both.

    .. math:: a S + a^2 A (15 - 10 a^2 + 3 a^4), \quad S = (h - l)/2, \quad A = (h + l - 2 n)/16
    """
    up, down = high - nominal, nominal - low
    if value > 1:
        return value * up
    if value < -1:
        return value * down
    square = value * value
    return value * (up + down) / 2 + square * (up - down) / 16 * (15 + square * (3 * square - 10))


def code4(value: float, low: float, high: float) -> float:
    """A factor: exponential beyond one, and inside a polynomial that meets value, slope and curvature."""
    if abs(value) >= 1:
        return high**value if value > 0 else low**-value
    up, down = np.log(high), np.log(low)
    ends = [high - 1, low - 1, high * up, -low * down, high * up**2, low * down**2]
    return float(1 + np.linalg.solve(CODE4, ends) @ value ** np.arange(1, 7))
