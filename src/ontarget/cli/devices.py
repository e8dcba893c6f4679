"""``ontarget devices``"""

from __future__ import annotations

import click

from ontarget.cli.table import format_option, print_rows, print_text

INSTALL = {
    "NVIDIA, CUDA 13": 'pip install "jax[cuda13]"',
    "NVIDIA, CUDA 12": 'pip install "jax[cuda12]"',
    "AMD, ROCm 7": 'pip install "jax[rocm7-local]"',
}
"""Extras of JAX 0.10, which bring a jaxlib for these."""

BINS, NUISANCES = 144, 4
"""Of the fit whose block is shown: that of the benchmark."""


@click.command()
@format_option
def command(form: str) -> None:
    """Show the devices that arrays are computed on, their memory, and the blocks that are chosen from it.

    One row per device: platform, whether it is the one that is used, kind, memory, largest array, and how many fits of
    the benchmark are computed at once.
    """
    import jax

    from ontarget.ground.noun import Noun  # with it comes the setting of double precision
    from ontarget.numerics.device import devices

    assert Noun is not None
    found = devices()
    number = (1 + NUISANCES) * BINS * 8  # counts and their derivatives in one fit
    rows = [
        {
            "device": one.platform,
            "used": one.first,
            "kind": one.kind,
            "memory (GiB)": one.memory / 2**30 if one.memory else None,
            "largest array (MiB)": one.budget / 2**20,
            f"fits in a block ({BINS} bins, {NUISANCES} nuisances)": one.rows(number),
        }
        for one in found
    ]
    print_rows(form, "Devices", rows)
    if form != "table":
        return
    precision = "double" if jax.numpy.zeros(()).dtype == "float64" else "single: answers are not to be trusted"
    print_text(f"jax {jax.__version__}, precision {precision}")
    if all(one.platform == "cpu" for one in found):
        print_text("No accelerator. Where there is one, install JAX for it beside ontarget:")
        for name, line in INSTALL.items():
            print_text(f"{name:<16} {line}", "  ")
