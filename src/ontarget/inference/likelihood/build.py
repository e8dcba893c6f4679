"""Build a likelihood: every experiment expanded in the parameters that touch it, once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.kept import kept
from ontarget.ground.noun import as_array
from ontarget.inference.expansion.expand import expand
from ontarget.inference.expansion.expansion import Expansion, joint
from ontarget.inference.expansion.support import Support, polynomial_support
from ontarget.inference.likelihood.likelihood import Likelihood, centred, checked
from ontarget.inference.likelihood.parameter import AbstractParameter, Parameter
from ontarget.inference.likelihood.parametrised import ParametrisedExperiment, fingerprint, touched
from ontarget.inference.likelihood.sideband import Sidebands, gathered


class Expansions:
    """Expansions that were made, kept by all that they depend on: a caller keeps one of these for many likelihoods."""

    def __init__(self) -> None:
        self._supports: dict[str, Support] = {}
        self._made: dict[tuple[str, tuple[str, ...]], Expansion] = {}

    def __len__(self) -> int:
        return len(self._made)

    def support(self, one: _Part) -> Support:
        """Orders of the polynomial of an experiment's counts, and which of its parameters are shapes."""
        if one.mark not in self._supports:
            self._supports[one.mark] = kept(
                "support", one.given, lambda: polynomial_support(one.precomputed(), one.start.tolist())
            )
        return self._supports[one.mark]

    def of(self, one: _Part, shapes: tuple[str, ...], tolerance: float) -> Expansion:
        """The expansion of an experiment's counts with these of its parameters as shapes."""
        if (one.mark, shapes) not in self._made:
            try:
                self._made[one.mark, shapes] = kept(
                    "expansion", [one.given, shapes], lambda: self.made(one, shapes, tolerance)
                )
            except InputError as error:
                raise error.within(f"experiment {one.chain.experiment.name!r}") from None
        return self._made[one.mark, shapes]

    def made(self, one: _Part, shapes: tuple[str, ...], tolerance: float) -> Expansion:
        """The expansion, computed."""
        found = self.support(one)
        monomials = found if len(shapes) == len(found[1]) else None
        names, start = [each.name for each in one.chain.parameters], one.start.tolist()
        return expand(one.precomputed(), names, one.box, start, tolerance=tolerance, shapes=shapes, monomials=monomials)


class _Part:
    """One experiment with the parameters that touch it: their places among all, where they start, and their box."""

    def __init__(
        self, chain: ParametrisedExperiment, places: list[int], start: np.ndarray, box: np.ndarray, tolerance: float
    ) -> None:
        self.chain, self.places, self.start, self.box = chain, places, start[places], box[places]
        self.mark = fingerprint(chain, self.start.tobytes(), self.box.tobytes(), tolerance)
        self.given: list[Any] = [chain, self.start, self.box, tolerance]
        self.precomputed = cache(chain.precomputed)

    @property
    def corners(self) -> np.ndarray:
        """The start and both ends of the box [3 parameter]."""
        return np.stack([self.start, *self.box.T])


