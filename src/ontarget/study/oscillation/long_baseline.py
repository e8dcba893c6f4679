"""Electron neutrinos that appear far away from stopped pions, and those of the muons that hide them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.oscillation.appearance import PHASES, TRUTH, Appearance, long_baseline
from ontarget.experiment.narrow import propagation_of, source_of, with_channels
from ontarget.ground.errors import check_positive
from ontarget.ground.noun import Length, quantity, static
from ontarget.ground.units import ANGLE, MeV, km, ns
from ontarget.io.entry import load_entry
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.propagation import ThreeFlavour
from ontarget.report.column import SIGMAS, Column
from ontarget.report.digits import number_text
from ontarget.report.headline import Headline
from ontarget.report.section import Picture, Section, Table
from ontarget.source import StoppedPion
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points

DASHES = (":", "--", "-.")


class LongBaseline(AbstractTask):
    r"""Events of :math:`\nu_\mu \to \nu_e` from the pion's line against distance, and the electron neutrinos of the
    muons, which are delayed and leak into the prompt window.

    .. math:: S = \sum_i \frac{s_i^2}{s_i + b_i},\quad b = f\,b_\mathrm{all},\quad s = \epsilon\,s_\mathrm{all}

    over bins of electron energy. A window keeps a part :math:`\epsilon` of the prompt neutrinos and a part f of the
    delayed ones: of all moments of a pulse, those where the prompt ones outnumber the delayed most, as many as make
    :math:`\epsilon s/\sqrt{\epsilon s + f b}` of the counts largest, for each distance of its own.

    Attributes
    ----------
    experiment : its source is a `StoppedPion`, its propagation `ThreeFlavour`, its first channel sees electrons
    lowest, highest : of the distances
    phases : values of delta; windows are chosen for the first, and compared at the distance that is best for it
    facilities : whose pulses are compared, names in the catalog; yields and powers stay those of the experiment
    resolutions : relative width of the electron's energy at 1 MeV, instead of the detector's own
    points : distances
    key : before the names of figures and of the table of events
    """

    experiment: str = static()
    facilities: tuple[str, ...] = static()
    lowest: Length = quantity(default=2 * km)
    highest: Length = quantity(default=40 * km)
    phases: Annotated[Float[Array, " phase"], ANGLE] = quantity(default=PHASES)
    resolutions: Float[Array, " resolution"] = quantity(default=(0.02, 0.11, 0.3))
    points: int = static(default=77)
    key: str = static(default="appearance")

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest")
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        experiment = context.experiment(self.experiment, "experiment")
        with_channels(experiment, "Electron neutrinos that appear are counted in its first channel.")
        source_of(experiment, StoppedPion, TRUTH)
        propagation_of(experiment, ThreeFlavour, TRUTH)

    def run(self, context: Context) -> Section:
        result = long_baseline(
            context.experiment(self.experiment, "experiment"),
            np.linspace(float(self.lowest), float(self.highest), self.points),
            np.asarray(self.phases),
            {name: load_entry(f"facilities/{name}").noun.pulse for name in self.facilities},
            np.asarray(self.resolutions),
            context.progress,
        )
        title = f"Prompt windows, {label(float(self.phases[0]))}, each at its best distance"
        tables = [
            Table(self.named("prompt_windows"), title, window_rows(result), WINDOWS),
            Table(
                self.named("electron_resolution"),
                "The same, by resolution of the electron's energy",
                resolution_rows(result),
            ),
            Table(
                self.key,
                "Events against distance, the whole exposure",
                distance_rows(result),
                delayed(result.windows),
            ),
        ]
        title = "Appearance at long baselines from decay at rest"
        return Section(title, text(result), tables, pictures(result, self.key), headline=headline(result))

    def named(self, table: str) -> str:
        """The name of a table: with the key before it where that is not the usual one."""
        return table if self.key == "appearance" else f"{self.key}_{table}"


WINDOWS = {
    "late let in (%)": Column("delayed leak-in (%)"),
    "significance, counts": SIGMAS,
    "significance, energies": SIGMAS,
    "furthest phases (sigma)": SIGMAS,
    "furthest phases without late ones (sigma)": Column("furthest phases without delayed ones (sigma)", decimals=2),
}


def delayed(names: Iterable[str]) -> dict[str, Column]:
    """Columns of the neutrinos of muons as they are shown; files keep their names."""
    labels = {f"late nu_e, {name}": Column(f"delayed nu_e, {name}") for name in ("all", *names)}
    return labels | {f"significance, {name}": SIGMAS for name in names}


def headline(result: Appearance) -> list[Headline]:
    """The significance of appearance with each pulse, at its best distance."""
    made = []
    for name in result.windows:
        one = result.at_best(name)
        signal, background = number_text(float(one.signal.sum())), number_text(float(one.background.sum()))
        note = f"at {number_text(one.distance / km)} km, signal {signal}, background {background}"
        made.append(Headline(f"appearance, pulse of {name}", one.energies, unit="sigma", note=note))
    return made


def label(phase: float) -> str:
    """A phase in units of pi."""
    return f"δ = {phase / np.pi:.3g} π"


def text(result: Appearance) -> str:
    """What is to be known of signal and background."""
    ratio = result.late.sum(axis=-1) / result.signal[0].sum(axis=-1)
    return (
        f"Exposure {result.decays:.3g} pion decays at rest, one neutrino of each flavour. The published "
        "figure has the signal alone. Every muon makes an electron neutrino as well, which survives, and is "
        f"{ratio.min():.2g} to {ratio.max():.2g} times as frequent as those that appear. It comes within microseconds: "
        "a few per cent of it leak into a window on the prompt ones. Electrons of one neutrino energy have many "
        "energies, for the nucleus is left in many levels: to measure them better helps little, as long as the photons "
        "of these levels are not added."
    )


def window_rows(result: Appearance) -> list[dict[str, object]]:
    """One row for each pulse at its best distance: its window, and what falls into it."""
    return [
        {
            "facility": name,
            "distance (km)": one.distance / km,
            "window (ns)": one.length / ns,
            "prompt kept (%)": 100 * one.kept,
            "late let in (%)": 100 * one.leak,
            "signal": float(one.signal.sum()),
            "background": float(one.background.sum()),
            "significance, counts": one.counts,
            "significance, energies": one.energies,
            "furthest phases (sigma)": one.phases,
            "furthest phases without late ones (sigma)": one.phases_alone,
        }
        for name, one in ((name, result.at_best(name)) for name in result.windows)
    ]


def resolution_rows(result: Appearance) -> list[dict[str, object]]:
    """One row for each width of the electron's energy: the significance of each pulse."""
    return [
        {"relative width at 1 MeV": float(width)} | {name: float(one[i]) for name, one in result.sharper.items()}
        for i, width in enumerate(result.resolutions)
    ]


