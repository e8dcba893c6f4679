"""Results go out: whole files or none, tables as CSV and JSON, and the record of what made them."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import math
import os
import platform
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from ontarget.ground.constants import EDITION
from ontarget.ground.errors import InputError
from ontarget.io.wording import one_line, quote

Table = Sequence[Mapping[str, Any]] | Mapping[str, Any]
PACKAGES = ("ontarget", "jax", "jaxlib", "equinox", "numpy", "scipy")


def write_text(path: str | Path, text: str) -> Path:
    """Write a whole file or none, in UTF-8: as `write_bytes`."""
    return write_bytes(path, lambda: text.encode("utf-8"))


def write_bytes(path: str | Path, made: Callable[[], bytes]) -> Path:
    """Write a whole file or none: to a temporary file beside it, flushed to the disk, then put in its place.

    Folders on the way are made. A failure is one `InputError`, and leaves what was there before.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part") if path.name else path
    try:
        content = made()
        if path.is_dir() or not path.name:
            raise InputError(one_line(path), "a folder", "A file is to be written here.", "Name a file inside it.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    except BaseException as error:  # also when interrupted: no half-written file stays
        with contextlib.suppress(OSError, ValueError):
            beside.unlink(missing_ok=True)
        if isinstance(error, InputError) or not isinstance(error, (OSError, ValueError)):
            raise
        reason = one_line(getattr(error, "strerror", None) or error)
        where = one_line(path)
        raise InputError(where, f"a failure to write ({reason})", "", "Free space or choose another folder.") from None
    return path


def check_folder(folder: str | Path) -> None:
    """Refuse a folder that cannot be made or written into, before anything long is computed; nothing stays behind."""
    folder = Path(folder)
    made: list[Path] = []
    try:
        for path in (*reversed(folder.parents), folder):
            if not path.exists():
                path.mkdir()
                made.append(path)
        if not folder.is_dir():
            raise InputError(one_line(folder), "a file", "Results go into a folder.", "Name another.")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = one_line(getattr(error, "strerror", None) or error)
        got = f"a folder that cannot be written ({reason})"
        raise InputError(one_line(folder), got, "", "Name another with -o.") from None
    finally:
        for path in reversed(made):
            path.rmdir()


def write_json(path: str | Path, data: Any) -> Path:
    """Write plain data, numpy and JAX arrays and scalars as JSON; NaN and infinities are refused."""
    return write_text(path, json_text(data, one_line(path)))


def json_text(data: Any, where: str = "JSON") -> str:
    """The JSON text of plain data and arrays, keys in the order given."""
    return json.dumps(plain(data, where), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_csv(path: str | Path, table: Table) -> Path:
    """Write a table, given as rows (mappings with equal keys) or as columns (name to sequence), as CSV.

    Floats are written so that reading gives the same bits; None is an empty cell; NaN is refused.
    """
    return write_text(path, csv_text(table, one_line(path)))


def csv_text(table: Table, where: str = "CSV") -> str:
    """The CSV text of a table."""
    names, rows = _rows(table, where)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow(["" if cell is None else repr(cell) if isinstance(cell, float) else cell for cell in row])
    return stream.getvalue()


def _rows(table: Table, where: str) -> tuple[list[str], list[list[Any]]]:
    if isinstance(table, Mapping):
        columns = {str(name): plain(column, f"{where}, {name}") for name, column in table.items()}
        lengths = {name: len(column) if isinstance(column, list) else -1 for name, column in columns.items()}
        if len(set(lengths.values())) > 1 or -1 in lengths.values():
            shown = ", ".join(f"{name}: {length if length >= 0 else 'no list'}" for name, length in lengths.items())
            raise InputError(where, f"columns of lengths {one_line(shown)}", "A table is a rectangle.", "Mend it.")
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        names = list(columns)
    else:
        names = [str(name) for name in table[0]] if table else []
        rows = []
        for number, given in enumerate(table):
            if [str(name) for name in given] != names:
                got = f"row {number} with other columns than row 0"
                raise InputError(where, got, "A table is a rectangle.", "Give every row the same keys.")
            rows.append([plain(cell, f"{where}, row {number}, {name}") for name, cell in given.items()])
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            if isinstance(cell, (list, dict)):
                raise InputError(f"{where}, {name}", quote(cell), "A cell is one value.", "Flatten the table.")
    return names, rows


def plain(data: Any, where: str) -> Any:
    """Plain Python values of mappings, sequences, arrays and scalars; every number finite."""
    if isinstance(data, Mapping):
        return {
            str(key): plain(value, f"{where}, {key}" if "," not in where else f"{where}.{key}")
            for key, value in data.items()
        }
    if not isinstance(data, (str, bool, int, float)) and hasattr(data, "tolist"):
        data = data.tolist()
    if isinstance(data, (list, tuple)):
        return [plain(value, where) for value in data]
    if isinstance(data, float):
        if not math.isfinite(data):
            truth = "A result is a finite number, or None with a sentence that says why."
            raise InputError(one_line(where), str(data), truth, "Mend the computation.")
        return float(data)
    if data is None or isinstance(data, (str, bool, int)):
        return data
    if isinstance(data, (Path, datetime.date)):
        return str(data)
    raise InputError(
        one_line(where),
        f"a {type(data).__name__}",
        "Only numbers, texts, lists and mappings are written.",
        "Convert it.",
    )


def run_record(inputs: Mapping[str, str], seed: int | None = None) -> dict[str, Any]:
    """What made a result: versions, constants, digests of the inputs, seed, date (UTC)."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "constants": EDITION,
        "inputs": dict(inputs),
        "seed": seed,
    }


def version(package: str) -> str:
    """The installed version of a package; 'not installed' for a bare source tree."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
