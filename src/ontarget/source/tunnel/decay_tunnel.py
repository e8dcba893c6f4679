"""Neutrinos from mesons that decay in flight: a beam line, a tunnel, and a detector behind it."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.decays.daughter import AbstractDaughter
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.decays.mode import daughters_of, decays_of
from ontarget.beam.yields import Yields
from ontarget.ground.effect import Moves, part
from ontarget.ground.errors import InputError, check_range, concrete
from ontarget.ground.noun import Energy, Number, quantity, static
from ontarget.ground.program import program
from ontarget.ground.units import LENGTH
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics.axis import AbstractAxis
from ontarget.source.computed import PrecomputedFlux
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractSite, BeamSite
from ontarget.source.source import AbstractSource, check_site
from ontarget.source.tag import AbstractTag, place_tag
from ontarget.source.tunnel.component import Component, Counted, DecayChain, fluence
from ontarget.source.tunnel.grid import Grid
from ontarget.source.tunnel.sampling import AbstractSampling, Forced
from ontarget.source.varied import VariedFlux

FEW = 1e-3
"""A flavour that makes up less of the whole flux is not asked to be exact either."""

OUTSIDE = 0.01
"""Share of a flavour's neutrinos that may lie beyond the axis of energies; they are dropped."""

RARE = ("pi_enu",)
"""Modes that are not followed up in daughters: a ten-thousandth of what is rare already."""

HELD = 3e-3
"""A node that holds less than this share of its flavour's flux is not asked to be exact."""


def positive_modes() -> tuple[AbstractDecay, ...]:
    """Decays to neutrinos of positive pions, kaons and muons; K -> e nu is left out (6e-4 of the others' nu_e)."""
    return tuple(one for name in ("pi+", "K+", "mu+") for one in decays_of(name) if one.name != "k_enu")


def positive_daughters() -> tuple[AbstractDaughter, ...]:
    """The muons of positive pions and kaons and the positive pions of kaons, those of K_mu3 left out (rare)."""
    every = [one for name in ("pi+", "K+") for one in daughters_of(name) if one.daughter.endswith("+")]
    return tuple(one for one in every if float(one.number) > 0.04 or one.daughter == "pi+")


