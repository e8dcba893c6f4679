"""``ontarget export``"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ontarget.cli.name import ANY, ENTRY
from ontarget.cli.option import parse_settings, set_option, trust_option
from ontarget.ground.errors import InputError

EXACT = 1e-6
"""Of a difference of -2 ln L: what is written as the same likelihood meets it to this."""


@click.command()
@click.argument("name", type=ANY)
@click.option(
    "--format",
    "form",
    type=click.Choice(["pyhf", "hepdata", "netcdf"]),
    required=True,
    help="pyhf: of an experiment or a study. hepdata, netcdf: the tables in a folder of results.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="File, or folder for hepdata.")
@click.option("--task", default="", metavar="KEY", help="Of a study: the task whose likelihood is exported.")
@click.option("--parameters", default="", metavar="A,B", help="Which parameters are free.  [default: all]")
@click.option(
    "--experiments", default="", metavar="A,B", help="Of a study: which enter the likelihood.  [default: all]"
)
@click.option(
    "--approximate",
    is_flag=True,
    help="pyhf: use ±1 sigma templates (HistFactory interpolation) where no exact form exists.",
)
@set_option
@trust_option
def command(
    name: str,
    form: str,
    output: Path,
    task: str,
    parameters: str,
    experiments: str,
    approximate: bool,
    settings: tuple[str, ...],
    trust: bool,
) -> None:
    """Hand an experiment, a study (NAME) or a folder of results (NAME) to other programs.

    As a pyhf workspace an experiment has a factor 'strength' on its channels, and its numbers with errors and its
    variations with their constraints; a study has the parameters and constraints of one of its tasks. Differences of
    -2 ln L are compared.
    """
    if form == "pyhf":
        ENTRY.convert(name, None, None)  # of the others it is a folder
        options = {"task": task, "parameters": words(parameters), "experiments": words(experiments)}
        export_workspace(name, output, approximate, parse_settings(settings), trust, options)
        return
    from ontarget.io.formats.hepdata import write_hepdata
    from ontarget.io.formats.netcdf import write_netcdf

    click.echo(f"{form}: {write_hepdata(name, output) if form == 'hepdata' else write_netcdf(name, output)}")


def export_workspace(
    name: str, output: Path, approximate: bool, settings: dict[str, str], trust: bool, options: dict[str, Any]
) -> None:
    """Write the workspace of an experiment, or of a task of a study, and say how its parameters are to be read."""
    from ontarget.cli.table import print_table, print_text
    from ontarget.io import write_json
    from ontarget.io.entry import is_study
    from ontarget.io.formats.histfactory import POINTS, only_signal, workspace
    from ontarget.study.parameters.exchange import of_experiment, of_study

    study = is_study(name)
    for option, value in options.items():
        if value and not study and option != "parameters":
            truth = "An experiment has no tasks: its numbers with errors and its variations are free."
            raise InputError(f"--{option}", repr(value), truth, "Leave it out, or name a study.")
    if study:
        found = of_study(name, settings, trust, **options)
    else:
        found = of_experiment(name, settings, trust, parameters=options["parameters"])
    title = options["task"] or Path(name).stem
    made = workspace(*found, approximate=approximate, strength="" if study else "strength", title=title)
    rows = [{"parameter": one.parameter.name, "in the workspace": one.word, "as": one.says} for one in made.roles]
    rows += [{"parameter": "", "in the workspace": one, "as": "shapefactor, one for each bin"} for one in made.shapes]
    factor = {"parameter": "", "in the workspace": made.strength, "as": "normfactor on the channels"}
    rows += [factor] if made.strength else []
    write_json(output, made.document)
    print_table("Parameters", rows)
    if bins := only_signal(made.document):
        name = made.document["measurements"][0]["config"]["poi"]
        what = f"{bins} bin holds" if bins == 1 else f"{bins} bins hold"
        print_text(f"{what} events that '{name}' alone explains: at {name} = 0 there is no likelihood, hence no test.")
    if made.roles:
        said = f"Differences of -2 ln L agree to {made.error:.1g} at {made.points} random points"
        print_text(f"{said} (relative where they are above one).")
    else:
        print_text("Nothing is uncertain in it but what sidebands say: name a study for parameters and constraints.")
    if not made.error <= EXACT:
        click.echo("warning: the workspace is an approximation.", err=True)
    if made.points < POINTS:
        click.echo("warning: compared at few points, for elsewhere some counts are below zero.", err=True)
    click.echo(f"workspace: {output}")


def words(given: str) -> Sequence[str]:
    """Names that commas separate."""
    return [one.strip() for one in given.split(",") if one.strip()]
