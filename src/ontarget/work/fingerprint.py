"""What makes two jobs the same: their classes and every number and word in them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from ontarget.numerics.job import AbstractJob

PLAIN = (type(None), bool, int, float, complex, str, bytes)


def fingerprint(job: AbstractJob) -> str:
    """SHA-256 of a job, the same in every process: classes by name, fields in order, arrays by their bits."""
    digest = hashlib.sha256()
    feed(digest, job)
    return digest.hexdigest()


def feed(digest: Any, value: Any) -> None:
    """Put a value into a digest. Each part says its kind and length, so that no two values look alike."""
    kind = type(value)
    if isinstance(value, PLAIN):
        text = repr(value)
        digest.update(f"{kind.__name__} {len(text)} {text};".encode())
    elif isinstance(value, type) or (hasattr(value, "__qualname__") and hasattr(value, "__module__")):
        digest.update(f"name {value.__module__}.{value.__qualname__};".encode())
    elif hasattr(value, "__array__"):
        array = np.ascontiguousarray(value)
        digest.update(f"array {array.dtype.str} {np.shape(value)};".encode())
        digest.update(array.tobytes())
    elif dataclasses.is_dataclass(value):
        feed(digest, {one.name: getattr(value, one.name, None) for one in dataclasses.fields(value)})
        feed(digest, kind)
    elif isinstance(value, Mapping):
        feed(digest, [pair for item in value.items() for pair in item])
    elif isinstance(value, (list, tuple)):
        digest.update(f"row {len(value)};".encode())
        for one in value:
            feed(digest, one)
    elif isinstance(value, (set, frozenset)):
        feed(digest, sorted(value, key=repr))
    else:  # as pickle takes it apart
        feed(digest, list(value.__reduce_ex__(4)[:3]))
