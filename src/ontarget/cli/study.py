"""``ontarget run``"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ontarget.cli.name import STUDY
from ontarget.cli.option import parse_settings, set_option, trust_option
from ontarget.cli.patience import waiting
from ontarget.ground.errors import InputError

if TYPE_CHECKING:
    from ontarget.report.section import Section
    from ontarget.work.campaign import Share
    from ontarget.work.executor import AbstractExecutor

LONG = 40
"""Rows of a table that is named and not printed."""

CHUNKS = "chunks"
"""Folder of the stores, in that of the results."""


def work_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Who computes the long jobs of a study, and whether what is stored is gone on from."""
    for option in (
        click.option("--share", metavar="I/N", help="This is job I of N that share the folder, as in a job array."),
        click.option(
            "--scheduler", metavar="ADDRESS", default="", help="A Dask scheduler, tcp://host:port, or its file."
        ),
        click.option("--workers", type=click.IntRange(1, 4096), help="Number of worker processes.  [default: cores]"),
        click.option(
            "--executor",
            type=click.Choice(["here", "processes", "dask"]),
            help="Where long jobs are computed.  [default: here; dask with --scheduler]",
        ),
        click.option("--resume", is_flag=True, help="Continue from the chunks in the folder."),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("study", type=STUDY)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the results.  [default: out/STUDY]")
@click.option("--tables", is_flag=True, help="Print the tables, and not only their main numbers.")
@set_option
@trust_option
@work_options
def command(
    study: str,
    output: Path | None,
    tables: bool,
    settings: tuple[str, ...],
    trust: bool,
    resume: bool,
    executor: str | None,
    workers: int | None,
    scheduler: str,
    share: str | None,
) -> int:
    """Run a study and write one folder: report.html, figures, tables (CSV and JSON), run.json.

    Prints the main numbers of each question with errors and published values, and where the report is.

    Long computations are kept in chunks as they come, below the folder: after Ctrl-C, or worse, --resume goes on from
    them.
    """
    begun = time.monotonic()
    given = parse_settings(settings)
    with waiting(study, doing="loading"):
        from ontarget.io import check_folder
        from ontarget.study.study import Answer, run, say, write
        from ontarget.work.campaign import Campaign

    def progress(line: str) -> None:
        say(f"[{time.monotonic() - begun:5.1f} s] {line}")

    member, crew = parse_share(share), chosen(executor, workers, scheduler)
    folder = output or Path("out") / Path(study).stem
    if share is not None:  # the check takes away what it made, perhaps under the feet of another member
        with contextlib.suppress(OSError, ValueError):
            folder.mkdir(parents=True, exist_ok=True)
    check_folder(folder)
    check_stores(folder / CHUNKS, resume or share is not None)

    def keep(answer: Answer) -> None:
        click.echo(f"what was answered before: {write(answer, folder)}", err=True)

    with crew:
        try:
            answer = run(study, given, trust, progress, keep, Campaign(folder / CHUNKS, crew, member))
        except KeyboardInterrupt:
            if not (folder / CHUNKS).is_dir():
                raise
            click.echo("Interrupted. The same command with --resume goes on.", err=True)
            return 130
    page = write(answer, folder)
    print_answer(answer.study.noun.name or answer.study.path.stem, answer.sections, tables)
    click.echo(f"report: {page}")
    return 0


def print_answer(title: str, sections: Sequence[Section], tables: bool) -> None:
    """Print the main numbers of a study on one screen, or all its tables; and its warnings."""
    from ontarget.cli.table import terminal_width
    from ontarget.report.screen import screen

    if tables:
        for section in sections:
            print_tables(section)
    else:
        for line in screen(title, sections, terminal_width()):
            click.secho(line, bold=not line.startswith(" "))
    for section in sections:
        for warning in section.warnings:
            click.echo(f"warning: {warning}", err=True)


def print_tables(section: Section) -> None:
    """Print the tables of a section; of long ones, where they are."""
    from ontarget.cli.table import print_table, print_text

    for table in section.tables:
        if len(table.rows) <= LONG:
            print_table(table.title, table.rows, table.columns)
        else:
            print_text(f"{table.title}: {len(table.rows)} rows in tables/{table.name}.csv")
        click.echo()


def parse_share(share: str | None) -> Share:
    """Which of how many: I/N."""
    from ontarget.work.campaign import Share

    if share is None:
        return Share()
    number, slash, of = share.partition("/")
    if not slash or not number.strip().isdecimal() or not of.strip().isdecimal():
        raise InputError("--share", repr(share), "It is I/N with I from 1 to N.", "Write e.g. --share 3/8.")
    return Share(int(number), int(of))


def chosen(executor: str | None, workers: int | None, scheduler: str) -> AbstractExecutor:
    """Who computes."""
    from ontarget.work.cluster import Dask
    from ontarget.work.executor import Serial
    from ontarget.work.processes import Processes

    if scheduler and executor not in (None, "dask"):
        raise InputError("--scheduler", repr(scheduler), f"There is none for {executor!r}.", "Say --executor dask.")
    if scheduler and workers is not None:
        raise InputError("--workers", str(workers), "The scheduler has its own workers.", "Leave one of both out.")
    if executor == "dask" or scheduler:
        return Dask(scheduler, workers)
    if executor == "processes":
        return Processes(workers)
    if workers is not None:
        raise InputError("--workers", str(workers), "It needs other processes.", "Say --executor processes.")
    return Serial()


def check_stores(folder: Path, resume: bool) -> None:
    """Refuse to lose what was computed: unfinished stores are gone on from, or removed by the user; others go."""
    import shutil

    from ontarget.work.store import unfinished

    if resume or not folder.is_dir():
        return
    for path in unfinished(folder):
        truth = "There are chunks in it that would be lost."
        raise InputError(str(path), "a store that is not finished", truth, "Say --resume, or remove it.")
    for path in folder.glob("*.zarr"):
        shutil.rmtree(path)
