"""Counters of charged particles in and behind a decay tunnel, as an experiment on its source."""

from __future__ import annotations

from collections.abc import Iterable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.abstract import AbstractExperiment, check_observed
from ontarget.experiment.counts import BackgroundCounts, Counts, LeptonCounts
from ontarget.ground.address import addresses
from ontarget.ground.effect import Moves, keeps, part
from ontarget.ground.errors import InputError
from ontarget.ground.kept import kept
from ontarget.ground.noun import quantity, static
from ontarget.ground.program import program
from ontarget.monitor.flow import PrecomputedLeptons, collect, precompute_leptons
from ontarget.monitor.instrument import AbstractInstrument
from ontarget.source.exposure import AbstractExposure
from ontarget.source.facility import Facility
from ontarget.source.tunnel.decay_tunnel import DecayTunnel

BACKGROUND = "background"
SERVES = frozenset({Moves.NOTHING, Moves.PULLS, Moves.PARTS})
"""Templates that were computed once serve while numbers move nothing else."""


class LeptonMonitor(AbstractExperiment):
    r"""Charged particles of the decays that make the neutrinos, counted by one instrument.

    .. math:: n_o = N_p\,\Big[\sum_f \sum_b s_b(z)\,T_{fbx}\,R^f_{xo} + B_o\Big]

    over templates f (a mode of a parent, and the particle), parts b of the parent's yield with their scales
    :math:`s_b = 1 + \sum_j L_{bj} z_j`, and bins x of what is true: exactly linear in the pulls z. The templates T
    are the costly part; where nothing is moved but the pulls and what the instrument sees of them, it is `precomputed`
    first, and then takes a fraction of a millisecond.

    Every template is signal (`Counts.leptons`); only the instrument's own background B is one.

    Attributes
    ----------
    source : a decay tunnel, or what it sends to this instrument
    instrument : that counts
    observed : what was counted [tag seen], if anything was
    """

    facility: Facility
    source: DecayTunnel | PrecomputedLeptons = part(Moves.FLUX)
    instrument: AbstractInstrument = part(Moves.FLUX)
    exposure: AbstractExposure
    observed: Float[Array, "tag seen"] | None = quantity(default=None)
    name: str = static(default="")
    title: str = static(default="")

    def __check_init__(self) -> None:
        if self.observed is not None:
            check_observed(self.observed, jax.eval_shape(self.instrument.background).shape, "instrument")

    def leptons(self) -> PrecomputedLeptons:
        """What arrives at the instrument, per proton."""
        return self.source if isinstance(self.source, PrecomputedLeptons) else collect(self.instrument, self.source)

    def precomputed(self) -> LeptonMonitor:
        """This monitor with its templates computed, to the precision of the source."""
        if isinstance(self.source, PrecomputedLeptons):
            return self
        return eqx.tree_at(lambda one: one.source, self, precompute_leptons(self.instrument, self.source))

    def precomputed_for(self, targets: Iterable[str]) -> LeptonMonitor:
        """Itself where one of these addresses moves the templates; else `precomputed`."""
        targets = list(targets)
        if isinstance(self.source, PrecomputedLeptons) or not keeps(self, targets, SERVES):
            return self
        precomputed = self.precomputed()
        known = addresses(precomputed)
        return precomputed if all(one in known for one in targets) else self

    def by_template(self) -> dict[str, Float[Array, "tag seen"]]:
        """Counts in the whole exposure by template, without the background."""
        given, protons = self.leptons(), self.exposure.protons(self.facility)
        arrived = {flow.name: given.arrived(flow) for flow in given.flows}
        return {name: protons * values for name, values in self.instrument.seen(arrived).items()}

    def counts(self) -> Counts:
        """Expected counts, as a pure function of the leaves."""
        background = self.exposure.protons(self.facility) * self.instrument.background()
        leptons = tuple(LeptonCounts(name, values) for name, values in self.by_template().items())
        tag, seen, second = self.instrument.axes
        return Counts((), (BackgroundCounts(BACKGROUND, background),), seen, tag, second, leptons)

    def bins(self) -> Float[Array, " bin"]:
        return jnp.asarray(self.counts().total()).ravel()

    def expected(self) -> Counts:
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(self)):
            return self.counts()
        counts = kept("expected counts", self, lambda: compiled_counts(self.precomputed()))
        total = float(np.asarray(counts.total()).sum())
        if not (np.isfinite(total) and total > 0):
            truth = "Counts are finite, and something is detected."
            raise InputError(f"{self.name}, instrument", f"{total} events", truth, "Mend its axes or efficiencies.")
        return counts


@program
def compiled_counts(monitor: LeptonMonitor) -> Counts:
    """The counts of a monitor."""
    return monitor.counts()
