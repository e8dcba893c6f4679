"""Reach for a sterile neutrino at a short baseline: amplitude against mass splitting, tagged and untagged."""

from __future__ import annotations

from collections.abc import Mapping

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from ontarget.analysis.templates import Oscillated, chance_of, oscillated, single
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.frozen import FrozenDict
from ontarget.ground.noun import Energy, MassSquared, Noun, Number, quantity, static
from ontarget.ground.units import GeV, eV
from ontarget.inference.fit import covariance, intervals, profile, threshold
from ontarget.inference.likelihood import Likelihood
from ontarget.matter.flavour import FLAVOURS
from ontarget.plot import Curve, curves_figure
from ontarget.propagation import Sterile31
from ontarget.report.section import Picture, Section, Table
from ontarget.source.tag import AbstractTag
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points

CHANNELS = {
    "nu_mu disappearance": ("nu_mu", {"propagation.umu4": 0.5}),
    "nu_e disappearance": ("nu_e", {"propagation.ue4": 0.5}),
    "nu_mu to nu_e": ("nu_e", {"propagation.ue4": 0.5, "propagation.umu4": 0.5}),
}
"""What is seen, and the mixings at which the amplitude of the channel is one."""

AROUND = np.array([0.0, 0.4, 0.7, 0.9, 1.0, 1.1, 1.3, 1.8, 3.0])
"""Amplitudes that are tried, in units of the limit that a Gaussian likelihood would give."""

SHOWN = (1.0, 10.0, 100.0)  # eV2


class Search(Noun):
    """One channel in one experiment, and what is known beforehand of what it counts.

    Attributes
    ----------
    experiment : its name; its propagation is a `Sterile31`
    channel : one of `CHANNELS`
    normalisation : relative error of flux times cross-section, all bins alike
    shape : the same in bands of seen energy, each of its own
    misidentified : muon neutrinos seen as electron neutrinos, a share of those in the same bin
    background : relative error of these
    tag : instead of the experiment's own
    """

    experiment: str = static()
    channel: str = static()
    normalisation: Number = quantity()
    shape: Number = quantity()
    misidentified: Number = quantity(default=0.0)
    background: Number = quantity(default=0.2)
    tag: AbstractTag | None = None
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "normalisation", "shape", "background")
        check_range(self, "misidentified", 0.0, 1.0)
        if self.channel not in CHANNELS:
            raise InputError(
                "channel", repr(self.channel), "There is no such one.", did_you_mean(self.channel, CHANNELS)
            )

    def noun(self, context: Context) -> Experiment:
        """The experiment with the tag of the search."""
        found = context.experiment(self.experiment, "experiment")
        return found if self.tag is None else eqx.tree_at(lambda one: one.detector.tag, found, self.tag)


