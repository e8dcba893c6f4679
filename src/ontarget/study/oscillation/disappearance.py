"""One way to look for neutrinos that became sterile, in several detectors at different baselines."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.analysis.sterile_counts import DisappearanceTemplates, chi_square, disappearance_templates, gram
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.inference.fit import threshold
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation import Sterile31
from ontarget.source import TimeAndDistance
from ontarget.study.context import Context

AMPLITUDES = np.geomspace(1e-4, 1.0, 321)
"""Amplitudes that are tried; a limit is interpolated between two of them, which are 3 % apart."""


class AbstractBinning(Noun):
    """What is told apart within the time windows."""

    @abstractmethod
    def bins(self, values: Float[np.ndarray, "*parts window distance"]) -> Float[np.ndarray, "*parts group bin"]:
        """Counts of the bins of a fit, in groups each of which has a normalisation of its own."""


class Rates(AbstractBinning):
    """The rate of each window alone."""

    def bins(self, values: Float[np.ndarray, "*parts window distance"]) -> Float[np.ndarray, "*parts group bin"]:
        return values.sum(axis=-1, keepdims=True)


class Distances(AbstractBinning):
    """Every bin of reconstructed distance in each window."""

    def bins(self, values: Float[np.ndarray, "*parts window distance"]) -> Float[np.ndarray, "*parts group bin"]:
        return values


class Summed(AbstractBinning):
    """One rate of all windows together."""

    def bins(self, values: Float[np.ndarray, "*parts window distance"]) -> Float[np.ndarray, "*parts group bin"]:
        return values.sum(axis=(-2, -1), keepdims=True)


class SummedDistances(AbstractBinning):
    """All windows together, in every bin of reconstructed distance."""

    def bins(self, values: Float[np.ndarray, "*parts window distance"]) -> Float[np.ndarray, "*parts group bin"]:
        return values.sum(axis=-2, keepdims=True)


class Disappearance(Noun):
    """What is counted, what of it disappears, and what is told apart.

    Attributes
    ----------
    windows : the time bins of the tag that are used, each for itself
    counted : flavours; all, or fewer where an ideal separation is meant
    oscillating : flavours that disappear with the amplitude of the search
    binning : within a window
    uncorrelated : relative error of each window in each detector, beside the one that all share
    """

    windows: tuple[int, ...] = static()
    oscillating: tuple[str, ...] = static()
    counted: tuple[str, ...] = static(default=FLAVOURS)
    binning: AbstractBinning = Rates()
    uncorrelated: Number = quantity(default=0.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "uncorrelated", 0.0)
        for field in ("counted", "oscillating"):
            for flavour in getattr(self, field):
                if flavour not in FLAVOURS:
                    raise InputError(field, repr(flavour), "No flavour.", did_you_mean(flavour, FLAVOURS))

    def parts(self) -> list[tuple[str, ...]]:
        """The flavours that each amplitude takes away."""
        return [self.oscillating]

    def check(self, nouns: Sequence[Experiment]) -> None:
        """Refuse experiments without a fourth neutrino, and windows that a detector does not have."""
        for noun in nouns:
            fourth_of(noun)
            windows = tag_of(noun).time.bins
            if not all(0 <= one < windows for one in self.windows):
                truth = f"{noun.name} has {windows} windows, counted from 0."
                raise InputError(f"{self.name}.windows", str(list(self.windows)), truth, "Name those.")

    def counts(self, tag: TimeAndDistance, values: np.ndarray, flavours: Sequence[str]) -> np.ndarray:
        """Counts [... group bin] of some flavours, of values [... flavour tag]."""
        rows = [FLAVOURS.index(one) for one in flavours]
        split = np.asarray(tag.split(values[..., rows, :].sum(axis=-2)))
        return self.binning.bins(split[..., list(self.windows), :])

    def grams(
        self,
        nouns: Sequence[Experiment],
        found: Sequence[DisappearanceTemplates],
        parts: Sequence[Sequence[str]],
        background: float,
    ) -> np.ndarray:
        """Scalar products [splitting group basis basis] of the counts and of what each part loses."""
        every = []
        for noun, one in zip(nouns, found, strict=True):
            tag = tag_of(noun)
            steady = self.counts(tag, np.asarray(one.steady), self.counted)
            shown = [[flavour for flavour in part if flavour in self.counted] for part in parts]
            lost = np.stack([self.counts(tag, np.asarray(one.lost), part) for part in shown])
            every += [gram(steady[i], lost[:, :, i], background) for i in range(len(steady))]
        return np.stack(every, axis=1)


def excluded(grams: np.ndarray, normalisation: float, uncorrelated: float, level: float) -> np.ndarray:
    """The amplitude above which all are excluded if there is no oscillation, by splitting; one where none is."""
    amplitudes, still = paired(AMPLITUDES)
    return crossing(chi_square(grams, still, amplitudes, normalisation, uncorrelated), threshold(level, 2))


def discovered(grams: np.ndarray, normalisation: float, uncorrelated: float, level: float) -> np.ndarray:
    """The amplitude above which the absence of oscillation is excluded if there is one; one where it never is."""
    amplitudes, still = paired(AMPLITUDES)
    return crossing(chi_square(grams, amplitudes, still, normalisation, uncorrelated), threshold(level, 2))


def paired(amplitudes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Oscillated counts and steady ones, on the basis of the scalar products."""
    one, none = np.ones_like(amplitudes), np.zeros_like(amplitudes)
    return np.stack([one, amplitudes], axis=1), np.stack([one, none], axis=1)


def crossing(
    values: Float[np.ndarray, "splitting amplitude"],
    level: float,
    amplitudes: Float[np.ndarray, " amplitude"] = AMPLITUDES,
) -> Float[np.ndarray, " splitting"]:
    """Where chi squared last rises through a level, along the logarithm of the amplitude; the last one where never."""
    found = np.full(len(values), amplitudes[-1])
    for i, row in enumerate(values):
        below = np.flatnonzero(row < level)
        if len(below) == 0:
            found[i] = amplitudes[0]
        elif (last := below[-1]) < len(row) - 1:
            # near zero a chi squared is the square of the amplitude
            share = np.log(level / max(row[last], 1e-300)) / np.log(row[last + 1] / max(row[last], 1e-300))
            found[i] = amplitudes[last] * (amplitudes[last + 1] / amplitudes[last]) ** share
    return found


def tag_of(noun: Experiment) -> TimeAndDistance:
    """The tag of a detector, if it tells windows and distances apart."""
    tag = noun.detector.tag
    if not isinstance(tag, TimeAndDistance):
        remedy = "Give it 'tag: {type: TimeAndDistance, ...}'."
        raise InputError(noun.name, type(tag).__name__, "The search bins in time and distance.", remedy)
    return tag


def fourth_of(noun: Experiment) -> Sterile31:
    """The fourth neutrino of an experiment, if it has one."""
    fourth = noun.propagation
    if not isinstance(fourth, Sterile31):
        remedy = "Give it 'propagation: {type: Sterile31, ...}'."
        raise InputError(noun.name, type(fourth).__name__, "The search needs a fourth neutrino.", remedy)
    return fourth


def vanished(context: Context, splittings: np.ndarray) -> list[DisappearanceTemplates]:
    """What each detector counts and loses."""
    context.progress(f"{len(splittings)} splittings in {len(context.experiments)} detectors")
    return [disappearance_templates(noun, fourth_of(noun), jnp.asarray(splittings)) for noun in context.listed()]