def likelihood(
    experiments: Any,
    parameters: Sequence[AbstractParameter],
    data: Sequence[Any] | None = None,
    *,
    tolerance: float = 1e-6,
    known: Expansions | None = None,
) -> Likelihood:
    """Build the likelihood: the counts of every experiment, expanded in the parameters that touch it.

    Parameters
    ----------
    experiments : one or several, each with a `name` of its own and a method `bins()`
    parameters : what the study frees
    data : observed counts, one array per experiment; None for what each experiment observed and, where it holds
        nothing of the kind, what is expected at the start (Asimov data, see also `Likelihood.asimov`). Priors of
        parameters that touch none but such experiments are then centred at the start, as if measured in the same world
    tolerance : largest error of an expansion anywhere in the box, in Poisson standard deviations
    known : expansions that the caller keeps: they are put there, and taken from there when asked for again
    """
    known = Expansions() if known is None else known
    experiments = tuple(experiments) if isinstance(experiments, (tuple, list)) else (experiments,)
    parameters, names = tuple(parameters), [one.name for one in experiments]
    _check_unique("experiment", names)
    _check_unique("parameter", [one.name for one in parameters])
    start = np.array([one.initial(experiments) for one in parameters])
    box = np.array([[float(one.low), float(one.high)] for one in parameters]).reshape(-1, 2)
    parts = _parts(experiments, parameters, start, box, tolerance)
    expanded = _expanded(parts, parameters, known, tolerance)
    expansion = joint(expanded, [one.name for one in parameters], box[:, 0], box[:, 1])
    sizes = tuple(part.coefficients.shape[1] for part in expanded)
    given = parameters
    if data is None:
        parameters = centred(parameters, start, _only_asimov(experiments, parameters))
        expected = np.split(expansion(start), np.cumsum(sizes)[:-1])
        data = [_observed(one, counts) for one, counts in zip(experiments, expected, strict=True)]
    counts, sidebands = checked(data, names, sizes), _gathered(names, sizes, parts)
    if sidebands is not None:
        counts = np.concatenate([counts, sidebands.counts])
    arrays, errors = (as_array(start), as_array(counts)), tuple(part.error for part in expanded)
    moved = any(one is not other for one, other in zip(parameters, given, strict=True))
    return Likelihood(parameters, expansion, *arrays, tuple(names), sizes, errors, sidebands, given if moved else None)


def _parts(
    experiments: Sequence[Any],
    parameters: Sequence[AbstractParameter],
    start: np.ndarray,
    box: np.ndarray,
    tolerance: float,
) -> list[_Part]:
    """Each experiment with the parameters that touch it."""
    targets = [one.targets(experiments) for one in parameters]
    _check_targets(parameters, targets)
    return [_Part(*touched(one, parameters, targets), start, box, tolerance) for one in experiments]


def _expanded(
    parts: Sequence[_Part], parameters: Sequence[AbstractParameter], known: Expansions, tolerance: float
) -> list[Expansion]:
    """The expansion of each part. A shape in one experiment is a shape in all: one basis for the whole study."""
    shapes = {one.places[i] for one in parts for i in known.support(one)[1]}
    return [known.of(one, tuple(parameters[i].name for i in one.places if i in shapes), tolerance) for one in parts]


def _observed(experiment: Any, expected: np.ndarray) -> Any:
    """What an experiment observed, or what it expects where it holds nothing of the kind."""
    observed = getattr(experiment, "observed", None)
    return expected if observed is None else observed


def _only_asimov(experiments: Sequence[Any], parameters: Sequence[AbstractParameter]) -> list[bool]:
    """Which parameters touch no experiment that observed something."""
    seen = tuple(f"{one.name}." for one in experiments if getattr(one, "observed", None) is not None)
    return [not any(address.startswith(seen) for address in one.targets(experiments)) for one in parameters]


def _gathered(names: Sequence[str], sizes: Sequence[int], parts: Sequence[_Part]) -> Sidebands | None:
    """The sidebands of all experiments, at the start."""
    chains = [one.chain for one in parts]
    return gathered(names, sizes, [one.at for one in chains], [one.names for one in chains], [p.corners for p in parts])


def _check_unique(kind: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{kind} name", repr(name), "Two share it.", "Give each a name of its own.")
        if kind == "experiment" and "." in name:
            raise InputError(f"{kind} name", repr(name), "A dot separates words of an address.", "Leave dots out.")


def _check_targets(parameters: Sequence[AbstractParameter], targets: Sequence[tuple[str, ...]]) -> None:
    owner: dict[str, str] = {}
    for parameter, found in zip(parameters, targets, strict=True):
        for address in found if isinstance(parameter, Parameter) else ():
            other = owner.setdefault(address, parameter.name)
            if other != parameter.name:
                got = f"{address}, which {other!r} already sets"
                remedy = "Narrow one of the addresses, or use a Scale."
                raise InputError(f"parameter {parameter.name!r}.address", got, "One number has one value.", remedy)
