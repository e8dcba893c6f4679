"""How well a cross-section can be measured against energy: several methods on one beam, side by side."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam_flux import of_a_tunnel
from ontarget.analysis.beam_variation import Counted, count, count_with_modes, flux_in, unmoved, with_eigenmodes
from ontarget.analysis.templates import Bilinear, with_factors
from ontarget.analysis.unfolding import Unfolded, curvature, unfold
from ontarget.experiment.batch import batched_counts
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Number, quantity, static
from ontarget.ground.units import BEAM_ENERGY, GeV
from ontarget.inference.fit import fisher
from ontarget.inference.likelihood import AbstractParameter, likelihood
from ontarget.inference.likelihood.pull import between, pull
from ontarget.numerics import BeamEnergyAxis, Explicit
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.source.computed import PrecomputedFlux
from ontarget.study.beam.cross_section_method import MESONS, Method, keys_of
from ontarget.study.beam.flavour_ratio import ratio_rows
from ontarget.study.context import Context
from ontarget.study.published import PublishedPrecision
from ontarget.study.task import AbstractTask

MOST = 9.0  # the largest factor that is looked at


class CrossSectionMeasurement(AbstractTask):
    """Relative error of a charged-current cross-section in bins of energy, by several methods.

    A method's likelihood holds one free factor per bin (`BinnedScale`), and pulls for the errors of its flux. Errors
    are those of its Fisher information at the expected counts, with and without a prior of smoothness (`curvature`).

    Attributes
    ----------
    methods : on the same beam and site
    edges : of the bins of energy in which the cross-section is a result
    flavour : whose cross-section it is
    strength : tau of the prior
    goal : error that counts as resolved
    published : what others say, drawn as lines
    """

    methods: tuple[Method, ...]
    edges: Annotated[Float[Array, " edge"], BEAM_ENERGY] = quantity()
    flavour: str = static(default="nu_mu")
    strength: Number = quantity(default=0.03)
    goal: Number = quantity(default=0.1)
    published: tuple[PublishedPrecision, ...] = ()

    def __check_init__(self) -> None:
        check_positive(self, "strength", "goal")
        if np.ndim(self.edges) != 1 or len(self.edges) < 4 or not (np.diff(np.asarray(self.edges)) > 0).all():
            raise InputError("edges", "edges that do not increase, or less than four", "", "Give at least three bins.")

    def check(self, context: Context) -> None:
        for method in self.methods:
            if method.experiment not in context.experiments:
                known = ", ".join(context.experiments)
                where = f"methods.{method.name}.experiment"
                raise InputError(where, repr(method.experiment), f"The study has {known}.", "Name one of these.")
            source, _ = of_a_tunnel(context.experiment(method.experiment, "experiment"))
            method.check(context, source)

    def run(self, context: Context) -> Section:
        found = self.fluxes(context)
        axis = self.axis()
        keys = {method.name: keys_of(method, found) for method in self.methods}
        results, averages, rows = {}, {}, []
        for method in self.methods:
            context.progress(f"cross-section by {method.name}")
            noun = self.bilinear(method, context, found, keys[method.name])
            nll = likelihood(noun, self.parameters(noun, keys[method.name]))
            information, bins = fisher(nll), axis.bins
            free = unfold(information, bins, float(self.goal))
            smooth = curvature(np.asarray(axis.edges) / GeV, float(self.strength))
            results[method.name] = free, unfold(information, bins, float(self.goal), smooth)
            rows.append(summary(method.name, noun, *results[method.name]))
            averages[method.name] = self.average(noun, rows[-1])
        ratios = ratio_rows(self.methods[0].noun(context), found, {name: one for name, one in keys.items() if one})
        tables = [
            Table("cross_section_methods", "What each method resolves", rows),
            Table("cross_section_errors", "Relative error of the cross-section by energy", self.rows(results)),
            Table("cross_section_ratio", "Electron to muon neutrinos, monitored in the tunnel", ratios),
            Table("cross_section_tags", "Tags that were simulated one by one", simulated_rows(self.methods, context)),
        ]
        text = (
            "Factors of the cross-section in bins of true energy are free, with the errors of each method's flux as "
            "pulls. 'Resolved' are eigenvalues of the information on the factors, flux profiled, that stand for errors "
            f"below {100 * float(self.goal):g} %; no prior enters. The smoothed result has a Gaussian prior on second "
            f"differences of the factors, of {float(self.strength):g}: its error is that of the posterior, it holds "
            "only for a cross-section as smooth as that, and its degrees of freedom say what is from data. Nothing is "
            "taken from the energy that the detector sees."
        )
        return Section("Cross-section against energy", text, tables, self.pictures(results, averages))

    def axis(self) -> BeamEnergyAxis:
        """The bins of the result."""
        start, stop = self.edges[0], self.edges[-1]
        return BeamEnergyAxis(start, stop, len(self.edges) - 1, Explicit((self.edges - start) / (stop - start)))

    def fluxes(self, context: Context) -> dict[tuple[str, float], Counted]:
        """The beam as it is, under an empty address, and with each number moved, counted once for all methods."""
        nouns = [method.noun(context) for method in self.methods]
        source, site = of_a_tunnel(nouns[0])
        tags = [noun.detector.tag for noun in nouns]
        context.progress("flux of the beam as it is")
        every = count_with_modes(source, site, tags)
        found: dict[tuple[str, float], Counted] = {("", 0.0): unmoved(every)}
        for method in self.methods:
            if method.production is not None and source.yields is not None:
                covariance = method.production.covariance(context, source.yields)
                for i, moved in enumerate(with_eigenmodes(every, covariance)):
                    found[f"{MESONS} {method.name} {i}", 1.0] = moved
        for error in itertools.chain(*(method.errors for method in self.methods)):
            key = error.address, float(error.sigma)
            if key not in found:
                context.progress(f"flux with {error.address} off by {100 * key[1]:g} %")
                found[key] = count(error.moved(source), site, tags)
        return found

    def bilinear(
        self,
        method: Method,
        context: Context,
        found: dict[tuple[str, float], Counted],
        keys: Sequence[tuple[str, float]],
    ) -> Bilinear:
        """Events of a method by pull and factor, by the chain of its experiment."""
        noun = method.noun(context)
        source, site = of_a_tunnel(noun)
        tag = noun.detector.tag
        given = flux_in(source, site, tag, found["", 0.0])
        fluxes = [given.values, float(method.normalisation) * given.values]
        for key in keys:
            moved = flux_in(source, site, tag, found[key])
            fluxes.append(moved.values - given.values)
        events = with_factors(
            eqx.tree_at(lambda one: one.source, noun, PrecomputedFlux(given)), self.axis(), self.flavour
        )
        bins = self.axis().bins
        # a flux times one, then times one plus each factor: differences are the parts
        values = {"source.given.values": np.repeat(np.stack([np.asarray(one) for one in fluxes]), bins + 1, axis=0)}
        for channel in noun.detector.channels:
            for i in range(bins):
                steps = np.ones(bins + 1)
                steps[i + 1] = 2.0
                address = f"detector.channels.{channel.name}.interaction.factors.bin{i}.value"
                values[address] = np.tile(steps, len(fluxes))
        counts = batched_counts(events, values, len(fluxes) * (bins + 1))
        total = sum(np.asarray(one.values).sum(axis=(1, 3)) for one in counts.channels)
        total = np.reshape(total, (len(fluxes), bins + 1, -1))
        parts = np.concatenate([total[:, :1], total[:, 1:] - total[:, :1]], axis=1)
        kept = parts[0, 0] > 0
        scalars = (jnp.asarray(1.0),) * bins, (jnp.asarray(0.0),) * (len(fluxes) - 1)
        return Bilinear(jnp.asarray(parts[:, :, kept]), *scalars, method.name.replace(" ", "_"))

    def parameters(self, noun: Bilinear, keys: Sequence[tuple[str, float]]) -> list[AbstractParameter]:
        """A free factor for each bin, and a pull for each error."""
        words = ["normalisation", *(address for address, _ in keys)]
        free = [between(f"bin{i}", f"*.factors.{i}", 0.0, MOST, 1.0) for i in range(len(noun.factors))]
        return [*free, *(pull(word, f"*.pulls.{i}") for i, word in enumerate(words))]

    def rows(self, results: dict[str, tuple[Unfolded, Unfolded]]) -> list[dict[str, object]]:
        """One row per method and bin: errors in per cent, None where nothing is known."""
        edges = np.asarray(self.edges) / GeV
        rows: list[dict[str, object]] = []
        for name, both in results.items():
            for i, (low, high) in enumerate(itertools.pairwise(edges)):
                row: dict[str, object] = {"method": name, "from (GeV)": float(low), "to (GeV)": float(high)}
                for kind, one in zip(("", ", smoothed"), both, strict=True):
                    for part in ("statistical", "systematic", "total"):
                        row[f"{part}{kind} (%)"] = percent(getattr(one, part)[i])
                rows.append(row)
        return rows

    def average(self, noun: Bilinear, row: dict[str, object]) -> tuple[np.ndarray, np.ndarray]:
        """Where the middle 68 % of the events lie, GeV, and the error of their mean cross-section, in per cent."""
        by_bin = np.asarray(noun.parts)[0, 1:].sum(axis=1)
        reached = np.concatenate([[0.0], np.cumsum(by_bin)]) / by_bin.sum()
        ends = np.interp([0.16, 0.84], reached, np.asarray(self.edges) / GeV)
        statistical, flux = (float(str(row[f"{one} error of the rate (%)"])) for one in ("statistical", "flux"))
        return ends, np.full(2, np.hypot(statistical, flux))

    def pictures(
        self, results: dict[str, tuple[Unfolded, Unfolded]], averages: dict[str, tuple[np.ndarray, np.ndarray]]
    ) -> list[Picture]:
        """Total errors against energy, without and with the prior, and what is published.

        A method that resolves nothing is drawn as the one number that it gives, over where its events lie.
        """
        edges = np.asarray(self.edges) / GeV
        pictures = []
        for i, (key, words) in enumerate((("free", "every bin free"), ("smoothed", "with a prior of smoothness"))):
            curves = []
            for group, (name, both) in enumerate(results.items()):
                errors = 100 * both[i].total
                shown = np.where(np.isfinite(errors) & (errors < 300), errors, np.nan)
                line = steps_of(edges, shown) if both[0].resolved else averages[name]
                if np.isfinite(line[1]).any():
                    curves.append(Curve(name if both[0].resolved else f"{name} (one number)", *line, group=group))
            for one in self.published:
                level = 100 * float(one.value)
                curves.append(Guide(one.name, edges[[0, -1]], np.full(2, level)))
            figure = curves_figure(curves, [], "neutrino energy (GeV)", "relative error (%)", y_scale="log")
            caption = f"Error of the cross-section of {self.flavour} in bins of energy, {words}; dotted: published."
            pictures.append(Picture(f"cross_section_{key}", caption, figure))
        return pictures


def simulated_rows(methods: Sequence[Method], context: Context) -> list[dict[str, object]]:
    """One row per method whose tags were simulated."""
    return [
        {"method": one.name} | one.simulated.row(context, one.experiment, one.noun(context))
        for one in methods
        if one.simulated is not None
    ]


def steps_of(edges: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A histogram as a line."""
    return np.repeat(edges, 2)[1:-1], np.repeat(values, 2)


def percent(error: float) -> float | None:
    """In per cent; None for what is not known at all."""
    return 100 * float(error) if np.isfinite(error) and error < MOST else None


def summary(name: str, noun: Bilinear, free: Unfolded, smooth: Unfolded) -> dict[str, object]:
    """One row per method."""
    parts = np.asarray(noun.parts)[:, 0]
    events = float(parts[0].sum())
    flux = float(np.sqrt((parts[1:].sum(axis=1) ** 2).sum())) / events
    return {
        "method": name,
        "events": events,
        "bins of the tag": parts.shape[1],
        "statistical error of the rate (%)": 100 / np.sqrt(events),
        "flux error of the rate (%)": 100 * flux,
        "resolved": free.resolved,
        "degrees of freedom, smoothed": smooth.freedom,
        "best bin (%)": percent(float(np.min(free.total))),
        "best bin, smoothed (%)": percent(float(np.min(smooth.total))),
        "median bin, smoothed (%)": percent(float(np.median(smooth.total))),
    }
