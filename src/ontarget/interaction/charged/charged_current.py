"""Total charged-current cross-sections of GeV neutrinos on nuclei, from tables."""

from __future__ import annotations

from typing import Annotated

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_range, did_you_mean
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import AREA_PER_ENERGY, BEAM_ENERGY, Dimension
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics.monotone import monotone
from ontarget.numerics.nodes import Nodes, lines


class CrossSection(Noun):
    r"""Total cross-section of one flavour on one kind of nucleon, by energy.

    .. math:: \sigma(E) = s\,E\,\Big(\frac{\sigma}{E}\Big)(E)

    :math:`\sigma/E` is a monotone cubic in log E through the points of the table; zero below the first point, constant
    above the last (scaling). With the first value zero, that energy is the threshold.

    Attributes
    ----------
    energies : Float[point] [energy]               of the neutrino, increasing
    per_energy : Float[point] [area/energy]        :math:`\sigma/E` per nucleon, the mean over the nucleons of a nucleus
    asymmetry : Float[point] [1] or None           :math:`(\sigma_n - \sigma_p)/(\sigma_n + \sigma_p)`; None: zero
    scale : Float[] [1]                            s, a factor that a study may free
    name : the flavour, "nu_mu"
    """

    energies: Annotated[Float[Array, " point"], BEAM_ENERGY] = quantity()
    per_energy: Annotated[Float[Array, " point"], AREA_PER_ENERGY] = quantity()
    asymmetry: Float[Array, " point"] | None = quantity(default=None)
    scale: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "scale", 0.0)
        if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(self)):
            return
        energies, values = np.asarray(self.energies), np.asarray(self.per_energy)
        rising = np.isfinite(energies).all() and energies.ndim == 1 and (np.diff(energies) > 0).all()
        if not rising or len(energies) < 2 or not energies[0] > 0:
            got = f"{energies.size} energies that do not increase from above 0"
            raise InputError("energies", got, "A table has two points at least, by rising energy.", "Sort the table.")
        check_column("per_energy", values, energies, 0.0)
        if self.asymmetry is not None:
            check_column("asymmetry", np.asarray(self.asymmetry), energies, -1.0, 1.0)

    @fused
    def per_nucleon(self, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        """Cross-section per nucleon of the table's own target, area."""
        value = monotone(jnp.log(energy), jnp.log(self.energies), self.per_energy)
        return self.scale * energy * jnp.where(energy < self.energies[0], 0.0, value)

    @fused
    def per_nucleus(
        self, energy: Float[Array, "*e"], A: Float[Array, ""], excess: Float[Array, ""], excess_of_table: Number
    ) -> Float[Array, "*e"]:
        r"""Cross-section of a nucleus with A nucleons and :math:`(N-Z)/A` = `excess`, area."""
        value = A * self.per_nucleon(energy)
        if self.asymmetry is None:
            return value
        asymmetry = monotone(jnp.log(energy), jnp.log(self.energies), self.asymmetry)
        return value * (1 + asymmetry * excess) / (1 + asymmetry * excess_of_table)


def check_column(name: str, values: np.ndarray, points: np.ndarray, low: float, high: float = np.inf) -> None:
    """Refuse a column of a table that has not one finite number in [low, high] for each point."""
    if values.shape != points.shape:
        truth = "There is one for each energy."
        raise InputError(name, f"{values.size} values for {points.size} energies", truth, "Mend the table.")
    if not (np.isfinite(values) & (low <= values) & (values <= high)).all():
        truth = f"Each is finite and at least {low:g}" + (f" and at most {high:g}." if np.isfinite(high) else ".")
        raise InputError(name, "a value that cannot be", truth, "Mend the table.")


def check_points(name: str, points: np.ndarray, dimension: Dimension, low: float = 0.0) -> None:
    """Refuse points of a table that do not increase, or start below `low`, with the first that does so."""
    if points.ndim != 1 or not np.isfinite(points).all() or (points < low).any():
        truth = f"Each is finite and at least {dimension.show(low)}."
        raise InputError(name, "a value that cannot be", truth, "Mend the table.")
    steps = np.diff(points)
    if (steps <= 0).any():
        place = int(np.argmax(steps <= 0))
        one, after = (dimension.show(points[i]) for i in (place, place + 1))
        got = f"{one} twice" if steps[place] == 0 else f"{after} after {one}"
        remedy = "Keep one of the two." if steps[place] == 0 else "Sort the table."
        raise InputError(name, got, "They increase.", remedy)


class ChargedCurrent(AbstractInteraction):
    r"""Any charged-current interaction; the truth variable is the energy of the neutrino.

    .. math::
        \sigma_A(E) = s\,A\,\bar\sigma(E)\,\frac{1 + \delta(E)\,(N-Z)/A}{1 + \delta(E)\,x},\quad
        \delta = \frac{\sigma_n - \sigma_p}{\sigma_n + \sigma_p}

    with :math:`\bar\sigma` per nucleon of the table's own target, whose :math:`(N-Z)/A` is x. Nuclear effects are
    those of the table's own nucleus: Fermi motion, binding and shadowing are not scaled to another, and hydrogen has
    them too. Valid above a few hundred MeV; public tables differ by 10 % among themselves.

    A node of the flux is a cell of energy, and its interactions are spread over it (`Nodes`); those of a line go into
    the truth cell that holds E, none is lost outside the first and last edge. A flavour without a table does not
    interact.

    Attributes
    ----------
    flavours : tables, by the name of the flavour
    excess : Float[] [1]     x, the neutron excess (N-Z)/A of the table's target: 0 isoscalar, 0.1 for 40Ar
    scale : Float[] [1]      s, one factor for all flavours

    References
    ----------
    Formaggio:2012cpf
    """

    flavours: tuple[CrossSection, ...]
    excess: Number = quantity(default=0.0)
    scale: Number = quantity(default=1.0)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_range(self, "excess", -1.0, 1.0)
        check_range(self, "scale", 0.0)
        names = [each.name for each in self.flavours]
        for name in names:
            if name not in FLAVOURS or names.count(name) > 1:
                got = f"{name!r}, given {names.count(name)} times" if name in FLAVOURS else f"the flavour {name!r}"
                raise InputError("flavours", got, "Each of the flavours has one table.", did_you_mean(name, FLAVOURS))

    @fused
    def per_nucleus(self, nuclide: Nuclides, energy: Float[Array, " energy"]) -> Float[Array, "flavour energy"]:
        """Cross-section of each flavour on a nucleus, area."""
        tables = {each.name: each for each in self.flavours}
        excess = (nuclide.N - nuclide.Z) / nuclide.A
        rows = [
            tables[name].per_nucleus(energy, nuclide.A, excess, self.excess) if name in tables else 0 * energy
            for name in FLAVOURS
        ]
        return self.scale * jnp.stack(rows)

    @fused
    def kernel(
        self, nuclide: Nuclides, energy: Float[Array, " energy"], edges: Float[Array, " edge"]
    ) -> Float[Array, "flavour energy truth"]:
        return self.per_nucleus(nuclide, energy)[..., None] * lines(energy).shares(edges)

    @fused
    def fold(
        self,
        nuclide: Nuclides,
        energy: Float[Array, " energy"],
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        return self.fold_nodes(nuclide, lines(energy), arriving, edges)

    @fused
    def fold_nodes(
        self,
        nuclide: Nuclides,
        nodes: Nodes,
        arriving: Float[Array, "flavour energy tag"],
        edges: Float[Array, " edge"],
    ) -> Float[Array, "flavour tag truth"]:
        interacting = arriving * self.per_nucleus(nuclide, nodes.energy)[..., None]
        return jnp.einsum("bek,ex->bkx", interacting, nodes.shares(edges))

    def endpoint(self, nuclide: Nuclides, energy: Float[Array, "*e"]) -> Float[Array, "*e"]:
        return energy
