"""The flux of a decay tunnel at its detector, by parents."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam_flux import PARENTS, BeamFlux
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Energy, Noun, Number, quantity, static
from ontarget.ground.units import BEAM_ENERGY, GeV
from ontarget.plot import Curve, Mark, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.beam.beam_flux import beam_flux
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class PublishedShape(Noun):
    """A published flux in bins of `width` around `energies`, of which only the shape is meant."""

    energies: Annotated[Float[Array, " bin"], BEAM_ENERGY] = quantity()
    values: Float[Array, " bin"] = quantity()
    width: Energy = quantity()
    label: str = static(default="published")


class BeamFluxes(AbstractTask):
    """Flux by parent at the detector of one experiment, beside a published shape of the muon neutrinos.

    Attributes
    ----------
    experiment : its name
    precision : relative statistical error in every node that matters
    shape : scaled to ours between its ends
    """

    experiment: str = static()
    precision: Number = quantity(default=0.01)
    shape: PublishedShape | None = None

    def check(self, context: Context) -> None:
        check_range(self, "precision", 1e-4, 0.5)
        context.experiment(self.experiment, "experiment")

    def run(self, context: Context) -> Section:
        found = beam_flux(context, self.experiment, float(self.precision))
        rows = flux_rows(found)
        pictures = [self.picture(found, "nu_mu"), self.picture(found, "nu_e")]
        text = (
            f"Mean over the volume of the detector of {self.experiment}, neutrinos per m² and proton on target, from "
            f"{found.rays:.2g} rays forced through it: the statistical error is below {100 * float(self.precision):g} "
            "% wherever 0.3 % of a flavour's flux or more falls on a node."
        )
        return Section("Flux at the detector", text, [Table("beam_flux", "Flux by origin", rows)], pictures)

    def picture(self, found: BeamFlux, neutrino: str) -> Picture:
        """Flux against energy, by parent and through what."""
        total = found.flux[found.rows(neutrino=neutrino)].sum(axis=(0, 2))
        curves = [Curve("all", found.energy, drawn(total / found.width), group=6)]
        for (parent, through), values in by_parent(found, neutrino).items():
            label = PARENTS.get(parent, parent) + (f" through {through}" if through else "")
            curves.append(Curve(label, found.energy, drawn(values / found.width), group=len(curves) - 1))
        marks = [self.mark(found)] if neutrino == "nu_mu" and self.shape is not None else []
        name = {"nu_mu": "muon", "nu_e": "electron"}[neutrino]
        unit = "neutrinos / m² / proton / GeV"
        figure = curves_figure(curves, marks, "neutrino energy (GeV)", unit, y_scale="log")
        figure.axes[0].set_xlim(0, 10)
        top = max(np.nanmax(curve.y) for curve in curves)
        figure.axes[0].set_ylim(2e-5 * top, 2 * top)
        caption = f"Flux of {name} neutrinos at {self.experiment}, by the parents that entered the tunnel."
        return Picture(f"beam_flux_{neutrino}", caption, figure)

    def mark(self, found: BeamFlux) -> Mark:
        """The published shape, scaled to ours."""
        assert self.shape is not None
        energy, values = np.asarray(self.shape.energies) / GeV, np.asarray(self.shape.values)
        total = found.flux[found.rows(neutrino="nu_mu")].sum(axis=(0, 2)) / found.width
        scale = np.interp(energy, found.energy, total).sum() / values.sum()
        return Mark(f"{self.shape.label}, scaled", energy, values * scale, group=6, hollow=True, size=4.0)


def drawn(values: np.ndarray) -> np.ndarray:
    """Zeros of a logarithmic axis are not drawn."""
    return np.where(values > 0, values, np.nan)


def by_parent(found: BeamFlux, neutrino: str) -> dict[tuple[str, str], np.ndarray]:
    """Flux [energy] of one flavour by parent and by what was followed; largest first."""
    parts: dict[tuple[str, str], np.ndarray] = {}
    for row in found.rows(neutrino=neutrino):
        origin = found.origins[row]
        through = {"mu+": "muons", "mu-": "muons", "pi+": "pions", "pi-": "pions"}.get(
            "".join(origin.followed[-1:]), ""
        )
        key = origin.parent, through
        parts[key] = parts.get(key, 0.0) + found.flux[row].sum(axis=1)
    return dict(sorted(parts.items(), key=lambda item: -item[1].sum()))


def flux_rows(found: BeamFlux) -> list[dict[str, object]]:
    """One row per origin: flux, its error, mean energy."""
    rows = []
    for origin, flux, error in zip(found.origins, found.flux, found.error, strict=True):
        by_energy = flux.sum(axis=1)
        total = by_energy.sum()
        rows.append(
            {
                **dataclasses.asdict(origin),
                "followed": " > ".join(origin.followed),
                "per m2 and proton": total,
                "statistical error": float(np.sqrt((error**2).sum())),
                "mean energy (GeV)": float((found.energy * by_energy).sum() / total) if total else None,
            }
        )
    return rows
