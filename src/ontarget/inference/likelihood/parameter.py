"""A number that a study frees: a name, the addresses it lives at, a box, a start and a prior."""

from __future__ import annotations

import abc
import re
from collections.abc import Mapping, Sequence
from typing import Any

import equinox as eqx
import jax
import numpy as np

from ontarget.ground.address import addresses, dimensions, match
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun, Own, quantity, static
from ontarget.inference.likelihood.own_unit import Unit, check_unit, given_in, scale, shown
from ontarget.inference.likelihood.prior import AbstractPrior, Flat

MIXING = re.compile(r"\.sin2_[123][123]$")
"""Addresses of squared sines of mixing angles."""


class AbstractParameter(Noun):
    """One axis of the likelihood. Its value acts on every number that its addresses fit.

    Attributes
    ----------
    name : what tables and fits call it
    address : a glob, or several (`*.source.power`); the first word is the experiment's name
    low, high : the box outside of which nothing is evaluated; with its unit ('10 m') where the number has a dimension
    start : where fits begin and Asimov data are made; None for the catalog's own value
    prior : what is known beforehand; its numbers carry units as the box does
    unit : in which this parameter is fitted and shown; that of the first number that has one, by default
    """

    name: eqx.AbstractVar[str]
    address: eqx.AbstractVar[str | tuple[str, ...]]
    low: eqx.AbstractVar[Any]
    high: eqx.AbstractVar[Any]
    start: eqx.AbstractVar[Any]
    prior: eqx.AbstractVar[AbstractPrior]
    unit: eqx.AbstractVar[Unit]

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
        """The start value; inside the box and in a unit of the address's kind, or an InputError."""
        self.check_kind(experiments)
        if self.start is None:
            known = addresses(tuple(experiments))
            start = self.default_start({one: known[one] for one in self.targets(experiments)})
        else:
            start = float(self.start)
        if not float(self.low) <= start <= float(self.high):
            where, box = f"parameter {self.name!r}.start", f"[{float(self.low):g}, {float(self.high):g}]"
            got, truth = f"{start:g} {shown(self.unit)}".rstrip(), f"Its box is {box} {shown(self.unit)}".rstrip() + "."
            raise InputError(where, got, truth, "Widen the box or give a start inside.")
        check_mixings(self, experiments)
        return start

    def check_kind(self, experiments: Sequence[Any]) -> None:
        """Refuse a unit that is not of the kind of the numbers at the addresses, and a bare number for a length."""


def check_mixings(parameter: AbstractParameter, experiments: Sequence[Any]) -> None:
    """Refuse a box in which the sine or cosine of a mixing angle vanishes: probabilities go as their square root."""
    mixings = [one for one in parameter.targets(experiments) if MIXING.search(one)]
    known = addresses(tuple(experiments)) if mixings else {}
    for address in mixings:
        at_zero, at_one = (parameter.leaf(end, known[address]) for end in (parameter.low, parameter.high))
        for end, wrong, curve, good in (
            ("low", at_zero <= 0, "sqrt(x) at 0", "start the box at 1e-4"),
            ("high", at_one >= 1, "sqrt(1 - x) at 1", "end the box at 0.9999"),
        ):
            if wrong:
                where, got = f"parameter {parameter.name!r}.{end}", f"{float(getattr(parameter, end)):g}"
                truth = f"Probabilities go as {curve} of {address}, which no expansion follows."
                raise InputError(where, got, truth, f"For a limit, {good}.")


def check_box(parameter: AbstractParameter) -> None:
    """Refuse a box that is empty or infinite; tracers pass."""
    low, high = concrete(parameter.low), concrete(parameter.high)
    if low is None or high is None:
        return
    if np.isfinite(low) and np.isfinite(high) and low < high:
        check_prior(parameter, float(low), float(high))
        return
    remedy = "Give low and high with low < high."
    raise InputError(f"parameter {parameter.name!r}", f"box [{low:g}, {high:g}]", "A box is finite, not empty.", remedy)


