"""Nothing of ours moves unnoticed. Meant to move? Rewrite with ``python tests/regression/freeze.py`` and say why.

Experiments that the test in other base units computes are compared with these numbers there; here, and a few
that are nearly others, only when long tests are asked for.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from freeze import FROZEN, compute, flat, frozen

from ontarget.io import entries

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "architecture"))
from variants import VARIANTS

# the dearest: nuscope_lar with a tag, a place or pulls; the line from the protons on; the tunnel's wall
LONG = (
    *("nuscope_lar_tagged", "nuscope_lar_short_baseline", "nuscope_lar_varied"),
    *("nuscope_lar_line", "nuscope_tunnel"),
)


def often(name):
    return name.endswith(VARIANTS) and name not in LONG


EVERY = [pytest.param(one, marks=[pytest.mark.long] * (not often(one))) for one in entries("experiments")]


@pytest.mark.parametrize("name", EVERY)
def test_every_number_is_as_it_was(name):
    was, found = frozen(name), compute(name)
    assert was.keys() == found.keys()
    for part, data in found.items():
        # nine digits are kept; processors differ by the last digits of their vector exponentials, and by their rounding
        # of the largest where a number is a difference
        wanted = flat({part: was[part]})
        np.testing.assert_allclose(flat({part: data}), wanted, rtol=1e-8, atol=1e-16 * wanted.max(), err_msg=part)


def test_nothing_is_on_file_that_the_catalog_has_not():
    assert {key.split(".")[0] for key in json.loads(FROZEN.read_text())} == set(entries("experiments"))
