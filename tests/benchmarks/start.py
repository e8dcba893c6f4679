"""What commands cost from the start of their process: CPU time, user and system, as ratios to two bare imports.

Medians of five, taken in turn, so that what else runs on the machine disturbs all alike. Each command of one round
follows the same one of the round before: compiled programs are where the command keeps them. `python start.py` prints
the table; with words, of the rows whose name has one of them (`python start.py list show`).
"""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5
COMMAND = "import sys; from ontarget.cli import main; sys.argv[0] = 'ontarget'; main()"
"""What the installed command does."""
README = Path(__file__).resolve().parents[2] / "README.md"
NUMPY, JAX = "import numpy", "import jax"


@dataclass(frozen=True)
class Start:
    """A row: its name, what Python is called with, the import that it is measured by, and the bar in such imports."""

    name: str
    arguments: tuple[str, ...]
    unit: str
    bar: float
    rounds: int = ROUNDS


def command(line: str, unit: str, bar: float, rounds: int = ROUNDS) -> Start:
    """A row of a command line."""
    return Start(line, ("-c", COMMAND, *line.split()), unit, bar, rounds)


def example() -> str:
    """The Python example of the README."""
    return re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)[0]


def starts() -> list[Start]:
    """The rows; what takes long is measured less often."""
    return [
        *(command(line, NUMPY, 1.5) for line in ("--help", "lsit", "expect ess_cs")),
        *(command(line, NUMPY, 3.0) for line in ("list", "list facilities")),
        *(command(line, NUMPY, 4.0) for line in ("show ess_csi", "cite ess_csi")),
        command("expect ess_csi", JAX, 2.2),
        command("expect nuscope_lar", JAX, 4.0),
        Start("README's Python example", ("-c", example()), JAX, 4.0),
        command("validate", JAX, 10.0, 3),
    ]


def cpu(arguments: tuple[str, ...]) -> float:
    """Seconds of user and system of a Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False, env=os.environ | {"TERM": "dumb"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(rows: list[Start]) -> dict[str, float]:
    """The median of each row, and of the bare imports, by name; the first call of each is not counted."""
    every = [Start(name, ("-c", name), name, 0.0) for name in (NUMPY, JAX)] + rows
    times: dict[str, list[float]] = {one.name: [] for one in every}
    for one in every:
        cpu(one.arguments)
    for number in range(ROUNDS):
        for one in every:
            if number < one.rounds:
                times[one.name].append(cpu(one.arguments))
    return {name: statistics.median(one) for name, one in times.items()}


def table(words: list[str]) -> list[tuple[str, ...]]:
    """The rows as texts: seconds, the ratio, its bar, and whether it is kept."""
    rows = [one for one in starts() if not words or any(word in one.name for word in words)]
    found = measured(rows)
    lines = [(name, f"{found[name]:.2f} s", "", "", "") for name in (NUMPY, JAX)]
    for one in rows:
        ratio = found[one.name] / found[one.unit]
        kept = "yes" if ratio <= one.bar else "NO"
        lines.append((one.name, f"{found[one.name]:.2f} s", f"{ratio:.2g} x {one.unit}", f"{one.bar:g}", kept))
    return lines


def tell(words: list[str] | None = None) -> bool:
    """Print the table; whether all bars are kept."""
    lines = [("from process start", "CPU", "as ratio", "bar", "ok"), *table(words or [])]
    widths = [max(len(line[i]) for line in lines) for i in range(5)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return all(line[-1] != "NO" for line in lines)


if __name__ == "__main__":
    sys.exit(0 if tell(sys.argv[1:]) else 1)
