"""Addresses: every float leaf of a noun has one, the dotted path of field names that leads to it.

An element of a tuple is called by its ``name`` where it has one that no sibling shares, else by its index; an entry of
a dictionary by its key. A tuple of experiments is such a tuple, so ``ess_csi.source.power`` is the power of one
experiment and the glob ``*.source.power`` ties the power of all (``*`` crosses dots).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jax.tree_util import DictKey, GetAttrKey, SequenceKey

from ontarget.ground.errors import InputError, did_you_mean, dimension_of
from ontarget.ground.units import Dimension


def addresses(noun: Any) -> dict[str, Any]:
    """The float leaves of a noun (or of a tuple of nouns) by address, in field order."""
    steps: Steps = {}
    return {
        _written(noun, path, steps): leaf
        for path, leaf in jax.tree_util.tree_flatten_with_path(noun)[0]
        if is_float(leaf)
    }


def is_float(leaf: Any) -> bool:
    """Whether a leaf is a floating-point number or array, hence a physical number that a study may free."""
    return isinstance(leaf, float) or (hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating))


Steps = dict[tuple[Any, ...], tuple[str, Any]]
"""Address and object of each path that was met: what many paths share is walked once."""


def address_of(noun: Any, path: tuple[Any, ...]) -> str:
    """The dotted address of one pytree key path within `noun`."""
    return _written(noun, path, {})


def _written(noun: Any, path: tuple[Any, ...], steps: Steps) -> str:
    """The address of a path; what was walked on other paths is taken from `steps`, and put there."""
    text, node, known = "", noun, len(path)
    while known and path[:known] not in steps:
        known -= 1
    if known:
        text, node = steps[path[:known]]
    for length in range(known + 1, len(path) + 1):
        word, node = _step(node, path[length - 1])
        text = f"{text}.{word}" if length > 1 else word
        steps[path[:length]] = text, node
    return text


def _step(node: Any, key: Any) -> tuple[str, Any]:
    """What a child is called, and the child."""
    if isinstance(key, GetAttrKey):
        return key.name, getattr(node, key.name)
    if isinstance(key, SequenceKey):
        return _called(node, key.idx), node[key.idx]
    if isinstance(key, DictKey):
        return str(key.key), node[key.key]
    return str(key).strip(".[]'\""), None  # somebody's own pytree: nothing below it can be named


def _called(siblings: Any, index: int) -> str:
    names = [getattr(one, "name", None) for one in siblings] if siblings is not None else []
    name = names[index] if names else None
    return name if isinstance(name, str) and name and names.count(name) == 1 else str(index)


def dimensions(noun: Any, targets: Iterable[str]) -> dict[str, Dimension]:
    """The dimension of the numbers at these addresses; those of which no field says one are left out."""
    wanted, steps, found = set(targets), dict[tuple[Any, ...], tuple[str, Any]](), dict[str, Dimension]()
    for path, _ in jax.tree_util.tree_flatten_with_path(noun)[0]:
        address = _written(noun, path, steps)
        field = path[-1].name if path and isinstance(path[-1], GetAttrKey) else ""
        if address in wanted and field:
            owner = steps[path[:-1]][1] if len(path) > 1 else noun
            found[address] = dimension_of(owner, field)
    return found


def match(noun: Any, glob: str) -> tuple[str, ...]:
    """The addresses of `noun` that equal `glob` or fit it; at least one, or an InputError naming the nearest."""
    known = list(addresses(noun))
    if glob in known:
        return (glob,)
    found = tuple(one for one in known if fnmatch.fnmatchcase(one, glob))
    if found:
        return found
    raise InputError("address", repr(glob), "It matches no input of the experiments.", _nearest(glob, known))


def _nearest(glob: str, known: list[str]) -> str:
    """Compare the named end of the glob with ends of equal length, so that '*.sorce.power' finds '*.source.power'."""
    tail = glob.lstrip("*.")
    starred = "*." if tail != glob else ""
    length = tail.count(".") + 1
    ends = {starred + ".".join(one.split(".")[-length:]) for one in known} if starred else set(known)
    return did_you_mean(glob, ends if len(ends) <= 40 else sorted(ends)[:40])


def replace(noun: Any, values: Mapping[str, Any]) -> Any:
    """The same noun with other numbers at the given addresses, in one pass; values may be traced.

    No check of the noun runs again: a traced value has nothing to be checked.
    """
    paths, structure = jax.tree_util.tree_flatten_with_path(noun)
    steps: Steps = {}
    known = {_written(noun, path, steps): index for index, (path, leaf) in enumerate(paths) if is_float(leaf)}
    leaves = [leaf for _, leaf in paths]
    for address, value in values.items():
        if address not in known:
            raise InputError("address", repr(address), "There is no such input.", _nearest(address, list(known)))
        value = jnp.asarray(value, dtype=float)
        shape = jnp.shape(leaves[known[address]])
        if value.shape != shape:
            raise InputError(address, f"shape {value.shape}", f"Its shape is {shape}.", "Give a value of that shape.")
        leaves[known[address]] = value
    return jax.tree_util.tree_unflatten(structure, leaves)
