"""Neutrinos ready to be the beam particles of NuHepMC events (1.0.0): a table, and the run's attributes beside it.

NuHepMC holds events; a neutrino that has not interacted is none (it has no target and no vertex), so no HepMC file is
written. What a generator needs of the beam is `NAME.csv`, one neutrino in each row: the four-momentum of the particle
of status 4 in GEV, the `lab_pos` of four entries (E.C.5) where it enters the window, in CM and seconds, and `weight`,
neutrinos per proton; and `NAME.json`, the attributes of the GenRunInfo by their names: exposure (G.C.1) and the flux of
each flavour as a histogram (G.C.4).

References
----------
Gardiner:2023-arXiv2310.13211
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, s
from ontarget.io.formats.rays import NeutrinoRays
from ontarget.io.write import write_csv, write_json

VERSION = (1, 0, 0)
COLUMNS = ("pdg", "px", "py", "pz", "E", "x", "y", "z", "t", "weight")
FLUX_UNIT = "1/m^2/POT"


def write_rays(
    stem: str | Path, rays: NeutrinoRays, edges: Float[np.ndarray, " edge"], protons: float
) -> tuple[Path, Path]:
    """Write both files; `edges` are those of the histograms, `protons` on target the exposure to be generated."""
    if not protons > 0 or not math.isfinite(protons):
        raise InputError("protons", f"{protons:g}", "An exposure has some protons.", "Give a number above 0.")
    stem = Path(stem)
    table = write_csv(stem.with_name(f"{stem.name}.csv"), columns(rays))
    return table, write_json(stem.with_name(f"{stem.name}.json"), attributes(rays, edges, protons))


def columns(rays: NeutrinoRays) -> dict[str, list]:
    """The table, by column."""
    parts = [
        rays.neutrino,
        *(rays.momentum / GeV).T,
        rays.energy / GeV,
        *(rays.place / cm).T,
        rays.time / s,
        rays.number,
    ]
    return {name: part.tolist() for name, part in zip(COLUMNS, parts, strict=True)}


def attributes(rays: NeutrinoRays, edges: Float[np.ndarray, " edge"], protons: float) -> dict[str, Any]:
    """The attributes of the run; a bin holds what it holds, not per width."""
    found: dict[str, Any] = {
        f"NuHepMC.Version.{name}": number for name, number in zip(("Major", "Minor", "Patch"), VERSION, strict=True)
    }
    found["NuHepMC.Conventions"] = ["G.C.1", "G.C.4", "E.C.5"]
    found["NuHepMC.Exposure.POT"] = float(protons)
    found |= {"NuHepMC.Beam.EnergyUnit": "GEV", "NuHepMC.Beam.FluxUnit": FLUX_UNIT}
    for pdg in np.unique(rays.neutrino).tolist():
        chosen = rays.neutrino == pdg
        content = np.histogram(rays.energy[chosen], edges, weights=rays.fluence[chosen])[0] * m**2
        beam = f"NuHepMC.Beam[{pdg}]"
        found[f"{beam}.Type"] = "Histogram"
        found[f"{beam}.Histogram.BinEdges"] = (edges / GeV).tolist()
        found[f"{beam}.Histogram.BinContent"] = content.tolist()
        found[f"{beam}.Histogram.ContentIsPerWidth"] = False
    return found
