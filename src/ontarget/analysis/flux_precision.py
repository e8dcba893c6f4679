"""Relative uncertainties of a flux for covariances of its pulls, as rows of tables: sums, by energy, by radius."""

from __future__ import annotations

import numpy as np

from ontarget.ground.units import GeV
from ontarget.matter.flavour import FLAVOURS
from ontarget.source import VariedFlux

WORTH = 1e-3
"""Of the largest flux on a node: below it a relative error is not drawn."""


def relative(mean: np.ndarray, modes: np.ndarray, pulls: np.ndarray) -> np.ndarray:
    """Relative standard deviation of each bin; nothing where there is no flux."""
    sigma = np.sqrt(np.einsum("ib,ij,jb->b", modes, pulls, modes))
    return np.where(mean > 0, sigma / np.where(mean > 0, mean, 1.0), np.nan)


def whole_error(flux: VariedFlux, flavour: str, pulls: np.ndarray) -> float:
    """Relative error of all neutrinos of one flavour."""
    mean, modes = flux.by_energy(flavour)
    return float(relative(np.array([mean.sum()]), modes.sum(axis=1)[:, None], pulls)[0])


def spans(flux: VariedFlux) -> dict[str, tuple[str, np.ndarray]]:
    """Sums over energy that are asked for, by name: flavour, and the weight of each node."""
    energy = np.asarray(flux.given.energy) / GeV
    mean = flux.by_energy("nu_mu")[0]
    every = np.ones_like(energy)
    above = 1.0 * (energy > 4.3)
    return {
        "nu_mu": ("nu_mu", every),
        "nu_mu below 4.3 GeV (pions)": ("nu_mu", 1 - above),
        "nu_mu above 4.3 GeV (kaons)": ("nu_mu", above),
        "nu_mu, times energy": ("nu_mu", energy * (mean > 0)),
        "nu_e": ("nu_e", every),
        "nu_e, times energy": ("nu_e", energy),
    }


def precision_rows(flux: VariedFlux, after: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """One row per sum, one column per set of counters; and the ratio of flavours."""
    rows: list[dict[str, object]] = []
    for name, (flavour, weight) in spans(flux).items():
        mean, modes = flux.by_energy(flavour)
        total, parts = np.array([mean @ weight]), (modes @ weight)[:, None]
        rows.append({"flux": name} | {one: float(relative(total, parts, pulls)[0]) for one, pulls in after.items()})
    sides = [flux.by_energy(flavour) for flavour in ("nu_e", "nu_mu")]
    ratio = sides[0][1].sum(axis=1) / sides[0][0].sum() - sides[1][1].sum(axis=1) / sides[1][0].sum()
    rows.append({"flux": "nu_e / nu_mu"} | {one: float(np.sqrt(ratio @ p @ ratio)) for one, p in after.items()})
    return rows


def energy_rows(flux: VariedFlux, after: dict[str, np.ndarray]) -> list[dict[str, object]]:
    """One row per flavour and node of energy that holds some flux."""
    rows: list[dict[str, object]] = []
    energy = np.asarray(flux.given.energy) / GeV
    for flavour in ("nu_mu", "nu_e"):
        mean, modes = flux.by_energy(flavour)
        errors = {one: relative(mean, modes, pulls) for one, pulls in after.items()}
        rows += [
            {"neutrino": flavour, "energy (GeV)": float(energy[i])} | {one: float(e[i]) for one, e in errors.items()}
            for i in np.flatnonzero(mean > WORTH * mean.max())
        ]
    return rows


def radius_rows(flux: VariedFlux, after: dict[str, np.ndarray], edges: np.ndarray) -> list[dict[str, object]]:
    """One row per flavour and ring of the detector."""
    rows: list[dict[str, object]] = []
    values, modes = np.asarray(flux.given.values), np.asarray(flux.modes)
    for flavour in ("nu_mu", "nu_e"):
        place = FLAVOURS.index(flavour)
        mean = values[place].sum(axis=(0, 1))[:-1]
        errors = {one: relative(mean, modes[:, place].sum(axis=(1, 2))[:, :-1], pulls) for one, pulls in after.items()}
        rows += [
            {"neutrino": flavour, "radius from (m)": float(edges[i]), "to (m)": float(edges[i + 1])}
            | {one: float(error[i]) for one, error in errors.items()}
            for i in range(len(edges) - 1)
        ]
    return rows
