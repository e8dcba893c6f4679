"""The report of a study: one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from ontarget.report.column import Shown, shown_columns
from ontarget.report.section import Section, Table

TEMPLATE = Path(__file__).with_name("page.html")


def page(
    title: str,
    sections: Sequence[Section],
    inputs: Sequence[Sequence[str]],
    record: Mapping[str, Any],
    bibliography: str,
) -> str:
    """The HTML text. Figures are inline SVG; everything else is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    shown = [
        {
            "title": section.title,
            "text": section.text,
            "warnings": section.warnings,
            "headline": [{"label": one.label, "ours": one.ours(), "others": one.others()} for one in section.headline],
            "pictures": [{"svg": inline(one.svg), "caption": one.caption} for one in section.pictures],
            "tables": [table_data(table) for table in section.tables],
        }
        for section in sections
    ]
    return template.render(title=title, sections=shown, inputs=inputs, record=record, bibliography=bibliography)


def inline(svg: str) -> str:
    """An SVG document as an element of a page: without its XML declaration and doctype."""
    return svg[svg.index("<svg") :]


def table_data(table: Table) -> dict[str, Any]:
    """A table as texts: errors beside their values, units in the headers."""
    columns = shown_columns(table.rows, table.columns, hidden=True)
    rows = [
        [{"text": one.cells[index], "kind": kind(one, index)} for one in columns] for index in range(len(table.rows))
    ]
    return {"name": table.name, "title": table.title, "columns": [one.header for one in columns], "rows": rows}


def kind(column: Shown, index: int) -> str:
    """How a cell is set: numbers to the right, long texts in a wide column."""
    if column.numeric:
        return "number"
    return "long" if len(column.cells[index]) > 60 else "text"
