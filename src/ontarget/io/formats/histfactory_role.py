"""What a parameter of a likelihood becomes in a HistFactory workspace: a role, with the value that it has there."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ontarget.experiment.narrow import narrowed
from ontarget.ground.errors import InputError
from ontarget.inference.likelihood import AbstractParameter, AbstractPrior, Flat, Gaussian, Likelihood, LogNormal, Scale

P = TypeVar("P", bound=AbstractPrior)

FAR = 1e5
"""Half widths of the box in one unit of a `Parabola`: so near to zero code 4p is one to 1e-10."""


def constraint_of(parameter: AbstractParameter, kind: type[P]) -> P:
    """The prior of a parameter as the kind that its role writes."""
    return narrowed(parameter.prior, kind, f"parameter {parameter.name!r}.prior")


@dataclass(frozen=True)
class AbstractRole(ABC):
    """One parameter in a workspace.

    place : in theta; word : its name in the workspace; low, high, start : of the parameter here
    """

    parameter: AbstractParameter
    place: int
    low: float
    high: float
    start: float

    @property
    def word(self) -> str:
        """Its name in the workspace."""
        return self.parameter.name

    @abstractmethod
    def value(self, theta: Any) -> Any:
        """The value in the workspace for this value of the parameter."""

    @property
    @abstractmethod
    def says(self) -> str:
        """In words: the construct, and how the two values belong together."""

    def setting(self) -> dict[str, Any]:
        """The entry of the measurement's configuration."""
        ends = sorted([float(self.value(self.low)), float(self.value(self.high))])
        return {"name": self.word, "inits": [float(self.value(self.start))], "bounds": [ends]}


class Factor(AbstractRole):
    """A free factor, in which the counts are linear: `normfactor`."""

    def value(self, theta: Any) -> Any:
        return theta

    @property
    def says(self) -> str:
        return "normfactor, the parameter itself"


class Luminosity(AbstractRole):
    """The one factor with a Gaussian constraint that HistFactory has: `lumi`."""

    @property
    def word(self) -> str:
        return "lumi"

    def value(self, theta: Any) -> Any:
        return theta

    def setting(self) -> dict[str, Any]:
        prior = constraint_of(self.parameter, Gaussian)
        return {**super().setting(), "auxdata": [float(prior.mean)], "sigmas": [float(prior.sigma)]}

    @property
    def says(self) -> str:
        return "lumi, the parameter itself"


class Exponential(AbstractRole):
    """A factor known up to a factor: `normsys`, the exponential of the pull."""

    def value(self, theta: Any) -> Any:
        prior = constraint_of(self.parameter, LogNormal)
        return np.log(theta / float(prior.median)) / float(prior.sigma)

    def power(self, order: int) -> tuple[float, float]:
        """The factor at a pull of zero, and its logarithm per pull, of this power of the parameter."""
        prior = constraint_of(self.parameter, LogNormal)
        return float(prior.median) ** order, order * float(prior.sigma)

    @property
    def says(self) -> str:
        return "normsys, the pull"