def check_prior(parameter: AbstractParameter, low: float, high: float) -> None:
    """Refuse a prior whose best lies outside the box, and a box that reaches where the prior is zero."""
    where, box = f"parameter {parameter.name!r}.prior", f"[{low:g}, {high:g}] {shown(parameter.unit)}".rstrip()
    if any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(parameter.prior)):
        return
    prior = jax.tree.map(np.asarray, parameter.prior)
    best = prior.best
    if best is not None and not low <= float(best) <= high:
        got = f"a mean of {float(best):g} {shown(parameter.unit)}".rstrip() + f", outside of the box {box}"
        truth = "A parameter never reaches what is known of it."
        if isinstance(parameter, Scale):
            truth = "A Scale multiplies the catalog's number: 1 leaves it as it is."
        raise InputError(where, got, truth, "Widen the box, or mend the mean.")
    with np.errstate(all="ignore"):
        ends = np.array([float(np.asarray(prior.pull(np.asarray(end)))) for end in (low, high)])
    if not np.isfinite(ends).all():
        truth, kind = "The prior is zero there, and -2 ln L infinite.", type(prior).__name__
        got = f"a {kind} in the box {box}, which reaches {f'{low:g}' if not np.isfinite(ends[0]) else f'{high:g}'}"
        raise InputError(where, got, truth, "Take a box in which the prior is above zero.")


class Parameter(AbstractParameter):
    """A parameter whose value *replaces* the number at its addresses (all scalar, with one common catalog value)."""

    name: str = static()
    address: str | tuple[str, ...] = static()
    low: Own = quantity()
    high: Own = quantity()
    start: Own | None = quantity(default=None)
    prior: AbstractPrior = Flat()
    unit: Unit = static(default="")

    def __init__(
        self,
        name: str,
        address: str | tuple[str, ...],
        low: Any,
        high: Any,
        start: Any = None,
        prior: AbstractPrior = Flat(),
        unit: Unit = "",
    ) -> None:
        self.name, self.address = name, address
        self.low, self.high, self.start, self.prior, self.unit = given_in(name, low, high, start, prior, unit)

    def __check_init__(self) -> None:
        check_box(self)

    def leaf(self, value: Any, catalog: Any) -> Any:
        return value * scale(self.unit) if self.unit else value

    def check_kind(self, experiments: Sequence[Any]) -> None:
        targets = self.targets(experiments)
        check_unit(f"parameter {self.name!r}", self.unit, float(self.low), dimensions(tuple(experiments), targets))

    def default_start(self, catalog: Mapping[str, Any]) -> float:
        numbers: dict[float, str] = {}
        for address, leaf in catalog.items():
            if np.shape(leaf) != ():
                got = f"{address}, an array of shape {np.shape(leaf)}"
                truth = "A Parameter replaces single numbers."
                raise InputError(f"parameter {self.name!r}", got, truth, "Use a Scale to multiply the whole array.")
            numbers.setdefault(float(leaf), address)
        if len(numbers) == 1:
            return next(iter(numbers)) / (scale(self.unit) if self.unit else 1.0)
        got = "catalog values " + ", ".join(f"{value:g} ({address})" for value, address in numbers.items())
        truth = "One parameter has one start."
        raise InputError(f"parameter {self.name!r}.start", got, truth, "Give start=, or use a Scale.")


class Scale(AbstractParameter):
    """A parameter whose value *multiplies* the catalog's numbers at its addresses; 1 leaves them as they are."""

    name: str = static()
    address: str | tuple[str, ...] = static()
    low: Own = quantity()
    high: Own = quantity()
    start: Own | None = quantity(default=None)
    prior: AbstractPrior = Flat()
    unit: Unit = static(default="")

    def __init__(
        self,
        name: str,
        address: str | tuple[str, ...],
        low: Any,
        high: Any,
        start: Any = None,
        prior: AbstractPrior = Flat(),
        unit: Unit = "",
    ) -> None:
        self.name, self.address = name, address
        self.low, self.high, self.start, self.prior, self.unit = given_in(name, low, high, start, prior, unit)

    def __check_init__(self) -> None:
        if self.unit:
            truth = "A Scale multiplies the catalog's number, and has no unit: 1 leaves it as it is."
            raise InputError(f"parameter {self.name!r}", f"the unit {self.unit!r}", truth, "Use a Parameter.")
        check_box(self)

    def leaf(self, value: Any, catalog: Any) -> Any:
        return value * catalog

    def default_start(self, catalog: Mapping[str, Any]) -> float:
        return 1.0
