"""What commands print: at any width and in a pipe no number is cut, wrapped, or rounded more than its error says."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved_sections import saved

from ontarget.analysis.facility.expectation import (
    Expectation,
    ExpectedBackground,
    ExpectedChannel,
    ExpectedLeptons,
)
from ontarget.cli import run, table
from ontarget.cli.expect import print_expectation
from ontarget.cli.study import LONG, print_answer
from ontarget.cli.validate import shown_columns as validation_columns
from ontarget.cli.validate import shown_rows as validation_rows
from ontarget.io import read_yaml
from ontarget.io.catalog import ROOT
from ontarget.io.entry import load
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import CountAxis
from ontarget.report.column import shown_columns
from ontarget.report.digits import text_of
from ontarget.report.expected_table import expectation_rows
from ontarget.validation.validation import published, uncompared

FROZEN = Path(__file__).resolve().parents[1] / "regression" / "expected.json"

WIDTHS = (40, 80, 120, None)
CUT = re.compile(r"…(?! all in the report)")


def frozen() -> dict[str, dict[str, dict[str, Any]]]:
    """Frozen numbers of all experiments of the catalog: parts by experiment."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, part in json.loads(FROZEN.read_text()).items():
        experiment, _, rest = name.partition(".")
        found.setdefault(experiment, {})[rest] = part
    return found


@pytest.fixture(scope="module")
def some():
    """An experiment whose name and title can be any."""
    return load("ess_csi")


def expected(some: Any, name: str, parts: dict[str, dict[str, Any]]) -> Expectation:
    """Frozen numbers of an experiment as what it expects in a year, with a number outside the axes."""
    title = str(read_yaml(ROOT / "experiments" / f"{name}.yaml").data.get("name", ""))
    experiment = dataclasses.replace(some, name=name, title=title)
    channels, leptons, backgrounds = [], [], []
    for part, data in parts.items():
        if data.get("by_flavour"):
            counts = np.array([data["by_flavour"].get(flavour, 0.0) for flavour in FLAVOURS])[:, None, None]
            channels.append(ExpectedChannel(part, counts, counts.sum() / 7, 2 * counts.sum()))
        else:
            kind, where = (ExpectedLeptons, leptons) if "counts" in data else (ExpectedBackground, backgrounds)
            where.append(kind(part, np.array([[data["total_per_year"]]])))
    axis = CountAxis(0.0, 12.5, 1)
    return Expectation(experiment, 1.0, None, axis, tuple(channels), tuple(backgrounds), tuple(leptons))


def check(text: str, width: int | None, numbers: list[str]) -> None:
    """Every number stands whole between blanks, no line is too long, and nothing is cut."""
    found = set(re.split(r"[ \n]+", re.sub(r"[,;:](?=[ \n]|$)", "", text)))
    missing = [one for one in numbers if not set(one.split(" ")) <= found]
    assert not missing, f"not whole at {width} columns: {missing}\n{text}"
    assert not CUT.search(text)
    if width is not None:
        assert max(map(len, text.splitlines())) <= width


def numbers_of(rows: Any, columns: Any) -> list[str]:
    """The texts of all numbers of a table."""
    return [text for one in shown_columns(rows, columns) if one.numeric for text in one.cells if text != "–"]


@pytest.mark.parametrize("width", WIDTHS)
def test_expected_counts_of_every_experiment(some, width, monkeypatch, capsys):
    monkeypatch.setattr(table, "terminal_width", lambda: width)
    every = frozen()
    assert len(every) > 25
    for name, parts in every.items():
        found = expected(some, name, parts)
        print_expectation(found)
        text = capsys.readouterr().out
        rows = expectation_rows(found)
        check(text, width, [text_of(value) for row in rows for value in row.values() if isinstance(value, float)])
        assert name in text
        for flavour in {one for part in parts.values() for one in part.get("by_flavour", {})}:
            assert flavour in text
        assert ("outside:" in text.split("\n", 1)[1]) == bool(found.channels)


@pytest.mark.parametrize("width", WIDTHS)
def test_validation(width, monkeypatch, capsys):
    """All published numbers, with made-up ones of ours: two in three agree, one misses, some have no data."""
    monkeypatch.setattr(table, "terminal_width", lambda: width)
    compared = []
    for i, (tree, index) in enumerate(published()):
        one = uncompared(tree, index)
        off = (0.123456789, 0.5, -3.0)[i % 3] * one.tolerance
        compared.append(dataclasses.replace(one, ours=None if i % 7 == 6 else one.published * (1 + off)).row())
    rows, columns = validation_rows(compared), validation_columns()
    table.print_rows("table", "Published numbers beside ours", rows, columns)
    text = capsys.readouterr().out
    check(text, width, numbers_of(rows, columns))
    verdicts = re.findall(r"\b(pass|MISS|data not here)\b", text)
    assert verdicts == sorted(verdicts, key=["MISS", "pass", "data not here"].index)
    for row in compared:
        assert row["unit"] in text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("study", ["ess", "pip2_timing"])
