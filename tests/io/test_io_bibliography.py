"""Citations: of docstrings all the way down, of numbers; unknown ones are refused."""

import pytest
from io_toys import Channel, Detector, Modified, Site

from ontarget.ground.errors import InputError
from ontarget.io import bibliography
from ontarget.io.bibliography import bibtex, keys_in, keys_of, keys_of_class, references
from ontarget.io.provenance import Record
from ontarget.io.yaml import parse_yaml

BIB = """% comment
@article{Site:2001aa,
  title = {{On {nested} braces}},
  note = {a \\} that closes nothing}
}
@misc{General:1999cc, title = "x"}
@comment{nothing, here}
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    (tmp_path / "references.bib").write_text(BIB)
    monkeypatch.setattr(bibliography, "FILE", tmp_path / "references.bib")
    return tmp_path / "references.bib"


def noun():
    return Detector(mass=1.0, site=Site(baseline=1.0), channels=(Channel("a", Modified(coupling=1.0)),))


def test_keys_of_a_noun():
    assert keys_of_class(Modified) == (
        "Alekou:2022-arXiv2203.08803",
        "General:1999cc",
        "Le-Two:2022ab",
        "O'Hare:2021utq",
        "jax2018github",
    )
    record = Record("1 kg", 1.0, cite=("Number:2003dd", "Sprung:1997-JPA30"))
    of_classes = ["Site:2001aa", "Site:2002bb", *keys_of_class(Modified)]
    assert keys_of(noun(), {"mass": record}) == tuple(sorted([*of_classes, "Number:2003dd", "Sprung:1997-JPA30"]))


def test_keys_written_in_a_tree():
    tree = parse_yaml("a: {value: 1, cite: A:2001aa}\nb: [{cite: [B:2002bb, A:2001aa]}]", "f")
    assert keys_in(tree) == ("A:2001aa", "B:2002bb")


def test_bibtex(small):
    assert list(references()) == ["Site:2001aa", "General:1999cc"]
    text = bibtex(["Site:2001aa", "General:1999cc", "Site:2001aa"])
    assert text.count("@") == 2
    assert text.endswith("closes nothing}\n}\n")
    assert bibtex([]) == ""


def test_unknown_keys(small):
    with pytest.raises(InputError, match="Did you mean 'Site:2001aa'"):
        bibtex(["Site:2001ab"])


@pytest.mark.parametrize("text", ["@a{K:2001aa, {", BIB + "@a{Site:2001aa,}", None])
def test_a_broken_bibliography(small, text):
    small.unlink() if text is None else small.write_text(text)
    with pytest.raises(InputError) as error:
        references()
    assert len(str(error.value).splitlines()) == 1


def test_the_bibliography_of_the_package():
    if not bibliography.FILE.exists():
        pytest.fail("ground/references.bib is missing")
    assert bibtex(references()).count("\n@") == len(references()) - 1
