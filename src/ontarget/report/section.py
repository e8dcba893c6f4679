"""What a task of a study brings back: text, tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ontarget.experiment.experiment import Experiment
from ontarget.inference.parameter import AbstractParameter
from ontarget.io import Loaded
from ontarget.plot import Figure


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

    def nouns(self, names: Sequence[str] | None = None) -> list[Experiment]:
        """The experiments of these names (all of them by default)."""
        return [self.experiments[name].noun for name in (self.experiments if names is None else names)]
