"""A number that a study frees: a name, the addresses it lives at, a box, a start and a prior."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Any

import equinox as eqx
import numpy as np

from ontarget.ground.address import addresses, match
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.likelihood.prior import AbstractPrior, Flat


class AbstractParameter(Noun):
    """One axis of the likelihood. Its value acts on every number that its addresses fit.

    Attributes
    ----------
    name : what tables and fits call it
    address : a glob, or several (`*.source.power`); the first word is the experiment's name
    low, high : the box outside of which nothing is evaluated, in the unit of the parameter
    start : where fits begin and Asimov data are made; None for the catalog's own value
    prior : what is known beforehand
    """

    name: eqx.AbstractVar[str]
    address: eqx.AbstractVar[str | tuple[str, ...]]
    low: eqx.AbstractVar[Any]
    high: eqx.AbstractVar[Any]
    start: eqx.AbstractVar[Any]
    prior: eqx.AbstractVar[AbstractPrior]

    @abc.abstractmethod
    def leaf(self, value: Any, catalog: Any) -> Any:
        """The number to put at an address, given this parameter's value and the catalog's number there."""

    @abc.abstractmethod
    def default_start(self, catalog: Mapping[str, Any]) -> float:
        """The start where none was given, from the catalog's numbers at this parameter's addresses."""

    def targets(self, experiments: Sequence[Any]) -> tuple[str, ...]:
        """All addresses in a tuple of experiments that this parameter fits."""
        globs = (self.address,) if isinstance(self.address, str) else self.address
        try:
            found = [one for glob in globs for one in match(tuple(experiments), glob)]
        except InputError as error:
            raise error.within(f"parameter {self.name!r}") from None
        return tuple(dict.fromkeys(found))

    def initial(self, experiments: Sequence[Any]) -> float:
        """The start value; inside the box, or an InputError."""
        if self.start is None:
            known = addresses(tuple(experiments))
            start = self.default_start({one: known[one] for one in self.targets(experiments)})
        else:
            start = float(self.start)
        if not float(self.low) <= start <= float(self.high):
            where, box = f"parameter {self.name!r}.start", f"[{float(self.low):g}, {float(self.high):g}]"
            raise InputError(where, f"{start:g}", f"Its box is {box}.", "Widen the box or give a start inside.")
        return start


def check_box(parameter: AbstractParameter) -> None:
    """Refuse a box that is empty or infinite; tracers pass."""
    low, high = concrete(parameter.low), concrete(parameter.high)
    if low is None or high is None or (np.isfinite(low) and np.isfinite(high) and low < high):
        return
    remedy = "Give low and high with low < high."
    raise InputError(f"parameter {parameter.name!r}", f"box [{low:g}, {high:g}]", "A box is finite, not empty.", remedy)


class Parameter(AbstractParameter):
    """A parameter whose value *replaces* the number at its addresses (all scalar, with one common catalog value)."""

    name: str = static()
    address: str | tuple[str, ...] = static()
    low: Scalar = quantity()
    high: Scalar = quantity()
    start: Scalar | None = quantity(default=None)
    prior: AbstractPrior = Flat()

    def __check_init__(self) -> None:
        check_box(self)

    def leaf(self, value: Any, catalog: Any) -> Any:
        return value

    def default_start(self, catalog: Mapping[str, Any]) -> float:
        numbers: dict[float, str] = {}
        for address, leaf in catalog.items():
            if np.shape(leaf) != ():
                got = f"{address}, an array of shape {np.shape(leaf)}"
                truth = "A Parameter replaces single numbers."
                raise InputError(f"parameter {self.name!r}", got, truth, "Use a Scale to multiply the whole array.")
            numbers.setdefault(float(leaf), address)
        if len(numbers) == 1:
            return next(iter(numbers))
        got = "catalog values " + ", ".join(f"{value:g} ({address})" for value, address in numbers.items())
        truth = "One parameter has one start."
        raise InputError(f"parameter {self.name!r}.start", got, truth, "Give start=, or use a Scale.")


class Scale(AbstractParameter):
    """A parameter whose value *multiplies* the catalog's numbers at its addresses; 1 leaves them as they are."""

    name: str = static()
    address: str | tuple[str, ...] = static()
    low: Scalar = quantity()
    high: Scalar = quantity()
    start: Scalar | None = quantity(default=None)
    prior: AbstractPrior = Flat()

    def __check_init__(self) -> None:
        check_box(self)

    def leaf(self, value: Any, catalog: Any) -> Any:
        return value * catalog

    def default_start(self, catalog: Mapping[str, Any]) -> float:
        return 1.0
