"""``ontarget tabulate``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ontarget.ground.errors import InputError

if TYPE_CHECKING:
    from ontarget.source.tabulated_flux import TabulatedFlux


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["dk2nu", "gsimple"]), required=True, help="What the file is.")
@click.option("--location", help="dk2nu: the name of the place at which rays were evaluated.")
@click.option("--stop", default="10 GeV", show_default=True, help="Highest energy of the table.")
@click.option("--bins", type=click.IntRange(1, 20_000), default=100, show_default=True, help="Equal bins from zero.")
@click.option("--distance", required=True, help="From the births of the neutrinos to the place of the table.")
@click.option("--most", default="400 GeV", show_default=True, help="gsimple: an energy that no neutrino exceeds.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="YAML of a TabulatedFlux.")
def command(
    file: Path, form: str, location: str | None, stop: str, bins: int, distance: str, most: str, output: Path
) -> None:
    """Turn somebody's dk2nu or gsimple file into a source: the YAML of a TabulatedFlux.

    Use it in an experiment: 'source: {use: FILE.yaml}'. Histograms are read in Python: ontarget.io.formats.flux_file.
    """
    import numpy as np

    from ontarget.ground.units import BEAM_ENERGY, LENGTH
    from ontarget.io import parse, write_text
    from ontarget.io.formats.flux_file import flux_of_dk2nu, flux_of_gsimple

    edges = np.linspace(0.0, parse(stop, BEAM_ENERGY, "--stop"), bins + 1)
    away, highest = parse(distance, LENGTH, "--distance"), parse(most, BEAM_ENERGY, "--most")
    if form == "dk2nu" and location is None:
        truth = "A dk2nu file holds rays at several places."
        raise InputError("--location", "none", truth, "Name one, as dkmetaTree has it.")
    if form == "dk2nu":
        found = flux_of_dk2nu(file, str(location), edges, away)
    else:
        found = flux_of_gsimple(file, edges, away, highest)
    write_text(output, yaml_of(found, file.name))
    click.echo(f"source: {output}")


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