class DecayTunnel(AbstractSource):
    r"""Mesons that decay in flight on the way to, in and behind a tunnel, each neutrino forced through the detector.

    .. math::
        \Phi_{\alpha k r} = \Big\langle \sum_m n\,(1 - e^{-l/\lambda})\,B_m\,\frac{1}{d^2}\frac{dP_m}{d\Omega}
        \,h_k(E_\nu) \Big\rangle

    averaged over vertices that fill the detector, in rings of radius r if the tag asks for them; m counts parents,
    regions and decay modes, and h_k is the hat function of energy node k, so that sums over nodes integrate anything
    that is linear between them exactly. Smooth in every number of the beam. Daughters are followed within the tunnel.
    `repeats` lattices of `rays` points, each with a random shift of its own, give the mean and its error.

    Attributes
    ----------
    beam : what comes down the line
    tunnel : in which it decays
    energies : the nodes are the edges of this axis
    decays, daughters : modes, and charged daughters that are followed
    regions : which of the beam's regions count
    sampling : how rays reach the detector
    paths : nodes of the distance from decay to vertex; one unless something oscillates
    rays : points of each lattice, a power of two, for each component
    repeats : independent lattices
    seed : of their shifts
    precision : largest relative error of a node's flux that is taken, where the node holds 0.3 % of its flavour's flux
    yields : how well the production of the beam's mesons is known; the flux is linear in its pulls, and its statistical
        error that of all pulls at zero. What comes of a daughter has the yield of the meson that was in the beam

    References
    ----------
    Hickernell:2000-SISC22
    """

    beam: AbstractBeam
    tunnel: Tunnel
    energies: AbstractAxis
    decays: tuple[AbstractDecay, ...] = eqx.field(default_factory=positive_modes)
    daughters: tuple[AbstractDaughter, ...] = eqx.field(default_factory=positive_daughters)
    regions: tuple[str, ...] = static(default=("tunnel",))
    sampling: AbstractSampling = Forced()
    paths: int = static(default=1)
    rays: int = static(default=4096)
    repeats: int = static(default=8)
    seed: int = static(default=1)
    precision: Number = quantity(default=0.05)
    yields: Yields | None = part(Moves.PARTS, default=None)
    name: str = static(default="")

    def __check_init__(self) -> None:
        start = concrete(self.energies.start)
        if start is not None and start < 0:
            shown, truth = self.energies.dimension.show(start), "No neutrino has less than no energy."
            raise InputError("energies.start", shown, truth, "Start at 0 or above.")
        check_once("decays", [one.name for one in self.decays])
        check_once("daughters", [repr(one) for one in self.daughters], [one.daughter for one in self.daughters])
        self.check_regions()
        check_range(self, "precision", 0.0, 1.0, open_low=True)
        for field, low, high in (("paths", 1, 200), ("rays", 16, 2**24), ("repeats", 2, 10_000), ("seed", 0, 2**62)):
            given = getattr(self, field)
            if not low <= given <= high:
                raise InputError(field, str(given), f"It is between {low} and {high}.", "Give such a number.")
        if self.rays & (self.rays - 1):
            truth = "The points of a lattice are a power of two."
            raise InputError("rays", str(self.rays), truth, f"Give {2 ** int(np.log2(self.rays))}.")
        for parent in self.beam.parents:
            if not any(decay.parent == parent for decay in self.decays):
                known = ", ".join(dict.fromkeys(decay.parent for decay in self.decays)) or "nothing"
                truth = f"The decays here are of {known}."
                raise InputError("beam.species", repr(parent), truth, "Give its modes in 'decays', or leave it out.")

    def check_regions(self) -> None:
        """Refuse regions that the beam has not, none, and one that comes twice."""
        known = ", ".join(self.beam.regions)
        if not self.regions:
            raise InputError("regions", "none", f"This beam knows {known}.", "Name one of these.")
        check_once("regions", list(self.regions))
        for region in self.regions:
            if region not in self.beam.regions:
                raise InputError("regions", repr(region), f"This beam knows {known}.", "Name one of these.")

    def components(self) -> tuple[Component, ...]:
        """Every parent of the beam with its ways to neutrinos."""
        return tuple(
            Component(parent, self.regions, self.ways(parent, ()), self.followed(parent), self.yields)
            for parent in self.beam.parents
        )

    def ways(self, particle: str, links: tuple[AbstractDaughter, ...]) -> tuple[DecayChain, ...]:
        """The decays of a particle that was reached by links."""
        return tuple(DecayChain(links, decay) for decay in self.decays if decay.parent == particle)

    def followed(self, parent: str) -> tuple[DecayChain, ...]:
        """The ways through one daughter, if there is a tunnel to follow it in, without those rare twice."""
        links = [link for link in self.daughters if link.parent == parent and "tunnel" in self.regions]
        every = (way for link in links for way in self.ways(link.daughter, (link,)))
        return tuple(way for way in every if way.decay.name not in RARE)

    def grid(self, site: BeamSite, tag: AbstractTag) -> Grid:
        """Where neutrinos are counted."""
        near = site.distance - self.tunnel.to_dump
        far = site.distance + site.depth + self.tunnel.length
        path = jnp.linspace(near, far, self.paths) if self.paths > 1 else (near + far)[None] / 2
        return Grid(self.energies.edges, path, (far - near)[None], place_tag(tag), site)

    def highest(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Energy:
        return self.energies.stop

    def check_detector(self, site: AbstractSite) -> None:
        if isinstance(site, BeamSite):
            front, dump = concrete(site.distance), concrete(self.tunnel.to_dump)
            if front is not None and dump is not None and front < dump:
                show = LENGTH.show
                truth = f"The hadron dump stands {show(dump)} behind the tunnel, and the beam goes on up to it."
                raise InputError("detector.site.distance", show(front), truth, f"Give at least {show(dump)}.")

    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        return self.varied(check_site(site, BeamSite), tag)[0]

    def varied(self, site: BeamSite, tag: AbstractTag) -> tuple[Flux, Float[Array, "pull flavour energy path tag"]]:
        """The flux, and what one unit of each pull of the yields adds."""
        grid = self.grid(site, tag)
        pulls, tags = 0 if self.yields is None else len(self.yields.pulls), tag.bins + 1
        values = jnp.zeros((len(FLAVOURS), len(grid.energy), len(grid.path), tags))
        modes = jnp.zeros((pulls, *values.shape))
        variance = jnp.zeros((len(FLAVOURS), len(grid.energy), tags))
        outside = jnp.zeros((len(FLAVOURS), 2))
        for component, means, variances in self.flux_by_component(site, tag):
            rows = np.array([FLAVOURS.index(neutrino) for neutrino in component.neutrinos])
            expected, errors = grid.in_tag_bins(component.origins, component.summed(means), variances)
            values, variance = values.at[rows].add(expected), variance.at[rows].add(errors)
            outside = outside.at[rows].add(grid.outside(component.summed(means)))
            if pulls:
                modes = modes.at[:, rows].add(grid.in_tag_bins_each(component.origins, component.varied(means)))
        return Flux(grid.energy, grid.path, values, jnp.sqrt(variance), *grid.cells, outside=outside), modes

    def flux_by_component(
        self, site: BeamSite, tag: AbstractTag
    ) -> list[tuple[Component, Counted, Float[Array, "label row place"]]]:
        """Neutrinos per area and proton of each component, by label, part and place; the variance of these means."""
        where = self.beam, self.tunnel, self.grid(site, tag)
        return [
            (component, *fluence(component, self.sampling, *where, (self.seed, i), self.rays, self.repeats))
            for i, component in enumerate(self.components())
        ]

    def precomputed(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> PrecomputedFlux | VariedFlux:
        expected = self if self.yields is None else eqx.tree_at(lambda one: one.yields, self, self.yields.at_rest())
        flux, modes = compiled_modes(expected, check_site(site, BeamSite), tag)
        check_held(flux, self.energies)
        worst = worst_error(np.asarray(flux.values.sum(axis=2)), np.asarray(flux.error))
        if worst > float(self.precision):
            truth = f"With {self.repeats} x {self.rays} rays the statistical error of the flux is {100 * worst:.2g} %."
            more = int(2 ** np.ceil(np.log2(self.rays * (worst / float(self.precision)) ** 2)))
            got = f"{100 * float(self.precision):.3g} % asked for"
            raise InputError("source.precision", got, truth, f"Give {more} rays, or ask for less.")
        return PrecomputedFlux(flux) if self.yields is None else VariedFlux(flux, modes, self.yields)


@program(results=True)
def compiled_flux(source: DecayTunnel, facility: Facility, site: BeamSite, tag: AbstractTag) -> Flux:
    """The flux of a source at a site."""
    return source.flux(facility, site, tag)


@program(results=True)
def compiled_modes(
    source: DecayTunnel, site: BeamSite, tag: AbstractTag
) -> tuple[Flux, Float[Array, "pull flavour energy path tag"]]:
    """The flux of a source at a site, and what the pulls of its yields add."""
    return source.varied(site, tag)


def check_once(field: str, every: list[str], names: list[str] | None = None) -> None:
    """Refuse what comes twice, and would count twice; `names` are for the message."""
    for one, name in zip(every, names or every, strict=True):
        if every.count(one) > 1:
            raise InputError(field, f"{name!r} twice", "Each counts once.", "Leave one of them out.")


def check_held(flux: Flux, energies: AbstractAxis) -> None:
    """Refuse an axis of energies that does not hold all but `OUTSIDE` of the neutrinos of each flavour."""
    if flux.outside is None:
        return
    inside, outside = np.asarray(flux.values).sum(axis=(1, 2, 3)), np.asarray(flux.outside)
    total = inside + outside.sum(axis=1)
    asked = (total > FEW * total.sum()) & (total > 0)
    share = np.where(asked[:, None], outside / np.where(total > 0, total, 1.0)[:, None], 0.0)
    if share.max(initial=0.0) <= OUTSIDE:
        return
    row, end = np.unravel_index(share.argmax(), share.shape)
    show, field = energies.dimension.show, ("start", "stop")[end]
    side, remedy = (("below", "Start it lower."), ("above", "Let it end higher."))[end]
    truth = f"{100 * share[row, end]:.3g} % of the {FLAVOURS[row]} that come to the detector lie {side} it."
    raise InputError(f"source.energies.{field}", show(float(getattr(energies, field))), truth, remedy)


def worst_error(
    values: Float[np.ndarray, "flavour energy tag"], error: Float[np.ndarray, "flavour energy tag"]
) -> float:
    """The largest relative error among nodes that matter, tags summed."""
    by_energy, squares = values.sum(axis=2), (error**2).sum(axis=2)
    held = matters(by_energy)
    return float(np.max(np.sqrt(squares[held]) / by_energy[held], initial=0.0))


def matters(values: Float[np.ndarray, "flavour energy"]) -> Bool[np.ndarray, "flavour energy"]:
    """Nodes that hold at least `HELD` of the flux of a flavour, if it is not one of the `FEW`."""
    total = values.sum(axis=1, keepdims=True)
    return (values >= HELD * total) & (total > FEW * total.sum()) & (values > 0)
