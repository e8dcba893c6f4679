"""A cross-section that is not known: a standard one, scaled in bins of the neutrino's energy."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.axis import AbstractAxis
from ontarget.numerics.nodes import Nodes


class Factor(Noun):
    """The factor of one bin; a study frees its `value`."""

    value: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "value", 0.0)


class BinnedScale(AbstractInteraction):
    r"""A process whose cross-section is multiplied, in bins of the neutrino's energy, by factors of its own.

    .. math:: \sigma(E) = \sigma_0(E)\,\Big[1 + \sum_b (f_b - 1)\,w_b(E)\Big]

    with :math:`w_b` one in bin b, one half on an edge and zero elsewhere, so that a cross-section can be a result:
    it is linear in every factor, whatever the process. Outside the axis, and for other flavours, it is as it was. It is
    known to the width of a bin; within one its shape is that of the process held.

    Attributes
    ----------
    of : the process held
    axis : of the neutrino's energy
    factors : one for each bin; `BinnedScale.over` makes them
    flavours : that are scaled

    References
    ----------
    Schmitt:2012kp
    """

    of: AbstractInteraction
    axis: AbstractAxis
    factors: tuple[Factor, ...]
    flavours: tuple[str, ...] = static(default=FLAVOURS)

    def __check_init__(self) -> None:
        if len(self.factors) != self.axis.bins:
            got = f"{len(self.factors)} factors for {self.axis.bins} bins"
            raise InputError("factors", got, "There is one for each bin of the axis.", "Mend either.")
        for name in self.flavours:
            if name not in FLAVOURS:
                raise InputError("flavours", repr(name), "There is no such flavour.", did_you_mean(name, FLAVOURS))

    @classmethod
    def over(cls, of: AbstractInteraction, axis: AbstractAxis, flavours: tuple[str, ...] = FLAVOURS) -> BinnedScale:
        """A process with factors of one, called bin0, bin1 and so on."""
        return cls(of, axis, tuple(Factor(name=f"bin{i}") for i in range(axis.bins)), flavours)

    @fused
    def scales(self, energy: Float[Array, " energy"]) -> Float[Array, "flavour energy"]:
        """What the cross-section of each flavour is multiplied by."""
        factors = jnp.stack([factor.value for factor in self.factors])
        total = 1.0 + within(energy, self.axis.edges) @ (factors - 1.0)
        scaled = np.array([name in self.flavours for name in FLAVOURS])[:, None]
        return jnp.where(scaled, total, 1.0)

    @fused
    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        return self.of.kernel(nuclide, energy, edges) * self.scales(energy)[..., None]

    @fused
    def fold(
        self,
        nuclide: Nuclides,
        energy: Float[Array, " energy"],
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        return self.of.fold(nuclide, energy, arriving * self.scales(energy)[..., None], edges)

    @fused
    def fold_nodes(
        self,
        nuclide: Nuclides,
        nodes: Nodes,
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        return self.of.fold_nodes(nuclide, nodes, arriving * self.scales(nodes.energy)[..., None], edges)

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return self.of.endpoint(nuclide, energy)


@fused
def within(energy: Float[Array, " energy"], edges: Float[Array, " edge"]) -> Float[Array, "energy bin"]:
    """One in the bin that holds each energy, halves where it lies on an edge, zero elsewhere."""
    distance = edges - energy[:, None]
    on = jnp.abs(distance) <= ON_AN_EDGE * jnp.abs(edges[-1])
    return jnp.diff(jnp.where(on, 0.5, (distance > 0).astype(float)), axis=1)


ON_AN_EDGE = 1e-9
"""Of the end of the axis: rounding does not choose the side where nodes of the flux and edges of the bins coincide."""
