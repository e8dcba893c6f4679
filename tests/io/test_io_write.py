"""Writers: whole files or none; tables that read back bit by bit; NaN refused."""

import csv
import json
import os

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.constants import EDITION
from ontarget.ground.errors import InputError
from ontarget.io import write
from ontarget.io.write import csv_text, json_text, run_record, write_csv, write_json, write_text


def test_text(tmp_path):
    path = write_text(tmp_path / "new" / "folder" / "a.txt", "grüße\n")
    assert path.read_text(encoding="utf-8") == "grüße\n"
    write_text(path, "again")
    assert path.read_text() == "again"
    assert os.listdir(path.parent) == ["a.txt"]


def fail(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(step, tmp_path, monkeypatch):
    path = write_text(tmp_path / "a.txt", "before")
    monkeypatch.setattr(write.os, step, fail)
    with pytest.raises(InputError, match="No space left on device") as error:
        write_text(path, "after")
    assert len(str(error.value).splitlines()) == 1
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_an_interrupt_leaves_nothing_half_written(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(write.os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a.txt", "x")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", [".", "file/below", "x" * 300, "a\0b", "/proc/no_such_folder/x", ""])
def test_nowhere_to_write(name, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        write_text(name, "x")
    assert len(str(error.value).splitlines()) == 1
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_no_right_to_write(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="Permission denied"):
        write_text(tmp_path / "a.txt", "x")


def test_text_that_is_no_unicode(tmp_path):
    with pytest.raises(InputError):
        write_text(tmp_path / "a.txt", "\ud800")
    assert os.listdir(tmp_path) == []


COLUMNS = {"name": ["a", 'b,"c'], "x": np.array([0.1, 1e-300]), "y": jnp.array([1 / 3, 2.0]), "n": np.array([1, 2])}


def test_csv_reads_back_bit_by_bit(tmp_path):
    path = write_csv(tmp_path / "t.csv", COLUMNS)
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["name"] for row in rows] == ["a", 'b,"c']
    assert [float(row["x"]) for row in rows] == [0.1, 1e-300]
    assert [float(row["y"]) for row in rows] == [1 / 3, 2.0]
    assert rows[1]["n"] == "2"


def test_rows_and_columns_are_the_same_table():
    rows = [{"a": 1, "b": np.float64(0.5)}, {"a": 2, "b": None}]
    assert csv_text(rows) == csv_text({"a": [1, 2], "b": [0.5, None]}) == "a,b\n1,0.5\n2,\n"
    assert csv_text([]) == "\n"


@pytest.mark.parametrize(
    "table",
    [
        {"a": [1.0, float("nan")]},
        {"a": np.array([np.inf])},
        {"a": [1], "b": [1, 2]},
        {"a": 1},
        {"a": [[1]]},
        {"a": [object()]},
        [{"a": 1}, {"b": 1}],
        [{"a": {"b": 1}}],
        [{"a\nb": float("nan")}],
    ],
)
def test_wrong_tables(table, tmp_path):
    with pytest.raises(InputError) as error:
        write_csv(tmp_path / "t.csv", table)
    assert len(str(error.value).splitlines()) == 1
    assert os.listdir(tmp_path) == []


def test_json(tmp_path):
    data = {
        "x": np.array([[1.5, 2]]),
        "n": np.int64(3),
        "t": (True, None),
        "z": jnp.float64(0.1),
        "b": np.bool_(True),
        "p": tmp_path,
    }
    read = json.loads(write_json(tmp_path / "t.json", data).read_text())
    assert read == {"x": [[1.5, 2.0]], "n": 3, "t": [True, None], "z": 0.1, "b": True, "p": str(tmp_path)}


@pytest.mark.parametrize("data", [{"a": {"b": np.nan}}, [float("inf")], {"a": np.array([1, np.nan])}, {1, 2}, 1j])
def test_wrong_json(data):
    with pytest.raises(InputError) as error:
        json_text(data)
    assert len(str(error.value).splitlines()) == 1


def test_the_place_of_a_nan_is_named():
    with pytest.raises(InputError, match=r"JSON, a\.b: got nan"):
        json_text({"a": {"b": [1, np.nan]}})


def test_run_record():
    record = run_record({"ess": "abc"}, seed=3)
    assert record["constants"] == EDITION
    assert record["inputs"] == {"ess": "abc"}
    assert record["seed"] == 3
    assert record["versions"]["numpy"] == np.__version__
    assert record["date"].endswith("+00:00")
    json_text(record)
