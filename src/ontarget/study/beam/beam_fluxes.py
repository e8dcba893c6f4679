"""The flux of a decay tunnel at its detector, by parents."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.beam_flux import of_a_tunnel, simulated_flux
from ontarget.analysis.beam.by_origin import OriginFlux, beam_fluxes
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Energy, Noun, Number, quantity, static
from ontarget.ground.units import BEAM_ENERGY, GeV
from ontarget.plot import Curve, Figure, Mark, curves_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

PARENTS: Mapping[str, str] = {"pi+": "pions", "K+": "kaons", "pi-": "negative pions", "K-": "negative kaons"}
"""How figures call what was in the beam."""

DRAWN: Mapping[str, str] = {"nu_mu": "muon", "nu_e": "electron"}
"""The flavours that are drawn, and how captions call them."""


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
    key: str = static(default="beam_flux")

    def check(self, context: Context) -> None:
        check_range(self, "precision", 1e-4, 0.5)
        of_a_tunnel(context.experiment(self.experiment, "experiment"))

    def run(self, context: Context) -> Section:
        experiment, precision = context.experiment(self.experiment, "experiment"), float(self.precision)
        flux = context.once(simulated_flux, experiment, precision, context.progress)
        found = beam_fluxes(experiment, precision, flux)
        pictures = [
            Picture(
                f"{self.key}_{neutrino}",
                f"Flux of {name} neutrinos at {self.experiment}, by the parents that entered the tunnel.",
                figure(found, neutrino, self.shape if neutrino == "nu_mu" else None),
            )
            for neutrino, name in DRAWN.items()
            if neutrino in found.parents
        ]
        text = (
            f"Mean over the volume of the detector of {self.experiment}, neutrinos per m² and proton on target, from "
            f"{found.rays:.2g} rays forced through it: the statistical error is below {100 * precision:g} "
            "% wherever 0.3 % of a flavour's flux or more falls on a node."
        )
        table = Table(
            self.key, "Flux by origin", rows(found), {"statistical error": Column(error_of="per m2 and proton")}
        )
        return Section("Flux at the detector", text, [table], pictures, headline=headline(found))


def headline(found: OriginFlux) -> list[Headline]:
    """The flux of each flavour, from all origins."""
    made = []
    for neutrino in dict.fromkeys(origin.neutrino for origin in found.origins):
        own = np.array([origin.neutrino == neutrino for origin in found.origins])
        flux, error = float(found.flux[own].sum()), float(np.sqrt((found.error[own] ** 2).sum()))
        made.append(Headline(neutrino, flux, error, "per m2 and proton"))
    return made


def rows(found: OriginFlux) -> list[dict[str, object]]:
    """One row per origin: flux, its error, mean energy."""
    numbers = zip(found.origins, found.flux, found.error, found.mean_energy, strict=True)
    return [
        {
            **dataclasses.asdict(origin),
            "followed": " > ".join(origin.followed),
            "per m2 and proton": float(flux),
            "statistical error": float(error),
            "mean energy (GeV)": float(mean) if np.isfinite(mean) else None,
        }
        for origin, flux, error, mean in numbers
    ]


def figure(found: OriginFlux, neutrino: str, shape: PublishedShape | None = None) -> Figure:
    """Flux against energy, by parent and through what; a published shape as marks."""
    curves = [Curve("all", found.energy, positive(found.density(neutrino)), group=6)]
    for group, one in enumerate(found.parents[neutrino]):
        label = PARENTS.get(one.parent, one.parent) + (f" through {one.through}" if one.through else "")
        curves.append(Curve(label, found.energy, positive(one.density), group=group))
    marks = []
    if shape is not None:
        energy = np.asarray(shape.energies) / GeV
        values = found.scaled(neutrino, energy, np.asarray(shape.values))
        marks.append(Mark(f"{shape.label}, scaled", energy, values, group=6, hollow=True, size=4.0))
    unit = "neutrinos / m² / proton / GeV"
    drawn = curves_figure(curves, marks, "neutrino energy (GeV)", unit, y_scale="log")
    drawn.axes[0].set_xlim(0, 10)
    top = max(np.nanmax(curve.y) for curve in curves)
    drawn.axes[0].set_ylim(2e-5 * top, 2 * top)
    return drawn


def positive(values: Float[np.ndarray, " energy"]) -> Float[np.ndarray, " energy"]:
    """Not a number in place of zeros, which a logarithmic axis does not draw."""
    return np.where(values > 0, values, np.nan)
