"""Write the table of docs/validation.md again: published numbers, and what `ontarget validate` computes beside them.

`python docs/validation.py` needs the data releases (ONTARGET_DATA_MIRROR, or `ontarget data get`); without one the rows
that need it stay as they are. `tests/validation/test_published.py` compares every row with what it computes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ontarget.validation.validation import Comparison

PAGE = Path(__file__).resolve().parent / "validation.md"
UNITS = {"1/cm^2": "/cm²", "cm^2": "cm²", "MHz/mm^2": "MHz/mm²"}
SMALL_RATE = 0.1
"""MHz/mm²; smaller ones, such as fluxes of neutrinos, are shown per cm² and second."""
HEAD = "| number | published | here | tolerance | source |\n|---|---:|---:|---:|---|\n"


def number(value: float) -> str:
    """Four significant digits, without a power of ten where few zeros do."""
    text = f"{value:.4g}"
    if "e" not in text:
        return text
    if 1e4 <= abs(value) < 1e6:
        return f"{float(text):.0f}"
    digits, power = text.split("e")
    return f"{digits}e{int(power)}"


def row(found: Comparison) -> str:
    """One line of the table."""
    unit, scale = UNITS.get(found.unit, found.unit), 1.0
    if found.unit == "MHz/mm^2" and found.published < SMALL_RATE:
        unit, scale = "/(cm² s)", 1e8
    error = "" if found.error is None else f" ± {number(scale * found.error)}"
    unit = "" if unit in ("", "1") else f" {unit}"
    ours = "" if found.ours is None else number(scale * found.ours)
    published = f"{number(scale * found.published)}{error}{unit}"
    miss = ", **missed**" if found.missed else ""
    return f"| {found.name} | {published} | {ours} | {100 * found.tolerance:g} %{miss} | {found.source} |"


def main() -> None:
    """Compute all rows, and put them where the table stands."""
    from ontarget.io import MissingRelease
    from ontarget.validation.validation import compare, published, uncompared

    text = PAGE.read_text(encoding="utf-8")
    lines = []
    for tree, index in published():
        name = tree.data[index]["name"]
        print(name, flush=True)
        try:
            lines.append(row(compare(tree, index)))
        except MissingRelease as error:
            print(f"  {error}", flush=True)
            before = re.search(rf"^\| {re.escape(name)} \|.*$", text, re.MULTILINE)
            lines.append(before[0] if before else row(uncompared(tree, index)))
    table = re.compile(rf"{re.escape(HEAD)}(\|.*\n)*")
    if not table.search(text):
        raise SystemExit(f"{PAGE.name} has no table with this head:\n{HEAD}")
    new = HEAD + "".join(f"{line}\n" for line in lines)
    PAGE.write_text(table.sub(lambda _: new, text), encoding="utf-8")


if __name__ == "__main__":
    main()
