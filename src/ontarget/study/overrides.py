"""What a study sets in its experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ontarget.ground.errors import InputError


def overrides_for(name: str, given: Mapping[str, Any], experiments: Sequence[str]) -> dict[str, Any]:
    """What is set in one experiment: addresses without, or with a fitting, "name:" before them."""
    every = [key.rpartition(":") for key in given]
    for glob, _, address in every:
        if glob and not any(fnmatchcase(Path(one).stem, glob) for one in experiments):
            truth = "No experiment of the study has such a name."
            raise InputError(f"set, {glob}:{address}", repr(glob), truth, "Mend the name before the colon.")
    return {
        address: value
        for (glob, _, address), value in zip(every, given.values(), strict=True)
        if not glob or fnmatchcase(name, glob)
    }
