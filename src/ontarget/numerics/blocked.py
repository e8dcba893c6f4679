"""Map a function over the rows of many points in blocks that fit the cache: one compilation, bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np


def blocked_map(
    function: Callable[..., Any],
    rows: Sequence[np.ndarray | None],
    block: int,
    progress: Callable[[float], None] | None = None,
) -> Any:
    """Apply `function(*rows[a:b])` block by block and join the results along their first axis.

    Every block has the same length (the last is filled up with copies of its last row), so a jitted `function`
    compiles once whatever the number of rows. Calls are dispatched asynchronously and gathered at the end.

    Parameters
    ----------
    function : takes one array per entry of `rows` (leading axis `block`), returns a pytree of arrays with that axis
    rows : arrays with one common leading axis; None is passed on as None
    block : rows per call
    progress : called with the fraction done, which waits for each block; an exception in it stops the map
    """
    count = next(len(one) for one in rows if one is not None)
    pieces = []
    for low in range(0, count, block):
        pieces.append(function(*(None if one is None else _filled(one[low : low + block], block) for one in rows)))
        if progress is not None:
            jax.block_until_ready(pieces[-1])
            progress(min(low + block, count) / count)
    return jax.tree.map(lambda *parts: np.concatenate([np.asarray(part) for part in parts])[:count], *pieces)


def _filled(rows: np.ndarray, block: int) -> np.ndarray:
    missing = block - len(rows)
    return rows if missing == 0 else np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)])
