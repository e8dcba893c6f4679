"""Checkpoints of a simulation: what was counted and what is left, in one file that is whole or not there."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from ontarget.ground.errors import InputError
from ontarget.io.wording import one_line
from ontarget.io.write import version, write_bytes
from ontarget.source.tunnel.importance import Importance
from ontarget.source.tunnel.simulation import Simulation
from ontarget.source.tunnel.tally import Tally

FORMAT = 2
DAMAGE = (OSError, EOFError, ValueError, KeyError, IndexError, NotImplementedError, zipfile.BadZipFile, zlib.error)
"""What reading a file that is no checkpoint, or half of one, may raise."""


def write_checkpoint(path: str | Path, simulation: Simulation, digest: str) -> Path:
    """Write the lattices counted and left: sums, squares and numbers of lattices, as plain arrays.

    `digest` is that of the inputs: the same rays come of the same inputs, seed and version alone.
    """
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "digest": np.array(digest),
        "seed": np.array(simulation.source.seed),
        "version": np.array(version("ontarget")),
        "left": np.array(simulation.left, dtype=np.int64).reshape(-1, 2),
        "learnt": np.array(simulation.learnt),
        "units": np.array([tally.units for tally in simulation.tallies], dtype=np.int64),
    }
    for i, tally in enumerate(simulation.tallies):
        arrays |= {f"sums_{i}": tally.sums, f"squares_{i}": tally.squares, f"map_{i}": simulation.maps[i].edges}

    def made() -> bytes:
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        return stream.getvalue()

    return write_bytes(path, made)


def read_checkpoint(path: str | Path, simulation: Simulation, digest: str) -> None:
    """Put what a checkpoint holds into a simulation of the same inputs, which has counted nothing yet."""
    where, again = one_line(path), "Remove it, or name another folder with -o."
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        if int(found["format"]) != FORMAT:
            raise ValueError
        of = {"seed": int(found["seed"]), "version": str(found["version"]), "digest": str(found["digest"])}
        units, left = found["units"].astype(int), found["left"].astype(int)
        learnt, maps = int(found["learnt"]), [Importance(jnp.asarray(found[f"map_{i}"])) for i in range(len(units))]
        tallies = [Tally(int(one), found[f"sums_{i}"], found[f"squares_{i}"]) for i, one in enumerate(units)]
    except FileNotFoundError:
        raise InputError(where, "no file", "There is no checkpoint to go on from.", "Leave --resume out.") from None
    except DAMAGE:
        raise InputError(where, "a file that is no whole checkpoint", "", again) from None
    here = {"seed": simulation.source.seed, "version": version("ontarget"), "digest": digest}
    names = {"seed": "seed", "version": "version of ontarget", "digest": "inputs"}
    for what, wanted in here.items():
        if of[what] != wanted:
            shown = "" if what == "digest" else f" ({of[what]}, here {wanted})"
            truth = "Rays of different kinds cannot be added."
            raise InputError(where, f"a checkpoint of other {names[what]}{shown}", truth, again)
    shapes = [(one.sums.shape, one.squares.shape) for one in simulation.tallies]
    if [(one.sums.shape, one.squares.shape) for one in tallies] != shapes:
        raise InputError(where, "a checkpoint of another shape", "", again)
    simulation.maps, simulation.learnt = maps, learnt
    simulation.tallies, simulation.left = tallies, [(int(i), int(unit)) for i, unit in left]
