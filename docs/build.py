"""Make every figure of the documentation again: the front page, the tutorials, the studies; and write the gallery page.

Each script runs in an empty folder; what it leaves there as SVG goes into the gallery. A script that fails fails the
build, so none of them grows stale.
"""

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
LARGEST_SVG, LARGEST_PNG = 200_000, 150_000  # bytes; a larger SVG is kept as PNG
HEAD = """# Gallery

Every figure here was drawn by this version of ontarget. `make docs` draws them and writes this page again.

## The front page

![recoils against threshold, and new couplings to quarks](ess.svg)

Left: recoils above a threshold in six detectors proposed for the European Spallation Source, with a dot at the
threshold of each. Right: couplings of electron neutrinos to u and d quarks that three years would allow at 90 %.
Drawn by [front.py](../front.py).
"""
CAPTIONS = {
    "01_from_name_to_reach_plane": "One nucleus allows a pair of bands, two nuclei of different N/Z cross them (90 %).",
    "02_your_own_detector_arrival": "Arrival time and light of the events in 100 kg of sodium iodide at the SNS.",
    "spectra": "Spectra of the six detectors over three years, stacked by flavour on top of the steady background.",
    "thresholds": "Recoils above a sharp threshold, per kilogram and year; the marks are the proposed thresholds.",
    "yields": "Neutrinos per flavour and year at eight facilities, upgrades among them, against beam power.",
    "nsi_bounds": "Vector couplings of electron and muon neutrinos to quarks allowed at 90 %, one at a time.",
    "neutron_radius": "One standard deviation of the rms radius of the neutron density of each target.",
    "nsi_plane": "Couplings to u and d quarks allowed at 90 % by one, two and six nuclei.",
}
STUDIES = {
    "ess": "ontarget run ess",
}


def run(command: list[str], folder: str) -> None:
    """Run a command in a folder; a failure ends the build."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "SOURCE_DATE_EPOCH": "0"}  # the same figure, the same bytes
    done = subprocess.run([sys.executable, *command], cwd=folder, env=environment, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed (exit status {done.returncode}); its message stands above.")


def figures_of(command: list[str], prefix: str = "") -> list[str]:
    """Run a command in an empty folder and keep the figures it left; their names in the gallery."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run(command, folder)
        found = sorted(Path(folder).rglob("*.svg"))
        names = [keep(figure, f"{prefix}{figure.stem}") for figure in found]
    print(f"{' '.join(command)}: {len(names)} figures, {time.monotonic() - start:.0f} s", flush=True)
    return names


def keep(figure: Path, name: str) -> str:
    """Copy a figure into the gallery, as PNG where the SVG is too large."""
    text = figure.read_bytes()
    png = figure.with_suffix(".png")
    if len(text) <= LARGEST_SVG:
        (GALLERY / f"{name}.svg").write_bytes(text)
        return f"{name}.svg"
    if shutil.which("rsvg-convert") is None:
        sys.exit(f"{name}: {len(text) // 1000} kB as SVG, and no rsvg-convert here to make a PNG: install librsvg.")
    subprocess.run(["rsvg-convert", "-w", "1000", str(figure), "-o", str(png)], check=True)
    if png.stat().st_size > LARGEST_PNG:
        sys.exit(f"{name}: {png.stat().st_size // 1000} kB as PNG; a figure of the gallery has at most 150.")
    (GALLERY / f"{name}.png").write_bytes(png.read_bytes())
    return f"{name}.png"


def section(title: str, text: str, origin: str, figures: list[str]) -> str:
    """What the gallery says about one script or study."""
    lines = [f"## {title}", text, origin]
    for name in figures:
        stem = name.rpartition(".")[0]
        lines += [f"![{stem.replace('_', ' ')}]({name})", CAPTIONS.get(stem, "")]
    return "\n\n".join(line for line in lines if line)


def tutorial(script: Path) -> str:
    """Run one tutorial; its section."""
    title, _, rest = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or script.stem).partition("\n")
    first = rest.strip().split("\n\n")[0].replace("\n", " ")
    figures = figures_of([str(script)], f"{script.stem}_")
    return section(title.rstrip("."), first, f"From [{script.name}](../tutorials/{script.name}).", figures)


def studies() -> str:
    """Run the studies of the gallery; their section."""
    figures = [name for one in STUDIES for name in figures_of(["-m", "ontarget", "run", one, "-o", "study"])]
    origin = "From " + " and ".join(f"`{command}`" for command in STUDIES.values()) + "."
    text = "Six detectors, three years, 10 % on the signal and 1 % on the background, expected counts in place of data."
    return section("CEvNS at the European Spallation Source", text, origin, figures)


def main() -> None:
    for old in [*GALLERY.glob("*.svg"), *GALLERY.glob("*.png")]:
        old.unlink()
    figures_of([str(DOCS / "front.py")])
    sections = [tutorial(script) for script in sorted((DOCS / "tutorials").glob("*.py"))]
    page = "\n\n".join([HEAD.strip(), *sections, studies()])
    (GALLERY / "README.md").write_text(f"{page}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
