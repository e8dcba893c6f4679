"""Tagged interactions in files: parts that a run goes on from, and the table in the end."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m, ns
from ontarget.io.formats.checkpoint import DAMAGE
from ontarget.io.wording import one_line
from ontarget.io.write import version, write_bytes
from ontarget.source.origin import Origin
from ontarget.tagging.campaign import Tagged

FORMAT = 2


def write_part(path: str | Path, part: Tagged, identity: str) -> Path:
    """Write one part whole or not at all; `identity` is that of all inputs, seed included."""
    arrays: dict[str, Any] = {"format": np.array(FORMAT), "identity": np.array(identity), **part.columns()}
    arrays["version"] = np.array(version("ontarget"))

    def made() -> bytes:
        stream = io.BytesIO()
        np.savez(stream, **arrays)
        return stream.getvalue()

    return write_bytes(path, made)


def read_part(path: str | Path, identity: str) -> Tagged:
    """A part that an earlier run of the same inputs left."""
    where, remedy = one_line(path), "Remove the folder, or name another with -o."
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {name: stored[name] for name in stored.files}
        if int(found["format"]) != FORMAT:
            raise ValueError
        same = str(found["identity"]) == identity and str(found["version"]) == version("ontarget")
        part = Tagged.of_columns(found)
    except DAMAGE:
        raise InputError(where, "a file that is no whole part of a run", "", remedy) from None
    if not same:
        truth = "Events of different kinds are not put into one table."
        raise InputError(where, "a part of a run of other inputs, seed or version", truth, remedy)
    return part


def columns_of(part: Tagged) -> dict[str, np.ndarray]:
    """The table of a part: names with units, truth first. In the frame of the tunnel, z from T6."""
    events, tags = part.events, part.tags
    return {
        "origin": events.origin,
        "true_energy_GeV": events.energy / GeV,
        "true_path_m": events.path / m,
        **{f"vertex_{axis}_m": events.vertex[:, i] / m for i, axis in enumerate("xyz")},
        "time_ns": events.time / ns,
        **{f"decay_{axis}_m": events.place[:, i] / m for i, axis in enumerate("xyz")},
        "parent_momentum_GeV": events.entering.momentum / GeV,
        "lepton_momentum_GeV": events.leaving.momentum / GeV,
        "parent_found": tags.before,
        "lepton_found": tags.after,
        "tracks_left": tags.left,
        "pairs": tags.pairs,
        "own_pair": tags.own_pair,
        "candidates": tags.candidates,
        "right": tags.right,
        "chi_square": tags.chi_square,
        "tagged_energy_GeV": tags.energy / GeV,
        "tagged_error_GeV": tags.error / GeV,
        "tagged_decay_z_m": tags.z / m,
        "window_pairs": tags.window,
        "window_energy_GeV": tags.window_energy / GeV,
        "window_right": tags.window_right,
    }


def write_tags(path: str | Path, parts: Iterable[Tagged], origins: Sequence[Origin], record: Mapping[str, Any]) -> Path:
    """Write the table of interactions, a row each, what made it in lines before it; one part in memory at a time."""

    def made() -> bytes:
        stream = io.BytesIO()
        for key, value in record.items():
            stream.write(f"# {key}: {one_line(str(value))}\n".encode())
        for i, origin in enumerate(origins):
            stream.write(f"# origin {i}: {origin.label}\n".encode())
        names: list[str] = []
        for part in parts:
            columns = columns_of(part)
            if not names:
                names = list(columns)
                stream.write((",".join(names) + "\n").encode())
            formats = ["%.12g" if column.dtype.kind == "f" else "%d" for column in columns.values()]
            np.savetxt(stream, np.stack([column.astype(float) for column in columns.values()], axis=1), formats, ",")
        return stream.getvalue()

    return write_bytes(path, made)
