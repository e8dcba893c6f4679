"""What a reader sees uses the field's own words, and none of those that only this code's authors would understand."""

import ast
import re
from pathlib import Path

import click
import pytest

from ontarget.cli import COMMANDS, group
from ontarget.io.yaml import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "ontarget"

PRIVATE = {
    r"nouns?": "class, entry, experiment",
    r"rooms?|floors?": "package, layer",
    r"laws?": "architecture test",
    r"shaken": "in other units",
    r"settled": "precomputed",
    r"str(?:ike|ikes|uck)": "scatter off, hit",
    r"told|tells?": "separated, given, printed, says",
    r"seen (?:bins?|axis|axes|edges|energy)": "reconstructed",
    r"dear(?:er|est)?": "slow, slowest",
    r"heard": "received",
    r"lets? in": "leak-in, admits",
    r"late": "delayed",
    r"overflow": "outside",
    r"somebody": "name whose it is",
    r"must stand": "load",
}
"""Words, and what to say instead."""

ALLOWED = {
    "study/oscillation/long_baseline.py": "Columns of its files keep their names; tables show them as delayed.",
}
"""Files that may use them, and why. What stands between backticks is code, and may."""

WORD = re.compile(rf"(?<![\w/.-])(?:{'|'.join(PRIVATE)})(?![\w/-])", re.IGNORECASE)
CODE = re.compile(r"```.*?```|`[^`]*`|!\[[^\]]*\]|\]\([^)]*\)", re.DOTALL)
"""Code, the texts of figures (names of their files), and the targets of links."""
MATHS = re.compile(r"\$\$.*?\$\$", re.DOTALL)


def private(text):
    """The lines that use a private word, outside code and the targets of links."""
    plain = MATHS.sub("", CODE.sub("", text))
    return [line.strip() for line in plain.splitlines() if WORD.search(line)]


PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")})


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_pages(page):
    assert not private(page.read_text(encoding="utf-8"))


def comments(path):
    """Docstrings, comments and texts of a script, as a reader meets them."""
    text = path.read_text(encoding="utf-8")
    strings = [
        one.value for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    return "\n".join([*strings, *re.findall(r"^\s*# (.*)$", text, re.MULTILINE)])


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/**/*.py")), ids=lambda path: path.name)
def test_tutorials_and_captions(path):
    assert not private(comments(path))


@pytest.mark.parametrize("name", COMMANDS)
def test_help(name):
    command = group.get_command(click.Context(group), name)
    commands = [command, *getattr(command, "commands", {}).values()]
    texts = [COMMANDS[name][1], *(one.get_help(click.Context(one)) for one in commands)]
    assert not private("\n".join(texts))


def shown(path):
    """Texts of a file that are no docstrings: messages, titles, headers of tables, labels of figures."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    texts = [one for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    # a single word may be the name of a field or of a key
    return [one.value for one in texts if id(one) not in docs and re.search(r"\W", one.value.strip())]


def test_messages_titles_and_labels():
    found = {str(path.relative_to(SOURCE)): private("\n".join(shown(path))) for path in SOURCE.rglob("*.py")}
    assert {name: lines for name, lines in found.items() if lines and name not in ALLOWED} == {}


def written(data, keys=("name", "note", "why", "title")):
    """Titles, notes and reasons of an entry of the catalog, all the way down."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in keys and isinstance(value, str):
                yield value
            else:
                yield from written(value)
    elif isinstance(data, list):
        for one in data:
            yield from written(one)


def test_catalog():
    found = {}
    for path in sorted((SOURCE / "catalog").rglob("*.yaml")):
        found[path.name] = private("\n".join(written(parse_yaml(path.read_bytes(), path.name, top=None).data)))
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("text", ["It is not a noun.", "late neutrinos", "Let in", "the fourth floor"])
def test_private_words_are_found(text):
    assert private(text)


@pytest.mark.parametrize("text", ["renown", "latest", "`floor` is a field", "see [this](late.md)", "related"])
def test_other_words_pass(text):
    assert not private(text)
