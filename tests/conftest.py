"""The whole suite under run-time type checks, with a compilation cache, and the mirror of release data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Shapes and types of every call into ontarget are checked while the tests run. The hook must stand before the first
# import of ontarget; this file is loaded first in every xdist worker too. ONTARGET_NO_TYPECHECK=1 switches it off.
CHECKED = os.environ.get("ONTARGET_NO_TYPECHECK", "") in ("", "0")
if CHECKED:
    from jaxtyping import install_import_hook

    install_import_hook("ontarget", "beartype.beartype")
