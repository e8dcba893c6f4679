"""The command: help at no cost, one line on stderr for what a user did wrong, exit codes."""

import subprocess
import sys

import pytest

from ontarget import cli
from ontarget.cli import run
from ontarget.ground.errors import InputError
from ontarget.io import bibliography, catalog


@pytest.fixture(autouse=True)
def small_catalog(tmp_path, monkeypatch):
    (tmp_path / "facilities").mkdir()
    (tmp_path / "facilities" / "toy.yaml").write_text(
        "name: A toy\nproton_energy: {value: 1 GeV, cite: A:2001aa}\npower: 1 MW\nrepetition: 10 Hz\n"
        "pulse: {type: UniformPulse, width: 1 us}\n"
    )
    (tmp_path / "references.bib").write_text("@article{A:2001aa, title={x}}\n")
    monkeypatch.setattr(catalog, "ROOT", tmp_path)
    monkeypatch.setattr(bibliography, "FILE", tmp_path / "references.bib")


def test_help_imports_no_room():
    code = (
        "import sys; from ontarget.cli import run; code = run(['--help']); "
        "heavy = {'jax', 'numpy', 'yaml', 'matplotlib', 'equinox'} & set(sys.modules); "
        "assert not heavy, heavy; sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for name in cli.COMMANDS:
        assert name in done.stdout


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_help(name, capsys):
    assert run([name, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_list(capsys):
    assert run(["list"]) == 0
    assert "facilities\n  toy  A toy\n" in capsys.readouterr().out
    assert run(["list", "detectors"]) == 0
    assert capsys.readouterr().out == "detectors\n"


def test_cite(capsys):
    assert run(["cite", "toy"]) == 0
    assert capsys.readouterr().out == "@article{A:2001aa, title={x}}\n"
    assert run(["cite", "toy", "--keys"]) == 0
    assert capsys.readouterr().out == "A:2001aa\n"


@pytest.mark.parametrize(
    "arguments",
    [["list", "detector"], ["cite", "tey"], ["cite"], ["lst"], ["list", "--no"], ["cite", "/no/where.yaml"]],
)
def test_what_a_user_does_wrong_is_one_line(arguments, capsys):
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (InputError("a", "b"), 2)])
def test_exit_codes(error, code, monkeypatch, capsys):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(catalog, "entries", fail)
    assert run(["list"]) == code
    assert len(capsys.readouterr().err.splitlines()) <= 2  # an interrupt begins a new line


def test_a_bug_is_no_input_error(monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(catalog, "entries", fail)
    with pytest.raises(ZeroDivisionError):
        run(["list"])
