"""Where neutrinos of a tunnel are counted: nodes of energy and path and bins of a tag, by where they come from."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from ontarget.beam.flight import norm
from ontarget.beam.segment import Decays
from ontarget.ground.noun import Noun
from ontarget.ground.program import fused
from ontarget.numerics.share import nodes_beside, nodes_or_outside, one_by_one
from ontarget.source.origin import Origin
from ontarget.source.site import BeamSite
from ontarget.source.tag import AbstractPlaceTag


class Grid(Noun):
    """The nodes of energy and path, and the bins of the tag, in which neutrinos are counted.

    Two more rows of energy hold what lies below the first and above the last node: it is counted, and not in the flux.
    """

    energy: Float[Array, " energy"]
    path: Float[Array, " path"]
    length: Float[Array, "1"]
    tag: AbstractPlaceTag
    site: BeamSite

    @fused
    def in_tag_bins(
        self,
        origins: tuple[Origin, ...],
        means: Float[Array, "label row path place"],
        variances: Float[Array, "label row place"],
    ) -> tuple[Float[Array, "label energy path tag"], Float[Array, "label energy tag"]]:
        """What was counted by place on the nodes, in the bins of the tag; the variance is shared as the counts are."""
        values, errors = [], []
        means, variances = means[:, : len(self.energy)], variances[:, : len(self.energy)]
        for origin, mean, variance in zip(origins, means, variances, strict=True):
            shares = self.tag.response(origin, self.energy, self.path)
            shares = jnp.broadcast_to(shares, (*mean.shape, shares.shape[-1]))
            values.append(jnp.einsum("epx,epxt->ept", mean, shares))
            total = mean.sum(axis=1, keepdims=True)
            weight = jnp.where(total > 0, mean / jnp.where(total > 0, total, 1.0), 1 / len(self.path))
            share = jnp.einsum("epx,epxt->ext", weight, shares)
            # not yet known is infinite, and no share of it is no number
            errors.append(jnp.where(share > 0, variance[..., None] * share, 0.0).sum(axis=1))
        return jnp.stack(values), jnp.stack(errors)

    def in_tag_bins_each(
        self, origins: tuple[Origin, ...], modes: Float[Array, "mode label row path place"]
    ) -> Float[Array, "mode label energy path tag"]:
        """`told` of several at once, of which no variance is wanted."""
        variances = modes[0].sum(axis=2)
        return jax.vmap(lambda mode: self.in_tag_bins(origins, mode, variances)[0])(modes)

    @property
    def cells(self) -> tuple[Float[Array, " energy"], Float[Array, " path"]]:
        """What lies between the middles of neighbouring nodes; all there is, where there is but one."""
        return cell(self.energy), cell(self.path) if len(self.path) > 1 else self.length

    @property
    def shape(self) -> tuple[int, int, int]:
        """Sizes of [row path place]."""
        return len(self.energy) + 2, len(self.path), self.tag.true_bins

    def outside(self, means: Float[Array, "label row path place"]) -> Float[Array, "label 2"]:
        """What was counted below and above the nodes."""
        return means[:, len(self.energy) :].sum(axis=(2, 3))

    @fused
    def count(
        self, decays: Decays, vertex: Float[Array, "ray 3"], group: Int[Array, " ray"], groups: int
    ) -> Float[Array, "group row path tag"]:
        """The rays by group, shared between the two nodes nearest in energy, and in path."""
        values = jnp.zeros((groups, *self.shape))
        tag = self.tag.true_bin(vertex[:, 0], vertex[:, 1])
        along = [(0 * tag, jnp.ones(()))]
        if len(self.path) > 1:
            along = one_by_one(nodes_beside(self.path, norm(vertex - decays.place)))
        for energy, by_energy in one_by_one(nodes_or_outside(self.energy, norm(decays.neutrino))):
            for path, by_path in along:
                values = values.at[group, energy, path, tag].add(decays.number * by_energy * by_path)
        return values


@fused
def cell(nodes: Float[Array, " node"]) -> Float[Array, " node"]:
    """Half the way to both neighbours, added; the first and the last have one."""
    return (jnp.diff(nodes, prepend=nodes[:1]) + jnp.diff(nodes, append=nodes[-1:])) / 2
