"""A flux with its uncertainty as files: a YAML that is a source, and beside it a table of all its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ontarget.ground.units import GeV, m
from ontarget.io.wording import one_line, yaml_text
from ontarget.io.write import csv_text, write_text
from ontarget.source.varied import VariedFlux

COLUMNS = ("mode", "flavour", "energy", "path", "tag", "value")
GIVEN, ERROR = -1, -2
"""What stands in the column of modes for the flux itself, and for its statistical error."""


def write_varied(path: str | Path, flux: VariedFlux, title: str) -> Path:
    """Write `path`, a YAML, and the table it names, of the same name and ".csv"; each whole or not at all.

    Any experiment at the same site with the same tag takes it as `source: {use: monitored.yaml}`, and the uncertainty
    as parameters `*.source.yields.pulls.<name>.value` with unit Gaussian priors (`inference.pull_parameters`). Pulls
    keep their names; what made them (bins of yields) is not written.
    """
    path = Path(path)
    table = path.with_suffix(".csv")
    write_text(table, csv_text(rows_of(flux), one_line(table)))  # before what names it
    return write_text(path, "".join(f"{line}\n" for line in lines_of(flux, table.name, title)))


def rows_of(flux: VariedFlux) -> dict[str, list]:
    """The table by column: every number that is not zero, in neutrinos per square metre and proton."""
    blocks = [(GIVEN, np.asarray(flux.given.values)), *enumerate(np.asarray(flux.modes))]
    if flux.given.error is not None:
        blocks.append((ERROR, np.asarray(flux.given.error)[:, :, None]))
    found = []
    for mode, values in blocks:
        places = np.argwhere(values != 0)
        numbers = values[tuple(places.T)] * m**2
        found.append(np.column_stack([np.full(len(places), mode), places, numbers]))
    every = np.concatenate(found)
    whole = {name: every[:, i].astype(int).tolist() for i, name in enumerate(COLUMNS[:-1])}
    return {**whole, COLUMNS[-1]: every[:, -1].tolist()}


def lines_of(flux: VariedFlux, table: str, title: str) -> list[str]:
    """The YAML, line by line."""
    modes, flavours, energies, paths, tags = np.shape(flux.modes)

    def numbers(mode: int, sizes: Sequence[tuple[int, int]]) -> str:
        over = ", ".join(f"{{column: {i}, start: -0.5, stop: {size - 0.5}, bins: {size}}}" for i, size in sizes)
        within = f", within: [{{column: 0, start: {mode - 0.5}, stop: {mode + 0.5}}}]" if mode < 0 else ""
        return f"{{file: {table!r}, sum: 5, over: [{over}]{within}, unit: 1/m^2}}"

    bins = [(1, flavours), (2, energies), (3, paths), (4, tags)]
    lines = [
        "# A flux and its uncertainty, written by ontarget: per proton, for one site and the bins of one tag.",
        "type: VariedFlux",
        f"note: {yaml_text(title)}",
        "given:",
        f"  energy: {{values: {(np.asarray(flux.given.energy) / GeV).tolist()}, unit: GeV}}",
        f"  path: {{values: {(np.asarray(flux.given.path) / m).tolist()}, unit: m}}",
        f"  values: {numbers(GIVEN, bins)}",
    ]
    if flux.given.error is not None:
        lines.append(f"  error: {numbers(ERROR, [(1, flavours), (2, energies), (4, tags)])}")
    lines += [f"modes: {numbers(0, [(0, modes), *bins])}", "yields:", "  type: Eigenmodes", "  pulls:"]
    return lines + [f"    {yaml_text(one.name)}: {{value: {float(one.value)!r}}}" for one in flux.yields.pulls]
