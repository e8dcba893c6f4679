"""Other people's numbers, each with its source and tolerance, from the catalog of published numbers."""

import runpy
from pathlib import Path

import pytest

from ontarget.ground.errors import InputError
from ontarget.io.yaml import Mark, Tree
from ontarget.validation.validation import compare, published

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "validation.md").read_text(encoding="utf-8")
ROW = runpy.run_path(str(DOCS / "validation.py"))["row"]
LONG = ("nuSCOPE, all muon neutrinos",)  # beside those of the tunnel, which are tried always


def entry(tree, index):
    name = tree.data[index]["name"]
    return pytest.param(tree, index, id=name, marks=[pytest.mark.long] * (name in LONG))


ENTRIES = [entry(tree, index) for tree, index in published()]


@pytest.mark.parametrize(("tree", "index"), ENTRIES)
def test_ours_is_within_the_tolerance_of_the_published(tree, index):
    found = compare(tree, index)
    text = f"{found.ours:.6g} against {found.published:.6g} {found.unit}: {found.why}"
    assert found.passed or found.missed, text
    assert not (found.passed and found.missed), f"It is no miss any more. {text}"
    assert ROW(found) in PAGE.splitlines(), "docs/validation.md: call 'python docs/validation.py'"


def test_the_numbers_that_must_be_shown_are_there():
    asked = {"Fluence": 1, "TargetNuclei": 1, "Scatters": 1, "AverageCrossSection": 5, "CountsPerYear": 3}
    asked |= {"ExpectedSignal": 3, "ObservedCounts": 3, "SidebandCounts": 2}
    kinds = [tree.data[index]["quantity"]["type"] for tree, index in published()]
    assert {kind: min(kinds.count(kind), number) for kind, number in asked.items()} == asked


def test_a_miss_is_a_miss():
    tree, index = next((t, i) for t, i in published() if t.data[i]["quantity"]["type"] == "TargetNuclei")
    wrong = [{**tree.data[index], "published": 3.8e26}]
    assert not compare(Tree(wrong, {}), 0).passed


def test_an_unknown_key_is_told():
    tree, index = published()[0]
    with pytest.raises(InputError, match="unknown key"):
        compare(Tree([{**tree.data[index], "tolerence": "1 %"}], {(0, "tolerence"): Mark("x.yaml", None, 3)}), 0)
