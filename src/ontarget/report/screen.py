"""An answer on one screen of a terminal: the headlines of its sections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ontarget.report.text_table import GAP, GLUE, wrapped

if TYPE_CHECKING:
    from ontarget.report.headline import Headline
    from ontarget.report.section import Section

MOST_LINES = 22
"""Lines of a screen without those that say where the rest is."""


def screen(title: str, sections: Sequence[Section], width: int | None = None) -> list[str]:
    """The headlines of all sections, or as many of each as fit on a screen, below the title of the study."""
    for most in (*range(max((len(one.headline) for one in sections), default=0), 1, -1), 1):
        lines = [line for one in sections for line in section_lines(one, most, width)]
        if len(lines) + 1 <= MOST_LINES:
            break
    left = sum(max(0, len(one.headline) - most) for one in sections)
    kept, cut = lines[: MOST_LINES - 1], len(lines) > MOST_LINES - 1
    more = [f"{GAP}… all in the report; --tables prints them"] if left or cut else []
    return [*wrapped(title, width), *kept, *more]


def section_lines(section: Section, most: int, width: int | None) -> list[str]:
    """Title and headlines of a section; where it has none, the titles of its tables."""
    lines = wrapped(section.title, width, "", GAP)
    if not section.headline:
        titles = ", ".join(one.title for one in section.tables)
        return lines + (wrapped(f"{titles}", width, GAP, GAP * 2) if titles else [])
    shown = section.headline[:most]
    return lines + [line for row in rows_of(shown, width) for line in row]


def rows_of(headlines: Sequence[Headline], width: int | None) -> list[list[str]]:
    """Label, number and what is published in columns; one below the other where they are too wide."""
    labels, numbers = max(len(one.label) for one in headlines), max(len(one.ours()) for one in headlines)
    flat = [
        GAP.join(part for part in (f"{GAP}{one.label:<{labels}}", f"{one.ours():<{numbers}}", one.others())).rstrip()
        for one in headlines
    ]
    if width is None or max(map(len, flat)) <= width:
        return [[line] for line in flat]
    return [wrapped(in_words(one), width, GAP, GAP * 2) for one in headlines]


def in_words(one: Headline) -> str:
    """A headline as a sentence; its numbers stay with their units."""
    number = one.ours().replace(" ", GLUE) if len(one.ours()) < 30 else one.ours()
    said = ": ".join(part for part in (one.label, number) if part)
    return "; ".join(part for part in (said, one.others()) if part)
