"""Results as a submission to HEPData: submission.yaml, and one file of data for each table.

References
----------
Maguire:2017ypu
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ontarget.io.formats.results import Results, ResultTable, named, read_results
from ontarget.io.write import check_folder, write_text

LONGEST_NAME = 64
ROW = "row"
NOTHING = "-"
"""What HEPData takes for a value that is not there."""


def write_hepdata(folder: str | Path, output: str | Path) -> Path:
    """Write the results in a folder as a submission; returns its submission.yaml."""
    results, output = read_results(folder), Path(output)
    check_folder(output)
    for table in results.tables:
        write_text(output / f"{table.name}.yaml", yaml_text([data_of(table)]))
    return write_text(output / "submission.yaml", yaml_text(submission(results)))


def submission(results: Results) -> list[dict[str, Any]]:
    """The documents of submission.yaml: what it is, then one for each table."""
    version = results.record.get("versions", {}).get("ontarget", "")
    comment = f"{results.title}. Computed with ontarget {version} on {results.record.get('date', '')}."
    documents: list[dict[str, Any]] = [{"comment": comment}]
    taken = set[str]()
    for number, table in enumerate(results.tables, 1):
        name = table.title[:LONGEST_NAME]
        name = name if name not in taken else f"{name[: LONGEST_NAME - 6]} ({number})"
        taken.add(name)
        columns = [named(one)[0] for one in roles_of(table)[1]]
        documents.append(
            {
                "name": name,
                "location": f"Table {table.name}",
                "description": table.title,
                "keywords": [{"name": "observables", "values": columns}],
                "data_file": f"{table.name}.yaml",
            }
        )
    return documents


def roles_of(table: ResultTable) -> tuple[list[str], list[str], dict[str, str]]:
    """The columns that identify rows, those that depend on them (HEPData wants one of each), and errors of which.

    Where all columns identify (one number, rows that are equal), numbers depend; of texts alone all but the first. Rows
    that are not told apart by the others are counted.
    """
    texts = [one for one in table.columns if any(isinstance(row[one], str) for row in table.rows)]
    keys = texts if len(table.rows) == 1 else table.about()
    if len(keys) == len(table.columns):
        keys = texts if len(texts) < len(keys) else texts[: len(texts) > 1]
    errors = table.errors(keys)
    depend = [one for one in table.columns if one not in keys and one not in errors]
    if not keys or len({tuple(row[one] for one in keys) for row in table.rows}) < len(table.rows):
        keys = [ROW, *keys]
    return keys, depend, errors


def data_of(table: ResultTable) -> dict[str, Any]:
    """The data of a table: what identifies a row is independent, numbers depend on it and have their errors."""
    keys, depend, errors = roles_of(table)
    rows: list[dict[str, Any]] = [{ROW: number, **row} for number, row in enumerate(table.rows, 1)]
    independent = [{"header": header(one), "values": [{"value": cell(row[one])} for row in rows]} for one in keys]
    dependent = []
    for column in depend:
        mine = [one for one, owner in errors.items() if owner == column]
        values = []
        for row in table.rows:
            value: dict[str, Any] = {"value": cell(row[column])}
            known = [{"symerror": error_of(one, column, row[one])} for one in mine if row[one]]  # zero is refused there
            values.append(value | ({"errors": known} if known and row[column] is not None else {}))
        dependent.append({"header": header(column), "values": values})
    return {"independent_variables": independent, "dependent_variables": dependent}


def header(column: str) -> dict[str, str]:
    """Name and unit of a column."""
    name, unit = named(column)
    return {"name": name, "units": unit} if unit else {"name": name}


def error_of(column: str, owner: str, value: float) -> float | str:
    """An error in the unit of its value, or in per cent of it."""
    return f"{value!r}%" if named(column)[1] == "%" != named(owner)[1] else value


def cell(value: Any) -> Any:
    """A number or a text."""
    if value is None:
        return NOTHING
    return str(value).lower() if isinstance(value, bool) else value


def yaml_text(documents: Sequence[Any]) -> str:
    """Documents as YAML."""
    import yaml

    shape: dict[str, Any] = {"default_flow_style": False, "width": 10_000, "sort_keys": False, "allow_unicode": True}
    return str(yaml.safe_dump_all(documents, **shape))
