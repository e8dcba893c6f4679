"""The narrow-band off-axis method: the place of a vertex says the energy of its neutrino."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.beam_flux import simulated_flux
from ontarget.analysis.beam.off_axis_rings import OffAxisRings, RingPeaks, narrow_band, off_axis
from ontarget.ground.errors import check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import ANGLE
from ontarget.plot import Curve, Figure, curves_figure
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

LEAST_SHARE = 0.02
"""Rings with a smaller share of the events have no peak to speak of, and are not drawn."""


class OffAxis(AbstractTask):
    """Spectra in rings around the beam's axis, and what the energy of a neutrino is known to from the ring alone.

    The width of the peak of the pions' neutrinos is asked for at several spreads of the parents' momentum and
    divergences, everything else held.

    Attributes
    ----------
    experiment : its name; its tag is a `Radius`, its beam a `ParametrisedBeam`
    precision : of the spectra, as in the other tasks
    spreads, divergences : relative, and angles, tried with one another
    shown : rings whose spectra are drawn, by number
    """

    experiment: str = static()
    spreads: Float[Array, " spread"] = quantity()
    divergences: Annotated[Float[Array, " divergence"], ANGLE] = quantity()
    precision: Number = quantity(default=0.01)
    shown: tuple[int, ...] = static(default=(0, 2, 4, 6, 8))
    key: str = static(default="off_axis")

    def check(self, context: Context) -> None:
        check_range(self, "precision", 1e-4, 0.5)
        narrow_band(context.experiment(self.experiment, "experiment"))

    def run(self, context: Context) -> Section:
        experiment, precision = context.experiment(self.experiment, "experiment"), float(self.precision)
        flux = context.once(simulated_flux, experiment, precision, context.progress)
        beams = np.asarray(self.spreads).tolist(), np.asarray(self.divergences).tolist()
        found = off_axis(experiment, *beams, precision, flux, context.progress)
        widths = "Width of the pions' peak against spread and divergence"
        tables = [
            Table(f"{self.key}_rings", "Rings: the beam as it is", ring_rows(found)),
            Table(f"{self.key}_spreads", widths, spread_rows(found)),
        ]
        text = (
            "Vertices in a ring around the axis belong to neutrinos of one angle, hence, if parents have one momentum, "
            "of one energy. Events of muon neutrinos; 'peak' and widths are those of neutrinos from pions alone, the "
            "share of kaons' neutrinos stands beside them."
        )
        drawn = pictures(self.key, found, self.shown)
        return Section("Narrow-band off-axis method", text, tables, drawn, headline=headline(found))


def headline(found: OffAxisRings) -> list[Headline]:
    """What the innermost and the fullest ring say of the energy of a pion's neutrino, with the beam as it is."""
    made, own = [], found.own
    for i in dict.fromkeys((0, int(np.argmax(found.events)))):
        label = f"width of the peak, {found.radius[i]:.3g} to {found.radius[i + 1]:.3g} m from the axis"
        width, peak = 100 * float(own.width[i] / own.energy[i]), number_text(float(own.energy[i]))
        events = number_text(float(found.events[i]))
        made.append(Headline(label, width, unit="%", note=f"peak at {peak} GeV, {events} events"))
    return made


def label_of(peaks: RingPeaks) -> str:
    """A beam by its spread and divergence."""
    return f"{100 * peaks.spread:.3g} %, {peaks.divergence:.3g} mrad"


def ring_rows(found: OffAxisRings) -> list[dict[str, object]]:
    """One row per ring: events, share of kaons, peak and widths of the pions' neutrinos."""
    own = found.own
    return [
        {
            "r low (m)": float(low),
            "r high (m)": float(high),
            "events": float(found.events[i]),
            "share of kaons": float(found.kaon_share[i]),
            "mean (GeV)": float(found.mean_energy[i]),
            "pion peak (GeV)": float(own.energy[i]),
            "FWHM / 2.355 (%)": 100 * float(own.width[i] / own.energy[i]),
            "half of 68 % (%)": 100 * float(own.middle[i] / own.energy[i]),
        }
        for i, (low, high) in enumerate(itertools.pairwise(found.radius))
    ]


def spread_rows(found: OffAxisRings) -> list[dict[str, object]]:
    """One row per ring: the relative width of the peak for each spread and divergence, in per cent."""
    return [
        {"r low (m)": float(low), "r high (m)": float(high)}
        | {label_of(one): 100 * float(one.width[i] / one.energy[i]) for one in found.tried}
        for i, (low, high) in enumerate(itertools.pairwise(found.radius))
    ]


def pictures(key: str, found: OffAxisRings, shown: Sequence[int]) -> list[Picture]:
    """Spectra in rings, and width and energy of the pions' peak against the radius."""
    widths, peaks = against_radius(found)
    caption = "neutrinos of pions, for spreads of the momentum and divergences of the beam."
    about = "Events of muon neutrinos in rings around the axis of the beam."
    return [
        Picture(f"{key}_spectra", about, spectra(found, shown)),
        Picture(f"{key}_widths", f"What the ring alone says of the energy of {caption}", widths),
        Picture(f"{key}_peaks", f"Most frequent energy in a ring: {caption}", peaks),
    ]


def spectra(found: OffAxisRings, shown: Sequence[int]) -> Figure:
    """Events of muon neutrinos against energy in some rings."""
    curves = []
    for group, ring in enumerate(ring for ring in shown if ring < len(found.events)):
        label = f"{found.radius[ring]:.1f} m < r < {found.radius[ring + 1]:.1f} m"
        curves.append(Curve(label, found.energy, found.density[ring], group=group))
    figure = curves_figure(curves, [], "neutrino energy (GeV)", "events / GeV")
    figure.axes[0].set_xlim(0, 9.5)
    figure.axes[0].set_ylim(bottom=0)
    return figure


def against_radius(found: OffAxisRings) -> tuple[Figure, Figure]:
    """Relative width of the pions' peak, and its energy, against the radius of the ring: one line per beam."""
    middle = (found.radius[1:] + found.radius[:-1]) / 2
    beams = {label_of(one): one for one in found.tried} | {"the beam as it is": found.own}
    curves: tuple[list[Curve], list[Curve]] = ([], [])
    for group, (label, one) in enumerate(beams.items()):
        kept = one.events > LEAST_SHARE * one.events.sum()
        width = 100 * one.width[kept] / one.energy[kept]
        curves[0].append(Curve(label, middle[kept], width, group=group))
        curves[1].append(Curve(label, middle[kept], one.energy[kept], group=group))
    x_label = "distance of the vertex from the axis (m)"
    widths = curves_figure(curves[0], [], x_label, "FWHM / 2.355 of the peak (%)")
    peaks = curves_figure(curves[1], [], x_label, "energy of the peak (GeV)")
    for figure in (widths, peaks):
        figure.axes[0].set_ylim(bottom=0)
    return widths, peaks
