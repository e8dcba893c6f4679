"""The narrow-band off-axis method against a tunnel's design: how wide its bands are, and how many events."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam.beam_flux import events_per_fluence
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.experiment.narrow import narrowed, site_of, source_of
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun, as_array, static
from ontarget.ground.program import fused, program
from ontarget.inference.design.forecast import AbstractDesign
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import BeamEnergyAxis
from ontarget.source.site import BeamSite
from ontarget.source.tag import Radius
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.source.tunnel.grid import cell as cell_of

BAND_NODES = 200
"""Cells of energy: 0.05 GeV where the axis ends at 10 GeV, a quarter of the narrowest band's half width."""

SHARES = np.array([0.16, 0.5, 0.84])

TRUTH = "Bands are those of a ParametrisedBeam in a DecayTunnel, seen with the tag Radius."


class Bands(Noun):
    r"""Neutrinos of pions in the tunnel, in rings around the beam's axis, as a function of a design.

    The lattices are the same for every design, so that nothing jumps from one to the next.

    Attributes
    ----------
    source, site : of the experiment, the pions' decays alone
    tag : rings of radius
    design : what its numbers change, by addresses of the experiment called `name`
    events : per fluence on each node of energy, for the whole exposure
    """

    source: DecayTunnel
    site: BeamSite
    tag: Radius
    design: AbstractDesign
    events: Float[Array, " energy"]
    name: str = static()

    def spectra(self, design: Float[Array, " free"]) -> Float[Array, "energy ring"]:
        """Events on each node in each ring."""
        start = {"source": self.source, "detector": {"site": self.site}}
        prefix = self.name + "."
        values = {key.removeprefix(prefix): one for key, one in self.design.values(design).items()}
        moved = replace(start, values)
        ((_, means, _),) = moved["source"].flux_by_component(moved["detector"]["site"], self.tag)
        return self.events[:, None] * means.sum(axis=(0, 1, 3))[: len(self.events), :-1]

    def measured(self, design: Float[Array, " free"]) -> Float[Array, "2"]:
        """Mean relative width of the bands, and events."""
        return width_and_events(self.source.energies.edges, self.spectra(design))


@fused
def width_and_events(energy: Float[Array, " energy"], spectra: Float[Array, "energy ring"]) -> Float[Array, "2"]:
    r"""Mean relative width of the spectra of rings, and the events in all of them.

    .. math:: w = \frac{\sum_r n_r (E_{84} - E_{16})_r / 2 E_{50,r}}{\sum_r n_r}

    over rings r of n events; E at 16, 50 and 84 % of a ring's events, between nodes.
    """
    total = spectra.sum(axis=0)
    low, middle, high = jax.vmap(lambda one: quantiles(energy, one), in_axes=1, out_axes=1)(spectra)
    return jnp.stack([(total * (high - low) / (2 * middle)).sum() / total.sum(), total.sum()])


@fused
def quantiles(energy: Float[Array, " energy"], values: Float[Array, " energy"]) -> Float[Array, "3"]:
    r"""Energies below which there are `SHARES` of a spectrum that is given on nodes, in the unit of `energy`.

    A ray between two nodes is shared by them, hence the density is linear in between, and what lies below an energy
    has no kink where that passes a node: :math:`C_k + d_k x + (d_{k+1} - d_k) x^2/2h = C`.
    """
    wide = jnp.diff(energy)
    density = values / cell_of(energy)
    reached = jnp.concatenate([jnp.zeros(1), jnp.cumsum(wide * (density[:-1] + density[1:]) / 2)])
    wanted = SHARES * reached[-1]
    cell = jnp.clip(jnp.searchsorted(reached, wanted, side="right") - 1, 0, len(wide) - 1)
    left, rise = wanted - reached[cell], (density[cell + 1] - density[cell]) / wide[cell]
    root = jnp.sqrt(jnp.maximum(density[cell] ** 2 + 2 * rise * left, 1e-300))
    down = density[cell] + root
    return energy[cell] + 2 * left / jnp.where(down > 0, down, 1.0)


