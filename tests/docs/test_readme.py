"""The README's Python is code that runs as it stands there."""

import re
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def test_the_six_lines_give_a_contour():
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["scan"].converged.all()
    # one nucleus: the bands leave the plane, so no line is closed; the true point lies between two of them
    points = np.concatenate([line.points for line in names["lines"]])
    assert len(names["lines"]) >= 2
    assert (np.abs(points).max(axis=0) <= 1).all()


def test_the_table_of_validation_is_complete():
    from ontarget.report.validation import published

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for tree, index in published():
        assert tree.data[index]["name"] in text
