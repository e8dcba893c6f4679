"""The chain: facility, source, propagation, detector; from protons to counts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.channel import Channel
from ontarget.detector.detector import Detector
from ontarget.detector.sideband import Sideband
from ontarget.experiment.abstract import AbstractExperiment, check_observed
from ontarget.experiment.batch import batched_counts
from ontarget.experiment.consistency import check_duties, check_quenchings, check_table
from ontarget.experiment.counts import BackgroundCounts, ChannelCounts, Counts
from ontarget.experiment.emptiness import not_finite, nothing_through
from ontarget.experiment.truth import check_counts, check_resolution, highest_known, with_axes
from ontarget.ground.effect import Moves, keeps, part
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.kept import kept
from ontarget.ground.noun import quantity, static
from ontarget.matter.nuclide import Nuclides
from ontarget.propagation.none import NoOscillation
from ontarget.propagation.propagation import AbstractPropagation
from ontarget.source.exposure import AbstractExposure
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.source import AbstractSource

SERVES = frozenset({Moves.NOTHING, Moves.PULLS})
"""A flux that was computed once serves while numbers move nothing else."""


class Experiment(AbstractExperiment):
    r"""One detector at one facility for one exposure.

    .. math::
        n_{ko} = N_p \sum_{x,\alpha,E,i} N_i\,\phi_{\alpha E k}\,\sigma^i_{\alpha E x}\,R_{xo}

    over nuclides i, flavours, energy nodes and truth cells x; k counts tag bins and o seen bins. Memory is bounded
    by one nuclide's kernel.

    Attributes
    ----------
    observed : what was counted [tag seen], if anything was
    """

    facility: Facility
    source: AbstractSource = part(Moves.FLUX)
    propagation: AbstractPropagation = eqx.field(default=NoOscillation(), kw_only=True)
    detector: Detector
    exposure: AbstractExposure
    observed: Float[Array, "tag seen"] | None = quantity(default=None)
    name: str = static(default="")
    title: str = static(default="")
    CHOOSES: ClassVar[tuple[tuple[str, str], ...]] = (("Channel", "truth"),)  # what is not given is chosen when built

    def __post_init__(self) -> None:
        if any(channel.truth is None for channel in self.detector.channels):
            highest = self.source.highest(self.facility, self.detector.site, self.detector.tag)
            self.detector = with_axes(self.detector, highest_known(highest))

    def __check_init__(self) -> None:
        self.source.check_detector(self.detector.site)
        check_resolution(self.detector)
        check_observed(self.observed, (self.detector.tag.bins, self.detector.bins), "detector")
        for background in self.detector.backgrounds:
            background.check_running(self.exposure.running(self.facility), self.detector.tag)
        check_duties(self)
        check_quenchings(self)

    def flux(self) -> Flux:
        """Neutrinos per area at the detector during the whole exposure."""
        flux = self.source.flux(self.facility, self.detector.site, self.detector.tag)
        protons = self.exposure.protons(self.facility)
        error = None if flux.error is None else protons * flux.error
        return dataclasses.replace(flux, values=protons * flux.values, error=error)

    def precomputed(self) -> Experiment:
        """The same experiment with its flux computed: for all that leaves the source, the site and the tag alone."""
        source = self.source.precomputed(self.facility, self.detector.site, self.detector.tag)
        return self if source is self.source else eqx.tree_at(lambda one: one.source, self, source)

    def precomputed_for(self, addresses: Iterable[str]) -> Experiment:
        """The precomputed experiment, if its flux serves for all values at these addresses; else itself."""
        return self.precomputed() if keeps(self, addresses, SERVES) else self

    def interactions(self, channel: Channel, edges: Float[Array, " edge"]) -> Float[Array, "flavour tag truth"]:
        """Interactions in the whole target by truth cell, before any response; the last tag bin is outside."""
        return self.scatter(channel, edges, self.flux())

    def scatter(self, channel: Channel, edges: Float[Array, " edge"], flux: Flux) -> Float[Array, "flavour tag truth"]:
        """`interactions` of a flux that is already there: to trace and compile it once is half of a first call."""
        arriving = self.propagation.propagate(flux)
        nuclides = self.detector.material.nuclides()
        targets = self.detector.mass * self.detector.material.nuclei_per_mass()

        def of_one(nuclide_and_number: tuple[Nuclides, Float[Array, ""]]) -> Float[Array, "flavour tag truth"]:
            nuclide, number = nuclide_and_number
            return number * channel.interaction.fold_nodes(nuclide, flux.nodes, arriving, edges)

        return jax.lax.map(of_one, (nuclides, targets)).sum(axis=0)

    def reach(self, channel: Channel, flux: Flux) -> Float[Array, ""]:
        """The highest truth value that a flux can give in this material."""
        nuclides, highest = self.detector.material.nuclides(), flux.nodes.highest
        return jnp.max(jax.vmap(lambda nuclide: channel.interaction.endpoint(nuclide, highest))(nuclides))

    def channel_counts(self, channel: Channel, flux: Flux) -> ChannelCounts:
        """Counts of one channel; truth outside the channel's truth axis is counted as outside."""
        seen = self.detector.seen.edges
        cells, response = channel.cells(seen), channel.matrix(seen)
        far = jnp.maximum(cells[-1], self.reach(channel, flux))
        edges = jnp.concatenate([jnp.minimum(cells[:1], 0.0), cells, far[None]])
        by_truth = self.scatter(channel, edges, flux)
        reached = by_truth[..., 1:-1] @ response
        beyond = by_truth[..., 0].sum(1) + by_truth[..., -1].sum(1)
        return ChannelCounts(
            channel.name,
            reached[:, :-1, :-1],
            reached[:, :, -1].sum(axis=1) + reached[:, -1, :-1].sum(axis=1) + beyond,
            edges,
            by_truth.sum(axis=1),
        )

    def counts(self) -> Counts:
        """Expected counts, as a pure function of the leaves (no checks: for transformations)."""
        detector, running = self.detector, self.exposure.running(self.facility)
        backgrounds = tuple(
            BackgroundCounts(
                background.name, background.expected(detector.mass, running, detector.tag, detector.seen.edges)
            )
            for background in detector.backgrounds
        )
        flux = self.flux()
        channels = tuple(self.channel_counts(channel, flux) for channel in detector.channels)
        return Counts(channels, backgrounds, detector.seen, detector.tag.axis, detector.second)

    def sidebands(self) -> dict[str, tuple[Sideband, Float[Array, "tag seen"]]]:
        """Of each background that was counted in a sideband: the sideband, and what it stands for in the signal."""
        detector, running = self.detector, self.exposure.running(self.facility)
        return {
            background.name: (
                sideband,
                background.expected(detector.mass, running, detector.tag, detector.seen.edges),
            )
            for background in detector.backgrounds
            if (sideband := background.sideband(running, detector.tag)) is not None
        }

    def bins(self) -> Float[Array, " bin"]:
        """Expected counts, signal and background, in one row: what a likelihood compares with data."""
        return jnp.asarray(self.counts().total()).ravel()

    def expected(self) -> Counts:
        """Expected counts, compiled; a response that lets nothing of a channel through is an error."""
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(self)):
            return self.counts()
        unchecked = kept("expected counts", self, self.counted)
        axes = self.detector.seen, self.detector.tag.axis, self.detector.second
        counts = Counts(unchecked.channels, unchecked.backgrounds, *axes)
        for channel, found in zip(self.detector.channels, counts.channels, strict=True):
            total = concrete(found.values.sum())
            if total is not None and not 0 < total < math.inf:
                raise nothing_through(self, channel, found) if total == 0 else not_finite(self, channel, total)
            check_counts(self.name, channel, self.detector.seen, found)
            check_table(f"{self.name}, channels.{channel.name}", channel.interaction, found)
        for background, there in zip(self.detector.backgrounds, counts.backgrounds, strict=True):
            self.check_background(background.name, there)
        return counts

    def counted(self) -> Counts:
        """Expected counts, compiled, unchecked."""
        return jax.tree.map(lambda leaf: leaf[0], batched_counts(self, {}, 1))

    def check_background(self, name: str, found: BackgroundCounts) -> None:
        """Refuse a background that is infinite, or no number."""
        total = concrete(np.sum(found.values))
        if total is not None and not math.isfinite(total):
            truth = "Counts are finite."
            raise InputError(f"{self.name}, background {name}", f"{total} events", truth, "Give smaller numbers.")
