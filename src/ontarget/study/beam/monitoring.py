"""The flux as lepton counters measure it: its covariance before and after, and what is left."""

from __future__ import annotations

import numpy as np

from ontarget.analysis.monitored.flux_precision import PION_END, FluxPrecision
from ontarget.analysis.monitored.monitored_flux import LeftError, MonitoredFlux, flux_from_leptons
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.noun import BeamEnergy, Number, quantity, static
from ontarget.ground.units import GeV, m
from ontarget.inference.fit import pull_parameters
from ontarget.plot import Curve, curves_figure
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import FluxFile, Picture, Section, Table
from ontarget.study.beam.counters import precomputed_monitors
from ontarget.study.beam.monitoring_scan import production_rows, response_picture, response_rows
from ontarget.study.context import Context
from ontarget.study.published import PublishedPrecision
from ontarget.study.task import AbstractTask


class FluxFromLeptons(AbstractTask):
    """The covariance of the flux at a detector before and after charged leptons are counted in the tunnel.

    Bins hold up to 1e15 counts, so their statistical errors say nothing: what is left is what is assumed of the
    response, by the priors of the study's parameters and by f, how well each bin is known beyond what these move. So
    both are scanned, and so is the uncertainty of production. See `analysis.flux_from_leptons`.

    Leaves `flux_before.yaml` and `flux_monitored.yaml`, sources for any experiment at the same site with the same tag.

    Attributes
    ----------
    detector : name of the experiment whose flux is asked for
    monitors : names of the counters; each is tried alone, and all together
    modelling : f, relative and independent from bin to bin
    efficiencies : names of the study's parameters whose priors are scanned
    published : what others say, drawn as lines
    split : energy above which muon neutrinos come of kaons
    key : begins the names of tables, figures and sources
    """

    detector: str = static()
    monitors: tuple[str, ...] = static()
    modelling: Number = quantity(default=0.0)
    efficiencies: tuple[str, ...] = static(default=())
    published: tuple[PublishedPrecision, ...] = ()
    split: BeamEnergy = quantity(default=PION_END)
    key: str = static(default="flux")

    def check(self, context: Context) -> None:
        check_range(self, "modelling", 0.0, 1.0)
        check_positive(self, "split")
        detector = context.experiment(self.detector, "detector")
        if getattr(detector.source, "yields", None) is None:
            truth = "Its source has no 'yields', so nothing about its flux is uncertain."
            raise InputError("detector", repr(self.detector), truth, "Give it a source with yields.")
        if not self.monitors:
            raise InputError("monitors", "none", "Counters are what measures the flux.", "Name one or more.")
        monitors = [context.experiment(name, "monitors", LeptonMonitor) for name in self.monitors]
        pull_parameters((detector, *monitors))  # refuses pulls that are not the same
        parameters = [one.name for one in context.parameters]
        for name in self.efficiencies:
            if name not in parameters:
                truth = "No parameter of the study is called so."
                raise InputError("efficiencies", repr(name), truth, did_you_mean(name, parameters))

    def run(self, context: Context) -> Section:
        found = flux_from_leptons(
            context.experiment(self.detector, "detector"),
            precomputed_monitors(context, self.monitors),
            context.nuisances(self.monitors),
            float(self.modelling),
            self.efficiencies,
            float(self.split),
            context.progress,
        )
        published = {one.name: float(one.value) for one in self.published}
        pictures = [
            picture(found.precision, self.key, "nu_mu", "muon"),
            picture(found.precision, self.key, "nu_e", "electron"),
            response_picture(found.curves, self.key, published),
        ]
        text, files = words_of(found, self.key), flux_files(found, self.key)
        first = headline(found, next(iter(published.values()), None))
        return Section("Flux from leptons", text, tables(found, self.key), pictures, fluxes=files, headline=first)


def headline(found: MonitoredFlux, published: float | None) -> list[Headline]:
    """The uncertainty of the flux of each flavour after leptons were counted."""
    return [
        Headline(
            f"uncertainty of the {flavour} flux",
            100 * one.after,
            unit="%",
            published=None if published is None else 100 * published,
            note=f"{number_text(100 * one.before)} % before; most of what is left by {one.largest}",
        )
        for flavour, one in found.left.items()
    ]


def flux_files(found: MonitoredFlux, key: str) -> tuple[FluxFile, ...]:
    """The flux with its covariance before and after, as sources."""
    return (
        FluxFile(f"{key}_before", "Before leptons are counted: the uncertainty of hadron production.", found.flux),
        FluxFile(
            f"{key}_monitored", "After leptons were counted, with what was assumed of the counters.", found.monitored
        ),
    )


