"""Results with names on their axes: scans, regions and tables as `xarray`, and as netCDF files.

Needs the extra ``ontarget[data]``.
"""

from __future__ import annotations

from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np

from ontarget.experiment.counts import needed
from ontarget.ground.errors import InputError
from ontarget.inference.fit import Scan
from ontarget.inference.posterior import Draws
from ontarget.inference.toys import Belt
from ontarget.io.formats.results import ResultTable, named, read_results
from ontarget.io.write import check_folder, write_bytes


@singledispatch
def dataset(result: Any) -> Any:
    """A result as an `xarray.Dataset`: a `Scan`, a `Belt`, `Draws` or a `ResultTable`."""
    truth = "Known: a Scan, a Belt, Draws and a ResultTable."
    raise InputError("dataset", f"a {type(result).__name__}", truth, "Give one of these.")


@dataset.register
def of_scan(scan: Scan) -> Any:
    """A profile over its grids: `values`, what was profiled, `converged`, `at_edge`; the best fit in the attributes."""
    names = list(scan.grids)
    data = {"values": scan.values, "converged": scan.converged, "at_edge": scan.at_edge}
    data |= {f"profiled {name}": values for name, values in scan.nuisances.items()}
    best = {f"best {name}": float(value) for name, value in scan.best.values.items()}
    return needed("xarray").Dataset(
        {name: (names, np.asarray(values)) for name, values in data.items()},
        coords=scan.grids,
        attrs={**best, "minimum": float(scan.best.minimum), "message": scan.message},
    )


@dataset.register
def of_belt(belt: Belt) -> Any:
    """A construction of Feldman and Cousins: the profile, and at each level and point what the toys say."""
    found, axes = of_scan(belt.scan), list(belt.scan.grids)
    names = "critical critical_errors accepted coverage coverage_errors p_values p_errors toys unconverged negative"
    for name in names.split():
        values = np.asarray(getattr(belt, name))
        found[name] = (["level", *axes] if values.ndim > len(axes) else axes, values)
    return found.assign_coords(level=list(belt.levels)).assign_attrs(message=belt.message)


@dataset.register
def of_draws(draws: Draws) -> Any:
    """Draws from a posterior density: each parameter, `weight`, `value` (-2 ln L) and `mode`, over `draw`."""
    data = {name: draws.points[:, place] for place, name in enumerate(draws.names)}
    data |= {"weight": draws.weights, "value": draws.values, "mode": draws.mode}
    rhat = {f"rhat {name}": float(one) for name, one in zip(draws.names, draws.diagnostics.rhat, strict=True)}
    attributes = {"evidence": draws.evidence, "evidence_error": draws.evidence_error, **rhat, "message": draws.message}
    return needed("xarray").Dataset(
        {name: ("draw", np.asarray(values)) for name, values in data.items()}, attrs=attributes
    )


@dataset.register
def of_table(table: ResultTable) -> Any:
    """A table as an `xarray.Dataset`: over what identifies its rows where these are a full grid, else over its rows.

    Cells without a number are NaN; units are attributes.
    """
    keys = table.about()
    levels = {key: list(dict.fromkeys(row[key] for row in table.rows)) for key in keys}
    shape = tuple(len(one) for one in levels.values())
    full = len(table.rows) == int(np.prod(shape)) and not any(None in one for one in levels.values())
    if not full:
        columns = {one: ("row", column(table, one)) for one in table.columns}
        return united(needed("xarray").Dataset({named(one)[0]: values for one, values in columns.items()}), table)
    places = tuple(np.array([levels[key].index(row[key]) for row in table.rows]) for key in keys)
    data = {}
    for one in table.columns:
        if one not in keys:
            values = column(table, one)
            filled = np.empty(shape, values.dtype)
            filled[places] = values
            data[named(one)[0]] = ([named(key)[0] for key in keys], filled)
    found = needed("xarray").Dataset(data, coords={named(key)[0]: np.asarray(one) for key, one in levels.items()})
    return united(found, table)


def column(table: ResultTable, name: str) -> np.ndarray:
    """The cells of a column: numbers, or texts."""
    cells = [row[name] for row in table.rows]
    if any(isinstance(one, str) for one in cells):
        return np.array(["" if one is None else str(one) for one in cells])
    return np.array([np.nan if one is None else float(one) for one in cells])


def united(dataset: Any, table: ResultTable) -> Any:
    """The dataset with units on its variables, and the table's title."""
    for one in table.columns:
        name, unit = named(one)
        if unit and name in dataset.variables:
            dataset[name].attrs["units"] = unit
    return dataset.assign_attrs(title=table.title)


def write_netcdf(folder: str | Path, output: str | Path) -> Path:
    """Write every table in a folder of results as one netCDF file (version 3) in another folder."""
    results, output = read_results(folder), Path(output)
    datasets = {table.name: of_table(table) for table in results.tables}
    check_folder(output)
    for name, dataset in datasets.items():
        plain = dataset.rename({one: str(one).replace("/", " per ") for one in dataset.variables})
        write_bytes(output / f"{name}.nc", lambda plain=plain: bytes(plain.to_netcdf(engine="scipy")))
    return output
