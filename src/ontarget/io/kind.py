"""Which class a mapping stands for: ``type: ClassName`` among the final subclasses, or somebody else's class."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Mapping
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.io.outline.classes import Finals, below
from ontarget.io.wording import cut, nearest, one_line, quote

RENAMED = {
    "Towards": "Forced",
    "AsDrawn": "Analogue",
    "GivenFlux": "PrecomputedFlux",
    "GivenLeptons": "PrecomputedLeptons",
    "Flow": "LeptonTemplate",
}
"""Types that files of earlier versions name, and what they are called now."""
_FOREIGN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def is_noun(hint: Any) -> bool:
    """Whether an annotation is a class that is built from a mapping."""
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def is_final(cls: type) -> bool:
    """Whether a class can have instances: nothing abstract is left in it, neither method nor `AbstractVar`."""
    if inspect.isabstract(cls) or getattr(cls, "__abstractvars__", None) or getattr(cls, "__abstractclassvars__", None):
        return False
    return not cls.__name__.startswith("Abstract")


def finals(cls: type) -> Mapping[str, type]:
    """The final classes that may stand where `cls` is asked for, by name; with two of a name, ours comes first.

    Those of the package are known from a table, whether they are imported or not.
    """
    found: dict[str, type] = {}
    pending = [cls]
    while pending:
        one = pending.pop(0)
        pending.extend(one.__subclasses__())
        if is_final(one):
            found.setdefault(one.__name__, one)
    ours = below(cls.__name__) if cls.__module__.startswith("ontarget.") else {}
    return Finals({name: one for name, one in found.items() if name not in ours}, ours)


def choose(cls: type, name: Any, where: str, trusted: bool) -> type:
    """The final class called `name` (None: none was given) that may stand where `cls` is asked for."""
    if name is None and is_final(cls):
        return cls
    if isinstance(name, str) and ":" in name:
        return load_class(cls, name, where, trusted)
    known = finals(cls)
    name = getattr(cls, "USUAL", None) if name is None else name
    if isinstance(name, str) and name in known:
        return known[name]
    truth = f"It is {called(cls)}."
    if isinstance(name, str) and name in RENAMED:
        remedy = f"Write 'type: {RENAMED[name]}'."
        raise InputError(where, f"the type {quote(name)}", f"It is called {RENAMED[name]} now.", remedy)
    if name is None:
        raise InputError(
            where, "no 'type'", truth, f"{nearest('', known)} Write e.g. 'type: {next(iter(known), 'Name')}'."
        )
    if not isinstance(name, str):
        raise InputError(where, f"{quote(name)} as type", truth, "Write 'type: ClassName'.")
    raise InputError(where, f"the type {quote(name)}", truth, nearest(name, known))


def load_class(cls: type, name: str, where: str, trusted: bool) -> type:
    """Somebody else's class 'module:Class'; imported only where the user trusts the file."""
    got = f"the type {quote(name)}"
    if not _FOREIGN.fullmatch(name):
        raise InputError(where, got, "A class elsewhere is written 'module:Class'.", "Mend the name.")
    if not trusted:
        truth = "It runs code from outside ontarget, and this file is not trusted; nothing was imported."
        raise InputError(where, got, truth, "Pass --trust (trust=True) if you know the code.")
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # foreign code may fail in any way
        truth = f"It cannot be imported ({type(error).__name__}, {cut(one_line(error))})."
        raise InputError(where, got, truth, "Mend the name or install the module.") from None
    if not (isinstance(found, type) and issubclass(found, cls) and is_final(found)):
        raise InputError(where, got, f"It is no final class of {cls.__name__}.", f"Name {called(cls)}.")
    return found


def called(cls: type) -> str:
    """A class as a user says it: 'a Propagation' for `AbstractPropagation`."""
    name = cls.__name__.removeprefix("Abstract") or cls.__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
