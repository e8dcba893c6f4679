"""Relative uncertainties of a flux for covariances of its pulls: of sums, by energy, by radius."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from ontarget.ground.units import GeV
from ontarget.matter.flavour import FLAVOURS
from ontarget.source import VariedFlux

MONITORED = ("nu_mu", "nu_e")
"""The flavours whose fluxes are asked for."""

HELD = 1e-3
"""Of the largest flux on a node: below it a relative error is not shown."""

PION_END = 4.3 * GeV
"""Where muon neutrinos of pions end and those of kaons begin, for mesons of some 8.5 GeV."""

Matrix = Float[np.ndarray, "pull pull"]


@dataclass(frozen=True)
class FluxPrecision:
    """Relative standard deviations of a flux, for several covariances of its pulls.

    Attributes
    ----------
    sets : names of the covariances
    sums : names of sums over energy, and of the ratio of flavours
    of_sums : [sum set]
    energy : [energy] nodes, energy
    of_energy : by flavour, [set energy]; NaN where there is no flux
    held : by flavour, [energy] whether a node holds more than 1e-3 of the largest
    radii : [edge] of the rings of the detector, length; None where its tag has none
    of_rings : by flavour, [set ring]; empty without rings
    """

    sets: tuple[str, ...]
    sums: tuple[str, ...]
    of_sums: Float[np.ndarray, "sum set"]
    energy: Float[np.ndarray, " energy"]
    of_energy: Mapping[str, Float[np.ndarray, "set energy"]]
    held: Mapping[str, Bool[np.ndarray, " energy"]]
    radii: Float[np.ndarray, " edge"] | None
    of_rings: Mapping[str, Float[np.ndarray, "set ring"]]


def relative(
    mean: Float[np.ndarray, " bin"], modes: Float[np.ndarray, "pull bin"], pulls: Matrix
) -> Float[np.ndarray, " bin"]:
    r"""Relative standard deviation of each bin, :math:`\sqrt{J^T P J}/\phi`; NaN where there is no flux.

    Parameters
    ----------
    mean, modes : phi, and what one unit of each pull adds, J; in the same unit
    pulls : P
    """
    sigma = np.sqrt(np.einsum("ib,ij,jb->b", modes, pulls, modes))
    return np.where(mean > 0, sigma / np.where(mean > 0, mean, 1.0), np.nan)


def whole_error(flux: VariedFlux, flavour: str, pulls: Matrix) -> float:
    """Relative error of all neutrinos of one flavour."""
    mean, modes = flux.by_energy(flavour)
    return float(relative(np.array([mean.sum()]), modes.sum(axis=1)[:, None], pulls)[0])


def spans(flux: VariedFlux, split: float) -> dict[str, tuple[str, np.ndarray]]:
    """Sums over energy that are asked for, by name: flavour, and the weight of each node [energy].

    Parameters
    ----------
    split : energy above which muon neutrinos come of kaons
    """
    energy = np.asarray(flux.given.energy) / GeV
    mean = flux.by_energy("nu_mu")[0]
    every = np.ones_like(energy)
    above, end = 1.0 * (energy > split / GeV), f"{split / GeV:.3g} GeV"
    return {
        "nu_mu": ("nu_mu", every),
        f"nu_mu below {end} (pions)": ("nu_mu", 1 - above),
        f"nu_mu above {end} (kaons)": ("nu_mu", above),
        "nu_mu, times energy": ("nu_mu", energy * (mean > 0)),
        "nu_e": ("nu_e", every),
        "nu_e, times energy": ("nu_e", energy),
    }


def precision_of(
    flux: VariedFlux,
    covariances: Mapping[str, Matrix],
    split: float = PION_END,
    radii: Float[np.ndarray, " edge"] | None = None,
) -> FluxPrecision:
    """Relative standard deviations of a flux for covariances of its pulls, by name.

    Parameters
    ----------
    covariances : [pull pull]
    split : energy above which muon neutrinos come of kaons
    radii : edges of the rings that are the bins of the flux's tag, length
    """
    each = list(covariances.values())
    sums = {name: sum_errors(flux, flavour, weight, each) for name, (flavour, weight) in spans(flux, split).items()}
    sums["nu_e / nu_mu"] = ratio_errors(flux, each)
    of_energy, held, of_rings = {}, {}, {}
    for flavour in MONITORED:
        mean, modes = flux.by_energy(flavour)
        of_energy[flavour] = np.stack([relative(mean, modes, pulls) for pulls in each])
        held[flavour] = mean > HELD * mean.max()
        if radii is not None:
            of_rings[flavour] = ring_errors(flux, flavour, each)
    energy = np.asarray(flux.given.energy)
    of_sums = np.array(list(sums.values()))
    return FluxPrecision(tuple(covariances), tuple(sums), of_sums, energy, of_energy, held, radii, of_rings)


def sum_errors(flux: VariedFlux, flavour: str, weight: Float[np.ndarray, " energy"], each: list[Matrix]) -> list[float]:
    """Relative error of a weighted sum over energy, for each covariance."""
    mean, modes = flux.by_energy(flavour)
    total, parts = np.array([mean @ weight]), (modes @ weight)[:, None]
    return [float(relative(total, parts, pulls)[0]) for pulls in each]


def ratio_errors(flux: VariedFlux, each: list[Matrix]) -> list[float]:
    """Relative error of all electron over all muon neutrinos, for each covariance."""
    (electron, by_electron), (muon, by_muon) = (flux.by_energy(flavour) for flavour in ("nu_e", "nu_mu"))
    ratio = by_electron.sum(axis=1) / electron.sum() - by_muon.sum(axis=1) / muon.sum()
    return [float(np.sqrt(ratio @ pulls @ ratio)) for pulls in each]


def ring_errors(flux: VariedFlux, flavour: str, each: list[Matrix]) -> Float[np.ndarray, "set ring"]:
    """Relative error in every bin of the tag, energies summed, without what is outside; for each covariance."""
    row = FLAVOURS.index(flavour)
    mean = np.asarray(flux.given.values)[row].sum(axis=(0, 1))[:-1]
    modes = np.asarray(flux.modes)[:, row].sum(axis=(1, 2))[:, :-1]
    return np.stack([relative(mean, modes, pulls) for pulls in each])
