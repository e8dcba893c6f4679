"""A simulated tag as files: a YAML that is the tag of a detector, and beside it a table of its probabilities."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ontarget.ground.units import GeV
from ontarget.io.wording import one_line, yaml_text
from ontarget.io.write import csv_text, write_text
from ontarget.source.matching import SimulatedMatching
from ontarget.source.tracked_tag import TaggedEnergy

COLUMNS = ("origin", "energy", "bin", "value")


def write_matching(path: str | Path, tag: TaggedEnergy, title: str) -> Path:
    """Write `path`, a YAML, and the table it names, of the same name and ".csv"; each whole or not at all.

    Any experiment behind the same beam and with the same trackers takes it as `detector: {tag: {use: matching.yaml}}`.
    """
    path = Path(path)
    table = path.with_suffix(".csv")
    matching = tag.matching
    if not isinstance(matching, SimulatedMatching):
        raise TypeError(type(matching))
    rows = np.asarray(matching.rows)
    places = np.argwhere(rows != 0)
    columns = {name: places[:, i].tolist() for i, name in enumerate(COLUMNS[:-1])}
    text = csv_text({**columns, COLUMNS[-1]: rows[tuple(places.T)].tolist()}, one_line(table))
    write_text(table, text)  # before what names it
    return write_text(path, "".join(f"{line}\n" for line in lines_of(tag, matching, table.name, title)))


def lines_of(tag: TaggedEnergy, matching: SimulatedMatching, table: str, title: str) -> list[str]:
    """The YAML, line by line."""
    edges = np.asarray(tag.energies.edges) / GeV
    fractions = (edges - edges[0]) / (edges[-1] - edges[0])
    shape = np.shape(matching.rows)
    over = ", ".join(f"{{column: {i}, start: -0.5, stop: {n - 0.5}, bins: {n}}}" for i, n in enumerate(shape))
    return [
        "# The tag of a detector, written by ontarget: how often neutrinos were tagged, and with what energy.",
        "type: TaggedEnergy",
        f"note: {yaml_text(title)}",
        "energies:",
        "  type: BeamEnergyAxis",
        f"  start: {float(edges[0])!r} GeV",
        f"  stop: {float(edges[-1])!r} GeV",
        f"  bins: {tag.bins}",
        f"  spacing: {{type: Explicit, fractions: {fractions.tolist()}}}",
        "matching:",
        "  type: SimulatedMatching",
        "  origins:",
        *(f"    - {yaml_text(one)}" for one in matching.origins),
        f"  energies: {{values: {(np.asarray(matching.energies) / GeV).tolist()}, unit: GeV}}",
        f"  rows: {{file: {table!r}, sum: 3, over: [{over}]}}",
    ]
