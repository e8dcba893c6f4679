"""Floor 11: the command. Doors are opened only when a command is called: ``ontarget --help`` imports no JAX."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

COMMANDS = {
    "list": ("listing", "Show what the catalog holds."),
    "show": ("show", "Show an entry as a tree: address, value, unit and citation of every number."),
    "expect": ("expect", "Compute the expected counts of an experiment."),
    "run": ("run", "Run a study: expected counts, fits, scans; figures, tables and a report."),
    "validate": ("validate", "Put published numbers beside ours."),
    "cite": ("cite", "Print the BibTeX of what an entry rests upon."),
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return importlib.import_module(f"ontarget.cli.{name}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = click.utils.make_str(args[0])
        if name not in COMMANDS:
            from ontarget.ground.errors import did_you_mean

            raise click.UsageError(f"there is no command {name!r}. {did_you_mean(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ontarget")
def group() -> None:
    """Accelerator-neutrino facilities from protons on target to physics reach."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: a wrong input is one sentence on standard error and exit code 2."""
    try:
        group.main(arguments, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"ontarget: {error.format_message()}", err=True)
        sys.exit(2)
    except BrokenPipeError:  # the reader went away (a pager, head): nothing to say, and nothing to flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ValueError as error:
        if type(error).__name__ != "InputError":
            raise
        click.echo(f"ontarget: {error}", err=True)
        sys.exit(2)
