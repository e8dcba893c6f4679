"""Rows of tables that say by which construction an interval or a region was found, and what toys there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ontarget.inference.toys import Belt
from ontarget.report.section import Table

TOYS, WILKS = "toys (Feldman-Cousins)", "Wilks"

T = TypeVar("T")


def by_method(found: Sequence[T], asymptotic: Sequence[T], belt: Belt | None) -> list[tuple[dict[str, str], T]]:
    """What was found at each level, with the cells that say how.

    By toys, what Wilks' theorem gives stands beside; without toys there is nothing to tell apart, and no cell.
    """
    if belt is None:
        return [({}, one) for one in found]
    pairs = zip(found, asymptotic, strict=True)
    return [row for toys, wilks in pairs for row in (({"method": TOYS}, toys), ({"method": WILKS}, wilks))]


def sentences(label: str, *found: str | None) -> list[str]:
    """What is to be known of a fit and of its toys, each sentence once, behind the label of the experiments."""
    return [f"{label}: {one}" for one in dict.fromkeys(one for one in found if one)]


def message_of(belt: Belt | None) -> str:
    """What is to be known of toys, if there are any."""
    return "" if belt is None else belt.message


def published_method(belts: Iterable[Belt | None]) -> dict[str, str]:
    """The cell of published numbers in a table whose rows say how they were found."""
    return {"method": "published"} if any(one is not None for one in belts) else {}


def toy_tables(key: str, title: str, belts: Iterable[tuple[str, Belt | None]]) -> list[Table]:
    """The table of all toys, by label of the experiments; none where there were no toys."""
    rows = [row for label, belt in belts if belt is not None for row in toy_rows(label, belt)]
    return [Table(f"{key}_toys", f"{title}: toys", rows)] if rows else []


def toy_rows(label: str, belt: Belt) -> list[Mapping[str, Any]]:
    """What there is to know of the toys of a group of experiments: a row for each level."""
    total = int(belt.toys.sum())
    return [
        {
            "experiments": label,
            "parameters": ", ".join(belt.names),
            "level": level,
            "points": belt.toys.size,
            "toys": total,
            "toys not converged": int(belt.unconverged.sum()),
            "toys with q below zero": int(belt.negative.sum()),
            "lowest critical value": float(belt.critical[index].min()),
            "highest critical value": float(belt.critical[index].max()),
            "largest error of one": float(belt.critical_errors[index].max()),
            "points within their error of the level": int(belt.undecided()[index].sum()),
            "lowest coverage of Wilks' threshold": float(belt.coverage[index].min()),
            "highest coverage of Wilks' threshold": float(belt.coverage[index].max()),
        }
        for index, level in enumerate(belt.levels)
    ]
