"""The report of a study: one HTML page that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

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
    """A table as texts."""
    keys = list(table.rows[0]) if table.rows else []
    rows = [[{"text": shown(row[key]), "kind": kind(row[key])} for key in keys] for row in table.rows]
    return {"name": table.name, "title": table.title, "columns": keys, "rows": rows}


def kind(cell: Any) -> str:
    """How a cell is set: numbers to the right, long texts in a wide column."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return "number"
    return "long" if isinstance(cell, str) and len(cell) > 60 else "text"


def shown(cell: Any) -> str:
    """A cell as text: four significant digits, a dash for nothing."""
    if cell is None:
        return "–"
    if isinstance(cell, bool) or not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if 1000 <= abs(cell) < 1e6 else f"{cell:.4g}"
