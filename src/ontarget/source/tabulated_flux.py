"""Somebody else's flux: neutrinos per area in bins of energy, at the place for which it was made."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_positive, check_range, concrete, did_you_mean
from ontarget.ground.noun import Length, Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import BEAM_ENERGY, LENGTH, PER_AREA
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractSite, Site
from ontarget.source.source import AbstractSource, check_site
from ontarget.source.tag import AbstractTag, Untagged
from ontarget.source.volume import Paths

SAME = 1e-3
"""A baseline is that of the table if it differs by no more than this share of it."""

CELLS = 256
"""Of energy, over all bins together: as many as the spectra of stopped muons have."""


class TabulatedSpectrum(Noun):
    """Neutrinos of one flavour.

    Attributes
    ----------
    values : Float[energy] [1/area]     per area and per proton on target, in each bin (not per energy)
    scale : Float[] [1]                 a factor that a study may free
    name : the flavour, "nu_mu"
    """

    values: Annotated[Float[Array, " energy"], PER_AREA] = quantity()
    scale: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "scale", 0.0)
        if isinstance(self.values, jax.core.Tracer):
            return
        values = np.asarray(self.values)
        if not (np.isfinite(values) & (values >= 0)).all():
            raise InputError("values", "a value that cannot be", "Each is finite and not negative.", "Mend the table.")


class AbstractSpreading(Noun):
    """How a flux changes from the place of its table to that of the detector."""

    @abstractmethod
    def paths(self, table: Length, site: AbstractSite) -> Paths:
        """Distances flown to the detector, the widths of their cells, and the flux of each over that of the table."""

    def check(self, table: Length, site: AbstractSite) -> None:
        """Refuse a site at which the flux is not what the table says."""
        return


class AsTabulated(AbstractSpreading):
    """The table is of the detector's own place: the baseline of a `Site` is the distance of the table."""

    def paths(self, table: Length, site: AbstractSite) -> Paths:
        return table[None], jnp.zeros(1), jnp.ones(1)

    def check(self, table: Length, site: AbstractSite) -> None:
        given = concrete(table)
        place, name = (site.baseline, "baseline") if isinstance(site, Site) else (getattr(site, "distance", None), "")
        there = concrete(place)
        if given is None or there is None:
            return
        truth, remedy = f"The flux was made for {LENGTH.show(given)}.", "Use a table of this place."
        if name and not abs(there / given - 1) < SAME:
            remedy = f"Give the flux 'spreading: {{type: InverseSquare}}', or the detector {LENGTH.show(given)}."
            raise InputError("detector.site.baseline", LENGTH.show(there), truth, remedy)
        if not name and there > given * (1 + SAME):
            truth += " That is from the middle of the tunnel, and the detector is further from its end."
            raise InputError("detector.site.distance", LENGTH.show(there), truth, remedy)


class InverseSquare(AbstractSpreading):
    r""":math:`d^2\langle 1/L^2\rangle` from the distance d of the table to the paths L of the site, over its volume.

    For a point source; not near a decay tunnel, and not off axis, where the spectrum changes as well.
    """

    def paths(self, table: Length, site: AbstractSite) -> Paths:
        place = check_site(site, Site)
        path, cell, share = place.volume.paths(place.baseline)
        return path, cell, table**2 * share


class TabulatedFlux(AbstractSource):
    r"""A flux from a table: even within each of its bins.

    .. math:: \frac{d\phi_\alpha}{dE} = s_\alpha\,\frac{\phi_{\alpha i}}{w_i}

    Neither time nor place of single neutrinos is in it, so a detector cannot be tagged. Bins are cut into cells, some
    256 in all: what varies within a bin, such as a cross-section, is taken in the middle of each.

    Attributes
    ----------
    edges : Float[edge] [energy]     of the bins, increasing
    flavours : spectra, by the name of the flavour; one that is not there has no neutrinos
    distance : from the birth of the neutrinos (of the middle of a tunnel) to the place of the table
    spreading : from there to the detector
    """

    edges: Annotated[Float[Array, " edge"], BEAM_ENERGY] = quantity()
    flavours: tuple[TabulatedSpectrum, ...]
    distance: Length = quantity()
    spreading: AbstractSpreading = AsTabulated()
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "distance")
        names = [each.name for each in self.flavours]
        for each in self.flavours:
            if each.name not in FLAVOURS or names.count(each.name) > 1:
                got = f"{each.name!r}, {names.count(each.name)} times"
                raise InputError("flavours", got, "Each flavour comes once.", did_you_mean(each.name, FLAVOURS))
            if len(each.values) != len(self.edges) - 1:
                got = f"{len(each.values)} values for {len(self.edges)} edges"
                raise InputError(f"flavours.{each.name}", got, "There is one edge more than bins.", "Mend the table.")
        if isinstance(self.edges, jax.core.Tracer):
            return
        edges = np.asarray(self.edges)
        if not (np.isfinite(edges).all() and edges[0] >= 0 and (np.diff(edges) > 0).all()):
            raise InputError("edges", "edges that do not increase from 0 or more", "Bins are in order.", "Sort them.")

    def check_detector(self, site: AbstractSite) -> None:
        self.spreading.check(self.distance, site)

    @fused
    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        if not isinstance(tag, Untagged):
            truth = "A table of energies says neither when nor where each neutrino comes."
            raise InputError("detector.tag", type(tag).__name__, truth, "Use Untagged, or a source that is simulated.")
        path, cell, change = self.spreading.paths(self.distance, site)
        spectra = {each.name: each.scale * each.values for each in self.flavours}
        parts = -(-CELLS // (len(self.edges) - 1))
        width = jnp.repeat(jnp.diff(self.edges) / parts, parts)
        energy = jnp.repeat(self.edges[:-1], parts) + width * (np.tile(np.arange(parts), len(self.edges) - 1) + 0.5)
        cut = {name: jnp.repeat(values / parts, parts) for name, values in spectra.items()}
        values = jnp.stack([cut.get(name, jnp.zeros_like(energy)) for name in FLAVOURS])[..., None] * change
        every = jnp.stack([values, jnp.zeros_like(values)], axis=-1)
        return Flux(energy, path, every, path_cell=cell, energy_cell=width, even=True)
