"""Electron neutrinos far from a target of stopped pions: distances, windows in time, what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector import Detector, SquareRootResolution
from ontarget.experiment.experiment import Experiment
from ontarget.ground.constants import pion_lifetime
from ontarget.ground.units import MeV
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation import ThreeFlavour
from ontarget.source import AbstractPulse, StoppedPion
from ontarget.source.stopped_pion import delayed_cumulative

NU_E, NU_MU = FLAVOURS.index("nu_e"), FLAVOURS.index("nu_mu")
TINY = 1e-12

MOMENTS = 6000


@dataclass(frozen=True)
class Windows:
    """The best window of a pulse for each distance: its length, what it keeps, and what that is worth, all [distance].

    `kept` and `leak` are parts of the prompt and of the late neutrinos; `best` is the distance of most significance.
    """

    length: np.ndarray
    kept: np.ndarray
    leak: np.ndarray
    significance: np.ndarray

    @property
    def best(self) -> int:
        """The place of the best distance."""
        return int(self.significance.argmax())

    @classmethod
    def of(cls, pulse: AbstractPulse, signal: np.ndarray, late: np.ndarray) -> Windows:
        """Choose among the moments of a pulse, those with most prompt neutrinos for each late one first."""
        end = float(pulse.length) + 20 * pion_lifetime
        t = jnp.linspace(-end, 2 * end, MOMENTS + 1)
        prompt = np.diff(np.asarray(pulse.cumulative(t, pion_lifetime)))
        delayed = np.diff(np.asarray(delayed_cumulative(pulse, t)))
        heard = prompt > 1e-3 * prompt.max()  # or a window would begin long before a pulse with tails
        order = np.argsort(np.where(heard, -prompt / np.maximum(delayed, TINY), 0.0), kind="stable")
        kept, leak = np.cumsum(prompt[order]), np.cumsum(delayed[order])
        s, b = signal[0].sum(axis=-1)[:, None], late.sum(axis=-1)[:, None]
        worth = kept * s / np.sqrt(np.maximum(kept * s + leak * b, TINY))
        last = worth.argmax(axis=1)
        found = zip(kept[last], leak[last], signal[0], late, strict=True)
        reached = np.array([significance(k * one, f * other) for k, f, one, other in found])
        return cls((last + 1) * float(t[1] - t[0]), kept[last], leak[last], reached)


def furthest(counts: np.ndarray) -> float:
    """The largest difference between two numbers of counts, in errors of the one that is assumed."""
    return float(np.max(np.abs(counts[:, None] - counts) / np.sqrt(np.maximum(counts, TINY))))


def significance(signal: np.ndarray, background: np.ndarray) -> float:
    """The square root of S, over bins that hold anything."""
    total = signal + background
    return float(np.sqrt(np.sum(signal**2 / np.where(total > 0, total, 1.0))))


def sharpened(noun: Experiment, width: float) -> Experiment:
    """The experiment with another relative width of the electron's energy at 1 MeV."""

    def is_resolution(leaf: object) -> bool:
        return isinstance(leaf, SquareRootResolution)

    other = SquareRootResolution(jnp.asarray(width), jnp.asarray(1 * MeV))
    channel = jax.tree.map(lambda x: other if is_resolution(x) else x, noun.detector.channels[0], is_leaf=is_resolution)
    return eqx.tree_at(lambda one: one.detector.channels[0], noun, channel)


def spectra(noun: Experiment, distances: np.ndarray, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Electrons seen from prompt muon neutrinos [phase distance seen] and late electron neutrinos [distance seen]."""
    assert isinstance(noun.propagation, ThreeFlavour)  # `check` has looked at it
    spectrum = pions(noun).spectrum()
    events = per_fluence(noun.detector, spectrum.energy)
    fluence = np.asarray(decays_of(noun) / (4 * np.pi * distances**2))

    weights = jnp.stack([spectrum.prompt[NU_MU], spectrum.delayed[NU_E]])
    given = spectrum.energy, jnp.asarray(distances), weights, events
    found = [np.asarray(arriving(noun.propagation, jnp.asarray(phase), *given)) for phase in phases]
    signal = np.stack([appeared for appeared, _ in found]) * fluence[:, None]
    return signal, found[0][1] * fluence[:, None]


@eqx.filter_jit
def arriving(
    propagation: ThreeFlavour,
    delta: Array,
    energy: Float[Array, " energy"],
    distances: Float[Array, " distance"],
    weights: Float[Array, "2 energy"],
    events: Float[Array, "energy seen"],
) -> Float[Array, "2 distance seen"]:
    """What is seen of the appeared and of the late electron neutrinos, for `weights` of each per area."""
    one = eqx.tree_at(lambda each: each.delta, propagation, delta)
    found = one.among(energy, distances)[0, :, 0]
    return jnp.einsum("ie,iel,eo->ilo", weights, found[1::-1], events)


def pions(noun: Experiment) -> StoppedPion:
    """The source, which `check` has looked at."""
    assert isinstance(noun.source, StoppedPion)
    return noun.source


def decays_of(noun: Experiment) -> Float[Array, ""]:
    """Pions that decay at rest in the whole exposure."""
    return noun.exposure.protons(noun.facility) * pions(noun).neutrinos_per_proton


@eqx.filter_jit
def per_fluence(detector: Detector, energy: Float[Array, " energy"]) -> Float[Array, "energy seen"]:
    """Events in the first channel for one electron neutrino per area, by its energy."""
    channel, seen = detector.channels[0], detector.seen.edges
    cells, response = channel.cells(seen), channel.matrix(seen)[:, :-1]
    nuclides = detector.material.nuclides()
    targets = detector.mass * detector.material.nuclei_per_mass()
    kernels = jax.lax.map(lambda nuclide: channel.interaction.kernel(nuclide, energy, cells)[NU_E], nuclides)
    return jnp.einsum("n,nex,xo->eo", targets, kernels, response)
