"""The page: whole HTML, nothing to load from anywhere, everything that is not ours escaped."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest

from ontarget.io import run_record
from ontarget.plot import Curve, curves_figure
from ontarget.report.column import Column
from ontarget.report.headline import Headline
from ontarget.report.page import page, table_data
from ontarget.report.section import Picture, Section, Table

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}
EVIL = "<script>alert('x')</script> & \"quotes\""


class Reader(HTMLParser):
    """Collects what a page would load, and whether its elements are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        named = dict(attrs)
        # an <a href> is followed by a reader, not loaded by the page
        self.loads += [named[key] for key in ("src", "href", "xlink:href", "data") if key in named and tag != "a"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text() -> str:
    x = np.linspace(1.0, 2.0, 5)
    figure = curves_figure([Curve("a curve", x, x**2)], [], "x", "y")
    rows = [{"name": EVIL, "value": 1.5, "nothing": None, "yes": True}]
    section = Section(EVIL, EVIL, [Table("one", EVIL, rows)], [Picture("two", EVIL, figure)], [EVIL])
    return page(EVIL, [section], [[EVIL, "a.b", "1 kg", "A:2001aa", EVIL]], run_record({EVIL: "0" * 64}), EVIL)


@pytest.fixture(scope="module")
def reader(text) -> Reader:
    found = Reader()
    found.feed(text)
    found.close()
    return found


def test_elements_are_closed(reader):
    assert reader.open == []
    assert {"html", "head", "body", "title", "table", "svg"} <= set(reader.seen)


def test_nothing_is_loaded(reader, text):
    assert [one for one in reader.loads if not one.startswith(("#", "data:"))] == []
    assert "@import" not in text
    assert "url(http" not in text


def test_what_others_wrote_is_escaped(reader, text):
    assert "script" not in reader.seen
    assert "&lt;script&gt;" in text


def test_the_drawing_is_in_the_page(text):
    assert text.count("<svg") == 1
    assert "<?xml" not in text
    assert "<!DOCTYPE svg" not in text


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(None, "–"), (1.23456789, "1.23"), (12345.6789, "12346"), (3, "3"), ("a", "a"), (True, "yes"), (1e-9, "1e-9")],
)
def test_cells(cell, expected):
    assert [[one["text"] for one in row] for row in table_data(Table("", "", [{"x": cell, "y": 0}]))["rows"]] == (
        [[expected, "0"]] if cell is not None else [["0"]]
    )


def test_headlines_stand_above_the_figures():
    first = Headline("fitted cevns", 134.4321, 22.71, "events", 134, 22)
    text = page("A", [Section("B", "C", headline=[first])], [], run_record({}), "")
    for words in ("fitted cevns", "134 ± 23 events", "published 134 ± 22 events, 0.0 sigma"):
        assert words in text


def test_an_error_stands_beside_its_value_and_units_in_the_header():
    columns = {"x": Column(unit="keV"), "dx": Column(error_of="x"), "why": Column(hidden=True)}
    made = table_data(Table("", "", [{"x": 134.4567, "dx": 22.7, "why": "a"}], columns))
    assert made["columns"] == ["x (keV)", "why"]  # what is hidden on a terminal is not in a report
    assert made["rows"] == [[{"text": "134 ± 23", "kind": "number"}, {"text": "a", "kind": "text"}]]
