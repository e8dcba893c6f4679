"""What a task of a study brings back: text, tables and figures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.inference.parameter import AbstractParameter
from ontarget.io import Loaded
from ontarget.plot import Figure

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Table:
    """Rows with equal keys; written as CSV and JSON under `name`."""

    name: str
    title: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Picture:
    """A figure, written as SVG under `name`."""

    name: str
    caption: str
    figure: Figure


@dataclass(frozen=True)
class Section:
    """One part of a report."""

    title: str
    text: str
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    warnings: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Context:
    """What a study hands to its tasks.

    Attributes
    ----------
    experiments : by name, with the provenance of their numbers
    parameters : freed in every fit, with their priors (the nuisances)
    progress : says in one line what is being done
    """

    experiments: Mapping[str, Loaded[Experiment]]
    parameters: Sequence[AbstractParameter]
    progress: Callable[[str], None]
    known: dict[str, Any] = field(default_factory=dict)

    def counts(self, name: str) -> Counts:
        """Expected counts of one experiment, computed once."""
        if name not in self.known:
            self.progress(f"expected counts of {name}")
            self.known[name] = self.experiments[name].noun.expected()
        return self.known[name]

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`function` of every item, a few at a time (compilation runs beside Python), in the order of the items."""
        with ThreadPoolExecutor(max_workers=max(1, min(4, len(os.sched_getaffinity(0))))) as pool:
            return list(pool.map(function, items))

    def nouns(self, names: Sequence[str] | None = None) -> list[Experiment]:
        """The experiments of these names (all of them by default)."""
        return [self.experiments[name].noun for name in (self.experiments if names is None else names)]
