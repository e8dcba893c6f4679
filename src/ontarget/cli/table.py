"""Rows as a user wants them: a table on a terminal or in a pipe, JSON, or CSV."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click

from ontarget.report.column import Column, Rows
from ontarget.report.text_table import text_table, wrapped

FORMATS = ("table", "json", "csv")


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--format``: how rows are printed."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="A table to be read, or all digits as JSON or CSV.",
    )(command)


def print_table(title: str, rows: Rows, columns: Mapping[str, Column] | None = None) -> None:
    """Print rows with equal keys under a title, no wider than the terminal; in a pipe the width is unlimited."""
    made = text_table(title, rows, columns, terminal_width())
    for line in made.title:
        click.secho(line, bold=True)
    for line in made.body:
        click.echo(line)


def print_text(text: str, indent: str = "") -> None:
    """Print a sentence, wrapped between words to the width of the terminal."""
    for line in wrapped(text, terminal_width(), indent, indent + "  "):
        click.echo(line)


def print_rows(form: str, title: str, rows: Rows, columns: Mapping[str, Column] | None = None) -> None:
    """Print rows in one of `FORMATS`."""
    if form == "table":
        print_table(title, rows, columns)
        return
    from ontarget.io.write import csv_text, json_text

    click.echo(json_text(rows) if form == "json" else csv_text(rows), nl=False)


def terminal_width() -> int | None:
    """Characters of a line of the terminal; None, unlimited, where the output is no terminal."""
    return max(20, shutil.get_terminal_size().columns) if sys.stdout.isatty() else None
