"""``ontarget flux``"""

from __future__ import annotations

import contextlib
import signal
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ontarget.cli.option import keep_compiled, parse_settings, set_option, trust_option
from ontarget.ground.errors import InputError

if TYPE_CHECKING:
    from ontarget.source.tunnel.simulation import Simulation

SAMPLING = {"forced": "Forced", "drawn": "Analogue"}
KEPT_EVERY = 10.0
"""Seconds between checkpoints."""
SAID_EVERY = 2.0


class Stopped(Exception):
    """The user wants no more rays."""


@click.command()
@click.argument("experiment")
@set_option
@trust_option
@click.option("--precision", default="0.3 %", show_default=True, help="Largest error of a node that matters.")
@click.option("--sampling", type=click.Choice(list(SAMPLING)), help="How rays reach the detector.  [default: as given]")
@click.option("--chunks", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Parts, joined.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder.  [default: out/EXPERIMENT_flux]")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint in the folder.")
def command(
    experiment: str,
    settings: tuple[str, ...],
    trust: bool,
    precision: str,
    sampling: str | None,
    chunks: int,
    output: Path | None,
    resume: bool,
) -> int:
    """Count rays until the flux at the detector is as precise as wanted; write it by energy, and by component.

    Leaves flux.csv, components.csv, run.json and the checkpoint flux.npz. Ctrl-C keeps what was counted.
    """
    from ontarget.ground.units import NUMBER
    from ontarget.io import check_folder, parse, read_checkpoint, write_checkpoint
    from ontarget.io.entry import load_experiment
    from ontarget.source.tunnel.simulation import simulate

    wanted = parse(precision, NUMBER, "--precision")
    if not 0 < wanted < 1:
        raise InputError("--precision", repr(precision), "It is between 0 and 1.", "Give e.g. 0.3%.")
    given = parse_settings(settings) | ({} if sampling is None else {"source.sampling": SAMPLING[sampling]})
    loaded = load_experiment(experiment, given, trust)
    simulation = simulation_of(loaded.noun)
    folder = output or Path("out") / f"{Path(experiment).stem}_flux"
    checkpoint = folder / "flux.npz"
    check_folder(folder)
    if resume:
        read_checkpoint(checkpoint, simulation, loaded.digest)
    elif checkpoint.exists():
        truth = "There are rays in it that would be lost."
        raise InputError(str(checkpoint), "a checkpoint that is there already", truth, "Say --resume, or remove it.")
    keep_compiled()
    with interrupts() as interrupted:
        hearing = Hearing(wanted, lambda whole: write_checkpoint(checkpoint, whole, loaded.digest), interrupted)
        click.echo("  compiling: up to a minute before the first rays", err=True)
        try:
            simulate(simulation, wanted, chunks, hearing)
        except Stopped:
            write_checkpoint(checkpoint, simulation, loaded.digest)
            click.echo(f"Interrupted after {simulation.rays} rays. The same command with --resume goes on.", err=True)
            return 130
        write_checkpoint(checkpoint, simulation, loaded.digest)
    tell(simulation, folder, {f"experiment {experiment}": loaded.digest}, loaded.noun.title or experiment)
    return 0


def simulation_of(experiment: Any) -> Simulation:
    """The simulation of an experiment's source, if it draws rays."""
    from ontarget.experiment.narrow import neutrino_experiment
    from ontarget.source import BeamSite, DecayTunnel
    from ontarget.source.source import check_site
    from ontarget.source.tunnel.simulation import Simulation

    source, detector = experiment.source, neutrino_experiment(experiment).detector
    if not isinstance(source, DecayTunnel):
        truth = "It draws no rays: its flux is a closed form."
        raise InputError("source", type(source).__name__, truth, "See 'ontarget expect'.")
    return Simulation(source, check_site(detector.site, BeamSite), detector.tag)


def tell(simulation: Simulation, folder: Path, inputs: dict[str, str], title: str) -> None:
    """Print the table, write the files."""
    from ontarget.analysis.facility.flux_summary import flux_by_component, flux_by_flavour
    from ontarget.cli.table import print_table
    from ontarget.io import run_record, write_csv, write_json
    from ontarget.report.flux_table import component_rows, flavour_rows, flux_rows

    flux = simulation.flux()
    write_csv(folder / "flux.csv", flux_rows(flux, simulation.tag.axis))
    write_csv(folder / "components.csv", component_rows(flux_by_component(simulation)))
    record = run_record(inputs, simulation.source.seed)
    counted = {"rays": simulation.rays, "lattices": [one.units for one in simulation.tallies]}
    write_json(folder / "run.json", record | counted | {"error": simulation.error()})
    print_table(title, flavour_rows(flux_by_flavour(flux)))
    click.echo(f"{simulation.rays} rays: {folder}")


class Hearing:
    """Hears of every lattice: says now and then how far it is, keeps a checkpoint, stops when the user wants to."""

    def __init__(self, precision: float, keep: Callable[[Simulation], Any], interrupted: threading.Event) -> None:
        self.precision, self.keep, self.interrupted = precision, keep, interrupted
        self.begun = self.said = self.kept = self.last = time.monotonic()
        self.steps: deque[float] = deque(maxlen=50)

    def __call__(self, whole: Callable[[], Simulation]) -> None:
        now = time.monotonic()
        self.steps.append(now - self.last)
        if now - self.kept > KEPT_EVERY:
            self.keep(whole())
            self.kept = time.monotonic()
        if now - self.said > SAID_EVERY:
            self.say(whole())
            self.said = time.monotonic()
        self.last = time.monotonic()
        if self.interrupted.is_set():
            raise Stopped

    def say(self, simulation: Simulation) -> None:
        """One line on standard error."""
        error, done = simulation.error(), sum(one.units for one in simulation.tallies)
        known = 0 < error < float("inf")
        ahead = max(len(simulation.left), done * (error / self.precision) ** 2 - done if known else 0.0)
        so_far = f"largest error {100 * error:.2g} %" if known else "no error yet"
        # the first lattices of a component hold its compilation: the median does not
        left = ahead * statistics.median(self.steps)
        line = (
            f"  [{time.monotonic() - self.begun:5.1f} s] {simulation.rays:.3g} rays, {so_far}, about {left:.0f} s left"
        )
        click.echo(line, err=True)


@contextlib.contextmanager
def interrupts() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets, so that no lattice is left half counted; the second one is heard at once."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before = signal.getsignal(signal.SIGINT)

    def hear(*_: Any) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, hear)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
