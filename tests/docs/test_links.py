"""Every link between pages leads to a file and, where it names one, to a heading of it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")})
LINK = re.compile(r"\]\(([^)\s]+)\)")
WRITTEN = re.compile(r"```.*?```", re.DOTALL)


def headings(page):
    """The names by which headings are linked to."""
    found = re.findall(r"^#+ (.*)$", WRITTEN.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in found}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page):
    for link in LINK.findall(WRITTEN.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not heading or heading in headings(target), link


def test_links_are_found():
    assert len(LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))) > 30
