"""What the narrow-band off-axis method makes of a tunnel's design: how wide its bands are, and how many events."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.analysis.beam_flux import events_per_fluence
from ontarget.beam.parametrised import ParametrisedBeam
from ontarget.experiment.experiment import Experiment
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.inference.design.optimise import AbstractMeasure
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import BeamEnergyAxis
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.source.grid import cell as cell_of
from ontarget.source.site import BeamSite
from ontarget.study.design.design_space import DesignSpace
from ontarget.study.design.merit import AbstractFigureOfMerit, DesignProblem, Measured

FINE = 200
"""Nodes of energy: 0.05 GeV, a quarter of the narrowest band's half width."""

MIDDLE = np.array([0.16, 0.5, 0.84])


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
    tag: Any
    design: DesignSpace
    events: Float[Array, " energy"]
    name: str = static()

    def spectra(self, design: Float[Array, " free"]) -> Float[Array, "energy ring"]:
        """Events on each node in each ring."""
        start = {"source": self.source, "detector": {"site": self.site}}
        prefix = self.name + "."
        values = {key.removeprefix(prefix): one for key, one in self.design.values(design).items()}
        moved = replace(start, values)
        ((_, means, _),) = moved["source"].flux_by_component(moved["detector"]["site"], self.tag)
        return self.events[:, None] * means.sum(axis=(0, 1, 3))[:, :-1]

    def measured(self, design: Float[Array, " free"]) -> Float[Array, "2"]:
        r"""Mean relative width of the bands, and events.

        .. math:: w = \frac{\sum_r n_r (E_{84} - E_{16})_r / 2 E_{50,r}}{\sum_r n_r}

        over rings r of n events; E at 16, 50 and 84 % of a ring's events, between nodes.
        """
        spectra = self.spectra(design)
        energy, total = self.source.energies.edges, spectra.sum(axis=0)
        low, middle, high = jax.vmap(lambda one: quantiles(energy, one), in_axes=1, out_axes=1)(spectra)
        return jnp.stack([(total * (high - low) / (2 * middle)).sum() / total.sum(), total.sum()])


def quantiles(energy: Float[Array, " energy"], values: Float[Array, " energy"]) -> Float[Array, "3"]:
    r"""Energies below which there are `MIDDLE` of a spectrum that is given on nodes.

    A ray between two nodes is shared by them, hence the density is linear in between, and what lies below an energy
    has no kink where that passes a node: :math:`C_k + d_k x + (d_{k+1} - d_k) x^2/2h = C`.
    """
    wide = jnp.diff(energy)
    density = values / cell_of(energy)
    reached = jnp.concatenate([jnp.zeros(1), jnp.cumsum(wide * (density[:-1] + density[1:]) / 2)])
    wanted = MIDDLE * reached[-1]
    cell = jnp.clip(jnp.searchsorted(reached, wanted, side="right") - 1, 0, len(wide) - 1)
    left, rise = wanted - reached[cell], (density[cell + 1] - density[cell]) / wide[cell]
    root = jnp.sqrt(jnp.maximum(density[cell] ** 2 + 2 * rise * left, 1e-300))
    down = density[cell] + root
    return energy[cell] + 2 * left / jnp.where(down > 0, down, 1.0)


@eqx.filter_jit
def measured(bands: Bands, design: Float[Array, " free"]) -> Float[Array, "2"]:
    """Width and events."""
    return bands.measured(design)


@eqx.filter_jit
def moving(bands: Bands, design: Float[Array, " free"]) -> tuple[Float[Array, "2"], Float[Array, "free 2"]]:
    """Width and events, and their derivatives by the design, forwards."""

    def along(unit: Float[Array, " free"]) -> tuple[Array, Array]:
        return jax.jvp(bands.measured, (design,), (unit,))

    return jax.vmap(along, out_axes=(None, 0))(jnp.eye(len(design)))


def bands_of(problem: DesignProblem, name: str, rays: int) -> Bands:
    """The bands of an experiment behind a tunnel, whose design moves nothing but source and site."""
    experiment = next((one for one in problem.experiments if one.name == name), None)
    if (
        not isinstance(experiment, Experiment)
        or not isinstance(experiment.source, DecayTunnel)
        or not isinstance(experiment.source.beam, ParametrisedBeam)
        or not isinstance(experiment.detector.site, BeamSite)
        or experiment.detector.tag.axis is None
    ):
        truth = "Bands are those of a ParametrisedBeam in a DecayTunnel, seen with the tag Radius."
        raise InputError("objective.experiment", repr(name), truth, "Name such an experiment of the task.")
    source = experiment.source
    for address in problem.space.values(jnp.asarray(problem.today)):
        if not address.removeprefix(name + ".").startswith(("source.", "detector.site.")):
            truth = "Numbers of its source and site move the bands, others do not."
            raise InputError("free", address, truth, "Leave it out.")
    pions = tuple(one for one in experiment.source.beam.species if one.name == "pi+")
    axis = BeamEnergyAxis(source.energies.start, source.energies.stop, FINE)
    fewer = dataclasses.replace(
        source,
        energies=axis,
        decays=tuple(one for one in source.decays if one.parent == "pi+" and one.neutrino == "nu_mu"),
        daughters=(),
        regions=("tunnel",),
        beam=eqx.tree_at(lambda one: one.species, source.beam, pions),
        rays=rays,
        repeats=2,
        yields=None,
    )
    per_node = events_per_fluence(experiment, np.asarray(axis.edges))[FLAVOURS.index("nu_mu")]
    protons = experiment.exposure.protons(experiment.facility)
    site, tag = experiment.detector.site, experiment.detector.tag
    return Bands(fewer, site, tag, problem.space, jnp.asarray(per_node) * protons, name)


def measure_of(problem: DesignProblem, name: str, rays: int, row: int) -> AbstractMeasure:
    """One of the two numbers; what was computed for one is there for the other."""
    bands = problem.known.setdefault(("bands", name, rays), bands_of(problem, name, rays))

    def asked(function: Any, design: np.ndarray) -> Any:
        key = "bands", name, rays, function.__name__, design.tobytes()
        if key not in problem.known:
            problem.known[key] = jax.tree.map(np.asarray, function(bands, jnp.asarray(design)))
        return problem.known[key]

    def one(design: np.ndarray) -> tuple[float, np.ndarray]:
        value, by_design = asked(moving, design)
        return float(value[row]), by_design[:, row]

    return Measured(lambda designs: np.array([asked(measured, each)[row] for each in designs]), one)


class BandWidth(AbstractFigureOfMerit):
    """The relative width of the pions' bands in rings around the axis, half of the middle 68 %, mean over events.

    Attributes
    ----------
    experiment : by name
    rays : of each of two lattices, a power of two
    """

    experiment: str = static()
    rays: int = static(default=2**15)

    def check(self, problem: DesignProblem) -> None:
        bands_of(problem, self.experiment, self.rays)

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        return measure_of(problem, self.experiment, self.rays, 0)

    def label(self, problem: DesignProblem) -> str:
        return "relative width of the bands"


class BandEvents(AbstractFigureOfMerit):
    """Events of the pions' neutrinos in all rings, in the whole exposure.

    Attributes
    ----------
    experiment : by name
    rays : of each of two lattices, a power of two
    """

    experiment: str = static()
    rays: int = static(default=2**15)

    def check(self, problem: DesignProblem) -> None:
        bands_of(problem, self.experiment, self.rays)

    def measured(self, problem: DesignProblem) -> AbstractMeasure:
        return measure_of(problem, self.experiment, self.rays, 1)

    def label(self, problem: DesignProblem) -> str:
        return "events"
