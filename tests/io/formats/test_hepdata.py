"""A folder of results as a submission to HEPData and as netCDF."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml

from ontarget.ground.errors import InputError
from ontarget.inference.fit import Fit, Scan
from ontarget.inference.posterior import Diagnostics, Draws
from ontarget.inference.toys import Belt
from ontarget.io.formats.hepdata import data_of, submission, write_hepdata
from ontarget.io.formats.netcdf import dataset, write_netcdf
from ontarget.io.formats.results import Results, ResultTable, read_results

COUNTS = [
    {"quantity": "signal", "value": 134.0, "error": 22.0, "published": 130.0, "published error": None, "open": True},
    {"quantity": "observed", "value": 547.0, "error": 0.0, "published": None, "published error": None, "open": False},
]
GRID = [
    {"threshold (keV)": a, "target": b, "events (1/yr)": 10 * a + len(b), "error (%)": 3.5}
    for b in ("CsI", "argon")
    for a in (1.0, 2.0)
]
TITLES = {"counts": "Fitted counts", "grid": "Fitted counts"}


@pytest.fixture
def results(tmp_path):
    """What a run leaves, typed."""
    folder = tmp_path / "out"
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "counts.json").write_text(json.dumps(COUNTS))
    (folder / "tables" / "grid.json").write_text(json.dumps(GRID))
    record = {"date": "today", "versions": {"ontarget": "9"}, "title": "A study", "tables": TITLES}
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def read(path):
    return list(yaml.safe_load_all(path.read_text()))


def test_a_submission_has_all_that_hepdata_asks_for(results, tmp_path):
    path = write_hepdata(results, tmp_path / "hep")
    first, *tables = read(path)
    assert "A study" in first["comment"]
    assert len({one["name"] for one in tables}) == 2
    for one in tables:
        assert set(one) == {"name", "location", "description", "keywords", "data_file"}
        assert len(one["name"]) <= 64
        [data] = read(tmp_path / "hep" / one["data_file"])
        columns = [*data["independent_variables"], *data["dependent_variables"]]
        assert len({len(each["values"]) for each in columns}) == 1
        assert all(each["header"]["name"] for each in columns)


@pytest.mark.parametrize(
    ("rows", "independent", "dependent"),
    [
        ([{"reach": 3.0}], ["row"], ["reach"]),
        ([{"reach": 3.0, "reach error": 1.0}], ["row"], ["reach"]),
        ([{"what": "a"}, {"what": "b"}], ["row"], ["what"]),
        ([{"what": "a", "is": "b"}, {"what": "c", "is": "d"}], ["what"], ["is"]),
        ([{"what": "a", "is": "b"}, {"what": "a", "is": "d"}], ["row", "what"], ["is"]),
        ([{"x": 1.0, "y": 2.0}, {"x": 1.0, "y": 2.0}], ["row"], ["x", "y"]),
        ([{"what": "a", "y": 2.0}, {"what": "a", "y": 2.0}], ["row", "what"], ["y"]),
        ([{"x": 1.0, "y": 2.0}, {"x": 2.0, "y": 2.0}], ["x"], ["y"]),
    ],
)
def test_every_table_has_variables_of_both_kinds(rows, independent, dependent):
    """HEPData refuses a table with independent variables alone: one number, texts, rows that are equal."""
    table = ResultTable("one", "One", rows)
    data = data_of(table)
    assert [one["header"]["name"] for one in data["independent_variables"]] == independent
    assert [one["header"]["name"] for one in data["dependent_variables"]] == dependent
    keys = list(zip(*([cell["value"] for cell in one["values"]] for one in data["independent_variables"]), strict=True))
    assert len(set(keys)) == len(rows)
    document = submission(Results("A study", {}, [table]))[1]
    assert document["keywords"][0]["values"] == dependent


def test_errors_stand_with_their_values(results, tmp_path):
    write_hepdata(results, tmp_path / "hep")
    [counts] = read(tmp_path / "hep" / "counts.yaml")
    assert [one["header"]["name"] for one in counts["independent_variables"]] == ["quantity"]
    value, published, opened = counts["dependent_variables"]
    # no error of zero, which HEPData refuses; a dash where there is no value
    assert value["values"] == [{"value": 134.0, "errors": [{"symerror": 22.0}]}, {"value": 547.0}]
    assert published["values"] == [{"value": 130.0}, {"value": "-"}]
    assert opened["values"] == [{"value": "true"}, {"value": "false"}]
    [grid] = read(tmp_path / "hep" / "grid.yaml")
    assert [one["header"] for one in grid["independent_variables"]] == [
        {"name": "threshold", "units": "keV"},
        {"name": "target"},
    ]
    [events] = grid["dependent_variables"]
    assert events["header"] == {"name": "events", "units": "1/yr"}
    assert events["values"][0] == {"value": 13.0, "errors": [{"symerror": "3.5%"}]}


def test_tables_on_a_grid_get_its_axes(results, tmp_path):
    xarray = pytest.importorskip("xarray")
    write_netcdf(results, tmp_path / "nc")
    with xarray.open_dataset(tmp_path / "nc" / "grid.nc", engine="scipy") as found:
        assert dict(found.sizes) == {"threshold": 2, "target": 2}
        assert float(found["events"].sel(threshold=2.0, target="argon")) == 25.0
        assert found["threshold"].attrs["units"] == "keV"
    with xarray.open_dataset(tmp_path / "nc" / "counts.nc", engine="scipy") as found:
        np.testing.assert_array_equal(found["published"], [130.0, np.nan])


def test_a_profile_has_its_axes():
    pytest.importorskip("xarray")
    two = np.array([[0.0, 1.0, 4.0], [2.0, 3.0, 6.0]])
    grids = {"strength": np.array([0.0, 1.0]), "angle": np.array([0.1, 0.2, 0.3])}
    best = Fit({"strength": 0.2, "angle": 0.1}, {"strength": 0.1}, np.ones((1, 1)), 7.0, True, (), "")
    scan = Scan(grids, two, {"flux": two + 1}, two > -1, two > 9, best, "well")
    found = dataset(scan)
    assert float(found["values"].sel(strength=1.0, angle=0.3)) == 6.0
    assert float(found["profiled flux"].sel(strength=0.0, angle=0.2)) == 2.0
    assert found.attrs["best strength"] == 0.2
    many = [two[None] + shift for shift in range(5)]
    each = [two + 0.5, two * 0, (two > 2)[None]]
    counted = [(two + shift).astype(int) for shift in range(3)]
    belt = Belt((0.9,), scan, many[0], many[1], each[0], each[1], each[2], many[2], many[3], *counted, (), (), "")
    found = dataset(belt)
    assert float(found["critical"].sel(level=0.9, strength=1.0, angle=0.3)) == 6.0
    assert found["p_values"].dims == ("strength", "angle")


def test_draws_have_their_parameters():
    pytest.importorskip("xarray")
    ones = np.ones(3)
    of = Diagnostics(np.array([1.001, 1.02]), np.array([500.0, 300.0]), 0, 0.8, 99, (2, 2))
    points = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    draws = Draws(("a", "b"), points, ones / 3, ones, np.zeros(3, int), -ones[:2], ones[:2], (), -4.0, 0.1, of, "")
    found = dataset(draws)
    np.testing.assert_array_equal(found["b"], [2.0, 4.0, 6.0])
    assert found.attrs["rhat b"] == 1.02
    with pytest.raises(InputError, match="got a list"):
        dataset([1, 2])


def test_what_is_no_folder_of_results_is_refused(results, tmp_path):
    with pytest.raises(InputError, match="no tables and"):
        read_results(tmp_path / "nothing")
    (results / "tables" / "grid.json").write_text("[1, 2]")
    with pytest.raises(InputError, match="tables that are no results"):
        read_results(results)
