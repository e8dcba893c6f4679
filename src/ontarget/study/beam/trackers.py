"""What trackers in a beam must stand: rate, dose and fluence plane by plane, and how well they measure momenta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ontarget.analysis.tracker_loads import (
    RAD,
    Load,
    LoadComparison,
    MomentumResolution,
    PlaneLoad,
    beside_published,
    momentum_resolutions,
    plane_loads,
    tunnel_of,
)
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Dose, Noun, PerArea, RatePerArea, quantity, static
from ontarget.ground.units import GeV, MHz, cm, mm
from ontarget.monitor import Trackers
from ontarget.plot import Map, maps_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask


class PublishedLoad(Noun):
    """A published specification of some planes: the most that any of them must stand."""

    planes: tuple[str, ...] = static()
    rate: RatePerArea = quantity()
    dose: Dose = quantity()
    fluence: PerArea = quantity()
    name: str = static(default="", kw_only=True)

    def __check_init__(self) -> None:
        check_positive(self, "rate", "dose", "fluence")

    @property
    def load(self) -> Load:
        """As a plane's load."""
        return Load(float(self.rate), float(self.dose), float(self.fluence))


class TrackerSpecification(AbstractTask):
    """Peak rate, dose and fluence at each plane of the trackers, experiment by experiment, beside what is published.

    Attributes
    ----------
    experiments : names; their beams, exposures and facilities count
    trackers : planes and where they stand
    published : by name
    rays, repeats, seed : of the lattices, for each species
    key : with which the names of its tables and figures begin
    """

    experiments: tuple[str, ...] = static()
    trackers: Trackers
    published: tuple[PublishedLoad, ...] = ()
    rays: int = static(default=2**15)
    repeats: int = static(default=8)
    seed: int = static(default=1)
    key: str = static(default="tracker")

    def check(self, context: Context) -> None:
        for name in self.experiments:
            tunnel_of(context.experiment(name, "experiments"))
        names = {plane.name for plane in self.trackers.planes}
        for one in self.published:
            if not set(one.planes) <= names:
                truth = f"The planes are {', '.join(sorted(names))}."
                raise InputError(f"published.{one.name}.planes", ", ".join(one.planes), truth, "Name some of these.")

    def run(self, context: Context) -> Section:
        planes: list[dict[str, Any]] = []
        beside: list[dict[str, Any]] = []
        momenta: list[dict[str, Any]] = []
        first: list[Headline] = []
        pictures = []
        for name in self.experiments:
            experiment = context.experiment(name, "experiments")
            context.progress(f"trackers of {name}")
            loads = plane_loads(experiment, self.trackers, self.rays, self.repeats, self.seed)
            planes += plane_rows(name, loads)
            for one in self.published:
                compared = beside_published(loads, one.planes, one.load)
                beside += rows_beside(name, one.name, compared)
                first += headline(name, one.name, compared)
            momenta += resolution_rows(name, momentum_resolutions(experiment, self.trackers))
            pictures.append(picture(f"{self.key}_rates_{name}", name, loads))
        tables = [
            Table(f"{self.key}_specification", "The largest loads beside the published ones", beside, BESIDE),
            Table(f"{self.key}_planes", "Plane by plane", planes),
            Table(f"{self.key}_momentum", "Momentum resolution at the reference momentum", momenta),
        ]
        return Section("Trackers", self.text(), tables, pictures, headline=first)

    def text(self) -> str:
        """What is in the numbers, and what is not."""
        return (
            "Rates are those during a spill, evenly spread over it; dose and fluence are those of the whole exposure. "
            "Each comes from pions, kaons and, behind the tunnel, muons born in it; protons and positrons of the line, "
            "muons born elsewhere, pions of kaons, halo and showers are left out. Dose: 1.66 MeV cm²/g for every "
            "particle. Fluence: damage of pions by energy (0.39 of that of a neutron of 1 MeV at 8.4 GeV), kaons as "
            f"pions, 0.08 for muons. Errors are statistical, from {self.repeats} lattices of {self.rays} rays for each "
            "species; a peak narrower than the cells of the maps, a quarter of the spot, would come out too low."
        )


BESIDE = {"ours": Column(like="published")}


def headline(experiment: str, spectrometer: str, found: LoadComparison | None) -> list[Headline]:
    """The largest rate of a spectrometer, with its statistical error, beside the published one."""
    if found is None:
        return []
    unit, rate = MHz / mm**2, found.ours.rate
    label = f"peak rate, {spectrometer} [{experiment}]"
    error, published = found.ours.error * rate / unit, found.published.rate / unit
    return [Headline(label, rate / unit, error, "MHz/mm2", published=published, note=f"at {found.worst}")]


def plane_rows(experiment: str, loads: Sequence[PlaneLoad]) -> list[dict[str, Any]]:
    """One row per plane."""
    return [
        {
            "experiment": experiment,
            "plane": one.plane,
            "pi per proton": one.numbers.get("pi+"),
            "K per proton": one.numbers.get("K+"),
            "muons per proton": one.muons,
            "spot x (mm)": one.spot_x / mm,
            "spot y (mm)": one.spot_y / mm,
            "peak rate (MHz/mm2)": one.peak.rate / (MHz / mm**2),
            "dose (Mrad)": one.peak.dose / (1e6 * RAD),
            "fluence (n_eq/cm2)": one.peak.fluence * cm**2,
            "statistical error (%)": 100 * one.peak.error,
        }
        for one in loads
    ]


def rows_beside(experiment: str, spectrometer: str, found: LoadComparison | None) -> list[dict[str, Any]]:
    """Rate, dose and fluence of the worst plane beside the published ones, a row each; none without such a plane."""
    if found is None:
        return []
    ours, published, ratio = found.ours, found.published, found.ratio
    each = (
        ("peak rate (MHz/mm2)", MHz / mm**2, published.rate, ours.rate, ratio.rate),
        ("dose (Mrad)", 1e6 * RAD, published.dose, ours.dose, ratio.dose),
        ("fluence (n_eq/cm2)", 1 / cm**2, published.fluence, ours.fluence, ratio.fluence),
    )
    return [
        {
            "experiment": experiment,
            "spectrometer": spectrometer,
            "what": what,
            "published": given / unit,
            "ours": computed / unit,
            "ours / published": over,
            "at": found.worst,
            "planes known": ", ".join(found.planes),
        }
        for what, unit, given, computed, over in each
    ]


def resolution_rows(experiment: str, found: Sequence[MomentumResolution]) -> list[dict[str, Any]]:
    """One row per set of planes."""
    return [
        {
            "experiment": experiment,
            "planes": " ".join(one.planes),
            "particle": one.particle,
            "momentum (GeV/c)": one.momentum / GeV,
            "resolution (%)": 100 * one.resolution,
            "pixels alone": 100 * one.pixels,
            "scattering alone": 100 * one.scattering,
        }
        for one in found
    ]


def picture(name: str, experiment: str, loads: Sequence[PlaneLoad]) -> Picture:
    """Maps of the hit rate at all planes."""
    maps = []
    for one in loads:
        values = one.rate / (MHz / mm**2)
        maps.append(Map(one.plane, one.x / mm, one.y / mm, values, f"{values.max():.3g} MHz/mm²"))
    figure = maps_figure(maps, "x (mm)", "y (mm)", "hits, MHz/mm²")
    caption = (
        f"Hits per area and time of a spill at the planes of the trackers, {experiment}; the corner gives the peak."
    )
    return Picture(name, caption, figure)
