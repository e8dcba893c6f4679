"""Answers that are kept between processes, by all that they depend on: the code, the versions, every number given."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

import numpy as np

from ontarget.ground import cache, packed
from ontarget.ground.program import RESULTS, key_of
from ontarget.ground.skeleton import NotPlain

T = TypeVar("T")


def contents(one: Any) -> list[Any]:
    """An array by its kind, shape and the hash of its numbers."""
    array = np.ascontiguousarray(one)
    return [array.dtype.str, list(np.shape(one)), sha256(array.tobytes()).hexdigest()]


def kept(name: str, given: Any, make: Callable[[], T]) -> T:
    """What `make` gives, or gave before for the same `name` and the same `given`.

    `given` is all that the answer depends on besides the package's code. What is not built of the package's classes,
    containers, texts and numbers is made anew each time. An error is not kept.
    """
    if cache.root() is None:
        return make()
    try:
        key = key_of([name, given], contents)
    except NotPlain:
        return make()
    content = cache.read(RESULTS, key)
    found = None if content is None else packed.opened(content)
    if found is not None:
        return found
    made = make()
    with contextlib.suppress(NotPlain):
        cache.write(RESULTS, key, packed.closed(made))
    return made
