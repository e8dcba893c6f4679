"""The NSI scan: 100 x 100 points, one normalisation profiled. Run as a script it is the whole thing from nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import ontarget as ot

YAML = Path(__file__).with_name("sns_csi.yaml")
NORMALISATION = 0.10
GRID = np.linspace(-0.6, 1.2, 100)


def build(experiment: ot.Experiment) -> ot.likelihood:
    """The likelihood of the scan."""
    prior = ot.Gaussian(1.0, NORMALISATION)
    return ot.likelihood(
        experiment,
        [
            ot.Parameter("u", "*.couplings.eps_ee_u", GRID[0], GRID[-1]),
            ot.Parameter("d", "*.couplings.eps_ee_d", GRID[0], GRID[-1]),
            ot.Scale("norm", "*.source.neutrinos_per_proton", 0.02, 2.0, prior=prior),
        ],
    )


def scan(likelihood: ot.likelihood) -> np.ndarray:
    """-2 ln L above the minimum [u, d]."""
    found = ot.profile(likelihood, {"u": GRID, "d": GRID})
    assert found.converged.all(), found.message
    return found.values


if __name__ == "__main__":
    print(f"{scan(build(ot.load(YAML))).max():.6g}")
