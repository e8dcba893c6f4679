"""The flux of a tunnel at other numbers of its beam, counted once for all tags: what errors of the beam do to it."""

from __future__ import annotations

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.address import addresses, match, replace
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.component import Component
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractTag, BeamSite

Counted = list[tuple[Component, Float[Array, "_ _ _ _"], Float[Array, "_ _ _"]]]
"""Components with what was counted, [label energy path place], and its variance, [label energy place]."""


class BeamError(Noun):
    """What one number of a beam is known to, by its address within the source; relative. Errors are independent."""

    address: str = static()
    sigma: Number = quantity()
    name: str = static(default="")

    def moved(self, source: DecayTunnel, sign: float = 1.0) -> DecayTunnel:
        """The source with this number one standard deviation off."""
        (address,) = match(source, self.address)
        return replace(source, {address: addresses(source)[address] * (1 + sign * self.sigma)})


@eqx.filter_jit
def counted(
    source: DecayTunnel, site: BeamSite, tag: AbstractTag
) -> list[tuple[Float[Array, "_ _ _ _"], Float[Array, "_ _ _"]]]:
    """Means and variances of every component, compiled once for all numbers of the beam."""
    return [(one.summed(means), variances) for one, means, variances in source.flux_by_component(site, tag)]


def count(source: DecayTunnel, site: BeamSite, tags: Sequence[AbstractTag]) -> Counted:
    """Every component by label, in the places of that tag which tells most of them apart."""
    widest = max(tags, key=lambda one: one.places)
    return [(one, *found) for one, found in zip(source.components(), counted(source, site, widest), strict=True)]


@eqx.filter_jit
def flux_in(source: DecayTunnel, site: BeamSite, tag: AbstractTag, found: Counted) -> Flux:
    """What was counted by place as the flux in the bins of a tag that knows as many places, or none."""
    grid = source.grid(site, tag)
    values = jnp.zeros((len(FLAVOURS), *grid.shape[:2], tag.bins + 1))
    for component, means, variances in found:
        if means.shape[-1] != grid.shape[2]:
            missing = [(0, 0)] * (means.ndim - 1) + [(0, grid.shape[2] - 1)]
            means = jnp.pad(means.sum(axis=-1, keepdims=True), missing)
            variances = jnp.pad(variances.sum(axis=-1, keepdims=True), missing[1:])
        told, _ = grid.told(component.origins, means, variances)
        rows = np.array([FLAVOURS.index(neutrino) for neutrino in component.neutrinos])
        values = values.at[rows].add(told)
    return Flux(grid.energy, grid.path, values, None, *grid.cells)