@program
def measured(bands: Bands, design: Float[Array, " free"]) -> Float[Array, "2"]:
    """Mean relative width of the bands, and events."""
    return bands.measured(design)


@program
def moving(bands: Bands, design: Float[Array, " free"]) -> tuple[Float[Array, "2"], Float[Array, "free 2"]]:
    """Width and events, and their derivatives by the design, forwards."""

    def along(unit: Float[Array, " free"]) -> tuple[Array, Array]:
        return jax.jvp(bands.measured, (design,), (unit,))

    return jax.vmap(along, out_axes=(None, 0))(jnp.eye(len(design)))


@dataclass(frozen=True, eq=False)
class BandsByDesign:
    """Width and events of designs, each computed once: who asks for one has the other computed too."""

    bands: Bands
    _values: dict[bytes, Float[np.ndarray, "2"]] = field(default_factory=dict, repr=False)
    _slopes: dict[bytes, tuple[Float[np.ndarray, "2"], Float[np.ndarray, "free 2"]]] = field(
        default_factory=dict, repr=False
    )

    def values(self, designs: Float[np.ndarray, "row free"]) -> Float[np.ndarray, "row 2"]:
        """Mean relative width of the bands, and events, of many designs."""
        for one in designs:
            if one.tobytes() not in self._values:
                self._values[one.tobytes()] = np.asarray(measured(self.bands, as_array(one)))
        return np.array([self._values[one.tobytes()] for one in designs])

    def slopes(self, design: Float[np.ndarray, " free"]) -> tuple[Float[np.ndarray, "2"], Float[np.ndarray, "free 2"]]:
        """Width and events of one design, and their derivatives by its numbers."""
        if design.tobytes() not in self._slopes:
            value, by_design = moving(self.bands, as_array(design))
            self._slopes[design.tobytes()] = np.asarray(value), np.asarray(by_design)
        return self._slopes[design.tobytes()]


def bands_of(
    experiments: Sequence[Any], name: str, design: AbstractDesign, today: Float[np.ndarray, " free"], rays: int
) -> Bands:
    """The bands of the experiment of this name behind a tunnel, whose design moves nothing but source and site."""
    by_name = {one.name: one for one in experiments}
    if name not in by_name:
        truth = f"The design has {', '.join(by_name)}."
        raise InputError("objective.experiment", repr(name), truth, did_you_mean(name, by_name))
    experiment = narrowed(by_name[name], Experiment, "objective.experiment", TRUTH)
    source, site = source_of(experiment, DecayTunnel, TRUTH), site_of(experiment, BeamSite, TRUTH)
    beam = narrowed(source.beam, ParametrisedBeam, f"{name}.source.beam", TRUTH)
    tag = narrowed(experiment.detector.tag, Radius, f"{name}.detector.tag", TRUTH)
    for address in design.values(as_array(today)):
        if not address.removeprefix(name + ".").startswith(("source.", "detector.site.")):
            truth = "Numbers of its source and site move the bands, others do not."
            raise InputError("free", address, truth, "Leave it out.")
    fewer = dataclasses.replace(
        source,
        energies=BeamEnergyAxis(source.energies.start, source.energies.stop, BAND_NODES),
        decays=tuple(one for one in source.decays if one.parent == "pi+" and one.neutrino == "nu_mu"),
        daughters=(),
        regions=("tunnel",),
        beam=eqx.tree_at(lambda one: one.species, beam, tuple(one for one in beam.species if one.name == "pi+")),
        rays=rays,
        repeats=2,
        yields=None,
    )
    per_node = events_per_fluence(experiment, np.asarray(fewer.energies.edges))[FLAVOURS.index("nu_mu")]
    protons = experiment.exposure.protons(experiment.facility)
    return Bands(fewer, site, tag, design, as_array(per_node * np.asarray(protons)), name)
