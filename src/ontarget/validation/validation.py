"""Published numbers beside ours."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.units import NUMBER
from ontarget.io import Tree, catalog, entries, parse, read_yaml, structure
from ontarget.validation.beam_quantity import EventsByOrigin
from ontarget.validation.cross_section_quantity import CrossSectionAt, FlavourAverage
from ontarget.validation.electron_quantity import ElectronCrossSection
from ontarget.validation.quantity import AbstractQuantity
from ontarget.validation.tracker_quantity import PeakDose, PeakFluence, PeakRate

__all__ = [  # quantities are found by being imported
    "AbstractQuantity",
    "Comparison",
    "CrossSectionAt",
    "ElectronCrossSection",
    "EventsByOrigin",
    "FlavourAverage",
    "PeakDose",
    "PeakFluence",
    "PeakRate",
    "published",
]

KEYS = ("name", "published", "error", "tolerance", "why", "missed", "source", "note", "quantity")


@dataclass(frozen=True)
class Comparison:
    """One published number and ours, both in `unit`; `tolerance` is relative.

    `ours` is None where the data of the experiment are not on this machine. `missed` is the reason for a miss that is
    known, empty where ours is to lie within the tolerance.
    """

    name: str
    published: float
    error: float | None
    ours: float | None
    unit: str
    tolerance: float
    source: str
    why: str
    missed: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether ours lies within the tolerance of the published one; None where there is none of ours."""
        return None if self.ours is None else abs(self.ours / self.published - 1) <= self.tolerance

    def row(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "name": self.name,
            "published": self.published,
            "error": self.error,
            "ours": self.ours,
            "unit": self.unit,
            "tolerance": self.tolerance,
            "difference": None if self.ours is None else self.ours / self.published - 1,
            "pass": self.passed,
            "source": self.source,
            "why": self.why,
            "missed": self.missed,
        }


def published() -> list[tuple[Tree, int]]:
    """All entries of the catalog of published numbers: the tree of their file and their position in it."""
    found = []
    for name in entries("published"):
        tree = read_yaml(catalog.ROOT / "published" / f"{name}.yaml", top=list)
        found += [(tree, index) for index in range(len(tree.data))]
    return found


def compare(tree: Tree, index: int) -> Comparison:
    """Compute one entry.

    Raises
    ------
    MissingRelease : the data of its experiment are not on this machine
    """
    beside = uncompared(tree, index)
    quantity = read_quantity(tree, index)
    return dataclasses.replace(beside, ours=quantity.compute() / quantity.dimension.value)


def read_quantity(tree: Tree, index: int) -> AbstractQuantity:
    """What is to be computed for one entry."""
    below = {path[2:]: mark for path, mark in tree.marks.items() if path[:2] == (index, "quantity")}
    found: AbstractQuantity = structure(AbstractQuantity, Tree(tree.data[index]["quantity"], below)).noun
    return found


def uncompared(tree: Tree, index: int) -> Comparison:
    """One entry as published, with nothing of ours beside it."""
    given = tree.data[index]
    for key in given:
        if key not in KEYS:
            raise InputError(tree.where((index, key)), "an unknown key", f"Known: {', '.join(KEYS)}.")
    dimension = read_quantity(tree, index).dimension

    def number(key: str) -> float:
        return parse(given[key], dimension, tree.where((index, key))) / dimension.value

    return Comparison(
        name=given["name"],
        published=number("published"),
        error=number("error") if "error" in given else None,
        ours=None,
        unit=dimension.unit,
        tolerance=parse(given["tolerance"], NUMBER, tree.where((index, "tolerance"))),
        source=given["source"],
        why=given.get("why", ""),
        missed=given.get("missed", ""),
    )
