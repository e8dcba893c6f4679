"""The picture of the front page: what the six detectors at the European Spallation Source count, and what it says."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

import ontarget as ot
from ontarget.analysis.facility.threshold_counts import thresholds
from ontarget.ground.units import keV
from ontarget.inference.fit import threshold
from ontarget.plot import to_svg
from ontarget.plot.style import COLOURS, RULES, new_grid

NAMES = {
    "CsI": "ess_csi",
    "xenon": "ess_xenon",
    "germanium": "ess_germanium",
    "silicon": "ess_silicon",
    "argon": "ess_argon",
    r"C$_3$F$_8$": "ess_c3f8",
}
COUPLINGS = {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}}
GRID = np.linspace(-0.8, 1.0, 141)


def draw_counts(axes: Axes, experiments: dict[str, ot.Experiment]) -> None:
    """Recoils per kg and year above each threshold; a dot where the detector is proposed to have it."""
    energies = np.geomspace(0.05 * keV, 150 * keV, 70)
    for (label, one), colour in zip(experiments.items(), COLOURS, strict=False):
        style = "--" if label == "xenon" else "-"  # it lies on caesium iodide, its neighbour
        counts, start = one.expected(), np.array([float(one.detector.seen.start)])
        found, proposed = thresholds(one, energies, counts), thresholds(one, start, counts)
        axes.plot(found.thresholds, found.above, style, color=colour, label=label)
        axes.plot(proposed.thresholds, proposed.above, "o", color=colour)
    axes.set(xscale="log", yscale="log", xlim=(0.05, 150), ylim=(1, 1e3))
    axes.set_xlabel("threshold on recoil energy (keV)")
    axes.set_ylabel("recoils above it, per kg and year")
    axes.legend(fontsize=8.5, loc="lower left", ncols=2)


def draw_plane(axes: Axes, experiments: dict[str, ot.Experiment]) -> None:
    """Allowed regions of new couplings to u and d quarks, at 90 %, nuisances profiled."""
    free = [
        ot.Parameter("u", "*.couplings.eps_ee_u", GRID[0], GRID[-1]),
        ot.Parameter("d", "*.couplings.eps_ee_d", GRID[0], GRID[-1]),
        ot.Scale("signal", "*.source.neutrinos_per_proton", 0.2, 1.8, prior=ot.Gaussian(1, 0.10)),
        ot.Scale("background", "*.backgrounds.*.rate", 0.9, 1.1, prior=ot.Gaussian(1, 0.01)),
    ]
    groups = {label: ([experiments[label]], COLOURS[list(NAMES).index(label)]) for label in ("CsI", "silicon")}
    groups["all six"] = (list(experiments.values()), "#222222")
    for label, (several, colour) in groups.items():
        scan = ot.profile(ot.likelihood(several, free), {"u": GRID, "d": GRID})
        level, values = threshold(0.90, 2), scan.values.T
        axes.contourf(
            GRID, GRID, values, levels=[-1e30, level], colors=[colour], alpha=0.6 if label == "all six" else 0.18
        )
        axes.contour(GRID, GRID, values, levels=[level], colors=[colour], linewidths=1.3)
        axes.plot([], [], color=colour, linewidth=5, alpha=0.6, label=label)
    axes.plot(0, 0, marker="*", markersize=9, color="white", markeredgecolor="black", linestyle="", label="true value")
    axes.set(xlim=(-0.8, 1.0), ylim=(-0.8, 1.0))
    axes.set_xlabel(r"$\varepsilon_{ee}^{u}$")
    axes.set_ylabel(r"$\varepsilon_{ee}^{d}$")
    axes.legend(fontsize=8.5, loc="lower left")


def main() -> None:
    experiments = {label: ot.load(name, set=COUPLINGS) for label, name in NAMES.items()}
    with mpl.rc_context(RULES):
        figure, (left, right) = new_grid(1, 2, 9.6, 4.0)
        draw_counts(left, experiments)
        draw_plane(right, experiments)
    Path("ess.svg").write_text(to_svg(figure), encoding="utf-8")


if __name__ == "__main__":
    main()
