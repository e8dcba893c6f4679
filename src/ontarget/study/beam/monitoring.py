"""The flux as lepton counters measure it: its covariance before and after, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ontarget.analysis.counted_pulls import CountedPulls
from ontarget.analysis.flux_precision import WORTH, energy_rows, precision_rows, radius_rows, relative, whole_error
from ontarget.experiment import Experiment, LeptonMonitor
from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import GeV, m
from ontarget.inference.fit import pull_parameters
from ontarget.plot import Curve, curves_figure
from ontarget.report.section import FluxFile, Picture, Section, Table
from ontarget.source import Radius, VariedFlux
from ontarget.study.beam.counted_pulls import counted_pulls
from ontarget.study.beam.monitoring_scan import production_rows, response_picture, response_rows
from ontarget.study.context import Context
from ontarget.study.published import PublishedPrecision
from ontarget.study.task import AbstractTask

BEFORE, BINS, EVERY = "before", "response bin by bin", "all counters"


class FluxFromLeptons(AbstractTask):
    r"""The covariance of the flux at a detector before and after charged leptons are counted in the tunnel.

    .. math:: C_\phi = J^T P J

    with J the flux that each pull adds, and P the covariance of the pulls that the counters leave (`CountedPulls`). The
    counters and the detector hold the same pulls, and no more than that ties them. Bins hold up to 1e15 counts, so
    their statistical errors say nothing: what is left is what is assumed of the response, by the priors of the study's
    parameters and by f, how well each bin is known beyond what these move. So both are scanned, and so is the
    uncertainty of production. Everything is linear: templates are made once.

    Leaves `flux_before.yaml` and `flux_monitored.yaml`, sources for any experiment at the same site with the same tag.

    Attributes
    ----------
    detector : name of the experiment whose flux is asked for
    monitors : names of the counters; each is tried alone, and all together
    modelling : f, relative and independent from bin to bin
    efficiencies : names of the study's parameters whose priors are scanned
    published : what others say, drawn as lines
    """

    detector: str = static()
    monitors: tuple[str, ...] = static()
    modelling: Number = quantity(default=0.0)
    efficiencies: tuple[str, ...] = static(default=())
    published: tuple[PublishedPrecision, ...] = ()

    def check(self, context: Context) -> None:
        check_range(self, "modelling", 0.0, 1.0)
        for name in (self.detector, *self.monitors):
            context.experiment(name, "experiment")
        noun = context.experiment(self.detector, "experiment")
        if not isinstance(noun, Experiment) or getattr(noun.source, "yields", None) is None:
            truth = "Its source has no 'yields', so nothing about its flux is uncertain."
            raise InputError("detector", repr(self.detector), truth, "Give it a source with yields.")
        for name in self.monitors:
            if not isinstance(context.experiment(name, "experiment"), LeptonMonitor):
                raise InputError("monitors", repr(name), "It is no LeptonMonitor.", "Name one that is.")
        pull_parameters(context.nouns((self.detector, *self.monitors)))  # refuses pulls that are not the same
        parameters = [one.name for one in context.parameters]
        for name in self.efficiencies:
            if name not in parameters:
                truth = "No parameter of the study is called so."
                raise InputError("efficiencies", repr(name), truth, did_you_mean(name, parameters))

    def run(self, context: Context) -> Section:
        context.progress(f"flux of {self.detector}, and what each pull adds")
        precomputed = context.experiment(self.detector, "experiment").precomputed()
        flux = precomputed.source
        assert isinstance(flux, VariedFlux)
        counted = counted_pulls(context, self.monitors, flux.yields.names)
        f, unit = float(self.modelling), np.eye(len(flux.yields.names))
        sets: dict[str, tuple[str, ...]] = {name: (name,) for name in self.monitors}
        if len(self.monitors) > 1:
            sets[EVERY] = self.monitors
        after = {BEFORE: unit} | {name: counted.covariance(names, f) for name, names in sets.items()}
        best = list(after)[-1]
        left = left_rows(flux, counted, self.monitors, f)
        tables = [
            Table("flux_precision", "Relative uncertainty of the flux", precision_rows(flux, after)),
            Table("flux_left", f"What is left with {best}", left),
            Table(
                "flux_scan",
                "What the answer rests upon: the assumed response",
                response_rows(flux, counted, self.monitors, f, self.efficiencies),
            ),
            Table("flux_by_energy", "Relative uncertainty by energy", energy_rows(flux, after)),
        ]
        if models := production_rows(flux, counted, self.monitors, f):
            tables.insert(3, Table("flux_production", "And the assumed uncertainty of production", models))
        if isinstance(precomputed.detector.tag, Radius):
            edges = np.asarray(precomputed.detector.tag.radii.edges) / m
            tables.append(Table("flux_by_radius", "Relative uncertainty by radius", radius_rows(flux, after, edges)))
        lines = {one.name: float(one.value) for one in self.published}
        pictures = [
            picture(flux, after, "nu_mu", "muon"),
            picture(flux, after, "nu_e", "electron"),
            response_picture(flux, counted, self.monitors, self.efficiencies, lines),
        ]
        return Section("Flux from leptons", words_of(f, left), tables, pictures, fluxes=kept(flux, after[best]))


def kept(flux: VariedFlux, covariance: np.ndarray) -> tuple[FluxFile, ...]:
    """The flux with its covariance before and after, as sources; expected counts leave the mean where it was."""
    after = flux.constrained(np.zeros(len(covariance)), covariance)
    return (
        FluxFile("flux_before", "Before leptons are counted: the uncertainty of hadron production.", flux),
        FluxFile("flux_monitored", "After leptons were counted, with what was assumed of the counters.", after),
    )


def words_of(modelling: float, left: Sequence[Mapping[str, object]]) -> str:
    """What is to be said of the answer."""
    of = {(row["flux"], row["uncertainty"]): 100 * float(str(row["relative"])) for row in left}
    summary = "; ".join(
        f"{flux}: {of[flux, 'before']:.2g} % before, {of[flux, 'after']:.2g} % after, "
        f"{of[flux, 'statistics alone']:.1g} % by statistics alone, most of what is left by {largest(left, flux)}"
        for flux in ("nu_mu", "nu_e")
    )
    return (
        "Hadron production as a covariance, the charged leptons of the same mesons as data. The counters and the "
        "neutrinos share the pulls; efficiencies, misidentification and halo are freed within the study's priors, "
        f"and each bin is known to {100 * modelling:g} % on top of its statistical error, independently of the others, "
        f"so that many bins know a sum better than one. {summary}. The answer follows from what is assumed of the "
        "response: statistical errors alone would leave next to nothing, so a better or a worse number is had by "
        "better or worse assumptions, as the scan shows. They are ours, and nothing was tuned to a published number. "
        "Protons on target are taken as known, and the optics of the beam as exact. A number beside a source of "
        "uncertainty is what goes, in quadrature, if that one were known: they do not add, since each known pins the "
        "others. Beside this page lie flux_before.yaml and flux_monitored.yaml, with the covariance in energy and "
        "radius: an experiment at this site with this tag takes one of them as its source."
    )


def largest(left: Sequence[Mapping[str, object]], flux: str) -> str:
    """The uncertainty that adds most to what is left."""
    totals = ("before", "after", "statistics alone")
    rows = [row for row in left if row["flux"] == flux and row["uncertainty"] not in totals]
    return str(max(rows, key=lambda row: float(str(row["relative"])))["uncertainty"])


def left_rows(flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], f: float) -> list[dict[str, object]]:
    """What each nuisance contributes to what is left: in quadrature, what goes if it were known."""
    after, every = counted.covariance(counters, f), tuple(counted.priors)
    known = {name: counted.covariance(counters, f, known=(name,)) for name in every}
    known[BINS] = counted.covariance(counters, 0.0)
    statistics = counted.covariance(counters, 0.0, known=every)
    rows: list[dict[str, object]] = []
    for name in ("nu_mu", "nu_e"):
        whole = whole_error(flux, name, after)
        rows.append({"flux": name, "uncertainty": "before", "relative": whole_error(flux, name, np.eye(len(after)))})
        rows.append({"flux": name, "uncertainty": "after", "relative": whole})
        rows.append({"flux": name, "uncertainty": "statistics alone", "relative": whole_error(flux, name, statistics)})
        each = {one: np.sqrt(max(whole**2 - whole_error(flux, name, p) ** 2, 0.0)) for one, p in known.items()}
        rows += [
            {"flux": name, "uncertainty": one, "relative": float(share)}
            for one, share in sorted(each.items(), key=lambda item: -item[1])
        ]
    return rows


def picture(flux: VariedFlux, after: dict[str, np.ndarray], flavour: str, word: str) -> Picture:
    """Relative uncertainty against energy, before and after."""
    energy = np.asarray(flux.given.energy) / GeV
    mean, modes = flux.by_energy(flavour)
    shown = mean > WORTH * mean.max()
    curves = [
        Curve(one, energy, np.where(shown, 100 * relative(mean, modes, pulls), np.nan)) for one, pulls in after.items()
    ]
    figure = curves_figure(curves, [], "neutrino energy (GeV)", "uncertainty of the flux (%)")
    figure.axes[0].set_ylim(bottom=0)
    caption = f"Relative uncertainty of the flux of {word} neutrinos by energy, before and after counting leptons."
    return Picture(f"flux_from_leptons_{flavour}", caption, figure)
