"""The numbers of a design: which are free, which follow from them, and where they are put."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.tree_util import tree_flatten_with_path
from jaxtyping import Array, Float

from ontarget.analysis.design.problem import DesignProblem
from ontarget.experiment.narrow import narrowed
from ontarget.ground.address import address_of, addresses, match
from ontarget.ground.errors import InputError, dimension_of
from ontarget.ground.noun import Noun, Own, as_array, quantity, static
from ontarget.inference.design.forecast import AbstractDesign
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.likelihood.own_unit import in_one_unit, shown
from ontarget.io.expression import formula
from ontarget.io.quantity import measure, powers_of


class DesignNumber(Noun):
    """A number that a design is free to choose, between two ends, in a unit of its own.

    Attributes
    ----------
    low, high : with their unit ('10 m'), or in `unit`
    address : one or several globs, the experiment's name first; none for a number that only ties and formulas know
    unit : of this number wherever it is named
    today : as it is now, in `unit`; the number at its addresses by default
    """

    low: Own = quantity()
    high: Own = quantity()
    address: str | tuple[str, ...] = static(default=())
    unit: str = static(default="")
    today: Own | None = quantity(default=None)
    name: str = static(kw_only=True)

    def __init__(
        self,
        low: Any,
        high: Any,
        address: str | tuple[str, ...] = (),
        unit: str = "",
        today: Any = None,
        *,
        name: str,
    ) -> None:
        given = {"low": low, "high": high, "today": today}
        if any(isinstance(one, str) for one in given.values()):
            (low, high, today), own = in_one_unit(given, unit)
            unit = shown(own)
        self.low, self.high, self.today = map(as_array, (low, high, today))
        self.address, self.unit, self.name = address, unit, name

    def __check_init__(self) -> None:
        if not self.name.isidentifier():
            truth = "Formulas call it by this name."
            raise InputError("name", repr(self.name), truth, "Take letters, digits and underscores.")
        low, high = float(self.low), float(self.high)
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise InputError("low", f"[{low:g}, {high:g}]", "A range is finite, not empty.", "Give low < high.")
        if not self.address and self.today is None:
            raise InputError("today", "none", "Without an address nothing says what it is now.", "Give it.")


class Tie(Noun):
    """A number that follows from the free ones: a formula of their names, and of ties that stand before it."""

    formula: str = static()
    address: str | tuple[str, ...] = static(default=())
    unit: str = static(default="")
    name: str = static(kw_only=True)

    def __check_init__(self) -> None:
        if not self.name.isidentifier():
            truth = "Formulas call it by this name."
            raise InputError("name", repr(self.name), truth, "Take letters, digits and underscores.")


class DesignSpace(AbstractDesign):
    """Free numbers and ties of a design, with all that their globs fit.

    Attributes
    ----------
    names, units : of the free numbers, then of the ties
    formulas : of the ties, by name
    targets : addresses of each
    factors : the unit of each, in internal units
    """

    names: tuple[str, ...] = static()
    units: tuple[str, ...] = static()
    formulas: tuple[str, ...] = static()
    targets: tuple[tuple[str, ...], ...] = static()
    factors: tuple[float, ...] = static()

    @property
    def free(self) -> int:
        """How many numbers are free."""
        return len(self.names) - len(self.formulas)

    def named(self, design: Float[Array, " free"]) -> dict[str, Any]:
        """Every number by name, in its unit."""
        found: dict[str, Any] = {name: design[index] for index, name in enumerate(self.names[: self.free])}
        for name, text in zip(self.names[self.free :], self.formulas, strict=True):
            found[name] = formula(text, found, f"ties.{name}.formula")
        return found

    def values(self, design: Float[Array, " free"]) -> dict[str, Any]:
        every = self.named(design)
        return {
            address: every[name] * factor
            for name, factor, found in zip(self.names, self.factors, self.targets, strict=True)
            for address in found
        }

    def shown(self, design: Float[np.ndarray, " free"]) -> dict[str, float]:
        """Every number by name with its unit, for tables."""
        found = self.named(jnp.asarray(design))
        return {self.label(name): float(value) for name, value in found.items()}

    def label(self, name: str) -> str:
        """A number as tables and figures call it."""
        unit = self.units[self.names.index(name)]
        return name.replace("_", " ") + (f" ({unit})" if unit else "")


def design_space(free: Sequence[DesignNumber], ties: Sequence[Tie], experiments: Sequence[Any]) -> DesignSpace:
    """The space of these numbers; addresses, units and formulas are checked."""
    every: list[DesignNumber | Tie] = [*free, *ties]
    names = [one.name for one in every]
    for name in names:
        if names.count(name) > 1:
            raise InputError("free", repr(name), "Two numbers share this name.", "Give each a name of its own.")
    nouns = tuple(experiments)
    known, targets, owner = addresses(nouns), [], dict[str, str]()
    for one in every:
        globs = (one.address,) if isinstance(one.address, str) else one.address
        found = tuple(dict.fromkeys(address for glob in globs for address in match(nouns, glob)))
        for address in found:
            _check_target(one, address, nouns, np.shape(known[address]))
            if owner.setdefault(address, one.name) != one.name:
                truth = f"{owner[address]!r} sets {address} already."
                raise InputError(f"{one.name}.address", address, truth, "One number has one value.")
        targets.append(found)
    factors = tuple(measure(one.unit, f"{one.name}.unit")[0] for one in every)
    formulas = tuple(one.formula for one in ties)
    return DesignSpace(tuple(names), tuple(one.unit for one in every), formulas, tuple(targets), factors)


def today(free: Sequence[DesignNumber], space: DesignSpace, experiments: Sequence[Any]) -> np.ndarray:
    """The free numbers as the experiments have them, or as given [free]."""
    known, found = addresses(tuple(experiments)), []
    for one, targets, factor in zip(free, space.targets, space.factors, strict=False):
        values = {float(known[address]) / factor for address in targets}
        if one.today is None and max(values) - min(values) > 1e-9 * abs(max(values)):
            got = ", ".join(f"{value:g}" for value in sorted(values))
            raise InputError(f"free.{one.name}.today", got, "Its addresses hold different numbers.", "Give today's.")
        found.append(float(values.pop() if one.today is None else one.today))
    return np.array(found)


def planned(
    experiments: Sequence[Any],
    interest: Sequence[AbstractParameter],
    nuisances: Sequence[AbstractParameter],
    free: Sequence[DesignNumber],
    ties: Sequence[Tie] = (),
) -> DesignProblem:
    """What is asked of experiments, and which of their numbers are free; addresses, units and formulas are checked."""
    nouns = tuple(experiments)
    space = design_space(free, ties, nouns)
    low, high = (np.array([float(getattr(one, end)) for one in free]) for end in ("low", "high"))
    return DesignProblem(nouns, tuple(interest), tuple(nuisances), space, today(free, space, nouns), low, high)


def space_of(problem: DesignProblem) -> DesignSpace:
    """The space of a problem whose numbers have names; another is refused."""
    return narrowed(problem.space, DesignSpace, "free", "Formulas and tables name the numbers of a design.")


def _check_target(one: DesignNumber | Tie, address: str, nouns: tuple[Any, ...], shape: tuple[int, ...]) -> None:
    """Refuse an array, and a unit that is not of the kind of the number at an address."""
    if shape != ():
        truth = "A design sets single numbers."
        raise InputError(f"{one.name}.address", f"{address}, an array of shape {shape}", truth, "Narrow the address.")
    dimension = _dimension(nouns, address)
    powers = measure(one.unit, f"{one.name}.unit")[1]
    if dimension is not None and powers != powers_of(dimension):
        truth = f"{address} is of the kind {dimension.name}."
        raise InputError(f"{one.name}.unit", repr(one.unit), truth, f"Write e.g. '{dimension.unit or 1}'.")


def _dimension(nouns: tuple[Any, ...], address: str) -> Any:
    """The dimension of the number at an address; None where no field names one."""
    for path, _ in tree_flatten_with_path(nouns)[0]:
        if address_of(nouns, path) == address and hasattr(path[-1], "name"):
            parent: Any = nouns
            for key in path[:-1]:
                parent = getattr(parent, key.name) if hasattr(key, "name") else parent[getattr(key, "idx", 0)]
            return dimension_of(parent, path[-1].name)
    return None
