"""What enters the decay tunnel: predicted from protons on target, beside what the published flux asks for."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.segment import Segments
from ontarget.ground.errors import InputError
from ontarget.ground.noun import static
from ontarget.ground.units import GeV, mm, mrad
from ontarget.numerics.lattice import lattice, shifts
from ontarget.report.section import Section, Table
from ontarget.source.decay_tunnel import DecayTunnel
from ontarget.study.context import Context
from ontarget.study.task import AbstractTask

RAYS = 2**18


class Entrance(AbstractTask):
    """Numbers, momenta, divergences and spots of the species that enter the tunnel, experiment by experiment.

    Numbers are per proton on target; ratios to the first of `experiments` stand beside them.
    """

    experiments: tuple[str, ...] = static()

    def check(self, context: Context) -> None:
        for name in self.experiments:
            context.experiment(name, "experiments")
            if not isinstance(context.experiment(name, "experiment").source, DecayTunnel):
                raise InputError("experiments", repr(name), "It has no tunnel to enter.", "Name another.")

    def run(self, context: Context) -> Section:
        rows: list[dict[str, Any]] = []
        for name in self.experiments:
            context.progress(f"beam at the entrance: {name}")
            source = context.experiment(name, "experiment").source
            assert isinstance(source, DecayTunnel)
            for parent in source.beam.parents:
                rows.append({"experiment": name, "species": parent} | entering(source.beam, source.tunnel, parent))
        first = {
            row["species"]: row["per proton"] for row in reversed(rows) if row["experiment"] == self.experiments[0]
        }
        for row in rows:
            known = first.get(row["species"])
            row["ratio to the first"] = row["per proton"] / known if known else None
        text = (
            "Particles that enter the decay tunnel. A parametrised beam says what the published flux asks for; a "
            "tracked beam is a prediction from the production of hadrons, the target and the line."
        )
        return Section("The beam at the tunnel", text, [Table("entrance", "At the entrance", rows)])


def entering(beam: AbstractBeam, tunnel: Tunnel, parent: str) -> dict[str, float]:
    """Number per proton, mean and spread of momentum, divergence and spot of one species."""
    u = lattice(jnp.uint64(0), RAYS, shifts((1, 0), beam.dimensions))
    segments = segments_of(beam, tunnel, parent, u)
    number, momentum = np.asarray(segments.number), np.asarray(segments.momentum)
    size = np.sqrt((momentum**2).sum(axis=1))
    place, slope = np.asarray(segments.start)[:, :2], momentum[:, :2] / momentum[:, 2:]
    mean = (number * size).sum() / number.sum()
    row = {
        "per proton": float(number.sum()),
        "mean momentum (GeV/c)": float(mean / GeV),
        "spread (%)": float(100 * np.sqrt((number * (size / mean - 1) ** 2).sum() / number.sum())),
    }
    for values, unit, what in ((slope, mrad, "divergence {} (mrad)"), (place, mm, "spot {} (mm)")):
        middle = (number[:, None] * values).sum(axis=0) / number.sum()
        width = np.sqrt((number[:, None] * (values - middle) ** 2).sum(axis=0) / number.sum()) / unit
        row |= {what.format(axis): float(one) for axis, one in zip("xy", width, strict=True)}
    return row


@eqx.filter_jit
def segments_of(beam: AbstractBeam, tunnel: Tunnel, parent: str, u: jnp.ndarray) -> Segments:
    """The flights of one species through the tunnel."""
    return beam.segments(parent, "tunnel", tunnel, u)
