"""What studies of the catalog answered, as text.

``python tests/toys/saved_sections.py ess pip2_timing`` writes it anew.

Only what a terminal shows: headlines, tables of up to forty rows, and what these say of their columns.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.section import Section, Table

FOLDER = Path(__file__).with_name("sections")


def save(name: str) -> None:
    """Run a study and write its sections."""
    from ontarget.study.study import run

    answer = run(name)
    data = [
        {
            "title": section.title,
            "headline": [dataclasses.asdict(one) for one in section.headline],
            "tables": [dataclasses.asdict(one) for one in section.tables if len(one.rows) <= 40],
        }
        for section in answer.sections
    ]
    text = json.dumps({"title": answer.study.noun.name, "sections": data}, indent=1, ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def saved(name: str) -> tuple[str, list[Section]]:
    """Title and sections of a study as they were written."""
    data = json.loads((FOLDER / f"{name}.json").read_text())
    return data["title"], [section_of(one) for one in data["sections"]]


def section_of(data: dict[str, Any]) -> Section:
    """A section without figures."""
    tables = [
        Table(one["name"], one["title"], one["rows"], {key: Column(**each) for key, each in one["columns"].items()})
        for one in data["tables"]
    ]
    return Section(data["title"], "", tables, headline=[headline_of(one) for one in data["headline"]])


def headline_of(data: dict[str, Any]) -> Headline:
    """A headline; JSON has lists for tuples."""
    interval = data["interval"]
    return Headline(**{**data, "interval": None if interval is None else (interval[0], interval[1])})


if __name__ == "__main__":
    for study in sys.argv[1:]:
        save(study)
