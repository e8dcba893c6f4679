"""What trackers in a beam must stand: rate, dose and fluence plane by plane, and how well they measure momenta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ontarget.analysis.tracker_loads import NONE, RAD, Load, during_spill, load_on, planes_of, scaled, tunnel_of
from ontarget.beam import TrackedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Dose, Noun, PerArea, RatePerArea, quantity, static
from ontarget.ground.units import GeV, MHz, cm, mm
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import AbstractPlane, ArmPlane, Trackers, spectrometer_resolution
from ontarget.monitor.plane_hits import PlaneHits
from ontarget.plot import Map, maps_figure
from ontarget.report.section import Picture, Section, Table
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

LEAST = 4  # planes that make a spectrometer


class PublishedLoad(Noun):
    """A published specification of some planes: the most that any of them must stand."""

    planes: tuple[str, ...] = static()
    rate: RatePerArea = quantity()
    dose: Dose = quantity()
    fluence: PerArea = quantity()
    name: str = static(default="", kw_only=True)

    def __check_init__(self) -> None:
        check_positive(self, "rate", "dose", "fluence")


class TrackerSpecification(AbstractTask):
    """Peak rate, dose and fluence at each plane of the trackers, experiment by experiment, beside what is published.

    Attributes
    ----------
    experiments : names; their beams, exposures and facilities count
    trackers : planes and where they stand
    published : by name
    rays, repeats, seed : of the lattices, for each species
    """

    experiments: tuple[str, ...] = static()
    trackers: Trackers
    published: tuple[PublishedLoad, ...] = ()
    rays: int = static(default=2**15)
    repeats: int = static(default=8)
    seed: int = static(default=1)

    def check(self, context: Context) -> None:
        for name in self.experiments:
            context.experiment(name, "experiments")
            tunnel_of(context.experiment(name, "experiment"))
        names = {plane.name for plane in self.trackers.planes}
        for one in self.published:
            if not set(one.planes) <= names:
                truth = f"The planes are {', '.join(sorted(names))}."
                raise InputError(f"published.{one.name}.planes", ", ".join(one.planes), truth, "Name some of these.")

    def run(self, context: Context) -> Section:
        planes: list[dict[str, Any]] = []
        beside: list[dict[str, Any]] = []
        pictures, resolutions = [], []
        for name in self.experiments:
            experiment = context.experiment(name, "experiment")
            context.progress(f"trackers of {name}")
            found = planes_of(experiment, self.trackers, self.rays, self.repeats, self.seed)
            loads = {one.plane.name: load_on(experiment, one) for one in found}
            planes += [{"experiment": name} | plane_row(one, loads[one.plane.name]) for one in found]
            beside += [{"experiment": name} | row for one in self.published for row in rows_beside(one, loads)]
            pictures.append(picture(name, experiment, found))
            resolutions += resolution_rows(name, experiment, self.trackers)
        tables = [
            Table("tracker_specification", "The largest loads beside the published ones", beside),
            Table("tracker_planes", "Plane by plane", planes),
            Table("tracker_momentum", "Momentum resolution at the reference momentum", resolutions),
        ]
        return Section("Trackers", self.text(), tables, pictures)

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


def plane_row(one: PlaneHits, load: Load) -> dict[str, Any]:
    """One row of the table of planes."""
    number = {species: float(np.mean(each)) for species, each in one.number.items()}
    muons = sum(value for species, value in number.items() if species.startswith("mu"))
    values = one.map()
    spot = [
        float(np.sqrt(np.average(nodes**2, weights=w) - np.average(nodes, weights=w) ** 2) / mm)
        for nodes, w in ((np.asarray(one.raster.x), values.sum(axis=1)), (np.asarray(one.raster.y), values.sum(axis=0)))
    ]
    return {
        "plane": one.plane.name,
        "pi per proton": number.get("pi+"),
        "K per proton": number.get("K+"),
        "muons per proton": muons,
        "spot x (mm)": spot[0],
        "spot y (mm)": spot[1],
        "peak rate (MHz/mm2)": load.rate / (MHz / mm**2),
        "dose (Mrad)": load.dose / (1e6 * RAD),
        "fluence (n_eq/cm2)": load.fluence * cm**2,
        "statistical error (%)": 100 * load.error,
    }


def rows_beside(published: PublishedLoad, loads: dict[str, Load]) -> list[dict[str, Any]]:
    """The worst of the planes that the beam reaches, beside the published number: rate, dose and fluence."""
    reached = [name for name in published.planes if name in loads]
    if not reached:
        return []
    worst = max(reached, key=lambda name: loads[name].rate)
    rows = []
    for what, unit, words in (
        ("rate", MHz / mm**2, "peak rate (MHz/mm2)"),
        ("dose", 1e6 * RAD, "dose (Mrad)"),
        ("fluence", 1 / cm**2, "fluence (n_eq/cm2)"),
    ):
        given, ours = float(getattr(published, what)), getattr(loads[worst], what)
        row = {"spectrometer": published.name, "what": words, "published": given / unit, "ours": ours / unit}
        rows.append(row | {"ours / published": ours / given, "at": worst, "planes known": ", ".join(reached)})
    return rows


def picture(name: str, experiment: Experiment, found: Sequence[PlaneHits]) -> Picture:
    """Maps of the hit rate at all planes."""
    maps = []
    for one in found:
        values = one.map() * during_spill(experiment.facility) / (MHz / mm**2)
        words = f"{values.max():.3g} MHz/mm²"
        maps.append(Map(one.plane.name, np.asarray(one.raster.x) / mm, np.asarray(one.raster.y) / mm, values, words))
    figure = maps_figure(maps, "x (mm)", "y (mm)", "hits, MHz/mm²")
    caption = f"Hits per area and time of a spill at the planes of the trackers, {name}; the corner gives the peak."
    return Picture(f"tracker_rates_{name}", caption, figure)


def resolution_rows(name: str, experiment: Experiment, trackers: Trackers) -> list[dict[str, Any]]:
    """Momentum resolution of the beam's spectrometer, where there is a line, and of the muons'."""
    beam, rows = tunnel_of(experiment).beam, []
    inside = [plane for plane in trackers.planes if not isinstance(plane, ArmPlane)]
    behind: list[AbstractPlane] = [plane for plane in trackers.planes if isinstance(plane, ArmPlane)]
    sets = [(trackers.arm, behind, "mu+")]
    if isinstance(beam, TrackedBeam):
        sets = [(beam.line, inside[:4], "pi+"), (beam.line, inside, "pi+"), *sets]
    for line, planes, particle in sets:
        if len(planes) < LEAST:
            continue
        row: dict[str, Any] = {"experiment": name, "planes": " ".join(one.name for one in planes), "particle": particle}
        row["momentum (GeV/c)"] = float(line.momentum / GeV)
        for what, pitch, thickness in (
            ("resolution (%)", 1.0, 1.0),
            ("pixels alone", 1.0, NONE),
            ("scattering alone", NONE, 1.0),
        ):
            some = [scaled(plane, pitch, thickness) for plane in planes]
            row[what] = 100 * float(spectrometer_resolution(line, some, PARTICLES[particle]))
        rows.append(row)
    return rows
