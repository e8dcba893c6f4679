"""A number or a label of an entry, as it is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Leaf:
    """A number, array or label of an entry.

    Attributes
    ----------
    address : within the entry
    classes : on the way to it, an empty text where a part of the address names none
    value : as it was given, or in its unit
    unit, cite, note, source : of a number; where it came from
    default : nobody gave it
    """

    address: str
    classes: tuple[str, ...]
    value: str
    unit: str = ""
    cite: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    default: bool = False


def leaf_rows(found: Iterable[Leaf]) -> list[dict[str, Any]]:
    """One row per number or label."""
    return [{**dataclasses.asdict(one), "cite": list(one.cite)} for one in found]
