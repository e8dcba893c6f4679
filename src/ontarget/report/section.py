"""What a task of a study brings back: text, tables and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ontarget.plot import Figure, to_svg
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.source import VariedFlux


@dataclass(frozen=True)
class Table:
    """Rows with equal keys; written as CSV and JSON under `name`, with all digits.

    `columns` says of some of them which is the error of which, their unit, and what is left to the files.
    """

    name: str
    title: str
    rows: Sequence[Mapping[str, Any]]
    columns: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A figure, written as SVG under `name`."""

    name: str
    caption: str
    figure: Figure

    @cached_property
    def svg(self) -> str:
        """The figure as SVG text, drawn once."""
        return to_svg(self.figure)


@dataclass(frozen=True)
class FluxFile:
    """A flux with its uncertainty, written under `name` as a source that any experiment can use."""

    name: str
    title: str
    flux: VariedFlux


@dataclass(frozen=True)
class Section:
    """One part of a report; `headline` has the few numbers of it that come first, and that a terminal shows."""

    title: str
    text: str
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    warnings: Sequence[str] = field(default_factory=tuple)
    fluxes: Sequence[FluxFile] = ()
    headline: Sequence[Headline] = ()
