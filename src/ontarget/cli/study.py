"""``ontarget run``"""

from __future__ import annotations

import time
from pathlib import Path

import click

from ontarget.cli.option import keep_compiled, parse_settings, set_option, trust_option


@click.command()
@click.argument("study")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the results.  [default: out/STUDY]")
@set_option
@trust_option
def command(study: str, output: Path | None, settings: tuple[str, ...], trust: bool) -> None:
    """Run a study and write one folder: report.html, figures, tables (CSV and JSON), run.json."""
    begun = time.monotonic()
    from ontarget.cli.table import print_table
    from ontarget.io import check_folder
    from ontarget.report.study import Answer, run, say, write

    def progress(line: str) -> None:
        say(f"[{time.monotonic() - begun:5.1f} s] {line}")

    keep_compiled()
    folder = output or Path("out") / Path(study).stem
    check_folder(folder)

    def keep(answer: Answer) -> None:
        click.echo(f"what was answered before: {write(answer, folder)}", err=True)

    answer = run(study, parse_settings(settings), trust, progress, keep)
    page = write(answer, folder)
    for section in answer.sections:
        for table in section.tables:
            if len(table.rows) <= 40:
                hidden = {"note", "why", "name"}
                rows = [{key: value for key, value in row.items() if key not in hidden} for row in table.rows]
                print_table(table.title, rows)
        for warning in section.warnings:
            click.echo(f"warning: {warning}", err=True)
    click.echo(f"report: {page}")
