"""``ontarget validate``"""

from __future__ import annotations

import click

from ontarget.cli.option import keep_compiled


@click.command()
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(form: str) -> None:
    """Published numbers beside ours: value, tolerance, pass or miss, source. A miss ends with exit code 1."""
    from ontarget.io import json_text
    from ontarget.report.validation import compare, published

    keep_compiled()
    rows = []
    for tree, index in published():
        click.echo(f"  {tree.data[index]['name']}", err=True)
        rows.append(compare(tree, index).row())
    if form == "json":
        click.echo(json_text(rows), nl=False)
    else:
        from ontarget.cli.table import print_table

        shown = [{key: value for key, value in row.items() if key != "why"} for row in rows]
        for row in shown:
            row["pass"] = "pass" if row["pass"] else "MISS"
            row["tolerance"] = f"{100 * row['tolerance']:g} %"
        print_table("published numbers beside ours", shown)
    missed = sum(not row["pass"] for row in rows)
    click.echo(f"{len(rows) - missed} of {len(rows)} within tolerance", err=True)
    click.get_current_context().exit(1 if missed else 0)
