"""The command `ontarget`. Help costs nothing: a command's module is imported when it is called."""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from ontarget.ground.errors import InputError

# command: module, what `ontarget --help` says of it
COMMANDS = {
    "list": ("listing", "Show what the catalog holds."),
    "show": ("show", "Show an entry as a tree: address, value, unit and citation of every number."),
    "expect": ("expect", "Compute the expected counts of an experiment."),
    "flux": ("flux", "Simulate the flux of a beam to a wanted precision, with checkpoints."),
    "rays": ("rays", "Write the decays of a beam, or its neutrinos, one by one (dk2nu, gsimple, NuHepMC)."),
    "tag": ("tag", "Tag the interactions of a beam's neutrinos one by one, with checkpoints."),
    "tabulate": ("tabulate", "Import a dk2nu or gsimple flux file as a source."),
    "run": ("study", "Run a study: expected counts, fits, scans; figures, tables and a report."),
    "devices": ("devices", "Show the devices JAX computes on, their memory, and the block sizes chosen."),
    "export": ("export", "Write a likelihood for pyhf, or results for HEPData and netCDF."),
    "validate": ("validate", "Compare with published numbers."),
    "data": ("data", "List, fetch and find the published data that experiments are fitted to."),
    "cache": ("cache", "Show what is kept between calls, or remove it."),
    "cite": ("cite", "Print the BibTeX of what an entry uses."),
}


class ReaderLeft(Exception):
    """Nobody reads what is printed any more, as in `ontarget list | head -1`."""


@contextlib.contextmanager
def while_read() -> Iterator[None]:
    """What ends with 1 in click and in rich where nobody reads any more ends with `ReaderLeft`."""
    try:
        yield
    except (BrokenPipeError, SystemExit) as error:
        of_rich = isinstance(error.__context__, BrokenPipeError) and isinstance(error, SystemExit)
        if of_rich or (isinstance(error, BrokenPipeError) and unread()):
            raise ReaderLeft from error
        raise


def unread() -> bool:
    """Whether what is printed goes into a pipe that nobody reads; other pipes break for other reasons."""
    if not hasattr(select, "poll"):
        return True
    poller = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            poller.register(stream.fileno(), select.POLLOUT)
    return any(state & (select.POLLERR | select.POLLHUP) for _, state in poller.poll(0))


class LazyGroup(click.Group):
    """A group whose commands are imported one by one: `ontarget.cli.<module>` has a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"ontarget.cli.{COMMANDS[cmd_name][0]}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ontarget.io.wording import nearest, quote

            raise InputError("ontarget", f"the command {quote(args[0])}", "", nearest(args[0], COMMANDS))
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with while_read():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with while_read():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ontarget", prog_name="ontarget")
def group() -> None:
    """Accelerator-neutrino facilities, from protons on target to physics reach."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 well; 1 refused by the system; 2 something the user gave; 130 interrupted."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code. Whatever a user did wrong is one line on stderr."""
    try:
        code = group.main(args=None if arguments is None else list(arguments), standalone_mode=False)
        sys.stdout.flush()
    except InputError as error:
        click.echo(str(error), err=True)
        return 2
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.ClickException as error:
        click.echo(f"ontarget: {' '.join(error.format_message().split())}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return 130
    except (BrokenPipeError, ReaderLeft):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0
