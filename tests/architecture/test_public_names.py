"""The front door: few names, each of them there, and the ones that the architecture page lists."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from census import ROOT

import ontarget

MOST = 25


def listed() -> list[str]:
    """The names in the first code block of the section on public names of ARCHITECTURE.md."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    block = re.search(r"^## The public names$.*?^```\w*\n(.*?)^```", page, re.M | re.S)
    assert block, "ARCHITECTURE.md has no code block under '## The public names'"
    return block.group(1).replace(",", " ").split()


@pytest.fixture
def names() -> list[str]:
    if not hasattr(ontarget, "__all__"):
        pytest.fail("The front door has no names.")
    return list(ontarget.__all__)


def test_public_names_is_pinned(names):
    assert sorted(names) == sorted(listed())


def test_public_names_is_narrow(names):
    assert len(set(names)) == len(names) <= MOST


def test_every_name_is_there(names):
    missing = [name for name in names if getattr(ontarget, name, None) is None]
    assert missing == []
    assert set(names) <= set(dir(ontarget)), "lazy names must be in dir(), so that completion finds them"


def test_analysis_is_at_hand_without_being_imported():
    code = "import ontarget as ot, sys; assert 'ontarget.analysis' not in sys.modules; print(ot.analysis.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "ontarget.analysis", done.stderr


def test_no_question_has_the_name_of_its_file():
    """Importing the file would hide the function."""
    from ontarget import analysis

    files = {path.stem for path in (ROOT / "src/ontarget/analysis").glob("*.py")}
    assert set(analysis.__all__) & files == set()
    assert all(getattr(analysis, name) is not None for name in analysis.__all__)
