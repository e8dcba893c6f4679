"""Commands that pages name without showing an output can be parsed: the command, its options, the names of studies."""

import re
import shlex
from pathlib import Path

import click
import pytest

from ontarget.cli import COMMANDS, group
from ontarget.io.catalog import entries

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/tutorials/*.py")} - {ROOT / "CHANGELOG.md"}
)
INLINE = re.compile(r"`(ontarget [^`]+)`")
IN_A_BLOCK = re.compile(r"^(?:\$ )?(ontarget [^\n\\]*(?:\\\n[^\n\\]*)*)$", re.MULTILINE)
BLOCK = re.compile(r"```(?:bash|console)[^\n]*\n(.*?)```", re.DOTALL)


def lines(path):
    """The command lines of a page."""
    text = path.read_text(encoding="utf-8")
    inside = [line for block in BLOCK.findall(text) for line in IN_A_BLOCK.findall(block)]
    return [" ".join(line.replace("\\\n", " ").split()) for line in [*INLINE.findall(BLOCK.sub("", text)), *inside]]


CASES = sorted({line for path in PAGES for line in lines(path)})


@pytest.mark.parametrize("line", CASES)
def test_a_command_that_is_named_exists(line):
    words = shlex.split(re.split(r" \||2>&1| #", line)[0])[1:]
    if words[0].startswith("-"):
        return
    assert words[0] in COMMANDS
    command = group.get_command(click.Context(group), words[0])
    if isinstance(command, click.Group) and len(words) > 1:
        command, words = command.commands[words[1]], words[1:]
    known = {option for one in command.params for option in one.opts} | {"--help"}
    assert {word.partition("=")[0] for word in words if re.match(r"--\w", word)} <= known
    if words[0] == "run" and len(words) > 1 and re.fullmatch(r"[a-z]\w+", words[1]) and words[1] not in MADE_UP:
        assert words[1] in entries("studies")


MADE_UP = ()
"""Studies of a reader, in examples."""


def test_commands_are_found():
    assert len(CASES) > 30
