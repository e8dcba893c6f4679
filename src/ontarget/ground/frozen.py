"""A mapping that cannot change and can be hashed, for static fields of nouns."""

from __future__ import annotations

from typing import Any, NoReturn


class FrozenDict(dict[str, Any]):
    """A read-only dict of texts, numbers, lists and mappings; equal ones have equal hashes."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(repr(sorted(self.items(), key=lambda item: item[0])))

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        """Every way to change it."""
        raise TypeError("a FrozenDict does not change")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = refuse  # type: ignore[assignment]
