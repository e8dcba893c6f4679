"""What a number moves: said once, on the field, and asked here, so that what is computed once is never stale."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

import equinox as eqx
import jax
from jax.tree_util import GetAttrKey

from ontarget.ground.address import address_of, is_float

MARK = "moves"


class Moves(Enum):
    """What a number changes of that which is costly and computed once: the flux, or the templates of a counter."""

    NOTHING = "how it is used afterwards, and nothing of itself"
    PULLS = "its size, linearly: it is known for all values"
    PARTS = "how much of each of its parts there is, while the parts stay what they are"
    FLUX = "itself: it is computed anew"


def part(moves: Moves, **kwargs: Any) -> Any:
    """A field whose numbers all move the same, but for those inside that say something else."""
    return eqx.field(metadata={MARK: moves}, **kwargs)


def moved_by(noun: Any) -> dict[str, Moves]:
    """What each number of an experiment moves, by address: what the innermost mark on the way to it says.

    A number under no mark moves nothing. A field that is added below a marked one moves what that one moves.
    """
    found = {}
    for path, leaf in jax.tree_util.tree_flatten_with_path(noun)[0]:
        if is_float(leaf):
            found[address_of(noun, path)] = _innermost(noun, path)
    return found


def _innermost(noun: Any, path: tuple[Any, ...]) -> Moves:
    moves, node = Moves.NOTHING, noun
    for key in path:
        if isinstance(key, GetAttrKey):
            fields = getattr(type(node), "__dataclass_fields__", {})
            moves = fields[key.name].metadata.get(MARK, moves) if key.name in fields else moves
            node = getattr(node, key.name)
        else:
            node = node[key.idx if hasattr(key, "idx") else key.key]
    return moves


def keeps(noun: Any, addresses: Iterable[str], allowed: frozenset[Moves]) -> bool:
    """Whether what was computed once serves for all values at these addresses: they move only what is `allowed`."""
    wanted = list(addresses)
    if not wanted:
        return True
    known = moved_by(noun)
    return all(known[one] in allowed for one in wanted)
