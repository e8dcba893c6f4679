"""``ontarget devices``"""

from __future__ import annotations

import click

INSTALL = {
    "NVIDIA, CUDA 13": 'pip install "jax[cuda13]"',
    "NVIDIA, CUDA 12": 'pip install "jax[cuda12]"',
    "AMD, ROCm 7": 'pip install "jax[rocm7-local]"',
}
"""Extras of JAX 0.10, which bring a jaxlib for these."""

BINS, NUISANCES = 144, 4
"""Of the fit whose block is shown: that of the benchmark."""


@click.command()
def command() -> None:
    """Show the devices that arrays are computed on, their memory, and the blocks that are chosen from it."""
    import jax

    from ontarget.cli.table import print_table
    from ontarget.ground.noun import Noun  # with it comes the setting of double precision
    from ontarget.numerics.device import devices

    assert Noun is not None
    found = devices()
    number = (1 + NUISANCES) * BINS * 8  # counts and their derivatives in one fit
    print_table(
        "Devices",
        [
            {
                "device": one.platform + (" (taken)" if one.first else ""),
                "kind": one.kind,
                "memory (GiB)": f"{one.memory / 2**30:.1f}" if one.memory else "not told",
                "largest array (MiB)": f"{one.budget / 2**20:g}",
                f"fits in a block ({BINS} bins, {NUISANCES} nuisances)": one.rows(number),
            }
            for one in found
        ],
    )
    precision = "double" if jax.numpy.zeros(()).dtype == "float64" else "single: answers are not to be trusted"
    click.echo(f"jax {jax.__version__}, precision {precision}")
    if all(one.platform == "cpu" for one in found):
        click.echo("No accelerator. Where there is one, install JAX for it beside ontarget:")
        for name, line in INSTALL.items():
            click.echo(f"  {name:<16} {line}")
