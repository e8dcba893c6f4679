"""An answer on one screen of a terminal: the headlines of its sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ontarget.report.text_table import GAP, GLUE, wrapped

if TYPE_CHECKING:
    from ontarget.report.headline import Headline
    from ontarget.report.section import Section

MOST_LINES = 21
"""Lines of a screen without its title and those that say where the rest is."""


def screen(title: str, sections: Sequence[Section], width: int | None = None) -> list[str]:
    """The headlines of all sections below the title of the study, or as many as fit on a screen.

    Each section has one; then the first has all, and the others as many as there is room for, in turn. Where there are
    too many sections for that, each has one line.
    """
    shown = [min(1, len(one.headline)) for one in sections]
    if len(lines_of(sections, shown, width)) > MOST_LINES:
        body = [line for one in sections for line in compact(one, width)]
    else:
        for place in turns(sections):
            more = [count + (at == place) for at, count in enumerate(shown)]
            if len(lines_of(sections, more, width)) <= MOST_LINES:
                shown = more
        body = lines_of(sections, shown, width)
    left = any(len(one.headline) > count for one, count in zip(sections, shown, strict=True))
    rest = wrapped("… all in the report; --tables prints them", width, GAP, GAP) if left else []
    return [*wrapped(title, width), *body, *rest]


def turns(sections: Sequence[Section]) -> Iterator[int]:
    """Whose turn it is to show one headline more: the first section until it has all, then round and round."""
    left = [max(0, len(one.headline) - 1) for one in sections]
    yield from [0] * (left[0] if left else 0)
    for turn in range(max(left[1:], default=0)):
        yield from (place for place, count in enumerate(left) if place and turn < count)


def lines_of(sections: Sequence[Section], shown: Sequence[int], width: int | None) -> list[str]:
    """Sections with so many headlines each."""
    return [line for one, most in zip(sections, shown, strict=True) for line in section_lines(one, most, width)]


def section_lines(section: Section, most: int, width: int | None) -> list[str]:
    """Title and first headlines of a section; where it has none, the titles of its tables."""
    lines = wrapped(section.title, width, "", GAP)
    if not section.headline:
        titles = ", ".join(one.title for one in section.tables)
        return lines + (wrapped(titles, width, GAP, GAP * 2) if titles else [])
    return lines + [line for row in rows_of(section.headline[:most], width) for line in row]


def compact(section: Section, width: int | None) -> list[str]:
    """Title and first headline of a section in one sentence."""
    said = f": {in_words(section.headline[0])}" if section.headline else ""
    return wrapped(f"{section.title}{said}", width, "", GAP)


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
