"""Tables as text: whatever the width, every number stands whole on one line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontarget.report.column import Column
from ontarget.report.digits import text_of
from ontarget.report.text_table import text_table

WIDTHS = (20, 40, 80, 120, 200, None)
ROWS = [
    {
        "experiment": "ess_csi",
        "kind": "signal",
        "total": 16216.2341,
        "sigma": 16.1114,
        "ratio": 0.012345678,
        "ok": True,
    },
    {"experiment": "ess_csi", "kind": "background", "total": 5405.4119, "sigma": None, "ratio": 1.9e-9, "ok": False},
]


def tokens(text: str) -> list[str]:
    """What blanks separate."""
    return re.split(r"[ \n]+", text.strip())


@pytest.mark.parametrize("width", WIDTHS)
def test_numbers_are_whole_at_any_width(width):
    made = text_table("A title [keV]", ROWS, {"sigma": Column(decimals=2), "total": Column(unit="events")}, width)
    found = tokens(str(made).replace(":", " ").replace(",", " "))
    assert {"16216", "5405", "16.1", "0.0123", "1.9e-9", "yes", "no", "[keV]", "ess_csi"} <= set(found)
    assert "…" not in str(made)
    if width:
        assert max(map(len, str(made).splitlines())) <= width


def test_what_is_the_same_in_all_rows_is_in_the_title():
    made = text_table("Counts", ROWS)
    assert made.title == ["Counts: experiment ess_csi"]
    assert "ess_csi" not in "\n".join(made.body)


def test_a_column_that_stays():
    made = text_table("Counts", ROWS, {"experiment": Column(stays=True)})
    assert made.title == ["Counts"]
    assert made.body[2].split()[0] == "ess_csi"


def test_rows_that_are_all_alike_stay():
    made = text_table("Twice", [{"a": 1, "b": 2}] * 2)
    assert made.body == ["a  b", "-  -", "1  2", "1  2"]


def test_one_row_stays_a_table_and_nothing_is_said():
    assert text_table("One", [{"a": 1, "nothing": None}]).body == ["a", "-", "1"]
    assert text_table("None", []).body == ["none"]


def test_blocks_have_labels_and_units():
    columns = {"total": Column(unit="events"), "ratio": Column(hidden=True)}
    made = text_table("Counts", ROWS, columns, 24)
    assert made.body[:2] == ["signal", "  total: 16216 events"]
    assert "background" in made.body
    assert not any("ratio" in line for line in made.body)


def test_an_error_is_shown_beside_its_value_and_is_no_column():
    columns = {"error": Column(error_of="value"), "high": Column(end_of="low"), "low": Column(end_of="low")}
    rows = [
        {"value": 134.4321, "error": 22.71, "low": 0.0123456, "high": 0.5, "n": 1},
        {"value": 2.0, "error": None, "low": 1.0, "high": 2.0, "n": 2},
    ]
    lines = text_table("", rows, columns).body
    assert lines[0].split() == ["value", "low", "high", "n"]
    assert lines[2].split() == ["134", "±", "23", "0.012", "0.500", "1"]
    assert lines[3].split() == ["2", "1.000", "2.000", "2"]


def test_a_unit_of_its_own_in_each_row():
    columns = {"published": Column(unit_in="unit"), "ours": Column(unit_in="unit", like="published")}
    rows = [{"published": 6.045, "ours": 6.0449123, "unit": "MW"}, {"published": 8405, "ours": 8446.1, "unit": ""}]
    body = text_table("", rows, columns).body
    assert body[2].split() == ["6.045", "MW", "6.045", "MW"]
    assert body[3].split() == ["8405", "8446.1"]


def test_texts_wrap_between_words_and_numbers_never():
    rows = [{"what": "a long text of several words", "x": 1234567.8912, "y": 2}, {"what": "short", "x": 1.0, "y": 3}]
    made = text_table("", rows, width=30)
    assert "1234568" in str(made)
    assert max(map(len, made.body)) <= 30
    assert "1234568" not in made.body[-1]


LABELS = st.text("abcdefgh (%)", min_size=1, max_size=24).map(str.strip).filter(bool)
CELLS = st.one_of(st.floats(-1e9, 1e9, allow_subnormal=False), st.integers(-(10**12), 10**12), st.booleans())


@given(st.data(), st.sampled_from((40, 80, 120, None)))
def test_every_cell_stands_whole_on_one_line(data, width):
    names = data.draw(st.lists(LABELS, min_size=1, max_size=12, unique=True))
    rows = data.draw(st.lists(st.tuples(*(CELLS for _ in names)), min_size=1, max_size=6))
    made = text_table("Random", [dict(zip(names, row, strict=True)) for row in rows], width=width)
    found = tokens(str(made).replace(",", " ").replace(": ", " "))
    for row in rows:
        for value in row:
            assert text_of(value) in found
    if width:
        assert max(map(len, str(made).splitlines())) <= width
    assert "…" not in str(made)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e6), st.sampled_from((20, 40, None)))
def test_a_value_and_its_error_are_not_parted(value, error, width):
    rows = [{"a label of words": value, "e": error, "other": 1.5}] * 2
    made = text_table("", rows, {"e": Column(error_of="a label of words")}, width)
    lines = [line for line in made.body if "±" in line]
    assert len(lines) == 2
    for line in lines:
        assert re.search(r"-?[\d.]+(e-?\d+)? ± [\d.]+(e-?\d+)?", line)


def test_an_error_that_is_infinite_is_not_determined():
    rows = [{"parameter": "a", "value": 1.25, "error": 0.5}, {"parameter": "b", "value": 1.5, "error": float("inf")}]
    lines = text_table("Fitted", rows, {"error": Column(error_of="value")}).body
    assert lines[-1].split("  ")[-1] == "1.5 (error not determined)"
