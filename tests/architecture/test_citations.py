"""What physics claims, it cites, and every key it cites is in the bibliography."""

from __future__ import annotations

import inspect
import re

import pytest
from census import SRC, cited, docstrings, files, is_abstract, nouns, room_of

BIBLIOGRAPHY = SRC / "ground" / "references.bib"
MUST_CITE = ("ontarget.interaction", "ontarget.propagation", "ontarget.matter.form_factor", "ontarget.source.spectrum")
NOTHING_TO_CITE = {"NoOscillation"}  # it says that nothing happens


@pytest.fixture(scope="module")
def known() -> set[str]:
    if not BIBLIOGRAPHY.exists():
        pytest.fail("There is no ground/references.bib.")
    return set(re.findall(r"^@\w+\{\s*([^,\s]+)\s*,", BIBLIOGRAPHY.read_text(), re.M))


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SRC)))
def test_cited_keys_exist(path, known):
    unknown = {name: sorted(set(cited(text)) - known) for name, text in docstrings(path)}
    assert {name: keys for name, keys in unknown.items() if keys} == {}


models = [
    cls
    for cls in nouns()
    if cls.__module__.startswith(MUST_CITE)
    and not is_abstract(cls)
    and any(is_abstract(base) for base in cls.__mro__)  # what fulfils a contract is a model; the rest are tables
    and cls.__name__ not in NOTHING_TO_CITE
]


@pytest.mark.parametrize("cls", models, ids=[f"{room_of(cls)}.{cls.__name__}" for cls in models])
def test_model_cites(cls):
    assert cited(inspect.cleandoc(cls.__doc__)), "its docstring needs a References section with at least one key"


def test_reader_of_references():
    text = "One line.\n\nReferences\n----------\nFreedman:1973yd eq. (1)\nHelm:1956zz\n    more\n\nRaises\n------\nX"
    assert cited(text) == ["Freedman:1973yd", "Helm:1956zz"]
    assert cited("References: kinematics.") == []
