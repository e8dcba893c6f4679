"""``ontarget validate``"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ontarget.cli.table import format_option, print_rows

if TYPE_CHECKING:
    from ontarget.report.column import Column

WORDS = {True: "pass", False: "MISS", None: "data not here"}


@click.command()
@format_option
def command(form: str) -> None:
    """Published numbers beside ours: difference, tolerance, pass or miss, source. A miss that no entry explains ends
    with exit code 1.

    Misses come first in the table; what is known of one stands below it. A number whose data are not on this machine is
    shown, and is no miss.

    JSON and CSV have one row per number, in the order of the catalog: name; published, its error (one standard
    deviation) and ours in the unit of the row; tolerance and difference relative to the published number; pass (empty
    without data), source, why the tolerance is not smaller, and the reason for a miss that is known.
    """
    from ontarget.io import MissingRelease
    from ontarget.validation.validation import compare, published, uncompared

    rows = []
    for tree, index in published():
        click.echo(f"  {tree.data[index]['name']}", err=True)
        try:
            rows.append(compare(tree, index).row())
        except MissingRelease as error:
            click.echo(f"    {error}", err=True)
            rows.append(uncompared(tree, index).row())
    title = "Published numbers beside ours"
    print_rows(form, title, shown_rows(rows) if form == "table" else rows, shown_columns())
    missed, absent = (sum(row["pass"] is answer for row in rows) for answer in (False, None))
    known = [row for row in rows if row["pass"] is False and row["missed"]]
    for row in known:
        click.echo(f"Missed: {row['name']}. {row['missed']}", err=True)
    without = f", {absent} without data" if absent else ""
    click.echo(f"{len(rows) - missed - absent} of {len(rows)} within tolerance{without}", err=True)
    click.get_current_context().exit(1 if missed > len(known) else 0)


def shown_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a table shows, the misses first: differences and tolerances in per cent, the verdict as a word."""
    order = {False: 0, True: 1, None: 2}
    return [
        {
            "number": row["name"],
            **{key: row[key] for key in ("published", "error", "ours", "unit")},
            "difference (%)": None if row["difference"] is None else 100 * row["difference"],
            "tolerance (%)": 100 * row["tolerance"],
            "verdict": WORDS[row["pass"]],
            "source": row["source"],
        }
        for row in sorted(rows, key=lambda row: order[row["pass"]])
    ]


def shown_columns() -> dict[str, Column]:
    """Which is the error, and the unit, of which."""
    from ontarget.report.column import Column

    return {
        "published": Column(unit_in="unit"),
        "error": Column(error_of="published"),
        "ours": Column(unit_in="unit", like="published"),
        "difference (%)": Column(decimals=2),
        "verdict": Column(stays=True),
    }
