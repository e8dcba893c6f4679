"""The README's Python is code that runs as it stands there, and its lists are what the command prints."""

import re
from pathlib import Path

import numpy as np
import pytest

from ontarget.cli import run

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_six_lines_give_a_contour():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["scan"].converged.all()
    # one nucleus: the bands leave the plane, so no line is closed; the true point lies between two of them
    points = np.concatenate([line.points for line in names["lines"]])
    assert len(names["lines"]) >= 2
    assert (np.abs(points).max(axis=0) <= 1).all()


def test_the_table_of_validation_is_complete():
    from ontarget.validation.validation import published

    for tree, index in published():
        assert tree.data[index]["name"] in TEXT


@pytest.mark.parametrize("words", ["list experiments", "data list"])
def test_lists_are_what_the_command_prints_where_no_release_is(words, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("ONTARGET_DATA_MIRROR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (block,) = re.findall(rf"```console\n\$ ontarget {words}\n(.*?)```", TEXT, flags=re.DOTALL)
    assert run(words.split()) == 0
    assert capsys.readouterr().out == block


def test_the_table_of_fits_names_every_measurement_of_the_study(mirror):
    from ontarget.study import Measurement, load_study

    titles = [task.title for task in load_study("coherent").noun.tasks if isinstance(task, Measurement)]
    assert len(titles) >= 3  # each data set once, at least
    for title in titles:
        assert f"| {title} |" in TEXT
