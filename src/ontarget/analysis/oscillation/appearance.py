"""Electron neutrinos far from a target of stopped pions: distances, windows in time, what they are worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.oscillation.prompt_window import Windows, largest_difference, significance, squared_significance
from ontarget.detector import Detector, SquareRootResolution
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import first_channel, propagation_of, source_of, with_channels
from ontarget.ground.noun import as_array
from ontarget.ground.program import program
from ontarget.ground.units import MeV, km
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.nodes import Nodes
from ontarget.numerics.progress import silent
from ontarget.propagation import ThreeFlavour
from ontarget.source import AbstractPulse, StoppedPion

NU_E, NU_MU = FLAVOURS.index("nu_e"), FLAVOURS.index("nu_mu")

PHASES = (-np.pi / 2, 0.0, np.pi / 2, np.pi)

TRUTH = "Appearance far away is that of three flavours, from the line of pions at rest."


@dataclass(frozen=True)
class AtBest:
    """One pulse at the distance where appearance is most significant, within the window that is best there.

    Attributes
    ----------
    distance, length : of the detector, and of the window, in internal units
    kept, leak : parts of the prompt and of the late neutrinos that fall into the window
    signal, background : [seen] events of the first phase, and of late electron neutrinos
    counts, energies : standard deviations of appearance above none, by the number of events and by their spectrum
    phases : standard deviations between the two phases that differ most, by spectra
    phases_alone : the same by the numbers of all prompt events, without any late ones
    """

    distance: float
    length: float
    kept: float
    leak: float
    signal: Float[np.ndarray, " seen"]
    background: Float[np.ndarray, " seen"]
    counts: float
    energies: float
    phases: float
    phases_alone: float


@dataclass(frozen=True)
class Appearance:
    """Electron neutrinos that appear at some distances, and those of the muons, in the whole exposure.

    Attributes
    ----------
    distances, phases : [distance] in internal units, [phase] values of delta in radians
    seen : [seen + 1] edges of the electron's energy, in internal units
    decays : pions that decay at rest
    signal : [phase distance seen] events of prompt muon neutrinos that appear as electron neutrinos, at any time
    late : [distance seen] events of the muons' electron neutrinos that survive, at any time
    windows : best windows of each pulse, by name
    resolutions : [resolution] relative widths of the electron's energy at 1 MeV that were tried
    sharper : by pulse, [resolution] standard deviations (energies) at its best distance with each of these widths
    """

    distances: Float[np.ndarray, " distance"]
    phases: Float[np.ndarray, " phase"]
    seen: Float[np.ndarray, " edge"]
    decays: float
    signal: Float[np.ndarray, "phase distance seen"]
    late: Float[np.ndarray, "distance seen"]
    windows: Mapping[str, Windows]
    resolutions: Float[np.ndarray, " resolution"]
    sharper: Mapping[str, Float[np.ndarray, " resolution"]]

    def at_best(self, pulse: str) -> AtBest:
        """What one pulse comes to at its best distance."""
        one = self.windows[pulse]
        i = one.best
        signal, background = one.kept[i] * self.signal[:, i], one.leak[i] * self.late[i]
        apart = [squared_significance(a - b, b + background) for a in signal for b in signal]
        return AtBest(
            distance=float(self.distances[i]),
            length=float(one.length[i]),
            kept=float(one.kept[i]),
            leak=float(one.leak[i]),
            signal=signal[0],
            background=background,
            counts=significance(signal[0].sum(keepdims=True), background.sum(keepdims=True)),
            energies=significance(signal[0], background),
            phases=float(np.sqrt(max(apart))),
            phases_alone=largest_difference(self.signal[:, i].sum(axis=-1)),
        )


def long_baseline(
    experiment: Experiment,
    distances: Float[np.ndarray, " distance"] | None = None,
    phases: Float[np.ndarray, " phase"] | None = None,
    pulses: Mapping[str, AbstractPulse] | None = None,
    resolutions: Float[np.ndarray, " resolution"] | None = None,
    progress: Callable[[str], None] = silent,
) -> Appearance:
    r"""Events of :math:`\nu_\mu \to \nu_e` against distance, and the late electron neutrinos in windows of pulses.

    Parameters
    ----------
    experiment : its source is a `StoppedPion`, its propagation `ThreeFlavour`, its first channel sees electrons
    distances : [distance] in internal units; 77 from 2 to 40 km by default
    phases : [phase] values of delta in radians, windows being chosen for the first; four quarters by default
    pulses : by name; that of the experiment's facility by default. Yields and powers stay those of the experiment
    resolutions : [resolution] relative widths of the electron's energy at 1 MeV to try instead of its own
    """
    distances = np.linspace(2 * km, 40 * km, 77) if distances is None else distances
    phases = np.array(PHASES) if phases is None else phases
    pulses = {experiment.facility.name: experiment.facility.pulse} if pulses is None else pulses
    resolutions = np.zeros(0) if resolutions is None else resolutions
    progress(f"{experiment.name}: {len(distances)} distances")
    signal, late = spectra(experiment, distances, phases)
    windows = {name: Windows.of(pulse, signal[0], late) for name, pulse in pulses.items()}
    sharper = np.zeros((len(resolutions), len(windows)))
    for row, width in zip(sharper, resolutions, strict=True):
        appeared, survived = spectra(sharpened(experiment, float(width)), distances, phases[:1])
        row[:] = [one.significance_at_best(appeared[0], survived) for one in windows.values()]
    return Appearance(
        distances=distances,
        phases=phases,
        seen=np.asarray(experiment.detector.seen.edges),
        decays=float(decays_of(experiment)),
        signal=signal,
        late=late,
        windows=windows,
        resolutions=resolutions,
        sharper=dict(zip(windows, sharper.T, strict=True)),
    )


def sharpened(experiment: Experiment, width: float) -> Experiment:
    """The experiment with another relative width of the electron's energy at 1 MeV."""

    def is_resolution(leaf: object) -> bool:
        return isinstance(leaf, SquareRootResolution)

    other, first = SquareRootResolution(as_array(width), as_array(1 * MeV)), first_channel(experiment, TRUTH)
    channel = jax.tree.map(lambda x: other if is_resolution(x) else x, first, is_leaf=is_resolution)
    return eqx.tree_at(lambda one: one.detector.channels[0], experiment, channel)