def test_tables_of_a_study(study, width, monkeypatch, capsys):
    monkeypatch.setattr(table, "terminal_width", lambda: width)
    title, sections = saved(study)
    print_answer(title, sections, tables=True)
    text = capsys.readouterr().out
    numbers = [
        text
        for section in sections
        for one in section.tables
        if len(one.rows) <= LONG
        for text in numbers_of(one.rows, one.columns)
    ]
    assert len(numbers) > 100
    check(text, width, numbers)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("study", ["ess", "pip2_timing"])
def test_first_screen_of_a_study(study, width, monkeypatch, capsys):
    monkeypatch.setattr(table, "terminal_width", lambda: width)
    title, sections = saved(study)
    print_answer(title, sections, tables=False)
    text = capsys.readouterr().out
    assert len(text.splitlines()) <= 24
    check(text, width, [])
    for section in sections:
        assert section.headline
        assert section.headline[0].ours().split(" ")[0] in text


def test_ess_says_what_six_detectors_expect_and_what_is_published(capsys):
    title, sections = saved("ess")
    print_answer(title, sections, tables=False)
    text = capsys.readouterr().out
    for name in ("ess_csi", "ess_xenon", "ess_germanium", "ess_silicon", "ess_argon", "ess_c3f8"):
        assert f"[{name}]" in text
    assert "published" in text


def told(capsys, *arguments: str) -> str:
    """What a command says on stdout."""
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", [("devices",), ("data", "list")])
def test_rows_as_csv_and_json_agree(command, capsys):
    rows = json.loads(told(capsys, *command, "--format", "json"))
    written = list(csv.DictReader(told(capsys, *command, "--format", "csv").splitlines()))
    assert rows
    assert [list(row) for row in rows] == [list(row) for row in written]
    for one, other in zip(rows, written, strict=True):
        assert ["" if value is None else str(value) for value in one.values()] == list(other.values())


def test_show_and_cite_as_csv_say_what_json_says(capsys):
    rows = json.loads(told(capsys, "show", "ess_csi", "--format", "json"))
    written = list(csv.DictReader(told(capsys, "show", "ess_csi", "--format", "csv").splitlines()))
    assert [row["address"] for row in written] == [row["address"] for row in rows]
    assert [row["cite"].split() for row in written] == [row["cite"] for row in rows]
    assert [row["value"] for row in written] == [row["value"] for row in rows]
    keys = told(capsys, "cite", "ess_csi", "--keys").split()
    assert json.loads(told(capsys, "cite", "ess_csi", "--keys", "--format", "json")) == [{"key": key} for key in keys]
    whole = "".join(row["bibtex"] for row in json.loads(told(capsys, "cite", "ess_csi", "--format", "json")))
    assert all(f"{{{key}," in whole for key in keys)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_show_and_list_are_wrapped_between_words(width, monkeypatch, capsys):
    whole = {name: told(capsys, "show", name) for name in ("ess_csi", "nuscope_lar", "nuscope_tunnel")}
    listed = told(capsys, "list")
    monkeypatch.setattr(table, "terminal_width", lambda: width)
    for text, again in (
        *((text, told(capsys, "show", name)) for name, text in whole.items()),
        (listed, told(capsys, "list")),
    ):
        assert again.split() == text.split()
        assert all(len(line) <= width or len(line.split()) == 1 for line in again.splitlines())


def test_titles_are_not_read_as_markup(capsys):
    table.print_table("Counts [keV] [/red] [bold]", [{"a [mm]": 1, "b": "[x]"}])
    assert capsys.readouterr().out == "Counts [keV] [/red] [bold]\na [mm]  b\n------  ---\n     1  [x]\n"


def test_the_width_is_that_of_the_terminal_and_unlimited_in_a_pipe(monkeypatch):
    monkeypatch.setattr(table.sys.stdout, "isatty", lambda: False, raising=False)
    monkeypatch.setenv("COLUMNS", "40")
    assert table.terminal_width() is None
    monkeypatch.setattr(table.sys.stdout, "isatty", lambda: True, raising=False)
    assert table.terminal_width() == 40
