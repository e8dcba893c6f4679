"""An object of the package with its arrays, as bytes: a line of plain data, then the arrays one after the other."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ontarget.ground.skeleton import NotPlain, describe, rebuild


def closed(one: Any) -> bytes:
    """The bytes of an object.

    Raises
    ------
    NotPlain : for what `skeleton.describe` cannot say
    """
    arrays: list[np.ndarray] = []

    def put(leaf: Any) -> list[Any]:
        arrays.append(np.ascontiguousarray(leaf))
        if arrays[-1].dtype.kind not in "fiubc":
            raise NotPlain(str(arrays[-1].dtype))
        return [arrays[-1].dtype.str, list(np.shape(leaf))]

    said = json.dumps(describe(one, put)).encode()
    return b"\n".join([said, b"".join(array.tobytes() for array in arrays)])


def opened(content: bytes) -> Any:
    """The object that `closed` gave the bytes of, its arrays NumPy's; None for bytes that are nothing of the kind."""
    said, _, rest = content.partition(b"\n")
    place = 0

    def take(about: list[Any]) -> np.ndarray:
        nonlocal place
        kind, shape = np.dtype(about[0]), tuple(about[1])
        size = kind.itemsize * int(np.prod(shape, dtype=int))
        array = np.frombuffer(rest[place : place + size], kind).reshape(shape)
        place += size
        return array

    try:
        return rebuild(json.loads(said), take)
    except (NotPlain, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
