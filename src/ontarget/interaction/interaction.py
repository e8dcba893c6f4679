"""The contract of every interaction."""

from __future__ import annotations

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.noun import Noun
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.nodes import Nodes


class AbstractInteraction(Noun):
    """One process of neutrinos on one kind of target."""

    @abstractmethod
    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        """Cross-section per nucleus (area), integrated over each truth cell between `edges`.

        `nuclide` is one nuclide: a `Nuclides` whose arrays are scalars. The integral stops at the kinematic limit of
        each energy exactly, wherever in a cell that lies.
        """

    def fold(
        self,
        nuclide: Nuclides,
        energy: Float[Array, " energy"],
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        """Sum over energy of the arriving flux times the kernel; override where the kernel has a cheaper form."""
        return jnp.einsum("bek,bex->bkx", arriving, self.kernel(nuclide, energy, edges))

    def fold_nodes(
        self,
        nuclide: Nuclides,
        nodes: Nodes,
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        """`fold` of nodes that stand for cells of energy: override where the truth is as narrow as these are apart."""
        return self.fold(nuclide, nodes.energy, arriving, edges)

    @abstractmethod
    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        """The highest truth value that a neutrino of this energy can give."""
