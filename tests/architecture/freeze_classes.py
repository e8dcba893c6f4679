"""``python tests/architecture/freeze_classes.py`` rewrites the table of classes from which types are found by name.

It is ``src/ontarget/io/outline/classes.json``, a line for each class; a test compares it with the classes themselves.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from census import is_abstract, nouns

from ontarget.ground.noun import Noun
from ontarget.io.outline.classes import FILE


def described(cls: type) -> dict[str, Any]:
    """What the table says of a class."""
    return {
        "name": cls.__name__,
        "module": cls.__module__,
        "is": [one.__name__ for one in cls.__mro__ if one in nouns() or one is Noun],
        "final": not is_abstract(cls),
    }


def table() -> str:
    """The text of the table."""
    rows = sorted((described(cls) for cls in nouns()), key=lambda row: (row["name"], row["module"]))
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
    print(f"{FILE.name}: {len(nouns())} classes")
