"""references.bib: it parses, keys are unique and sorted, every entry can be found again, every key in use exists."""

import re
from pathlib import Path

import ontarget

PACKAGE = Path(ontarget.__file__).parent
TEXT = (PACKAGE / "ground" / "references.bib").read_text(encoding="utf-8")
ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\n(.*?)^\}$", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^  (\w+) = \{(.*)\},?$", re.MULTILINE)
# INSPIRE texkey, a local key (hyphen after the year), or a software key (no colon)
KEY = re.compile(r"[A-Z][A-Za-z0-9-]*:\d{4}([a-z]{2,3}|-[A-Za-z0-9.]+)|[a-z]+\d{4}[a-z]*")


TALKS = {"nuscope2025talk"}  # without a public address
DOCS = PACKAGE.parent.parent / "docs"


def entries() -> list[tuple[str, str, dict[str, str]]]:
    return [(kind, key, dict(FIELD.findall(body))) for kind, key, body in ENTRY.findall(TEXT)]


def test_every_entry_parses() -> None:
    assert len(entries()) == len(re.findall(r"^@", TEXT, re.MULTILINE)) > 40
    for _, key, _ in entries():
        assert KEY.fullmatch(key), key


def test_every_line_of_an_entry_is_a_field() -> None:
    for _, key, body in ENTRY.findall(TEXT):
        lines = body.strip("\n").split("\n")
        assert len(FIELD.findall(body)) == len(lines), key
        assert all(line.count("{") == line.count("}") for line in lines), key
        assert all(line.endswith(",") for line in lines[:-1]), key


def test_keys_are_unique_and_alphabetical() -> None:
    keys = [key for _, key, _ in entries()]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys, key=str.lower)


def test_no_paper_stands_twice() -> None:
    for name in ("eprint", "doi"):
        values = [fields[name] for _, _, fields in entries() if name in fields]
        assert len(set(values)) == len(values), name


def test_every_entry_can_be_found_again() -> None:
    for _, key, fields in entries():
        assert {"author", "title", "year"} <= fields.keys(), key
        assert fields.keys() & {"eprint", "doi", "isbn", "journal", "url"} or key in TALKS, key
        assert ("howpublished" in fields) == (key in TALKS) or "url" in fields, key
        assert re.fullmatch(r"(19|20)\d\d", fields["year"]), key


def test_identifiers_have_the_right_form() -> None:
    for _, key, fields in entries():
        if "eprint" in fields:
            assert re.fullmatch(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}", fields["eprint"]), key
            assert fields["archivePrefix"] == "arXiv", key
        if "doi" in fields:
            assert re.fullmatch(r"10\.\d{4,9}/\S+", fields["doi"]), key


def test_the_catalog_cites_only_what_is_here() -> None:
    known = {key for _, key, _ in entries()}
    cited = {
        (match[1], path.name)
        for path in (PACKAGE / "catalog").rglob("*.yaml")
        for match in re.finditer(r"\b(?:cite|source): *\[?([^\s,}\[]+:\d{4}[^\s,}]*)", path.read_text(encoding="utf-8"))
    }
    assert cited
    assert not {(key, name) for key, name in cited if key not in known}


def test_no_remark_of_ours_reaches_a_user() -> None:
    words = re.compile(r"local key|texkey|not confirmed|from memory|inspire", re.IGNORECASE)
    assert not [key for _, key, body in ENTRY.findall(TEXT) if words.search(body)]


def test_every_entry_is_cited() -> None:
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.yaml"), *DOCS.rglob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assert not [key for _, key, _ in entries() if key not in text]


def test_two_texts_are_two_entries() -> None:
    found = {key: fields for _, key, fields in entries()}
    assert "eprint" not in found["Cheoun:2012-EPJA48"]
    assert found["Ha:2011-arXiv1108.4228"]["eprint"] == "1108.4228"
    assert "eprint" not in found["nuscope2025talk"]
    assert found["NuSCOPE:2025-arXiv2503.21589"]["eprint"] == "2503.21589"
