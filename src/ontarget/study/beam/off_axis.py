"""The narrow-band off-axis method: the place of a vertex says the energy of its neutrino."""

from __future__ import annotations

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam_flux import BeamFlux
from ontarget.analysis.rings import peak_of, pions_only
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import mrad
from ontarget.plot import Curve, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.study.beam.beam_flux import beam_flux
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

LEAST = 0.02  # rings with less of the events have no peak to speak of


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
    divergences: Float[Array, " divergence"] = quantity()
    precision: Number = quantity(default=0.01)
    shown: tuple[int, ...] = static(default=(0, 2, 4, 6, 8))

    def check(self, context: Context) -> None:
        check_range(self, "precision", 1e-4, 0.5)
        context.experiment(self.experiment, "experiment")
        noun = context.experiment(self.experiment, "experiment")
        if noun.detector.tag.axis is None or not isinstance(noun.source, DecayTunnel):
            truth = "The method needs a DecayTunnel and the radius of each vertex."
            raise InputError(
                "experiment", repr(self.experiment), truth, "Give the detector 'tag: {type: Radius, ...}'."
            )
        if not isinstance(noun.source.beam, ParametrisedBeam):
            truth = "Spreads and divergences are numbers of a ParametrisedBeam."
            raise InputError("experiment", repr(self.experiment), truth, "Name an experiment with such a beam.")

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        found = beam_flux(context, self.experiment, float(self.precision))
        tried = {}
        for spread in np.asarray(self.spreads):
            for divergence in np.asarray(self.divergences):
                label = f"{100 * spread:.3g} %, {divergence / mrad:.3g} mrad"
                context.progress(f"off axis: {label}")
                tried[label] = pions_only(noun, float(spread), float(divergence))
        context.progress("off axis: the beam as it is")
        own = pions_only(noun, None, None)
        tables = [
            Table("off_axis_rings", "Rings: the beam as it is", ring_rows(found, own)),
            Table("off_axis_spreads", "Width of the pions' peak against spread and divergence", spread_rows(tried)),
        ]
        pictures = [spectra(found, self.shown), *against_radius(tried | {"the beam as it is": own})]
        text = (
            "Vertices in a ring around the axis belong to neutrinos of one angle, hence, if parents have one momentum, "
            "of one energy. Events of muon neutrinos; 'peak' and widths are those of neutrinos from pions alone, the "
            "share of kaons' neutrinos stands beside them."
        )
        return Section("Narrow-band off-axis method", text, tables, pictures)


def ring_rows(found: BeamFlux, pions: BeamFlux) -> list[dict[str, object]]:
    """One row per ring: events, share of kaons, peak and widths of the pions' neutrinos."""
    assert found.radius is not None
    muon = found.rows(neutrino="nu_mu")
    kaons = [row for row in muon if found.origins[row].parent == "K+"]
    rows: list[dict[str, object]] = []
    for ring, (low, high) in enumerate(zip(found.radius[:-1], found.radius[1:], strict=True)):
        events, energies = found.events[muon][:, :, ring].sum(axis=0), found.energy
        peak = peak_of(pions.energy, pions.events[:, :, ring].sum(axis=0))
        total = events.sum()
        rows.append(
            {
                "r low (m)": float(low),
                "r high (m)": float(high),
                "events": float(total),
                "share of kaons": float(found.events[kaons][:, :, ring].sum() / total) if kaons else 0.0,
                "mean (GeV)": float((energies * events).sum() / total),
                "pion peak (GeV)": peak.energy,
                "FWHM / 2.355 (%)": 100 * peak.width / peak.energy,
                "half of 68 % (%)": 100 * peak.middle / peak.energy,
            }
        )
    return rows


def spread_rows(tried: dict[str, BeamFlux]) -> list[dict[str, object]]:
    """One row per ring: the relative width of the peak for each spread and divergence, in per cent."""
    first = next(iter(tried.values()))
    assert first.radius is not None
    rows = []
    for ring, (low, high) in enumerate(zip(first.radius[:-1], first.radius[1:], strict=True)):
        row: dict[str, object] = {"r low (m)": float(low), "r high (m)": float(high)}
        for label, one in tried.items():
            peak = peak_of(one.energy, one.events[:, :, ring].sum(axis=0))
            row[label] = 100 * peak.width / peak.energy
        rows.append(row)
    return rows


def spectra(found: BeamFlux, shown: tuple[int, ...]) -> Picture:
    """Events of muon neutrinos against energy in some rings."""
    assert found.radius is not None
    muon = found.rows(neutrino="nu_mu")
    curves = []
    for group, ring in enumerate(ring for ring in shown if ring < len(found.radius) - 1):
        label = f"{found.radius[ring]:.1f} m < r < {found.radius[ring + 1]:.1f} m"
        curves.append(Curve(label, found.energy, found.events[muon][:, :, ring].sum(axis=0) / found.width, group=group))
    figure = curves_figure(curves, [], "neutrino energy (GeV)", "events / GeV")
    figure.axes[0].set_xlim(0, 9.5)
    figure.axes[0].set_ylim(bottom=0)
    return Picture("off_axis_spectra", "Events of muon neutrinos in rings around the axis of the beam.", figure)


def against_radius(tried: dict[str, BeamFlux]) -> list[Picture]:
    """Relative width of the pions' peak, and its energy, against the radius of the ring: one line per beam."""
    curves: tuple[list[Curve], list[Curve]] = ([], [])
    for group, (label, one) in enumerate(tried.items()):
        assert one.radius is not None
        rings = [one.events[:, :, ring].sum(axis=0) for ring in range(len(one.radius) - 1)]
        total, middle = sum(ring.sum() for ring in rings), (one.radius[1:] + one.radius[:-1]) / 2
        kept = np.array([ring.sum() > LEAST * total for ring in rings])
        peaks = [peak_of(one.energy, ring) for ring, good in zip(rings, kept, strict=True) if good]
        width = np.array([100 * peak.width / peak.energy for peak in peaks])
        curves[0].append(Curve(label, middle[kept], width, group=group))
        curves[1].append(Curve(label, middle[kept], np.array([peak.energy for peak in peaks]), group=group))
    x_label = "distance of the vertex from the axis (m)"
    figures = [
        curves_figure(each, [], x_label, y_label)
        for each, y_label in zip(curves, ("FWHM / 2.355 of the peak (%)", "energy of the peak (GeV)"), strict=True)
    ]
    for figure in figures:
        figure.axes[0].set_ylim(bottom=0)
    caption = "neutrinos of pions, for spreads of the momentum and divergences of the beam."
    return [
        Picture("off_axis_widths", f"What the ring alone says of the energy of {caption}", figures[0]),
        Picture("off_axis_peaks", f"Most frequent energy in a ring: {caption}", figures[1]),
    ]
