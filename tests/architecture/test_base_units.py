"""Base units are arbitrary: with others, no dimensionless answer moves.

Experiments of the catalog are compared with what is frozen of them: tests/regression leaves these out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import other_units
import pytest
from census import SRC
from variants import DEAREST, VARIANTS

SCRIPT = Path(__file__).with_name("other_units.py")
SHAKEN = "1.7,0.3,2.9"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "regression"))
from freeze import flat_parts, frozen  # noqa: E402

EVERY = sorted(path.stem for path in (SRC / "catalog" / "experiments").glob("*.yaml"))
CATALOG = [name for name in EVERY if not name.endswith(VARIANTS)]


def start(base_units: str, *more: str) -> subprocess.Popen:
    environment = {**os.environ, "ONTARGET_BASE_UNITS": base_units, "PYTHONPATH": str(SRC.parent)}
    command = [sys.executable, str(SCRIPT), *more]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def answers() -> tuple[dict, dict]:
    """What the script prints in ordinary and in other units, side by side; of the catalog, what is frozen."""
    process = start(SHAKEN, "specimens", *(name for name in CATALOG if name not in DEAREST))
    ordinary = other_units.specimens()
    out, errors = process.communicate(timeout=900)
    assert process.returncode == 0, errors[-3000:]
    return ordinary, json.loads(out)


@pytest.mark.parametrize("name", ["iodide", "caesium", "sodium", "germanium", "fluoride", "yields", "trackers"])
def test_no_answer_moves(answers, name):
    ordinary, other = (np.array(found[name]) for found in answers)
    assert ordinary.size > 0
    assert ordinary.max() > 0
    # relative to each number; absolute 1e-12 of the largest for those that are differences of nearly equal ones
    np.testing.assert_allclose(other, ordinary, rtol=1e-9, atol=1e-12 * ordinary.max())


@pytest.mark.parametrize("name", [name for name in CATALOG if name not in DEAREST])
def test_no_number_of_the_catalog_moves(answers, name):
    compare(name, answers[1][name])


@pytest.mark.long
@pytest.mark.parametrize("name", DEAREST)
def test_no_number_of_the_dearest_moves(name):
    process = start(SHAKEN, name)
    out, errors = process.communicate(timeout=900)
    assert process.returncode == 0, errors[-3000:]
    compare(name, json.loads(out)[name])


def compare(name, found):
    """In other units with what is frozen."""
    was = flat_parts(frozen(name))
    if isinstance(found, str):
        pytest.skip(found)  # its data are not on this machine
    assert was.keys() == found.keys()
    assert was
    for part, numbers in was.items():
        wanted = np.array(numbers)
        # frozen numbers have nine digits; the floor as above
        np.testing.assert_allclose(found[part], wanted, rtol=1e-8, atol=1e-12 * wanted.max(), err_msg=part)
