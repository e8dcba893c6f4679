"""Names of the catalog on the command line: looked up first, completed by the shell."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from ontarget.cli import group, run
from ontarget.cli.name import ENTRY, EXPERIMENT, STUDY
from ontarget.ground.errors import InputError
from ontarget.io import catalog


def completed(*words: str) -> list[str]:
    """What the shell offers for the last word."""
    found = ShellComplete(group, {}, "ontarget", "_ONTARGET_COMPLETE").get_completions(list(words[:-1]), words[-1])
    return [one.value if one.type == "plain" else f"<{one.type}>" for one in found]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("sh",), ["show"]),
        (("expect", "ess_c"), ["ess_c3f8", "ess_csi"]),
        (("expect", "experiments/ess_x"), ["experiments/ess_xenon"]),
        (("run", "ess_n"), ["ess_nsi"]),
        (("show", "facilities/e"), ["facilities/ess"]),
        (("list", "fa"), ["facilities"]),
        (("data", "get", "coherent_lar"), ["coherent_lar_2020"]),
        (("expect", "./my"), ["<file>"]),
        (("data", "get", "my"), []),
    ],
)
def test_what_the_shell_offers(words, wanted):
    assert completed(*words) == wanted


def test_completion_imports_nothing_heavy():
    code = (
        "import sys; from click.shell_completion import ShellComplete; from ontarget.cli import group;"
        "ShellComplete(group, {}, 'ontarget', 'X').get_completions(['show'], 'ess');"
        "print([name for name in ('jax', 'numpy', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("kind", "name", "part"),
    [
        (EXPERIMENT, "ess_cs", "Did you mean 'experiments/ess_csi'?|Did you mean 'ess_csi'?"),
        (EXPERIMENT, "facilities/ess", "It is one of the facilities, not an experiment."),
        (EXPERIMENT, "nowhere.yaml", "no such file"),
        (STUDY, "es", "got the name 'es'. The catalog has no such entry in studies."),
        (ENTRY, "ess_cs", "Did you mean"),
    ],
)
def test_names_are_looked_up_when_they_are_read(kind, name, part):
    with pytest.raises(InputError) as error:
        kind.convert(name, None, None)
    assert any(one in str(error.value) for one in part.split("|"))


def test_a_path_is_taken_as_it_is(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("use: experiments/ess_csi\n")
    assert EXPERIMENT.convert(str(file), None, None) == str(file)


def test_a_name_that_is_wrong_is_told_before_the_rest(capsys):
    assert run(["expect", "ess_cs", "--set", "nonsense"]) == 2
    assert "'ess_cs'" in capsys.readouterr().err


@pytest.mark.parametrize("line", [["list"], ["--help"], ["show", "ess_csi"], ["cite", "studies/ess"]])
def test_a_reader_may_go_away(line):
    """As `head -1` does."""
    code = f"import sys; from ontarget.cli import main; sys.stdin.readline(); main({line!r})"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as process:
        process.stdout.close()
        process.stdin.write("go\n")
        process.stdin.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0


def test_a_pipe_between_processes_that_breaks_is_no_reader_that_left(monkeypatch):
    def fail(*_, **__):
        raise BrokenPipeError(errno.EPIPE, "of a worker")

    monkeypatch.setattr(catalog, "entries", fail)
    with pytest.raises(SystemExit) as done:
        run(["list"])
    assert done.value.code == 1