class Shift(AbstractRole):
    """Templates at plus and minus one standard deviation: `histosys`, the pull."""

    @property
    def centre(self) -> float:
        """The parameter at a pull of zero."""
        prior = self.parameter.prior
        return float(prior.median) if isinstance(prior, LogNormal) else float(prior.mean)  # type: ignore[attr-defined]

    def value(self, theta: Any) -> Any:
        return np.asarray(self.parameter.prior.pull(theta))

    def ends(self) -> list[tuple[float, float]]:
        """Pull, and parameter, of the varied templates: at one standard deviation, or where the box ends before."""
        prior = self.parameter.prior
        log, sigma = isinstance(prior, LogNormal), float(prior.sigma)  # type: ignore[attr-defined]
        found = []
        for sign in (-1.0, 1.0):
            theta = self.centre * math.exp(sign * sigma) if log else self.centre + sign * sigma
            theta = min(max(theta, self.low), self.high)
            found.append((float(self.value(theta)), theta))
        return found

    def templates(self, nominal: np.ndarray, down: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Low and high template from those at both ends."""
        (low, _), (high, _) = self.ends()
        below = (down - nominal) / low if low < 0 else (up - nominal) / high
        above = (up - nominal) / high if high > 0 else below
        return nominal - below, nominal + above

    @property
    def says(self) -> str:
        return "histosys, the pull"


class Parabola(AbstractRole):
    """A parameter in which the counts are a parabola: `histosys`, of which only the neighbourhood of zero is used."""

    @property
    def centre(self) -> float:
        """The middle of the box."""
        return (self.low + self.high) / 2

    @property
    def unit(self) -> float:
        """The parameter per unit of the workspace's."""
        return FAR * (self.high - self.low) / 2

    def value(self, theta: Any) -> Any:
        return (theta - self.centre) / self.unit

    def ends(self) -> list[tuple[float, float]]:
        """Value in the workspace, and parameter, at both ends of the box."""
        return [(-1.0 / FAR, self.low), (1.0 / FAR, self.high)]

    def templates(self, nominal: np.ndarray, down: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Low and high template of the parabola through three templates: near zero code 4p is S a + 15 A a^2."""
        slope, bend = FAR * (up - down) / 2, FAR**2 * ((up + down) / 2 - nominal)
        return nominal - slope + 8 * bend / 15, nominal + slope + 8 * bend / 15

    @property
    def says(self) -> str:
        return f"histosys, (parameter - {self.centre:g}) / {self.unit:g}"


def roles(likelihood: Likelihood, orders: np.ndarray, approximate: bool) -> list[AbstractRole]:
    """The role of every parameter that the counts or a constraint depend on, in the order of theta.

    Parameters
    ----------
    orders : of the functions of the counts [function, parameter]
    approximate : whether templates at one standard deviation will do where nothing is exact
    """
    degree, shaped = orders.max(axis=0), np.asarray(likelihood.expansion.chebyshev) > 0
    present = (orders > 0).astype(int)
    together = (present.T @ present > 0) & ~np.eye(len(degree), dtype=bool)
    kinds: dict[int, type[AbstractRole]] = {}
    for place, parameter in enumerate(likelihood.parameters):
        kind = _alone(parameter, int(degree[place]), bool(shaped[place]), approximate)
        if kind is not None:
            kinds[place] = kind
    additive = [place for place, kind in kinds.items() if kind in (Parabola, Shift)]
    _check_apart(likelihood, additive, together, approximate)
    waiting = [
        place
        for place, one in enumerate(likelihood.parameters)
        if place not in kinds and isinstance(one.prior, Gaussian)
    ]
    # what multiplies everything is rather a factor
    for place in sorted(waiting, key=lambda one: (isinstance(likelihood.parameters[one], Scale), together[one].sum())):
        if not together[place, additive].any():
            kinds[place] = Shift
            additive.append(place)
    left = [place for place in waiting if place not in kinds]
    kinds |= {place: Factor if index else Luminosity for index, place in enumerate(left)}
    low, high = np.asarray(likelihood.expansion.low), np.asarray(likelihood.expansion.high)
    return [
        kinds[i](likelihood.parameters[i], i, float(low[i]), float(high[i]), float(likelihood.start[i]))
        for i in sorted(kinds)
    ]


def _alone(parameter: AbstractParameter, degree: int, shaped: bool, approximate: bool) -> type[AbstractRole] | None:
    """The role of a parameter that has no choice; None where it has one, or no effect."""
    prior, where = parameter.prior, f"parameter {parameter.name!r}"
    if parameter.name == "lumi":
        raise InputError(where, "that name", "HistFactory has its own meaning for it.", "Name it otherwise.")
    if not isinstance(prior, (Flat, Gaussian, LogNormal)):
        got = f"a prior of class {type(prior).__name__}"
        raise InputError(where, got, "HistFactory has Gaussian and log-normal ones.", "Use one of those.")
    polynomial = not shaped or degree == 0
    if isinstance(prior, LogNormal) and polynomial:
        return Exponential
    if isinstance(prior, Flat) and polynomial and degree <= 1:
        return Factor if degree else None
    if polynomial and degree <= 1:
        return None
    if polynomial and degree == 2 and not (approximate and isinstance(prior, Gaussian)):
        return Parabola
    if isinstance(prior, Flat):
        truth = "HistFactory has a parabola at most in what is free."
        raise InputError(where, "a shape with no constraint", truth, "Leave it out, or give it a Gaussian prior.")
    if approximate:
        return Shift
    truth = "HistFactory has a parabola at most in one parameter."
    remedy = "Leave it out, or say --approximate for templates at one standard deviation; their error is then printed."
    raise InputError(where, "counts that are no such polynomial", truth, remedy)


def _check_apart(likelihood: Likelihood, places: Sequence[int], together: np.ndarray, approximate: bool) -> None:
    """Refuse two parameters that both move templates, and whose product does so too."""
    for i in places:
        for j in places:
            if i < j and together[i, j] and not approximate:
                names = f"{likelihood.names[i]!r} and {likelihood.names[j]!r}"
                truth = "Counts hold their product, and HistFactory adds what two of them do to a template."
                remedy = "Fix one, or say --approximate to leave the product out; its error is then printed."
                raise InputError("parameters", names, truth, remedy)
