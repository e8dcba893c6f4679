"""The flux of a tunnel at other numbers of its beam, counted once for all tags: what errors of the beam do to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.address import addresses, match, replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.ground.program import program
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.flux import Flux
from ontarget.source.site import BeamSite
from ontarget.source.tag import AbstractTag, place_tag
from ontarget.source.tunnel.component import Component
from ontarget.source.tunnel.decay_tunnel import DecayTunnel
from ontarget.source.varied import eigenmodes


class CountedComponent(NamedTuple):
    """What was counted of one component: neutrinos per area and proton on target, by origin.

    Attributes
    ----------
    component : whose origins are the labels
    means : [label row path place], 1/area
    variances : [label row place], of the sum over paths
    """

    component: Component
    means: Float[Array, "label row path place"]
    variances: Float[Array, "label row place"]


class VariedComponent(NamedTuple):
    """What was counted of one component, and what one unit of each pull of the source's yields adds.

    Attributes
    ----------
    counted : with all pulls as they are in the source
    modes : [pull label row path place], 1/area
    """

    counted: CountedComponent
    modes: Float[Array, "pull label row path place"]


Counted = list[CountedComponent]
"""The flux of a beam, component by component, in the places that a tag knows."""


class BeamError(Noun):
    """What one number of a beam is known to, by its address within the source; relative. Errors are independent."""

    address: str = static()
    sigma: Number = quantity()
    name: str = static(default="")

    def moved(self, source: DecayTunnel, sign: float = 1.0) -> DecayTunnel:
        """The source with this number one standard deviation off."""
        (address,) = match(source, self.address)
        return replace(source, {address: addresses(source)[address] * (1 + sign * self.sigma)})


@program
def counted(
    source: DecayTunnel, site: BeamSite, tag: AbstractTag
) -> list[tuple[Float[Array, "_ _ _ _"], Float[Array, "_ _ _ _ _"], Float[Array, "_ _ _"]]]:
    """Means, what pulls of yields add, variances of every component, compiled once for all numbers of the beam."""
    found = source.flux_by_component(site, tag)
    return [(one.summed(means), one.varied(means), variances) for one, means, variances in found]


def count(source: DecayTunnel, site: BeamSite, tags: Sequence[AbstractTag]) -> Counted:
    """Every component by label, in the places of that tag which tells most of them apart."""
    return unmoved(count_with_modes(source, site, tags))


def unmoved(found: Sequence[VariedComponent]) -> Counted:
    """What is counted with all pulls where they are."""
    return [one.counted for one in found]


def count_with_modes(source: DecayTunnel, site: BeamSite, tags: Sequence[AbstractTag]) -> list[VariedComponent]:
    """Every component as `count` has it, with what one unit of each pull of the source's yields adds."""
    widest = max(map(place_tag, tags), key=lambda one: one.true_bins)
    parts = zip(source.components(), counted(source, site, widest), strict=True)
    return [VariedComponent(CountedComponent(one, mean, variance), modes) for one, (mean, modes, variance) in parts]


def with_eigenmodes(found: Sequence[VariedComponent], covariance: Float[np.ndarray, "pull pull"]) -> list[Counted]:
    """What is counted if each eigenmode of a covariance of the pulls is one standard deviation off."""
    means = np.concatenate([np.ravel(one.counted.means) for one in found])
    modes = np.concatenate([np.reshape(one.modes, (len(covariance), -1)) for one in found], axis=1)
    ends = np.cumsum([np.size(one.counted.means) for one in found])[:-1]
    return [
        [
            one.counted._replace(means=one.counted.means + part.reshape(np.shape(one.counted.means)))
            for one, part in zip(found, np.split(mode, ends), strict=True)
        ]
        for mode in eigenmodes(means, modes, covariance)
    ]


@program
def flux_in(source: DecayTunnel, site: BeamSite, tag: AbstractTag, found: Counted) -> Flux:
    """What was counted by place as the flux in the bins of a tag that knows as many places, or none."""
    grid = source.grid(site, tag)
    values = jnp.zeros((len(FLAVOURS), len(grid.energy), len(grid.path), tag.bins + 1))
    for component, means, variances in found:
        if means.shape[-1] != grid.shape[2]:
            if grid.shape[2] > 2:
                truth = f"The flux was counted in {means.shape[-1] - 1} bins of place."
                raise InputError("tag", f"{grid.shape[2] - 1} bins", truth, "Give tags of place the same bins.")
            missing = [(0, 0)] * (means.ndim - 1) + [(0, grid.shape[2] - 1)]
            means = jnp.pad(means.sum(axis=-1, keepdims=True), missing)
            variances = jnp.pad(variances.sum(axis=-1, keepdims=True), missing[1:])
        shared, _ = grid.in_tag_bins(component.origins, means, variances)
        rows = np.array([FLAVOURS.index(neutrino) for neutrino in component.neutrinos])
        values = values.at[rows].add(shared)
    return Flux(grid.energy, grid.path, values, None, *grid.cells)
