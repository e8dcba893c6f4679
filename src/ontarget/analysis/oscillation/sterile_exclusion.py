"""Amplitudes of a sterile neutrino that detectors of a stopped-pion source exclude and discover, by mass splitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ontarget.analysis.oscillation.sterile_counts import (
    Disappearance,
    DisappearanceTemplates,
    Distances,
    chi_square,
    disappearance_templates,
    fourth_neutrino,
)
from ontarget.experiment.experiment import Experiment
from ontarget.ground.units import eV
from ontarget.inference.fit import threshold
from ontarget.numerics.progress import silent

AMPLITUDES = np.geomspace(1e-4, 1.0, 321)
"""Amplitudes that are tried; a limit is interpolated between two of them, which are 3 % apart."""

MOST_ACTIVE = 0.5
"""The fourth mass is mostly sterile: beyond, muon neutrinos could become electron neutrinos, which count alike."""

APPEARANCE_AMPLITUDES = np.geomspace(1e-6, MOST_ACTIVE**2, 121)
"""Amplitudes of muon to electron neutrinos that are tried, 11 % apart."""

BLIND_FACTOR = 3.0
"""A limit is called blind where it is this much worse than the best on either side."""

FIVE_SIGMA = 0.99999942669
"""Confidence level of five standard deviations of a Gaussian, both sides."""

MUON_AND_ELECTRON = (("nu_mu", "nubar_mu"), ("nu_e", "nubar_e"))
"""The flavours that |U_mu4|^2 and |U_e4|^2 take away."""

PROMPT_MUON_NEUTRINOS = (
    Disappearance((0,), ("nu_mu",), ("nu_mu",), name="rates"),
    Disappearance((0,), ("nu_mu",), ("nu_mu",), Distances(), name="distances"),
)
BOTH_WINDOWS = (
    Disappearance((0, 1), ("nu_e", "nu_mu", "nubar_mu"), name="rates"),
    Disappearance((0, 1), ("nu_e", "nu_mu", "nubar_mu"), binning=Distances(), name="distances"),
)
SPLITTINGS = np.geomspace(0.1, 100.0, 151) * float(eV**2)
"""Where nothing else is said, MeV^2."""


@dataclass(frozen=True)
class DisappearanceReach:
    """Amplitudes sin^2 2 theta of active to sterile neutrinos that each search excludes and discovers.

    Attributes
    ----------
    searches : names, in the order of the rows of what follows
    splittings : [splitting], MeV^2
    excluded : [search splitting]; all amplitudes above are excluded if there is no oscillation; one where none is
    discovered : [search splitting]; above, no oscillation at all is excluded if there is one; one where it never is
    signal : [search detector], counts without oscillation in the windows and flavours of the search
    uncorrelated : [search], relative error of each window in each detector
    """

    searches: tuple[str, ...]
    splittings: Float[np.ndarray, " splitting"]
    excluded: Float[np.ndarray, "search splitting"]
    discovered: Float[np.ndarray, "search splitting"]
    signal: Float[np.ndarray, "search detector"]
    uncorrelated: Float[np.ndarray, " search"]


@dataclass(frozen=True)
class AppearanceReach:
    """Amplitudes sin^2 2 theta that each search excludes through what muon and electron neutrinos lose.

    Attributes
    ----------
    searches : names, in the order of the rows of what follows
    splittings : [splitting], MeV^2
    muon, electron : [search splitting], active to sterile, each with no mixing of the other
    appearance : [search splitting], muon to electron, whatever the ratio of both mixings; 0.25 where none is excluded
    """

    searches: tuple[str, ...]
    splittings: Float[np.ndarray, " splitting"]
    muon: Float[np.ndarray, "search splitting"]
    electron: Float[np.ndarray, "search splitting"]
    appearance: Float[np.ndarray, "search splitting"]


def sterile_reach(
    experiments: Sequence[Experiment],
    searches: Sequence[Disappearance] = PROMPT_MUON_NEUTRINOS,
    splittings: Float[np.ndarray, " splitting"] = SPLITTINGS,
    normalisation: float = 0.09,
    background: float = 1.0,
    level: float = 0.9,
    discovery_level: float = FIVE_SIGMA,
    progress: Callable[[str], None] = silent,
) -> DisappearanceReach:
    """The amplitude of active to sterile that each search excludes, and the one it discovers, at every splitting.

    Asimov sensitivity with two degrees of freedom. Neutral currents see that an active neutrino is lost, and not which
    became which: counts are linear in the amplitude (`DisappearanceTemplates`), errors as in `chi_square`.

    Parameters
    ----------
    experiments : detectors at one source, with a `Sterile31` and a `TimeAndDistance` tag
    searches : prompt muon neutrinos by default, by rate and by distance
    splittings : MeV^2
    normalisation : relative error, common to all detectors
    background : counts per count of signal, in every bin
    level, discovery_level : of confidence, of what is excluded and of what is discovered
    progress : takes lines that say what is being done
    """
    templates = all_templates(experiments, searches, splittings, progress)
    every = [search.grams(experiments, templates, search.parts(), background) for search in searches]
    errors = [(normalisation, float(search.uncorrelated)) for search in searches]
    signal = [[search.signal(*one) for one in zip(experiments, templates, strict=True)] for search in searches]
    return DisappearanceReach(
        tuple(search.name for search in searches),
        splittings,
        np.array([excluded(grams, *error, level) for grams, error in zip(every, errors, strict=True)]),
        np.array([discovered(grams, *error, discovery_level) for grams, error in zip(every, errors, strict=True)]),
        np.array(signal),
        np.array([float(search.uncorrelated) for search in searches]),
    )


def sterile_product(
    experiments: Sequence[Experiment],
    searches: Sequence[Disappearance] = BOTH_WINDOWS,
    splittings: Float[np.ndarray, " splitting"] = SPLITTINGS,
    normalisation: float = 0.09,
    background: float = 1.0,
    level: float = 0.9,
    progress: Callable[[str], None] = silent,
) -> AppearanceReach:
    r"""The amplitude of muon to electron neutrinos that is excluded through what both lose, at every splitting.

    .. math:: \sin^2 2\theta_{\mu e} = 4|U_{e4}|^2|U_{\mu4}|^2,\quad
        \sin^2 2\theta_{\alpha S} = 4|U_{\alpha4}|^2 \big(1 - |U_{e4}|^2 - |U_{\mu4}|^2\big),\quad |U_{\tau4}|^2 = 0

    Along each product the least chi squared over the ratio of both mixings is taken, as far as they add to one half.
    Neutral currents cannot see what goes between active flavours: a fourth mass without a sterile part loses nothing.

    Parameters
    ----------
    experiments : detectors at one source, with a `Sterile31` and a `TimeAndDistance` tag
    searches : each uses windows in which both families are counted; what they let oscillate is not asked
    splittings : MeV^2
    normalisation : relative error, common to all detectors
    background : counts per count of signal, in every bin
    level : of confidence
    progress : takes lines that say what is being done

    References
    ----------
    Kopp:2013vaa
    """
    templates = all_templates(experiments, searches, splittings, progress)
    rows = []
    for search in searches:
        errors = normalisation, float(search.uncorrelated), level
        alone = [search.grams(experiments, templates, [part], background) for part in MUON_AND_ELECTRON]
        both = search.grams(experiments, templates, MUON_AND_ELECTRON, background)
        rows.append([*(excluded(grams, *errors) for grams in alone), product_excluded(both, *errors)])
    muon, electron, appearance = np.array(rows).reshape(len(rows), 3, len(splittings)).swapaxes(0, 1)
    return AppearanceReach(tuple(search.name for search in searches), splittings, muon, electron, appearance)


def all_templates(
    experiments: Sequence[Experiment],
    searches: Sequence[Disappearance],
    splittings: Float[np.ndarray, " splitting"],
    progress: Callable[[str], None],
) -> list[DisappearanceTemplates]:
    """What each detector counts and loses, once the searches are known to fit it."""
    for search in searches:
        search.check(experiments)
    progress(f"{len(splittings)} splittings in {len(experiments)} detectors")
    return [disappearance_templates(one, fourth_neutrino(one), jnp.asarray(splittings)) for one in experiments]


def excluded(
    grams: Float[np.ndarray, "splitting group basis basis"], normalisation: float, uncorrelated: float, level: float
) -> Float[np.ndarray, " splitting"]:
    """The amplitude above which all are excluded if there is no oscillation; one where none is."""
    steady, oscillated = counts_on_basis(AMPLITUDES)
    return crossing(chi_square(grams, steady, oscillated, normalisation, uncorrelated), threshold(level, 2))


def discovered(
    grams: Float[np.ndarray, "splitting group basis basis"], normalisation: float, uncorrelated: float, level: float
) -> Float[np.ndarray, " splitting"]:
    """The amplitude above which the absence of oscillation is excluded if there is one; one where it never is."""
    steady, oscillated = counts_on_basis(AMPLITUDES)
    return crossing(chi_square(grams, oscillated, steady, normalisation, uncorrelated), threshold(level, 2))


def product_excluded(
    grams: Float[np.ndarray, "splitting group basis basis"], normalisation: float, uncorrelated: float, level: float
) -> Float[np.ndarray, " splitting"]:
    """The amplitude of muon to electron neutrinos above which all are excluded, whatever the ratio of the mixings.

    The basis is N and what muon and electron neutrinos lose at an amplitude of one, in this order.
    """
    size = np.sqrt(APPEARANCE_AMPLITUDES) / 2
    most = (MOST_ACTIVE + np.sqrt(np.maximum(MOST_ACTIVE**2 - 4 * size**2, 0.0))) / (2 * size)
    ratio = most[:, None] ** np.linspace(-1.0, 1.0, 81)
    electron, muon = size[:, None] * ratio, size[:, None] / ratio
    sterile = 1 - electron - muon
    model = np.stack([np.ones_like(muon), 4 * muon * sterile, 4 * electron * sterile], axis=-1).reshape(-1, 3)
    steady = np.broadcast_to(np.array([1.0, 0.0, 0.0]), model.shape)
    # one splitting at a time: all of them are 200 MB
    values = [chi_square(one[None], steady, model, normalisation, uncorrelated)[0] for one in grams]
    least = np.stack(values).reshape(len(grams), *ratio.shape).min(axis=-1)
    return crossing(least, threshold(level, 2), APPEARANCE_AMPLITUDES)


def counts_on_basis(
    amplitudes: Float[np.ndarray, " amplitude"],
) -> tuple[Float[np.ndarray, "amplitude basis"], Float[np.ndarray, "amplitude basis"]]:
    """Counts without oscillation, N, and with it, N - s D, as factors of N and -D."""
    one, none = np.ones_like(amplitudes), np.zeros_like(amplitudes)
    return np.stack([one, none], axis=1), np.stack([one, amplitudes], axis=1)


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


def blind_splittings(limit: Float[np.ndarray, " splitting"]) -> Int[np.ndarray, " blind"]:
    """Where a limit is at its worst between two splittings at which it is better by a factor of `BLIND_FACTOR`."""
    found = []
    for i in range(1, len(limit) - 1):
        if not (limit[i] >= limit[i - 1] and limit[i] > limit[i + 1]):
            continue
        higher = np.flatnonzero(limit > limit[i])
        left, right = higher[higher < i], higher[higher > i]
        low = limit[(left[-1] if len(left) else 0) : i].min()
        high = limit[i : (right[0] if len(right) else len(limit))].min()
        if limit[i] > BLIND_FACTOR * max(low, high):
            found.append(i)
    return np.array(found, int)
