"""``ontarget rays``"""

from __future__ import annotations

from pathlib import Path

import click

from ontarget.cli.name import EXPERIMENT
from ontarget.cli.option import parse_settings, set_option, trust_option
from ontarget.ground.errors import InputError

RAYS_OF_A_FILE = 10_000_000

SUFFIX = {"dk2nu": ".dk2nu.root", "gsimple": ".gsimple.root", "nuhepmc": ""}


@click.command()
@click.argument("experiment", type=EXPERIMENT)
@set_option
@trust_option
@click.option("--format", "form", type=click.Choice(list(SUFFIX)), default="dk2nu", show_default=True)
@click.option("-n", "--rays", "count", type=int, default=100_000, show_default=True, help="Approximate number of rays.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File.  [default: out/EXPERIMENT and a suffix]")
def command(
    experiment: str, settings: tuple[str, ...], trust: bool, form: str, count: int, output: Path | None
) -> None:
    """Write decays of a beam one by one, or its neutrinos through the detector's front face, for event generators.

    Weights are for all protons on target of the experiment's exposure. nuhepmc writes a table (.csv) of beam particles
    and the attributes of the run (.json).
    """
    if not 1 <= count <= RAYS_OF_A_FILE:
        raise InputError("--rays", str(count), f"It is between 1 and {RAYS_OF_A_FILE}.", "Give such a number.")
    path = output or Path("out") / f"{Path(experiment).stem}_rays{SUFFIX[form]}"
    written = write(experiment, settings, trust, form, count, path)
    click.echo(f"rays: {', '.join(str(one) for one in written)}")


def write(
    experiment: str, settings: tuple[str, ...], trust: bool, form: str, count: int, path: Path
) -> tuple[Path, ...]:
    """Draw and write; the files."""
    import numpy as np

    from ontarget.analysis.beam.beam_flux import of_a_tunnel
    from ontarget.analysis.beam.decay_samples import sampled_decays, window_points
    from ontarget.ground.units import GeV
    from ontarget.io import check_folder
    from ontarget.io.entry import load_experiment
    from ontarget.io.formats.dk2nu import write_dk2nu
    from ontarget.io.formats.gsimple import write_gsimple
    from ontarget.io.formats.nuhepmc import write_rays
    from ontarget.io.formats.rays import gather, through, window_of
    from ontarget.io.formats.root import library

    if form != "nuhepmc":
        library()
    noun = load_experiment(experiment, parse_settings(settings), trust).noun
    source, site = of_a_tunnel(noun)
    check_folder(path.parent)
    click.echo("  drawing decays", err=True)
    decays = gather(sampled_decays(noun, count))
    protons, window = float(noun.exposure.protons(noun.facility)), window_of(site, source.tunnel)
    if form == "dk2nu":
        middle = window.base + (window.along + window.across) / 2
        return (write_dk2nu(path, decays, {"front face": middle}, protons),)
    rays = through(decays, window, window_points(len(decays), source.seed))
    if form == "gsimple":
        return (write_gsimple(path, rays, protons),)
    edges = np.linspace(0.0, 1.0001 * float(rays.energy.max()), 101)
    return write_rays(path, rays, np.round(edges / GeV, 4) * GeV, protons)
