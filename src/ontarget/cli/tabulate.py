"""``ontarget tabulate``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ontarget.ground.errors import InputError

if TYPE_CHECKING:
    from ontarget.source.tabulated_flux import TabulatedFlux


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["dk2nu", "gsimple"]), required=True, help="Format of the files.")
@click.option("--location", help="dk2nu: the name of the place at which rays were evaluated.")
@click.option("--point", help="dk2nu: instead of a name, a point in the frame of the file, e.g. '0 m, 0 m, 65 m'.")
@click.option("--skip-unknown", is_flag=True, help="dk2nu: leave out decays of parents that are not known here.")
@click.option("--stop", default="10 GeV", show_default=True, help="Highest energy of the table.")
@click.option("--bins", type=click.IntRange(1, 20_000), default=100, show_default=True, help="Equal bins from zero.")
@click.option("--distance", required=True, help="From where the neutrinos are made to the place of the table.")
@click.option(
    "--most",
    default="400 GeV",
    show_default=True,
    help="gsimple: upper limit of the neutrino energy (a check of its unit).",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="YAML of a TabulatedFlux.")
def command(
    files: tuple[str, ...],
    form: str,
    location: str | None,
    point: str | None,
    skip_unknown: bool,
    stop: str,
    bins: int,
    distance: str,
    most: str,
    output: Path,
) -> None:
    """Import dk2nu or gsimple flux files: write the YAML of a source, a TabulatedFlux.

    Several files, or patterns such as 'job_*.root', are read as one: their protons are added. Use the table in an
    experiment: 'source: {use: FILE.yaml}'. Histograms are read in Python: ontarget.io.formats.flux_file.
    """
    import numpy as np

    from ontarget.ground.units import BEAM_ENERGY, LENGTH
    from ontarget.io import parse, write_text
    from ontarget.io.formats.flux_file import tabulate_dk2nu, tabulate_gsimple

    edges = np.linspace(0.0, parse(stop, BEAM_ENERGY, "--stop"), bins + 1)
    away, highest = parse(distance, LENGTH, "--distance"), parse(most, BEAM_ENERGY, "--most")
    if form == "dk2nu":
        found = tabulate_dk2nu(files, place(location, point), edges, away, skip_unknown)
    else:
        found = tabulate_gsimple(files, edges, away, highest)
    write_text(output, yaml_of(found.flux, Path(files[0]).name))
    click.echo(f"source: {output}")
    for flavour, share in found.dropped.items():
        click.echo(f"not in the table: {100 * share:.3g} % of {flavour}, above {stop} (--stop)", err=True)
    if found.left_out:
        click.echo(f"left out: {100 * found.left_out:.3g} % of the decays, of unknown parents", err=True)


def place(location: str | None, point: str | None) -> Any:
    """The name of a location, or the coordinates of a point."""
    import numpy as np

    from ontarget.ground.units import LENGTH
    from ontarget.io import parse

    if (location is None) == (point is None):
        truth = "A dk2nu file holds rays at several places."
        got = "none" if location is None else "a location and a point"
        raise InputError("--location", got, truth, "Name one, as dkmetaTree has it, or give '--point'.")
    if point is None:
        return location
    parts = point.split(",")
    if len(parts) != 3:
        truth = "A point has three coordinates."
        raise InputError("--point", repr(point), truth, "Write e.g. '0 m, 0 m, 65 m'.")
    return np.array([parse(one.strip(), LENGTH, f"--point, {axis}") for one, axis in zip(parts, "xyz", strict=True)])


def yaml_of(flux: TabulatedFlux, name: str) -> str:
    """The table as the YAML of a source."""
    import numpy as np

    from ontarget.ground.units import GeV, m

    def numbers(values: object, unit: float) -> str:
        return "[" + ", ".join(f"{value:.10g}" for value in np.asarray(values) / unit) + "]"

    lines = [
        f"name: {name!r}",
        "type: TabulatedFlux",
        f"edges: {{values: {numbers(flux.edges, GeV)}, unit: GeV}}",
        f"distance: {float(flux.distance) / m:.10g} m",
        "flavours:",
    ]
    for each in flux.flavours:
        lines.append(f"  {each.name}: {{values: {{values: {numbers(each.values, m**-2)}, unit: 1/m^2}}}}")
    return "\n".join(lines) + "\n"
