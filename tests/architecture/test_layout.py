"""The house keeps its shape: floors, rooms, sizes, and a light front door."""

from __future__ import annotations

import importlib.util
import statistics
import subprocess
import sys
from collections import Counter

import pytest
from census import ROOT, SRC, files, functions, rooms

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 30
MOST_FILES = 20
LARGEST_SHARE = 0.15


def python(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_imports_only_go_down():
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed: pip install 'ontarget[check]'.")
    python("from importlinter.cli import lint_imports_command; lint_imports_command()")


def test_every_room_stands_on_a_floor():
    listed = sorted(room for floor in rooms() for room in floor)
    found = sorted(path.parent.name for path in SRC.glob("*/__init__.py"))
    assert found == listed


def test_packages_are_two_levels_deep_but_for_four():
    """Those with most files have inner packages."""
    depth = dict.fromkeys(("inference", "study", "io", "analysis", "beam", "source", "interaction"), 3)
    parts = [path.relative_to(SRC).parts for path in files()]
    assert ["/".join(one) for one in parts if len(one) > depth.get(one[0], 2)] == []


def test_no_folder_holds_more_than_a_reader_takes_in():
    """Flat files of a folder, and the share of all lines in the largest package (report once held 72, and 21 %)."""
    folders = Counter(path.parent for path in files() if path.name != "__init__.py")
    assert {str(one.relative_to(SRC)): n for one, n in folders.items() if n > MOST_FILES} == {}
    lines = Counter()
    for path in files():
        lines[path.relative_to(SRC).parts[0]] += len(path.read_text().splitlines())
    assert lines.most_common(1)[0][1] <= LARGEST_SHARE * sum(lines.values())


def test_no_room_or_file_is_called_utils():
    vague = {"util", "utils", "helper", "helpers", "misc", "common", "base", "manager"}
    found = [str(path.relative_to(SRC)) for path in files() if vague & {path.stem, path.parent.name}]
    assert found == []


def test_files_are_short():
    lengths = {str(path.relative_to(SRC)): len(path.read_text().splitlines()) for path in files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short():
    lengths = {
        f"{path.relative_to(SRC)}: {name}": node.end_lineno - node.lineno + 1
        for path in files()
        for name, node in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION


def test_public_names_opens_neither_figures_nor_yaml():
    heavy = ["matplotlib", "yaml"]
    loaded = python(f"import sys, ontarget; print([name for name in {heavy} if name in sys.modules])")
    assert loaded == "[]"


def test_command_starts_without_jax():
    if (SRC / "cli" / "__init__.py").read_text().count("def main") + len(list((SRC / "cli").glob("*.py"))) < 2:
        pytest.fail("There is no command.")
    code = (
        "import sys\nfrom ontarget.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as done:\n    assert not done.code\n"
        "print('jax' in sys.modules, 'matplotlib' in sys.modules)"
    )
    assert python(code).splitlines()[-1] == "False False"