def spectra(
    experiment: Experiment, distances: Float[np.ndarray, " distance"], phases: Float[np.ndarray, " phase"]
) -> tuple[Float[np.ndarray, "phase distance seen"], Float[np.ndarray, "distance seen"]]:
    r"""Events of prompt muon neutrinos seen as electrons, for each phase, and of late electron neutrinos.

    .. math:: n_o(L) = \frac{D}{4\pi L^2} \sum_E f_\alpha(E)\,P_{\alpha e}(E, L)\,A_{Eo}

    of D decays, f the spectrum of the prompt muon or late electron neutrinos of one decay, A the events per fluence.
    """
    with_channels(experiment, TRUTH)
    propagation = propagation_of(experiment, ThreeFlavour, TRUTH)
    spectrum = source_of(experiment, StoppedPion, TRUTH).spectrum()
    events = per_fluence(experiment.detector, Nodes(spectrum.energy, spectrum.cell))
    fluence = np.asarray(decays_of(experiment)) / (4 * np.pi * distances**2)

    weights = as_array(np.stack([np.asarray(spectrum.prompt)[NU_MU], np.asarray(spectrum.delayed)[NU_E]]))
    given = spectrum.energy, as_array(distances), weights, events
    found = [np.asarray(arriving(propagation, as_array(phase), *given)) for phase in phases]
    signal = np.stack([appeared for appeared, _ in found]) * fluence[:, None]
    return signal, found[0][1] * fluence[:, None]


@program
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


def decays_of(experiment: Experiment) -> Float[Array, ""]:
    """Pions that decay at rest in the whole exposure."""
    source = source_of(experiment, StoppedPion, TRUTH)
    return experiment.exposure.protons(experiment.facility) * source.neutrinos_per_proton


@program
def per_fluence(detector: Detector, nodes: Nodes) -> Float[Array, "energy seen"]:
    """Events in the first channel for one electron neutrino per area on each node of energy."""
    channel, seen = detector.channels[0], detector.seen.edges
    cells, response = channel.cells(seen), channel.matrix(seen)[:, :-1]
    nuclides = detector.material.nuclides()
    targets = detector.mass * detector.material.nuclei_per_mass()
    single = jnp.zeros((len(FLAVOURS), len(nodes.energy), len(nodes.energy))).at[NU_E].set(jnp.eye(len(nodes.energy)))
    kernels = jax.lax.map(lambda one: channel.interaction.fold_nodes(one, nodes, single, cells)[NU_E], nuclides)
    return jnp.einsum("n,nex,xo->eo", targets, kernels, response)
