"""Run every tutorial in an empty folder, collect the figures it leaves, and write the gallery page again."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOCS = Path(__file__).resolve().parent
GALLERY = DOCS / "gallery"
HEAD = """# Gallery

Every figure here was drawn by a tutorial of this version. `make docs` runs the tutorials and writes this page again.
"""
LARGEST = 300_000  # bytes of a figure that is kept under version control


def run(tutorial: Path) -> list[Path]:
    """Run one tutorial; return the figures it left, as files of the gallery."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "SOURCE_DATE_EPOCH": "0"}  # the same figure, the same bytes
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, str(tutorial)], cwd=folder, env=environment, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"{tutorial.relative_to(DOCS)} failed (exit status {done.returncode}); its message stands above.")
        figures = sorted(path for path in Path(folder).rglob("*") if path.suffix in (".svg", ".png"))
        return [keep(figure, tutorial.stem) for figure in figures]


def keep(figure: Path, tutorial: str) -> Path:
    """Copy a figure into the gallery under the name of its tutorial."""
    if figure.stat().st_size > LARGEST:
        sys.exit(f"{tutorial}: {figure.name} has {figure.stat().st_size // 1000} kB; a gallery figure has at most 300.")
    name = figure.name if figure.stem.startswith(tutorial) else f"{tutorial}_{figure.name}"
    return Path(shutil.copy(figure, GALLERY / name))


def section(tutorial: Path, figures: list[Path]) -> str:
    """What the gallery says about one tutorial."""
    title, _, rest = (ast.get_docstring(ast.parse(tutorial.read_text(encoding="utf-8"))) or tutorial.stem).partition(
        "\n"
    )
    first = rest.strip().split("\n\n")[0].replace("\n", " ")
    lines = [f"## {title.rstrip('.')}", first, f"From [{tutorial.name}](../tutorials/{tutorial.name})."]
    lines += [f"![{figure.stem.replace('_', ' ')}]({figure.name})" for figure in figures]
    return "\n\n".join(line for line in lines if line)


def main() -> None:
    for old in [*GALLERY.glob("*.svg"), *GALLERY.glob("*.png")]:
        old.unlink()
    sections = []
    for tutorial in sorted((DOCS / "tutorials").glob("*.py")):
        start = time.monotonic()
        figures = run(tutorial)
        print(f"{tutorial.name}: {len(figures)} figures, {time.monotonic() - start:.0f} s", flush=True)
        if figures:
            sections.append(section(tutorial, figures))
    body = "\n\n".join(sections) or "There is no tutorial with a figure yet."
    (GALLERY / "README.md").write_text(f"{HEAD}\n{body}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
