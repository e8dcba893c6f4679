"""The flux: what a source hands to propagation."""

from __future__ import annotations

from jaxtyping import Array, Float

from ontarget.ground.noun import Noun


class Flux(Noun):
    """Neutrinos per area and per proton on target, at one site.

    Attributes
    ----------
    energy : [energy] nodes. Not bins: `values` is already integrated over each node's cell; a line is one node.
    path : [path] distances flown, one node for a point source
    values : [flavour energy path tag], 1/area; the last tag bin holds what falls outside the tag's axis
    error : [flavour energy tag], 1/area, one standard deviation after the sum over paths, where rays were drawn
    energy_cell, path_cell : widths over which the neutrinos of a node lie evenly; zero for a line, None where not known
    """

    energy: Float[Array, " energy"]
    path: Float[Array, " path"]
    values: Float[Array, "flavour energy path tag"]
    error: Float[Array, "flavour energy tag"] | None = None
    energy_cell: Float[Array, " energy"] | None = None
    path_cell: Float[Array, " path"] | None = None
