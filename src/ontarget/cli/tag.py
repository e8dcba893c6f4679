"""``ontarget tag``"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ontarget.cli.flux import interrupts
from ontarget.cli.name import EXPERIMENT
from ontarget.cli.option import parse_settings, set_option, trust_option
from ontarget.ground.errors import InputError

if TYPE_CHECKING:
    from ontarget.experiment.experiment import Experiment
    from ontarget.tagging.campaign import Campaign, Tagged

MOST_EVENTS = 10_000_000


@click.command()
@click.argument("experiment", type=EXPERIMENT)
@click.option("--tagger", default="taggers/nuscope", show_default=True, help="In the catalog, or a YAML file.")
@set_option
@trust_option
@click.option("-n", "--events", type=int, default=100_000, show_default=True, help="Number of interactions.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--intensity", type=float, default=1.0, show_default=True, help="Beam intensity relative to nominal.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder.  [default: out/EXPERIMENT_tags]")
@click.option("--resume", is_flag=True, help="Continue from the parts in the folder.")
def command(
    experiment: str,
    tagger: str,
    settings: tuple[str, ...],
    trust: bool,
    events: int,
    seed: int,
    intensity: float,
    output: Path | None,
    resume: bool,
) -> int:
    """Tag charged-current interactions one by one, at the spill's intensity; write them with their truth.

    A tag is what is known of a neutrino besides what it deposits: here the energy from its parent pion and muon.
    Leaves tags.csv, response.csv (probability of the tagged energy), performance.csv, run.json, the finished parts, and
    matching.yaml with its table, for use in an experiment's detector: "tag: {use: matching.yaml}". Ctrl-C keeps what is
    finished. --set tagger.time="500 ps" sets a number of the tagger.
    """
    from ontarget.io import check_folder
    from ontarget.io.entry import load_experiment
    from ontarget.io.load import load
    from ontarget.tagging.tagger import Tagger

    check_numbers(events, seed, intensity)
    given = parse_settings(settings)
    own = {key.removeprefix("tagger."): value for key, value in given.items() if key.startswith("tagger.")}
    loaded = load_experiment(experiment, {key: one for key, one in given.items() if key[:7] != "tagger."}, trust)
    with_it = load(Tagger, tagger, own, trust, ("taggers",))
    folder = output or Path("out") / f"{Path(experiment).stem}_tags"
    check_folder(folder)
    parts = folder / "parts"
    if not resume and parts.is_dir() and any(parts.iterdir()):
        truth = "There are events in it that would be lost."
        raise InputError(str(parts), "parts that are there already", truth, "Use --resume, or remove them.")
    from ontarget.analysis.beam.beam_flux import of_a_tunnel
    from ontarget.experiment.narrow import neutrino_experiment

    noun = neutrino_experiment(loaded.noun)
    of_a_tunnel(noun)
    inputs = {f"experiment {experiment}": loaded.digest, f"tagger {tagger}": with_it.digest}
    inputs |= {"intensity": repr(intensity), "seed": str(seed)}
    from ontarget.analysis.tags.tag_campaign import tagging_campaign

    click.echo("  compiling: up to a minute before the first events", err=True)
    made = tagging_campaign(noun, with_it.noun, intensity, seed)
    with interrupts() as interrupted:
        done = tag_parts(made, events, parts, identity_of(inputs), interrupted.is_set)
    if done < events:
        click.echo(f"Interrupted after {done} events. The same command with --resume continues.", err=True)
        return 130
    write_results(made, events, folder, inputs, seed, noun)
    return 0


def check_numbers(events: int, seed: int, intensity: float) -> None:
    """Refuse options that mean nothing."""
    if not 1 <= events <= MOST_EVENTS:
        raise InputError("--events", str(events), f"It is between 1 and {MOST_EVENTS}.", "Give such a number.")
    if not 0 <= seed < 2**62:
        raise InputError("--seed", str(seed), "It is a whole number, not negative.", "Give e.g. 1.")
    if not 0 <= intensity <= 100:
        truth = "It is between 0 (one decay at a time) and 100."
        raise InputError("--intensity", str(intensity), truth, "Give such a number.")


def identity_of(inputs: dict[str, str]) -> str:
    """What makes events what they are, in one word; names of files are not part of it."""
    return hashlib.sha256(json.dumps(list(inputs.values())).encode()).hexdigest()


def part_file(folder: Path, number: int) -> Path:
    """Where a part is kept."""
    return folder / f"part_{number:05d}.npz"


def tag_parts(made: Campaign, events: int, parts: Path, identity: str, stop: Callable[[], bool]) -> int:
    """Tag what is not there yet, part by part; how many events are there in the end."""
    from ontarget.io.formats.tagged_file import read_part, write_part
    from ontarget.tagging.interactions import BLOCK

    begun, worked = time.monotonic(), 0
    for number, first in enumerate(range(0, events, BLOCK)):
        size, path = min(BLOCK, events - first), part_file(parts, number)
        if path.exists() and len(read_part(path, identity)) >= size:
            continue
        part = made.part(number, size, stop)
        if part is None:
            return first
        write_part(path, part, identity)
        worked += size
        left = (events - first - size) * (time.monotonic() - begun) / worked
        click.echo(f"  [{time.monotonic() - begun:5.1f} s] {first + size} events, about {left:.0f} s left", err=True)
    return events


def write_results(
    made: Campaign, events: int, folder: Path, inputs: dict[str, str], seed: int, experiment: Experiment
) -> None:
    """Print the table, write the files."""
    import numpy as np

    from ontarget.analysis.tags.tag_campaign import performance_by_mode, tag_responses, tagged_axis
    from ontarget.cli.table import print_table, print_text
    from ontarget.io import run_record, write_csv, write_json
    from ontarget.io.formats.matching_file import write_matching
    from ontarget.io.formats.tagged_file import read_part, write_tags
    from ontarget.study.beam.tag_performance import performance_columns, performance_rows, response_rows
    from ontarget.tagging.campaign import Tagged
    from ontarget.tagging.interactions import BLOCK
    from ontarget.tagging.tag_response import simulated_tag

    def each() -> Any:
        for number, first in enumerate(range(0, events, BLOCK)):
            yield read_part(part_file(folder / "parts", number), identity_of(inputs)).only(slice(events - first))

    origins, title = made.drawing.origins, experiment.title or experiment.name
    record = run_record(inputs, seed) | {"events": events}
    write_tags(folder / "tags.csv", each(), origins, record)
    found: Tagged = Tagged.joined(list(each()))
    by_mode = performance_by_mode(found, origins)
    write_csv(folder / "performance.csv", performance_rows(by_mode))
    energy, axis = np.asarray(made.drawing.source.energies.edges), tagged_axis(experiment)
    made_of = tag_responses(found, origins, energy, np.asarray(axis.edges))
    write_csv(folder / "response.csv", response_rows(made_of))
    write_matching(folder / "matching.yaml", simulated_tag(found, origins, energy, axis), f"{title}, {events} events.")
    write_json(folder / "run.json", record | {"origins": [one.label for one in origins]})
    print_table(title, performance_columns(by_mode))
    print_text(f"{events} events: {folder}")
