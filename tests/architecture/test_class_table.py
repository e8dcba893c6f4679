"""The table from which types are found by name says what the classes say."""

from __future__ import annotations

from freeze_classes import table

from ontarget.io.outline.classes import FILE


def test_the_table_of_classes_is_true():
    found = FILE.read_text(encoding="utf-8")
    assert found == table(), "run: python tests/architecture/freeze_classes.py"
