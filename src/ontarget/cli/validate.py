"""``ontarget validate``"""

from __future__ import annotations

import click

WORDS = {True: "pass", False: "MISS", None: "data not here"}


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(form: str) -> None:
    """Published numbers beside ours: value, tolerance, pass or miss, source. A miss ends with exit code 1.

    A number whose data are not on this machine is shown, and is no miss.
    """
    from ontarget.io import MissingRelease, json_text
    from ontarget.validation.validation import compare, published, uncompared

    rows = []
    for tree, index in published():
        click.echo(f"  {tree.data[index]['name']}", err=True)
        try:
            rows.append(compare(tree, index).row())
        except MissingRelease as error:
            click.echo(f"    {error}", err=True)
            rows.append(uncompared(tree, index).row())
    if form == "json":
        click.echo(json_text(rows), nl=False)
    else:
        from ontarget.cli.table import print_table

        shown = [{key: value for key, value in row.items() if key != "why"} for row in rows]
        for row in shown:
            row["pass"] = WORDS[row["pass"]]
            row["tolerance"] = f"{100 * row['tolerance']:g} %"
        print_table("published numbers beside ours", shown)
    missed, absent = (sum(row["pass"] is answer for row in rows) for answer in (False, None))
    without = f", {absent} without data" if absent else ""
    click.echo(f"{len(rows) - missed - absent} of {len(rows)} within tolerance{without}", err=True)
    click.get_current_context().exit(1 if missed else 0)