def words_of(found: MonitoredFlux, key: str) -> str:
    """What is to be said of the answer."""
    summary = "; ".join(
        f"{flavour}: {100 * one.before:.2g} % before, {100 * one.after:.2g} % after, {100 * one.statistics:.1g} % by "
        f"statistics alone, most of what is left by {one.largest}"
        for flavour, one in found.left.items()
    )
    return (
        "Hadron production as a covariance, the charged leptons of the same mesons as data. The counters and the "
        "neutrinos share the pulls; efficiencies, misidentification and halo are freed within the study's priors, "
        f"and each bin is known to {100 * found.modelling:g} % on top of its statistical error, independently of the "
        f"others, so that many bins know a sum better than one. {summary}. The answer follows from what is assumed of "
        "the response: statistical errors alone would leave next to nothing, so a better or a worse number is had by "
        "better or worse assumptions, as the scan shows. They are ours, and nothing was tuned to a published number. "
        "Protons on target are taken as known, and the optics of the beam as exact. A number beside a source of "
        "uncertainty is what goes, in quadrature, if that one were known: they do not add, since each known pins the "
        f"others. Beside this page lie {key}_before.yaml and {key}_monitored.yaml, with the covariance in energy and "
        "radius: an experiment at this site with this tag takes one of them as its source."
    )


def tables(found: MonitoredFlux, key: str) -> list[Table]:
    """All tables of the answer."""
    precision = found.precision
    left = [row for flavour, one in found.left.items() for row in left_rows(flavour, one)]
    made = [
        Table(f"{key}_precision", "Relative uncertainty of the flux", precision_rows(precision)),
        Table(f"{key}_left", f"What is left with {found.best}", left),
        Table(f"{key}_scan", "What the answer rests upon: the assumed response", response_rows(found.response)),
    ]
    if found.production.models:
        rows = production_rows(found.production)
        made.append(Table(f"{key}_production", "And the assumed uncertainty of production", rows))
    made.append(Table(f"{key}_by_energy", "Relative uncertainty by energy", energy_rows(precision)))
    if precision.radii is not None:
        made.append(Table(f"{key}_by_radius", "Relative uncertainty by radius", radius_rows(precision)))
    return made


def left_rows(flavour: str, left: LeftError) -> list[dict[str, object]]:
    """What each nuisance contributes to what is left: in quadrature, what goes if it were known."""
    each = {"before": left.before, "after": left.after, "statistics alone": left.statistics} | dict(left.contributions)
    return [{"flux": flavour, "uncertainty": name, "relative": error} for name, error in each.items()]


def precision_rows(precision: FluxPrecision) -> list[dict[str, object]]:
    """One row per sum, one column per set of counters; and the ratio of flavours."""
    return [
        {"flux": name} | dict(zip(precision.sets, errors.tolist(), strict=True))
        for name, errors in zip(precision.sums, precision.of_sums, strict=True)
    ]


def energy_rows(precision: FluxPrecision) -> list[dict[str, object]]:
    """One row per flavour and node of energy that holds some flux."""
    return [
        {"neutrino": flavour, "energy (GeV)": float(precision.energy[i] / GeV)}
        | dict(zip(precision.sets, errors[:, i].tolist(), strict=True))
        for flavour, errors in precision.of_energy.items()
        for i in np.flatnonzero(precision.held[flavour])
    ]


def radius_rows(precision: FluxPrecision) -> list[dict[str, object]]:
    """One row per flavour and ring of the detector; none without rings."""
    edges = np.zeros(1) if precision.radii is None else precision.radii / m
    return [
        {"neutrino": flavour, "radius from (m)": float(edges[i]), "to (m)": float(edges[i + 1])}
        | dict(zip(precision.sets, errors[:, i].tolist(), strict=True))
        for flavour, errors in precision.of_rings.items()
        for i in range(len(edges) - 1)
    ]


def picture(precision: FluxPrecision, key: str, flavour: str, word: str) -> Picture:
    """Relative uncertainty against energy, before and after."""
    energy, held = precision.energy / GeV, precision.held[flavour]
    curves = [
        Curve(name, energy, np.where(held, 100 * errors, np.nan))
        for name, errors in zip(precision.sets, precision.of_energy[flavour], strict=True)
    ]
    figure = curves_figure(curves, [], "neutrino energy (GeV)", "uncertainty of the flux (%)")
    figure.axes[0].set_ylim(bottom=0)
    caption = f"Relative uncertainty of the flux of {word} neutrinos by energy, before and after counting leptons."
    return Picture(f"{key}_from_leptons_{flavour}", caption, figure)
