"""Electron neutrinos that appear far away from stopped pions, and those of the muons that hide them."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.appearance import (
    TINY,
    Windows,
    decays_of,
    furthest,
    sharpened,
    significance,
    spectra,
)
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Length, quantity, static
from ontarget.ground.units import ANGLE, MeV, km, ns
from ontarget.io.entry import load_entry
from ontarget.matter.flavour import FLAVOURS
from ontarget.plot import Curve, Guide, curves_figure
from ontarget.propagation import ThreeFlavour
from ontarget.report.section import Picture, Section, Table
from ontarget.source import StoppedPion
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask, check_points

NU_E, NU_MU = FLAVOURS.index("nu_e"), FLAVOURS.index("nu_mu")


DASHES = (":", "--", "-.")


class LongBaseline(AbstractTask):
    r"""Events of :math:`\nu_\mu \to \nu_e` from the pion's line against distance, and the electron neutrinos of the
    muons that come late and leak into the prompt window.

    .. math:: S = \sum_i \frac{s_i^2}{s_i + b_i},\quad b = f\,b_\mathrm{all},\quad s = \epsilon\,s_\mathrm{all}

    over bins of electron energy. A window keeps a part :math:`\epsilon` of the prompt neutrinos and a part f of the
    late ones: of all moments of a pulse, those where the prompt ones outnumber the late ones most, as many as make
    :math:`\epsilon s/\sqrt{\epsilon s + f b}` of the counts largest, for each distance of its own.

    Attributes
    ----------
    experiment : its source is a `StoppedPion`, its propagation `ThreeFlavour`, its first channel sees electrons
    lowest, highest : of the distances
    phases : values of delta; windows are chosen for the first, and compared at the distance that is best for it
    facilities : whose pulses are compared, names in the catalog; yields and powers stay those of the experiment
    resolutions : relative width of the electron's energy at 1 MeV, instead of the detector's own
    """

    experiment: str = static()
    facilities: tuple[str, ...] = static()
    lowest: Length = quantity(default=2 * km)
    highest: Length = quantity(default=40 * km)
    phases: Annotated[Float[Array, " phase"], ANGLE] = quantity(default=(-np.pi / 2, 0.0, np.pi / 2, np.pi))
    resolutions: Float[Array, " resolution"] = quantity(default=(0.02, 0.11, 0.3))
    points: int = static(default=77)

    def __check_init__(self) -> None:
        check_positive(self, "lowest", "highest")
        check_points(self.points, 3, 2001)

    def check(self, context: Context) -> None:
        context.experiment(self.experiment, "experiment")
        noun = context.experiment(self.experiment, "experiment")
        for part, kind in ((noun.source, StoppedPion), (noun.propagation, ThreeFlavour)):
            if not isinstance(part, kind):
                truth = f"What is asked of it is known for {kind.__name__}."
                raise InputError(
                    f"experiment.{self.experiment}", type(part).__name__, truth, f"Give it a {kind.__name__}."
                )

    def run(self, context: Context) -> Section:
        noun = context.experiment(self.experiment, "experiment")
        distances = np.linspace(float(self.lowest), float(self.highest), self.points)
        context.progress(f"{noun.name}: {len(distances)} distances")
        signal, late = spectra(noun, distances, np.asarray(self.phases))
        pulses = {name: load_entry(f"facilities/{name}").noun.pulse for name in self.facilities}
        found = {name: Windows.of(pulse, signal, late) for name, pulse in pulses.items()}
        rows = [self.row(name, one, distances, signal, late) for name, one in found.items()]
        tables = [
            Table("prompt_windows", f"Prompt windows, {label(float(self.phases[0]))}, each at its best distance", rows),
            Table(
                "electron_resolution",
                "The same, by resolution of the electron's energy",
                self.sharper(noun, distances, found),
            ),
            Table(
                "appearance",
                "Events against distance, the whole exposure",
                self.against(distances, signal, late, found),
            ),
        ]
        text = (
            f"Exposure {float(decays_of(noun)):.3g} pion decays at rest, one neutrino of each flavour. The published "
            "figure has the signal alone. Every muon makes an electron neutrino as well, which survives, and is 25 to "
            "800 times as frequent as those that appear. It comes within microseconds: a window on the prompt ones "
            "lets a few per cent of them in. Electrons of one neutrino energy have many energies, for argon is left in "
            "many levels: to measure them better helps little, as long as the photons of these levels are not added."
        )
        return Section(
            "Appearance at long baselines from decay at rest",
            text,
            tables,
            self.pictures(noun, distances, signal, late, found),
        )

    def row(
        self, name: str, found: Windows, distances: np.ndarray, signal: np.ndarray, late: np.ndarray
    ) -> dict[str, object]:
        """One pulse at its best distance: its window, and what falls into it."""
        i = found.best
        s, b = found.kept[i] * signal[:, i], found.leak[i] * late[i]
        apart = [np.sum((s[j] - s[k]) ** 2 / np.maximum(s[k] + b, TINY)) for j in range(len(s)) for k in range(len(s))]
        return {
            "facility": name,
            "distance (km)": float(distances[i] / km),
            "window (ns)": float(found.length[i] / ns),
            "prompt kept (%)": 100 * float(found.kept[i]),
            "late let in (%)": 100 * float(found.leak[i]),
            "signal": float(s[0].sum()),
            "background": float(b.sum()),
            "significance, counts": float(s[0].sum() / np.sqrt(s[0].sum() + b.sum())),
            "significance, energies": significance(s[0], b),
            "furthest phases (sigma)": float(np.sqrt(max(apart))),
            "furthest phases without late ones (sigma)": furthest(signal[:, i].sum(axis=-1)),
        }

    def against(
        self, distances: np.ndarray, signal: np.ndarray, late: np.ndarray, found: dict[str, Windows]
    ) -> list[dict[str, object]]:
        """One row for each distance."""
        return [
            {"distance (km)": float(x / km)}
            | {label(phase): float(signal[i, j].sum()) for i, phase in enumerate(np.asarray(self.phases))}
            | {"late nu_e, all": float(late[j].sum())}
            | {f"late nu_e, {name}": float(one.leak[j] * late[j].sum()) for name, one in found.items()}
            | {f"significance, {name}": float(one.significance[j]) for name, one in found.items()}
            for j, x in enumerate(distances)
        ]

    def sharper(self, noun: Experiment, distances: np.ndarray, found: dict[str, Windows]) -> list[dict[str, object]]:
        """The significance of each pulse when the electron's energy is measured better, or worse."""
        rows: list[dict[str, object]] = []
        for width in np.asarray(self.resolutions):
            signal, late = spectra(sharpened(noun, float(width)), distances, np.asarray(self.phases[:1]))
            row: dict[str, object] = {"relative width at 1 MeV": float(width)}
            for name, one in found.items():
                i = one.best
                row[name] = significance(one.kept[i] * signal[0, i], one.leak[i] * late[i])
            rows.append(row)
        return rows

    def pictures(
        self,
        noun: Experiment,
        distances: np.ndarray,
        signal: np.ndarray,
        late: np.ndarray,
        found: dict[str, Windows],
    ) -> list[Picture]:
        """Events and significance against distance; spectra at the best distance of the first pulse."""
        x = distances / km
        curves = [Curve(label(one), x, signal[i].sum(axis=-1)) for i, one in enumerate(np.asarray(self.phases))]
        leaks = [
            Guide(f"late, {name.replace('_', ' ')}", x, one.leak * late.sum(axis=-1), dash=DASHES[i % len(DASHES)])
            for i, (name, one) in enumerate(found.items())
        ]
        alone = curves_figure(curves, [], "distance (km)", "events")
        both = curves_figure([*curves, *leaks], [], "distance (km)", "events", "linear", "log")
        reached = [Curve(name.replace("_", " "), x, one.significance) for name, one in found.items()]
        strong = curves_figure(reached, [], "distance (km)", "standard deviations, energies")
        seen = np.asarray(noun.detector.seen.edges) / MeV
        middle, width = (seen[1:] + seen[:-1]) / 2, np.diff(seen)
        name, one = next(iter(found.items()))
        i = one.best
        shapes = [
            Curve("appeared", middle, one.kept[i] * signal[0, i] / width),
            Curve("late", middle, one.leak[i] * late[i] / width),
        ]
        spectrum = curves_figure(shapes, [], "electron energy (MeV)", "events per MeV")
        return [
            Picture("appearance", "Signal alone, all prompt neutrinos, as in the published figure.", alone),
            Picture("appearance_and_late", "The same, and late electron neutrinos in the window of each pulse.", both),
            Picture("appearance_significance", "Appearance above no appearance, in the window of each pulse.", strong),
            Picture("appearance_spectrum", f"Electrons at {x[i]:.3g} km in the prompt window, {name}.", spectrum),
        ]


def label(phase: float) -> str:
    """A phase in units of pi."""
    return f"δ = {phase / np.pi:.3g} π"
