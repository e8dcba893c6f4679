"""Tables in text: what is read, and every file that is none, with its line."""

import hashlib

import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.io.tables import table
from ontarget.io.tables.table import parse_table, read_table


@pytest.mark.parametrize(
    "text",
    [
        "1 2\n3 4\n",
        "1,2\n3,4",
        "  1 ,2\r\n\r\n3\t 4  \r\n",
        "# a comment, with words\n1 2 # and here\n\n#\n3 4\n",
        "Energy (keV)  Counts, in all\n1 2\n3 4\n",
        "# first\nenergy,counts\n1.0e0, +2.\n.3e1, 4E0\n",
        "\ufeff1 2\n3 4\n",
        "1 2\r3 4\r",
        "% SNOwGLoBES' own comments\n! and others\n// too\n1 2\n  % here\n3 4\n",
        "1;2\n3; 4\n",
        "energy;counts\n1.0;2\n3;4\n",
        "1.0D+00 2.0d0\n0.3D1 4\n",
        '"1","2"\n"3", \'4\'\n',
        "208Pb 12C\n1 2\n3 4\n",
    ],
)
def test_what_is_read(text):
    content = text.encode()
    found = parse_table(content, "t.txt")
    np.testing.assert_array_equal(found.values, [[1, 2], [3, 4]])
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_numbers_are_read_to_the_last_bit():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 3)) * 10.0 ** rng.integers(-300, 300, size=(50, 3))
    text = "\n".join(" ".join(map(repr, row)) for row in values.tolist())
    np.testing.assert_array_equal(parse_table(text.encode(), "t.txt").values, values)


@pytest.mark.parametrize(
    ("content", "where", "words"),
    [
        (b"", "t.txt:", ("no numbers",)),
        (b"# only a comment\n\n", "t.txt:", ("no numbers",)),
        (b"energy counts\n", "t.txt:", ("no numbers",)),
        (b"1 2\n3 4 5\n", "t.txt line 2:", ("3 columns", "2")),
        (b"# x\n1 2\n\n3\n", "t.txt line 4:", ("1 columns",)),
        (b"1 2\n3 four\n", "t.txt line 2:", ("'four'",)),
        (b"a b\nc d\n1 2\n", "t.txt line 2:", ("'c'",)),  # one line of words may stand first, not two
        (b"a 2\n3 4\n", "t.txt line 1:", ("'a'",)),  # a row with a slip is no header
        (b"1,,2\n", "t.txt line 1:", ("an empty cell",)),
        (b"1,2,\n", "t.txt line 1:", ("an empty cell",)),
        (b"18,95 0,000\n20,00 0,285\n", "t.txt line 1: got '18,95 0,000'.", ("decimal", "Write 18.95 for 18,95")),
        (b"18,95, 0,285\n", "t.txt line 1:", ("decimal",)),
        (b"18,95\t0,285\n", "t.txt line 1:", ("decimal",)),
        (b"18,95;0,285\n", "t.txt line 1:", ("decimal",)),
        (b'"18,95","0,285"\n', "t.txt line 1:", ("decimal",)),
        (b"1,000 2,000\n", "t.txt line 1:", ("decimal",)),
        (b"a b\n1 2\n18,95 0,285\n", "t.txt line 3:", ("decimal",)),
        (b"E s\n[MeV] [cm2]\n1 2\n", "t.txt line 2: got '[MeV]'.", ("one line of words", "Begin it with '#'")),
        (b"1_000 2_000\n3 4\n", "t.txt line 1:", ("'1_000'",)),  # meant as numbers: no header
        (b"1:2 3:4\n3 4\n", "t.txt line 1:", ("'1:2'",)),
        (b"1.5, 2,\n", "t.txt line 1: got an empty cell.", ("Take the comma off the end",)),
        (b"1 2\n3 nan\n", "t.txt line 2:", ("'nan'", "finite")),
        (b"nan inf\n1 2\n", "t.txt line 1:", ("'nan'",)),
        (b"1 -inf\n", "t.txt line 1:", ("'-inf'",)),
        (b"1 2\n3 1e999\n", "t.txt line 2:", ("1.8e308",)),
        (b"1 1_000\n", "t.txt line 1:", ("'1_000'",)),
        (b"1 0x10\n", "t.txt line 1:", ("'0x10'",)),
        (b"1 2\n\xff\xfe 3\n", "t.txt line 2:", ("no text",)),
        (b"\x89PNG\r\n\x1a\n\0\0", "t.txt line 1:", ("no text",)),
        ("1 \u0662\n".encode(), "t.txt line 1:", ("finite",)),  # a digit elsewhere, none here
    ],
)
def test_what_is_no_table(content, where, words):
    with pytest.raises(InputError) as error:
        parse_table(content, "t.txt")
    said = str(error.value)
    assert said.startswith(where)
    assert len(said.splitlines()) == 1
    for word in words:
        assert word in said


def test_sizes_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "MOST_ROWS", 3)
    assert len(parse_table(b"1\n2\n3\n", "t.txt").values) == 3
    with pytest.raises(InputError, match=r"t\.txt line 4: got more rows"):
        parse_table(b"1\n2\n3\n4\n", "t.txt")
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_001)  # a hole: nothing is written
    with pytest.raises(InputError, match=r"large\.txt: got a larger file"):
        read_table(path, "large.txt")


@pytest.mark.parametrize(("name", "word"), [("nowhere.txt", "no such file"), (".", "folder"), ("a" * 300, "a")])
def test_no_such_file(name, word, tmp_path):
    with pytest.raises(InputError, match=word) as error:
        read_table(tmp_path / name, "t.txt")
    assert str(error.value).startswith("t.txt:")
