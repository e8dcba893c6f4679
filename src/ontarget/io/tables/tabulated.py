"""Numbers out of tables: a mapping that names a file, and what of it stands where an array is wanted.

A column: {release: coherent_csi_2017, file: promptPDF.txt, column: 1, unit: keV, times: 7.47, rows: [0, 49]}. Columns
and rows count from 0, `rows` are the first and the last. Or the rows counted in bins, or a column of them added up:
{file: mine.txt, sum: 2, over: [{column: 1, start: 0, stop: 6, bins: 12}, {column: 0, edges: [6, 8, 10]}]}, one axis of
the array for each entry of `over`; an entry that is a list of axes is their product, flattened, the first slowest. Bins
are half open, [low, high), in the table's own units; rows outside count nowhere. `within` selects rows beforehand.

Without `release`, `file` is a path relative to the YAML file. The files of the catalog use releases only.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.units import NUMBER, Dimension
from ontarget.io import quantity
from ontarget.io.reader import beside, file_name
from ontarget.io.release import find_release, read_file
from ontarget.io.tables.table import Table, parse_table, read_table
from ontarget.io.wording import named, nearest, one_line, quote
from ontarget.io.yaml import Address, Tree

KEYS = ("release", "file", "column", "sum", "over", "within", "rows", "unit", "times", "cite", "note")
MOST_BINS = 1_000_000


@dataclass(frozen=True)
class Tabulated:
    """What a mapping stands for.

    `values` are nested lists in internal units; `text` says what was taken, `source` from where; `sha256` is that of
    the file; `cite` holds the keys of the release.
    """

    values: Any
    text: str
    source: str
    sha256: str
    cite: tuple[str, ...]


def tabulate(tree: Tree, given: Mapping[str, Any], path: Address, dimension: Dimension) -> Tabulated:
    """The numbers that a mapping at `path` of a tree takes from a table.

    Raises
    ------
    MissingRelease : the file is not on this machine
    InputError : anything else in the mapping or in the table that cannot be true
    """
    return _Reader(tree, given, path).read(dimension)


class _Reader:
    """Reads one mapping; knows where each of its keys stands."""

    def __init__(self, tree: Tree, given: Mapping[str, Any], path: Address) -> None:
        self.tree, self.given, self.path = tree, given, path

    def where(self, *keys: str | int) -> str:
        return self.tree.where((*self.path, *keys))

    def error(self, keys: tuple[str | int, ...], given: Any, truth: str, remedy: str) -> InputError:
        return InputError(self.where(*keys), quote(given), truth, remedy)

    def read(self, dimension: Dimension) -> Tabulated:
        given = self.given
        for key in given:
            if key not in KEYS:
                raise InputError(self.where(key), f"the unknown key {quote(key)}", "", nearest(str(key), KEYS))
        if ("column" in given) == ("over" in given) or ("sum" in given and "over" not in given):
            truth = "One of 'column' and 'over' is needed, 'sum' with 'over' only."
            raise InputError(self.where(), quote(given), truth, "Write 'column: 1'.")
        factor = self.factor(dimension)
        table, cite = self.table()
        kept = self.kept(table)
        if "column" in given:
            values = table.values[kept, self.column(table, given["column"], "column")]
            what = f"column {given['column']}"
        else:
            values = self.histogram(table, kept)
            what = f"column {given['sum']} added up" if "sum" in given else "rows counted"
            what += f" in {' x '.join(map(str, values.shape))} bins"
        times = f" times {one_line(given['times'])}" if "times" in given else ""
        unit = f" {given['unit']}" if "unit" in given else ""
        with np.errstate(over="ignore"):
            scaled = values * factor
        if not np.isfinite(scaled).all():
            raise self.error(("times",), given.get("times"), "A number comes out infinite.", "Give a smaller factor.")
        return Tabulated(scaled.tolist(), f"{table.label} {what}{unit}{times}", table.label, table.sha256, cite)

    def factor(self, dimension: Dimension) -> float:
        """What the table's numbers are multiplied by: the unit, and `times`."""
        unit, times = self.given.get("unit", ""), self.given.get("times", 1.0)
        if not isinstance(unit, str):
            raise self.error(("unit",), unit, "A unit is a text.", "Write e.g. 'unit: keV'.")
        if not unit and dimension.name != NUMBER.name:
            remedy = f"Write e.g. 'unit: {dimension.unit}'."
            raise InputError(self.where(), "a table with no 'unit'", f"Each is {named(dimension.name)}.", remedy)
        one = quantity.parse(f"1 {unit}".rstrip(), dimension, self.where("unit"))
        return one * quantity.parse(times, NUMBER, self.where("times"))

    # ------------------------------------------------------------------ the file

    def table(self) -> tuple[Table, tuple[str, ...]]:
        """The table, and whom to cite for it."""
        place = (*self.path, "file")
        file, release = file_name(self.tree, self.given.get("file"), place), self.given.get("release")
        if "release" not in self.given:
            return read_table(beside(self.tree, file, place), one_line(file)), ()
        if not isinstance(release, str):
            raise self.error(("release",), release, "It is the name of a release.", "See 'ontarget data list'.")
        found = find_release(release, self.where("release"))
        if file not in found.files:
            truth = f"{found.name} has no such file."
            raise self.error(("file",), file, truth, nearest(file, found.files))
        return parse_table(read_file(found, file), f"{found.name}/{file}"), found.cite

    # ------------------------------------------------------------------ rows and columns

    def column(self, table: Table, given: Any, *keys: str | int) -> int:
        columns = table.values.shape[1]
        if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given < columns:
            truth = f"{table.label} has {columns} column{'s' if columns > 1 else ''}, counted from 0."
            raise self.error(keys, given, truth, f"Give 0 to {columns - 1}." if columns > 1 else "Give 0.")
        return given

    def kept(self, table: Table) -> np.ndarray:
        """Which rows count, [row]: those of `rows` that lie `within`."""
        count = len(table.values)
        kept = np.ones(count, dtype=bool)
        if "rows" in self.given:
            rows = self.given["rows"]
            whole = isinstance(rows, list) and len(rows) == 2 and all(type(one) is int for one in rows)
            if not whole or not 0 <= rows[0] <= rows[1] < count:
                truth = f"It is the first and the last row; {table.label} has {count}, counted from 0."
                raise self.error(("rows",), rows, truth, f"Write e.g. [0, {count - 1}].")
            kept[:] = False
            kept[rows[0] : rows[1] + 1] = True
        for index, axis in enumerate(self.several("within")):
            place = ("within", index)
            self.axis_keys(axis, ("column", "start", "stop"), *place)
            low, high = self.ends(axis, *place)
            values = table.values[:, self.column(table, axis.get("column"), *place, "column")]
            kept &= (low <= values) & (values < high)
        if "column" in self.given and not kept.any():
            raise InputError(self.where("within"), "no row", f"None of {table.label} lies there.", "Widen it.")
        return kept

    def several(self, key: str) -> list:
        given = self.given.get(key, [])
        if not isinstance(given, list) or (key in self.given and not given):
            remedy = f"Write '{key}: [{{column: 0, start: 0, stop: 6{', bins: 12' if key == 'over' else ''}}}]'."
            raise self.error((key,), given, "It is a list of axes.", remedy)
        return given

    # ------------------------------------------------------------------ histograms

    def histogram(self, table: Table, kept: np.ndarray) -> np.ndarray:
        """Rows counted, or a column of them added up, in the bins of every axis."""
        sizes: list[int] = []
        flat = np.zeros(len(kept), dtype=int)
        for index, entry in enumerate(self.several("over")):
            product = entry if isinstance(entry, list) else [entry]
            if not product:
                raise self.error(("over", index), entry, "A product has at least one axis.", "Give one.")
            size = 1
            for position, axis in enumerate(product):
                place = ("over", index, position) if isinstance(entry, list) else ("over", index)
                edges = self.edges(axis, *place)
                values = table.values[:, self.column(table, axis.get("column"), *place, "column")]
                cell = np.searchsorted(edges, values, side="right") - 1
                kept = kept & (cell >= 0) & (cell < len(edges) - 1)
                flat, size = flat * (len(edges) - 1) + cell, size * (len(edges) - 1)
                if size * math.prod(sizes) > MOST_BINS:
                    truth = f"A table is sorted into at most {MOST_BINS} bins."
                    raise InputError(self.where("over"), "more bins", truth, "Use fewer.")
            sizes.append(size)
        weights = None
        if "sum" in self.given:
            weights = table.values[kept, self.column(table, self.given["sum"], "sum")]
        found = np.bincount(flat[kept], weights=weights, minlength=math.prod(sizes))
        return found.astype(float).reshape(sizes)

    def edges(self, axis: Any, *place: str | int) -> np.ndarray:
        """The edges of an axis, from its ends and number of bins, or as given."""
        if isinstance(axis, Mapping) and "edges" in axis:
            self.axis_keys(axis, ("column", "edges"), *place)
            given = axis["edges"]
            good = isinstance(given, list) and len(given) > 1 and all(_is_number(one) for one in given)
            if not good or not all(low < high for low, high in itertools.pairwise(given)):
                raise self.error((*place, "edges"), given, "Edges are numbers that go up.", "Write e.g. [6, 8, 10].")
            return np.array(given, dtype=float)
        self.axis_keys(axis, ("column", "start", "stop", "bins"), *place)
        low, high = self.ends(axis, *place)
        bins = axis["bins"]
        if type(bins) is not int or not 1 <= bins <= MOST_BINS:
            truth = f"It is a whole number, 1 to {MOST_BINS}."
            raise self.error((*place, "bins"), bins, truth, "Write e.g. 'bins: 12'.")
        steps = np.arange(bins + 1)
        return (low * (bins - steps) + high * steps) / bins  # 3 of 10 bins from 0 to 1 end at 0.3, not above it

    def axis_keys(self, axis: Any, wanted: tuple[str, ...], *place: str | int) -> None:
        """Refuse an axis with other keys than these."""
        if not isinstance(axis, Mapping):
            raise self.error(place, axis, "It is an axis.", f"Write its {', '.join(wanted)}.")
        for key in axis:
            if key not in wanted:
                remedy = nearest(str(key), wanted)
                raise InputError(self.where(*place, key), "an unknown key", "An axis has none such.", remedy)
        for key in wanted:
            if key not in axis:
                raise InputError(self.where(*place), f"no {key!r}", "An axis needs it.", f"Give {', '.join(wanted)}.")

    def ends(self, axis: Mapping[str, Any], *place: str | int) -> tuple[float, float]:
        for key in ("start", "stop"):
            if not _is_number(axis[key]):
                truth = "It is a number, in the table's own unit."
                raise self.error((*place, key), axis[key], truth, f"Write e.g. '{key}: 6'.")
        if not axis["start"] < axis["stop"]:
            raise self.error((*place, "stop"), axis["stop"], f"It is above start, {axis['start']:g}.", "Mend it.")
        return float(axis["start"]), float(axis["stop"])


def _is_number(given: Any) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool) and abs(given) < 1e300
