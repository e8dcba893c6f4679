"""The error of tagged energies: by energy, by what makes it, and what brings it to a goal."""

from __future__ import annotations

from itertools import pairwise

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq
from scipy.special import erf

from ontarget.analysis.tag_energy import _baselines, _momenta, _thicknesses, squares, without_scattering
from ontarget.ground.units import GeV, m
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.section import Picture
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.energy_error import CORE, Sample, core_and_slopes, errors_in_blocks, reached, sample_of
from ontarget.tagging.performance import half_width
from ontarget.tagging.tagger import Tagger

STEPS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]) * GeV
THICKEST = 0.1


def percent(of_squares: np.ndarray) -> float:
    """The core of errors whose squares are given, in per cent; as `core_of`, without derivatives."""
    errors = np.sqrt(2 * np.maximum(of_squares, 0.0))
    top = float(errors.max())
    return 100 * brentq(lambda width: erf(width / np.maximum(errors, 1e-9 * top)).mean() - CORE, 0.0, 2 * top)


def contribution_rows(tagger: Tagger, sample: Sample) -> list[dict[str, object]]:
    """The core with each part of the error switched off, and of each alone; the fit weighs as before.

    From the linear error, which has no statistics. 'Decay point' is what its uncertainty adds, from whatever it comes.
    """
    parts = errors_in_blocks(tagger, sample)
    whole = np.asarray(parts.whole)
    rows: list[dict[str, object]] = []
    for name, own in squares(parts).items():
        row = {"what": name, "core without it (%)": percent(whole - own), "core of it alone (%)": percent(own)}
        rows.append(row)
    return [{"what": "all", "core without it (%)": None, "core of it alone (%)": percent(whole)}, *rows]


def sensitivity_rows(tagger: Tagger, sample: Sample) -> list[dict[str, object]]:
    """By how many per cent the core grows if a number grows by one per cent."""
    whole, slopes = core_and_slopes(tagger, sample)
    rows: list[dict[str, object]] = []
    for arm in ("pions", "muons"):
        for field in ("momentum", "pitch", "thickness", "baseline"):
            slope, value = (getattr(getattr(one, arm), field) for one in (slopes, tagger))
            rows.append({"number": f"{arm}.{field}", "d ln core / d ln": float(slope * value / whole)})
    return [*rows, {"number": "vertex", "d ln core / d ln": float(slopes.vertex * tagger.vertex / whole)}]


def goal_rows(tagger: Tagger, sample: Sample, baselines: np.ndarray, goal: float) -> list[dict[str, object]]:
    """Thicknesses that reach the goal for each baseline, by Newton's method; and for momenta twice as well known."""
    better = eqx.tree_at(_momenta, tagger, [one / 2 for one in _momenta(tagger)])
    rows: list[dict[str, object]] = []
    for baseline in baselines:
        row: dict[str, object] = {"baseline (m)": float(baseline / m)}
        for label, one in (("momenta as given", tagger), ("momenta twice as well", better)):
            longer = eqx.tree_at(_baselines, one, [jnp.asarray(baseline)] * 2)
            found = reached(longer, _thicknesses, sample, goal, 0.002, THICKEST)
            row[f"thickness, {label} (% X0)"] = None if found is None else 100 * found
            bare = errors_in_blocks(without_scattering(longer), sample)
            row[f"core without matter, {label} (%)"] = percent(np.asarray(bare.whole))
        rows.append(row)
    return rows


def energy_rows(right: Tagged, tagger: Tagger, length: float) -> list[dict[str, object]]:
    """One row per step of energy: core, tails and pull as simulated, and the core and its parts of the linear error."""
    rows: list[dict[str, object]] = []
    off = right.tags.energy / right.events.energy - 1
    pull = (right.tags.energy - right.events.energy) / right.tags.error
    for low, high in pairwise(STEPS):
        chosen = np.flatnonzero((right.events.energy >= low) & (right.events.energy < high))
        if len(chosen) < 20:
            continue
        width = half_width(off[chosen])
        parts = errors_in_blocks(tagger, sample_of(right.events.only(chosen[:512]), length))
        row: dict[str, object] = {"low (GeV)": float(low / GeV), "high (GeV)": float(high / GeV), "tags": len(chosen)}
        row |= {"core (%)": 100 * width, "beyond 3 cores (%)": 100 * float((np.abs(off[chosen]) > 3 * width).mean())}
        row |= {"bias (%)": 100 * float(np.median(off[chosen])), "pull": half_width(pull[chosen])}
        row["linear core (%)"] = percent(np.asarray(parts.whole))
        row |= {f"{name} alone (%)": percent(own) for name, own in squares(parts).items()}
        rows.append(row)
    return rows


def energy_pictures(rows: list[dict[str, object]]) -> list[Picture]:
    """The core against energy, as simulated, and what it is made of."""
    middle = np.array([(float(str(row["low (GeV)"])) + float(str(row["high (GeV)"]))) / 2 for row in rows])
    column = {key: np.array([float(str(row[key])) for row in rows]) for key in rows[0]}
    error = column["core (%)"] / np.sqrt(column["tags"])
    marks = [Mark("simulated", middle, column["core (%)"], error, group=6, size=4.0)]
    names = ["linear core (%)", *(key for key in column if key.endswith("alone (%)"))]
    curves = [Curve(key.removesuffix(" (%)"), middle, column[key], group=i) for i, key in enumerate(names)]
    figure = curves_figure(curves, marks, "neutrino energy (GeV)", "error of the energy (%)", y_scale="log")
    caption = "Half-width that holds 68.27 % of the error of the tagged energy, and what makes it."
    return [Picture("tagging_energy", caption, figure)]


def goal_picture(rows: list[dict[str, object]], goal: float) -> Picture:
    """Thickness that reaches the goal against the baseline."""
    curves = []
    for key in rows[0]:
        if key.startswith("thickness"):
            kept = [row for row in rows if row[key] is not None]
            x = np.array([float(str(row["baseline (m)"])) for row in kept])
            label = key.removeprefix("thickness, ").removesuffix(" (% X0)")
            curves.append(Curve(label, x, np.array([float(str(row[key])) for row in kept])))
    figure = curves_figure(curves, [], "baseline of both arms (m)", "thickness of each plane (% X₀)")
    figure.axes[0].set_ylim(bottom=0)
    return Picture("tagging_goal", f"Thickness of planes that knows the energy to {100 * goal:g} %.", figure)
