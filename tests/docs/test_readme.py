"""The README's Python is code that runs as it stands there; the page of validation names all that is compared."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
VALIDATION = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
LONGEST, MOST_LINES = 125, 260


def test_the_six_lines_give_a_contour():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["scan"].converged.all()
    # one nucleus: the bands leave the plane, so no line is closed; the true point lies between two of them
    points = np.concatenate([line.points for line in names["lines"]])
    assert len(names["lines"]) >= 2
    assert (np.abs(points).max(axis=0) <= 1).all()


def test_the_table_of_validation_is_complete():
    from ontarget.validation.validation import published

    for tree, index in published():
        assert f"| {tree.data[index]['name']} |" in VALIDATION


def test_the_table_of_fits_names_every_measurement_of_the_study(mirror):
    from ontarget.study import Measurement, load_study

    titles = [task.title for task in load_study("coherent").noun.tasks if isinstance(task, Measurement)]
    assert len(titles) >= 3  # each data set once, at least
    for title in titles:
        assert f"| {title} |" in VALIDATION


@pytest.mark.long
def test_the_disagreement_that_is_named_is_the_number_of_today():
    """All electron neutrinos of nuSCOPE, counted as `ontarget run nuscope` counts them."""
    from ontarget.validation.beam_quantity import EventsByOrigin

    found = EventsByOrigin(experiment="nuscope_lar", neutrino="nu_e").compute()
    for text in (TEXT, VALIDATION):
        assert f"{found:,.0f} here" in " ".join(text.split())


def test_the_readme_is_short():
    """Outputs of commands are as wide as they are; what is written is at most so wide."""
    assert len(TEXT.splitlines()) <= MOST_LINES
    written = re.sub(r"```console.*?```", "", TEXT, flags=re.DOTALL)
    assert not [line for line in written.splitlines() if len(line) > LONGEST]
