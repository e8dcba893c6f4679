"""ROOT files, through uproot: trees of numbers and words come in and go out; what is wrong with one is a sentence."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.io.wording import nearest, one_line, quote

Columns = Mapping[str, Any]


def library() -> tuple[Any, Any]:
    """The modules uproot and awkward, or a sentence that says how to get them."""
    try:
        import awkward
        import uproot
    except ImportError:
        truth = "ROOT files need uproot and awkward."
        raise InputError("ROOT", "a package that is not installed", truth, "pip install 'ontarget[formats]'.") from None
    return uproot, awkward


def write_trees(path: str | Path, trees: Mapping[str, Columns]) -> Path:
    """Write a whole ROOT file of flat trees, or none.

    A column is an array [entry ...], a list of words, or nested lists of a length of their own in each entry; a mapping
    of nested lists of equal lengths becomes branches `name.part` with one counter.
    """
    uproot, awkward = library()
    path = Path(path)
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with uproot.recreate(beside) as file:
            for name, columns in trees.items():
                prepared = {key: _prepared(awkward, column) for key, column in columns.items()}
                types = {key: _type(column) for key, column in prepared.items()}
                file.mktree(name, types, field_name=_joined).extend(prepared)
        os.replace(beside, path)
    except OSError as error:
        reason = one_line(error.strerror or error)
        got = f"a failure to write ({reason})"
        raise InputError(one_line(path), got, "", "Free space or choose another folder.") from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return path


def _joined(outer: str, inner: str) -> str:
    return f"{outer}.{inner}" if outer else inner


def _prepared(awkward: Any, column: Any) -> Any:
    if isinstance(column, Mapping):
        return awkward.zip({key: awkward.from_regular(awkward.Array(part)) for key, part in column.items()})
    return column if isinstance(column, np.ndarray) else awkward.Array(column)


def _type(column: Any) -> Any:
    if isinstance(column, np.ndarray):
        return (column.dtype, column.shape[1:]) if column.ndim > 1 else column.dtype
    return column.type.content


class TreeFile:
    """A ROOT file that is open for reading; close it by leaving the `with`."""

    def __init__(self, path: str | Path) -> None:
        self.uproot, self.awkward = library()
        self.label = one_line(path)
        if not Path(path).is_file():
            what = "a folder or a device" if Path(path).exists() else "no such file"
            raise InputError(self.label, what, "A ROOT file is wanted.", "Check the name and the folder.")
        try:
            self.file = self.uproot.open(path)
        except Exception:  # uproot raises of many kinds for what is no ROOT file
            truth = "It cannot be read as one."
            raise InputError(self.label, "no ROOT file", truth, "Name the right file, or fetch it again.") from None

    def __enter__(self) -> TreeFile:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def object(self, name: str, kind: str) -> Any:
        """A thing in the file, by name."""
        known = sorted({key.partition(";")[0] for key in self.file})
        if name not in known:
            raise InputError(self.label, f"no {kind} {quote(name)}", f"It holds {known}.", nearest(name, known))
        return self.file[name]

    def columns(self, tree: str, needed: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
        """Branches of a tree by the ends of their names; 'nuray.px' is also found at 'dk2nu/nuray/nuray.px'.

        Raises
        ------
        InputError : no such tree, no entries, a branch that is missing (all of them are named), numbers not finite
        """
        given = self.object(tree, "tree")
        if not hasattr(given, "num_entries"):
            raise InputError(f"{self.label}, {tree}", "no tree", "It is something else.", "Name the right file.")
        if given.num_entries == 0:
            raise InputError(f"{self.label}, {tree}", "no entries", "An empty tree says nothing.", "Run it again.")
        known = _known(given.keys(recursive=True))
        needed = tuple(needed)
        if missing := [name for name in needed if name not in known]:
            truth = f"The tree {tree} of this format has them."
            remedy = nearest(missing[0], known, "Write the file with all its branches.")
            got = f"no branch {', '.join(missing[:8])}{' and others' if len(missing) > 8 else ''}"
            raise InputError(self.label, got, truth, remedy)
        found = {name: self._read(given[known[name]]) for name in (*needed, *optional) if name in known}
        for name in needed:
            if found[name] is None:
                where = f"{self.label}, {tree}.{name}"
                raise InputError(where, "a branch that cannot be read", "", "Fetch the file again.")
        return {name: self._array(one, f"{tree}.{name}") for name, one in found.items() if one is not None}

    def _read(self, branch: Any) -> Any:
        """The content of a branch; None where uproot lacks an interpretation or the file is cut."""
        try:
            return branch.array(library="ak")
        except Exception:  # of many kinds
            return None

    def _array(self, found: Any, name: str) -> Any:
        """A numpy array, or lists where entries have several of different lengths; floats are finite."""
        try:
            array = self.awkward.to_numpy(found)
        except ValueError:  # of entries with different lengths
            return found.to_list()
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            entry = int(np.argwhere(~np.isfinite(array))[0][0])
            got = f"a value that is no number (NaN or infinite) in entry {entry}"
            raise InputError(f"{self.label}, {name}", got, "All are finite.", "Mend or remove the entry.")
        return array


def _known(keys: Sequence[str]) -> dict[str, str]:
    """The full name of each branch by its own, and by that of the one that holds it: 'entry/wgt' is 'entry.wgt'."""
    known: dict[str, str] = {}
    for key in keys:
        parts = key.split("/")
        for name in (parts[-1], ".".join(parts[-2:])):
            known.setdefault(name, key)
    return known
