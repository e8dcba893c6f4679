"""What stands in a console block of the documentation is what the command prints, to the last digit shown."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def script(name):
    """A script of the documentation, as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


console = script("console")
BLOCKS = [block for path in console.pages() for block in console.blocks(path)]


def case(block):
    return pytest.param(block, id=block.name, marks=[pytest.mark.long] * ("long" in block.marks))


@pytest.mark.parametrize("block", [case(one) for one in BLOCKS])
def test_a_block_is_what_its_commands_print(block, request):
    if "releases" in block.marks:
        request.getfixturevalue("mirror")
    with console.alone("releases" in block.marks):
        for command in block.commands:
            lines = console.printed(command.line)
            assert console.agree(command.shown, lines), "\n".join([command.line, *lines])


def test_every_block_shows_an_output():
    silent = [f"{block.name}: {one.line}" for block in BLOCKS for one in block.commands if not one.shown]
    assert not silent, "A command without its output stands in a bash block"


def test_there_are_blocks_in_the_readme():
    assert len([block for block in BLOCKS if block.path == ROOT / "README.md"]) >= 5


@pytest.mark.parametrize(("line", "page"), [("ontarget list", "docs/catalog.md"), ("ontarget data list", "README.md")])
def test_lists_are_shown_whole(line, page):
    (command,) = [one for block in BLOCKS if block.path == ROOT / page for one in block.commands if one.line == line]
    assert console.LEFT_OUT not in command.shown


# ---------------------------------------------------------------------- what agrees


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [
        ("a b c d e", True),
        ("a b ... d e", True),
        ("... c ...", True),
        ("a ...", True),
        ("... e", True),
        ("a b c d", False),  # the last line is missing, and nothing says so
        ("b ... e", False),
        ("a ... d", False),
        ("a ... d b ... e", False),  # not in order
        ("... b d ...", False),  # not one after the other
        ("a b c ... c d e", False),  # one line twice
    ],
)
def test_lines_left_out(shown, agrees):
    assert console.agree(shown.split(), list("abcde")) is agrees


def test_lines_left_out_are_found_again():
    shown = ["head", "...", "cevns  12.3  yes", "...", "last"]
    lines = ["head of 2", "noise 1", "cevns  12.4  yes", "noise 2", "last 3"]
    assert console.again(shown, lines) == ["head of 2", "...", "cevns  12.4  yes", "...", "last 3"]
    assert console.agree(console.again(shown, lines), lines)
    assert console.again(["a"], lines) == lines


def test_a_rule_of_the_makefile():
    assert console.rule("run") == "ontarget run ess -o out/ess"
    with pytest.raises(ValueError, match="no rule"):
        console.rule("clean")


@pytest.mark.parametrize("line", ["ls", "ontarget list | sort", "ontarget show nothing_of_this_name"])
def test_what_a_block_cannot_run_is_refused(line):
    with console.alone(False), pytest.raises(ValueError, match=r"a console block|2>&1"):
        console.printed(line)


def test_a_file_is_rewritten(tmp_path, monkeypatch):
    monkeypatch.setattr(console, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    head, tail = "text\n```console\n$ ontarget list facilities | head -1\n", "```\nmore\n"
    page.write_text(f"{head}old\n{tail}")
    console.rewrite(page, frozenset())
    assert page.read_text() == f"{head}facilities\n{tail}"
    page.write_text(f"{head}old\n{tail}".replace("console", "console long"))
    console.rewrite(page, frozenset({"long"}))
    assert "old" in page.read_text()
