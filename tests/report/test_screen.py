"""The first screen after a study: headlines with errors and published values, none of them cut."""

from __future__ import annotations

import pytest

from ontarget.report.headline import Headline
from ontarget.report.screen import MOST_LINES, screen
from ontarget.report.section import Section, Table


@pytest.mark.parametrize(
    ("headline", "ours", "others"),
    [
        (Headline("n", 134.4321, 22.71, "events", 134, 22), "134 ± 23 events", "published 134 ± 22 events, 0.0 sigma"),
        (Headline("n", 12611.31234, unit="events", published=1.7e4), "12611 events", "published 17000 events, -25.8 %"),
        (Headline("s", 6.743219, unit="sigma", published=6.7), "6.74 sigma", "published 6.7 sigma"),
        (Headline("x", 0.2312345, interval=(0.2212345, 0.2412345)), "0.2312, 0.2212 to 0.2412", ""),
        (Headline("x", interval=(-0.0512345, 0.512345), note="90 % CL"), "-0.051 to 0.512", "90 % CL"),
        (Headline("x", "< 1.2e-10", unit="mu_B"), "< 1.2e-10 mu_B", ""),
        (Headline("x", 6.0449123, published=6.045), "6.045", "published 6.045, 0.0 %"),
        (Headline("x", 3.0, 0.0), "3", ""),
        (Headline("x", 3.25, float("inf"), "events"), "3.25 (error not determined) events", ""),
    ],
)
def test_a_headline_in_words(headline, ours, others):
    assert (headline.ours(), headline.others()) == (ours, others)


def some(sections: int, lines: int) -> list[Section]:
    """Sections with numbers that tell them apart."""
    return [
        Section(f"Part {i}", "", headline=[Headline(f"row {j}", 1000.0 * i + j, unit="events") for j in range(lines)])
        for i in range(sections)
    ]


@pytest.mark.parametrize("width", [40, 80, 120, None])
@pytest.mark.parametrize(("sections", "lines"), [(1, 5), (6, 8), (16, 4), (3, 0)])
def test_one_screen(sections, lines, width):
    """At most 24 lines, with something of every section."""
    shown = screen("A study", some(sections, lines), width)
    assert len(shown) <= MOST_LINES + 3
    assert shown[0] == "A study"
    for i in range(sections):
        assert any(line.startswith(f"Part {i}") for line in shown)
    said = any("--tables" in line for line in shown)
    assert said == (sum("events" in line for line in shown) < sections * lines)


def test_the_first_section_is_whole_before_others_have_more():
    shown = screen("A study", some(6, 8))
    assert sum("events" in line for line in shown[1:10]) == 8


def test_a_section_without_headlines_names_its_tables():
    section = Section("Part", "", [Table("a", "Rows of something", []), Table("b", "Others", [])])
    assert screen("A study", [section]) == ["A study", "Part", "  Rows of something, Others"]


def test_columns_of_headlines_and_sentences_where_they_are_too_wide():
    section = Section("Part", "", headline=[Headline("a", 1.5, unit="fm"), Headline("long label", 12345.678, 98.7)])
    assert screen("A study", [section])[2:] == ["  a           1.5 fm", "  long label  12346 ± 99"]
    assert screen("A study", [section], 20)[2:] == ["  a: 1.5 fm", "  long label:", "    12346 ± 99"]
