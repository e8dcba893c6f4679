"""Every study of the catalog, from its YAML to its page. It takes long: left to 'make test-long'."""

from __future__ import annotations

import json
import math

import pytest

from ontarget.io import entries
from ontarget.study import run, write


@pytest.mark.long
@pytest.mark.parametrize("name", entries("studies"))
def test_a_study_runs_from_start_to_end(name, tmp_path):
    """It ends with a page, and tables that hold rows; a number in them may be missing, and is never infinite."""
    answer = run(name, progress=lambda line: None)
    page = write(answer, tmp_path / name)
    assert page.read_text().count("<svg") == sum(len(section.pictures) for section in answer.sections)
    tables = [table for section in answer.sections for table in section.tables]
    assert tables
    for table in tables:
        assert len(table.rows) > 0, table.name
        rows = json.loads((page.parent / "tables" / f"{table.name}.json").read_text())
        assert len(rows) == len(table.rows)
        numbers = [cell for row in rows for cell in row.values() if isinstance(cell, float)]
        assert not any(math.isinf(cell) for cell in numbers), table.name
    assert len({table.name for table in tables}) == len(tables), "two tables of one name overwrite each other"
