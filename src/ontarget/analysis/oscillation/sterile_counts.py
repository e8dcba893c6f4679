"""Counts that a sterile neutrino takes away, for many splittings in one compiled program, in the bins of a search."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Sequence

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import narrowed, propagation_of, with_channels
from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.ground.program import program
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation import NoOscillation, Sterile31
from ontarget.source import Flux, TimeAndDistance


class DisappearanceTemplates(Noun):
    r"""Counts by flavour, with and without a fourth mass.

    .. math:: n_{\alpha k} = N_{\alpha k} - \sin^2 2\theta_{\alpha S}\,D_{\alpha k}(\Delta m^2),\quad
        \sin^2 2\theta_{\alpha S} = 4|U_{\alpha4}|^2|U_{s4}|^2

    Linear in the amplitudes where neutral currents see all active flavours alike, for what changes from one to another
    is then counted as before: exact with one mixing alone, and else but for the radiative couplings' difference
    between flavours (a few per cent of an appearance that is of second order in the mixings).

    Attributes
    ----------
    steady : N [flavour tag], all of the seen axis
    lost : D [splitting flavour tag], at an amplitude of one
    """

    steady: Float[Array, "flavour tag"]
    lost: Float[Array, "splitting flavour tag"]


def unit_flux(flux: Flux) -> Flux:
    """One neutrino of every flavour per area at each node of energy, with the node in place of the tag."""
    nodes = len(flux.energy)
    values = jnp.concatenate([jnp.eye(nodes), jnp.zeros((nodes, 1))], axis=1)[None, :, None, :]
    return Flux(flux.energy, flux.path[:1], jnp.broadcast_to(values, (len(flux.values), *values.shape[1:])))


def seen(experiment: Experiment, flux: Flux) -> Float[Array, "flavour energy"]:
    """What one neutrino per area of each flavour and energy leaves in the detector: all channels, all of the axis."""
    still = eqx.tree_at(lambda one: one.propagation, experiment, NoOscillation())
    unit = unit_flux(flux)
    channels = [still.channel_counts(channel, unit) for channel in experiment.detector.channels]
    return jnp.stack([one.values.sum(axis=2) for one in channels]).sum(axis=0)


@program
def disappearance_templates(
    experiment: Experiment, fourth: Sterile31, splittings: Float[Array, " splitting"]
) -> DisappearanceTemplates:
    """What an experiment counts, and what it loses to a fourth neutrino at each splitting.

    What a neutrino of each energy leaves in the detector is computed once; a splitting then costs its averaged phases
    at the nodes of energy and path, and one sum over them.
    """
    flux = experiment.flux()
    counted = seen(experiment, flux)[:, :, None, None] * flux.values[..., :-1]
    cells = [0.0 if cell is None else cell for cell in (flux.energy_cell, flux.path_cell)]

    def changed(dm2: Float[Array, ""]) -> Float[Array, "energy path"]:
        return dataclasses.replace(fourth, dm2=dm2).changed(flux.energy, flux.path, *cells)

    lost = jnp.einsum("sep,fepk->sfk", jax.vmap(changed)(splittings), counted)
    return DisappearanceTemplates(counted.sum(axis=(1, 2)), lost)


def gram(
    steady: Float[np.ndarray, " bin"], lost: Float[np.ndarray, "part splitting bin"], background: float
) -> Float[np.ndarray, "splitting basis basis"]:
    r"""Scalar products, over a group of bins, of what its counts are made of: N, and -D of each part.

    Weighted with :math:`1/V,\; V = N(1 + b)`, b being background per signal in every bin.
    """
    known = np.broadcast_to(steady, lost.shape[1:])
    basis = np.concatenate([known[None], -lost])
    variance = np.where(steady > 0, (1 + background) * steady, 1.0)
    return np.einsum("isk,jsk,k->sij", basis, basis, (steady > 0) / variance, optimize=True)


def chi_square(
    grams: Float[np.ndarray, "splitting group basis basis"],
    data: Float[np.ndarray, "point basis"],
    model: Float[np.ndarray, "point basis"],
    normalisation: float,
    uncorrelated: float,
) -> Float[np.ndarray, "splitting point"]:
    r"""Least :math:`\chi^2` over a normalisation of all counts and one of each group, for data and models on a basis.

    .. math:: \chi^2 = \min_{a,u} \sum_g \Big[\sum_k \frac{(n_k - T_k(1 + a + u_g))^2}{V_k}
        + \frac{u_g^2}{\sigma_u^2}\Big] + \frac{a^2}{\sigma_a^2}

    A group is a window of a detector. The minimum is closed: with :math:`R, q, t` the sums of
    :math:`(n-T)^2, (n-T)T, T^2` over V in a group and :math:`w = 1/(1 + \sigma_u^2 t)`, it is
    :math:`\sum_g (R - \sigma_u^2 q^2 w) - (\sum_g q w)^2 / (\sum_g t w + \sigma_a^{-2})`. Counts are Gaussian: valid
    for bins of hundreds and more.
    """
    away = data - model
    left, right = np.tensordot(grams, away, (3, 1)), np.tensordot(grams, model, (3, 1))
    square = np.einsum("pa,sdap->sdp", away, left)
    cross = np.einsum("pa,sdap->sdp", model, left)
    total = np.einsum("pa,sdap->sdp", model, right)
    weight = 1 / (1 + uncorrelated**2 * total)
    within = (square - uncorrelated**2 * cross**2 * weight).sum(axis=1)
    return within - (cross * weight).sum(axis=1) ** 2 / ((total * weight).sum(axis=1) + normalisation**-2)


class AbstractBinning(Noun):
    """How the counts of the time windows and distances become the bins of a fit."""

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
    """A search for neutrinos that became sterile: what is counted, what of it disappears, and in which bins.

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

    def check(self, experiments: Sequence[Experiment]) -> None:
        """Refuse experiments without a fourth neutrino, and windows that a detector does not have."""
        for experiment in experiments:
            fourth_neutrino(experiment)
            windows = time_and_distance(experiment).time.bins
            if not all(0 <= one < windows for one in self.windows):
                truth = f"{experiment.name} has {windows} windows, counted from 0."
                raise InputError(f"{self.name}.windows", str(list(self.windows)), truth, "Name those.")

    def counts(
        self, tag: TimeAndDistance, values: Float[np.ndarray, "*parts flavour tag"], flavours: Sequence[str]
    ) -> Float[np.ndarray, "*parts group bin"]:
        """Counts in the bins of the search, of some flavours together."""
        rows = [FLAVOURS.index(one) for one in flavours]
        split = np.asarray(tag.split(values[..., rows, :].sum(axis=-2)))
        return self.binning.bins(split[..., list(self.windows), :])

    def signal(self, experiment: Experiment, templates: DisappearanceTemplates) -> float:
        """What the search counts in one detector if nothing oscillates."""
        tag = time_and_distance(experiment)
        return float(self.counts(tag, np.asarray(templates.steady), self.counted).sum())

    def grams(
        self,
        experiments: Sequence[Experiment],
        templates: Sequence[DisappearanceTemplates],
        parts: Sequence[Sequence[str]],
        background: float,
    ) -> Float[np.ndarray, "splitting group basis basis"]:
        """Scalar products of the counts and of what each part loses; groups are those of all detectors in turn.

        The basis is N and, for each of the `parts` (the flavours that one amplitude takes away), -D; see `gram`.
        """
        every = []
        for experiment, one in zip(experiments, templates, strict=True):
            tag = time_and_distance(experiment)
            steady = self.counts(tag, np.asarray(one.steady), self.counted)
            shown = [[flavour for flavour in part if flavour in self.counted] for part in parts]
            lost = np.stack([self.counts(tag, np.asarray(one.lost), part) for part in shown])
            every += [gram(steady[i], lost[:, :, i], background) for i in range(len(steady))]
        return np.stack(every, axis=1)


def time_and_distance(experiment: Experiment) -> TimeAndDistance:
    """The tag of a detector, which must divide its counts by window in time and by distance."""
    where = f"{experiment.name}.detector.tag"
    return narrowed(experiment.detector.tag, TimeAndDistance, where, "The search bins in time and distance.")


def fourth_neutrino(experiment: Experiment) -> Sterile31:
    """The fourth neutrino of an experiment, which must have one."""
    with_channels(experiment, "The search counts neutrinos that disappear.")
    return propagation_of(experiment, Sterile31, "The search needs a fourth neutrino.")
