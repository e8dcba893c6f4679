"""The flux: what a source hands to propagation."""

from __future__ import annotations

from typing import Annotated

from jaxtyping import Array, Float

from ontarget.ground.noun import Noun, static
from ontarget.ground.units import BEAM_ENERGY, LENGTH, PER_AREA
from ontarget.numerics.nodes import Nodes, lines


class Flux(Noun):
    """Neutrinos per area and per proton on target, at one site.

    Attributes
    ----------
    energy : [energy] nodes. Not bins: `values` is already integrated over each node's cell; a line is one node.
    path : [path] distances flown, one node for a point source
    values : [flavour energy path tag], 1/area; the last tag bin holds what falls outside the tag's axis
    error : [flavour energy tag], 1/area, one standard deviation after the sum over paths, where rays were drawn
    energy_cell, path_cell : widths for which a node stands; zero for a line, None where not known
    outside : [flavour 2], 1/area, neutrinos below and above the nodes, not in `values`; None where not counted
    even : the neutrinos of a node lie evenly in its cell of energy, as in a table; else linearly between the nodes
    """

    energy: Annotated[Float[Array, " energy"], BEAM_ENERGY]
    path: Annotated[Float[Array, " path"], LENGTH]
    values: Annotated[Float[Array, "flavour energy path tag"], PER_AREA]
    error: Annotated[Float[Array, "flavour energy tag"], PER_AREA] | None = None
    energy_cell: Annotated[Float[Array, " energy"], BEAM_ENERGY] | None = None
    path_cell: Annotated[Float[Array, " path"], LENGTH] | None = None
    even: bool = static(default=False)
    outside: Annotated[Float[Array, "flavour 2"], PER_AREA] | None = None

    @property
    def nodes(self) -> Nodes:
        """The nodes of energy with the cells that they stand for; lines where these are not known."""
        return lines(self.energy) if self.energy_cell is None else Nodes(self.energy, self.energy_cell, self.even)