def distance_rows(result: Appearance) -> list[dict[str, object]]:
    """One row for each distance: events of each phase and of the muons, and the significance in each window."""
    signal, late = result.signal.sum(axis=-1), result.late.sum(axis=-1)
    return [
        {"distance (km)": float(x / km)}
        | {label(phase): float(signal[i, j]) for i, phase in enumerate(result.phases)}
        | {"late nu_e, all": float(late[j])}
        | {f"late nu_e, {name}": float(one.leak[j] * late[j]) for name, one in result.windows.items()}
        | {f"significance, {name}": float(one.significance[j]) for name, one in result.windows.items()}
        for j, x in enumerate(result.distances)
    ]


def pictures(result: Appearance, key: str) -> list[Picture]:
    """Events and significance against distance; spectra at the best distance of the first pulse."""
    x, late = result.distances / km, result.late.sum(axis=-1)
    curves = [Curve(label(phase), x, result.signal[i].sum(axis=-1)) for i, phase in enumerate(result.phases)]
    leaks = [
        Guide(f"delayed, {name}", x, one.leak * late, dash=DASHES[i % len(DASHES)])
        for i, (name, one) in enumerate(result.windows.items())
    ]
    alone = curves_figure(curves, [], "distance (km)", "events")
    both = curves_figure([*curves, *leaks], [], "distance (km)", "events", "linear", "log")
    reached = [Curve(name, x, one.significance) for name, one in result.windows.items()]
    strong = curves_figure(reached, [], "distance (km)", "standard deviations, energies")
    edges, first = result.seen / MeV, next(iter(result.windows))
    middle, width, best = (edges[1:] + edges[:-1]) / 2, np.diff(edges), result.at_best(first)
    shapes = [Curve("appeared", middle, best.signal / width), Curve("delayed", middle, best.background / width)]
    spectrum = curves_figure(shapes, [], "electron energy (MeV)", "events per MeV")
    where = f"Electrons at {best.distance / km:.3g} km in the prompt window, {first}."
    return [
        Picture(key, "Signal alone, all prompt neutrinos, as in the published figure.", alone),
        Picture(f"{key}_and_late", "The same, and delayed electron neutrinos in the window of each pulse.", both),
        Picture(f"{key}_significance", "Appearance above no appearance, in the window of each pulse.", strong),
        Picture(f"{key}_spectrum", where, spectrum),
    ]
