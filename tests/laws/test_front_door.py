"""The front door: few names, each of them there, and the ones that the architecture page lists."""

from __future__ import annotations

import re

import pytest
from census import ROOT

import ontarget

MOST = 25


def listed() -> list[str]:
    """The names in the first code block of the front-door section of ARCHITECTURE.md."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    block = re.search(r"^## The front door$.*?^```\w*\n(.*?)^```", page, re.M | re.S)
    assert block, "ARCHITECTURE.md has no code block under '## The front door'"
    return block.group(1).replace(",", " ").split()


@pytest.fixture
def names() -> list[str]:
    if not hasattr(ontarget, "__all__"):
        pytest.fail("The front door has no names.")
    return list(ontarget.__all__)


def test_front_door_is_pinned(names):
    assert sorted(names) == sorted(listed())


def test_front_door_is_narrow(names):
    assert len(set(names)) == len(names) <= MOST


def test_every_name_is_there(names):
    missing = [name for name in names if getattr(ontarget, name, None) is None]
    assert missing == []
    assert set(names) <= set(dir(ontarget)), "lazy names must be in dir(), so that completion finds them"
