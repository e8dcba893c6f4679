"""Results with names on their axes: scans, regions and tables as `xarray`, and as netCDF files.

Needs the extra ``ontarget[data]``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ontarget.experiment.counts import needed
from ontarget.inference import Scan
from ontarget.io.results import ResultTable, named, read_results
from ontarget.io.write import check_folder, write_bytes


def of_scan(scan: Scan) -> Any:
    """A profile as an `xarray.Dataset` over its grids: `values`, nuisances by name, `converged`, `at_edge`.

    The best fit stands in the attributes, "best <name>".
    """
    names = list(scan.grids)
    data = {"values": scan.values, "converged": scan.converged, "at_edge": scan.at_edge}
    data |= {f"profiled {name}": values for name, values in scan.nuisances.items()}
    best = {f"best {name}": float(value) for name, value in scan.best.values.items()}
    return needed("xarray").Dataset(
        {name: (names, np.asarray(values)) for name, values in data.items()},
        coords=scan.grids,
        attrs={**best, "minimum": float(scan.best.minimum), "message": scan.message},
    )


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