class ShortBaseline(AbstractTask):
    """What amplitude each search would exclude if there were no oscillation, for every mass splitting.

    Each channel has two flavours: appearance is not lessened by the disappearance that comes with it. The likelihood is
    that of Asimov data, profiled over all pulls, its level that of two degrees of freedom.

    Attributes
    ----------
    searches : by name
    groups : which are drawn in one figure, by its title
    lowest, highest : of the splittings
    band : width in seen energy of the bands of the shape error
    points : splittings
    level : of confidence
    """

    searches: tuple[Search, ...]
    groups: Mapping[str, tuple[str, ...]] = static(converter=FrozenDict, default_factory=FrozenDict)
    lowest: MassSquared = quantity(default=0.3 * eV**2)
    highest: MassSquared = quantity(default=1e3 * eV**2)
    band: Energy = quantity(default=1 * GeV)
    points: int = static(default=29)
    level: Number = quantity(default=0.9)

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest", "band")
        check_range(self, "level", 0.0, 1.0, open_low=True)
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        for search in self.searches:
            where = f"searches.{search.name}.experiment"
            if search.experiment not in context.experiments:
                known = ", ".join(context.experiments)
                raise InputError(where, repr(search.experiment), f"The study has {known}.", "Name one of these.")
            noun = context.experiment(search.experiment, "experiment")
            if not isinstance(noun.propagation, Sterile31):
                truth = "A search needs a fourth neutrino."
                raise InputError(
                    where, repr(search.experiment), truth, "Give it 'propagation: {type: Sterile31, ...}'."
                )
        names = {search.name for search in self.searches}
        for title, members in self.groups.items():
            for name in members:
                if name not in names:
                    raise InputError(
                        f"groups.{title}", repr(name), "No search has this name.", did_you_mean(name, names)
                    )

    def run(self, context: Context) -> Section:
        splittings = np.geomspace(float(self.lowest), float(self.highest), self.points)
        limits = {search.name: self.limits(search, splittings, context) for search in self.searches}
        shown = splittings / eV**2
        rows = [self.summary(search, splittings, limits[search.name], context) for search in self.searches]
        curve_rows = [
            {"dm2 (eV2)": float(x)} | {n: float(one[i]) for n, one in limits.items()} for i, x in enumerate(shown)
        ]
        percent = f"{100 * float(self.level):.4g} % CL, two degrees of freedom"
        tables = [
            Table("short_baseline", f"Smallest amplitude excluded, {percent}", rows),
            Table("short_baseline_curves", "Excluded amplitude by splitting", curve_rows),
        ]
        groups = self.groups or {"all": tuple(limits)}
        pictures = []
        for i, (title, names) in enumerate(groups.items()):
            curves = [Curve(name, limits[name], shown) for name in names]
            figure = curves_figure(curves, [], "sin² 2θ, effective", "Δm² (eV²)", "log", "log")
            caption = f"{title}: what is excluded to the right of each line, {percent}."
            pictures.append(Picture(f"short_baseline_{i}", caption, figure))
        text = (
            "Sensitivity without a signal. Errors of the flux times the cross-section are one normalisation and one "
            "factor for each band of seen energy, so that an untagged search rests on a shape in energy within a band, "
            "and a tagged one on the place of decay as well."
        )
        return Section("A tagged beam at a short baseline", text, tables, pictures)

    def templates(self, search: Search, splittings: np.ndarray, context: Context) -> tuple[np.ndarray, np.ndarray]:
        """Counts [flavour bin] without oscillation, and what a unit amplitude changes [splitting bin]."""
        noun = search.noun(context)
        final, mixings = CHANNELS[search.channel]
        context.progress(f"oscillations in {search.experiment}, {type(noun.detector.tag).__name__}")
        steady, found = context.once(oscillated, noun, splittings)
        row = FLAVOURS.index(final)
        change = found["both"] - found["electron"] if len(mixings) == 2 else found[single(mixings)] - steady
        return steady, change[:, row]

    def limits(self, search: Search, splittings: np.ndarray, context: Context) -> np.ndarray:
        """The amplitude excluded at each splitting; one where none is."""
        steady, changes = self.templates(search, splittings, context)
        noun = context.experiment(search.experiment, "experiment")
        middle = np.asarray(noun.detector.seen.edges[1:] + noun.detector.seen.edges[:-1]) / 2
        place = np.floor(np.tile(middle, steady.shape[1] // len(middle)) / float(self.band)).astype(int)
        bands = float(search.shape) * (place == np.unique(place)[:, None])
        context.progress(f"{search.name}: {len(splittings)} splittings")
        row = FLAVOURS.index(CHANNELS[search.channel][0])
        beside = float(search.misidentified) * steady[FLAVOURS.index("nu_mu")]
        kept = steady[row] + beside > 0

        def limit(change: np.ndarray) -> float:
            nominal, changed, other, share = (
                jnp.asarray(one[..., kept]) for one in (steady[row], change, beside, bands)
            )
            sizes = jnp.asarray(search.normalisation), jnp.asarray(search.background)
            pulls = (jnp.asarray(0.0),) * (2 + len(bands))
            return self.excluded(chance_of(Oscillated(nominal, changed, other, share, sizes, pulls, name="search")))

        return np.array([limit(change) for change in changes])

    def excluded(self, likelihood: Likelihood) -> float:
        """The upper end of the interval of the amplitude, looked for around where its Fisher information puts it.

        Where next to nothing is expected, that is far too low: then further up.
        """
        level = float(self.level)
        error = float(np.sqrt(covariance(likelihood)[0, 0]))
        while True:
            grid = np.unique(np.minimum(AROUND * np.sqrt(threshold(level, 2)) * error, 1.0))
            last = intervals(profile(likelihood, {"amplitude": grid}, seeds=1), level, 2).pieces[-1]
            if not last.open_high or grid[-1] == 1.0:
                return float(last.high)
            error *= AROUND[-1]

    def summary(self, search: Search, splittings: np.ndarray, limit: np.ndarray, context: Context) -> dict[str, object]:
        """One row per search."""
        steady, shown = self.templates(search, splittings, context)[0], splittings / eV**2
        row = FLAVOURS.index(CHANNELS[search.channel][0])
        at = {f"at {one:g} eV2": float(np.exp(np.interp(np.log(one), np.log(shown), np.log(limit)))) for one in SHOWN}
        return {
            "search": search.name,
            "events": float(steady[row].sum()),
            "misidentified": float(search.misidentified) * float(steady[FLAVOURS.index("nu_mu")].sum()),
            "normalisation (%)": 100 * float(search.normalisation),
            "shape (%)": 100 * float(search.shape),
            **at,
            "smallest": float(limit.min()),
            "dm2 there (eV2)": float(shown[limit.argmin()]),
        }
