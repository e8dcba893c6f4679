"""The YAML door: what it reads, with lines; what it refuses, each with one sentence."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from io_toys import outcome
from yaml_texts import NASTY

from ontarget.ground.errors import InputError
from ontarget.io import catalog
from ontarget.io.yaml import MAX_DEPTH, Tree, parse_yaml, read_yaml


def sentence(error: pytest.ExceptionInfo[InputError]) -> str:
    text = str(error.value)
    assert len(text.splitlines()) == 1
    assert text.isprintable()
    return text


def write(folder: Path, content: str | bytes, name: str = "my.yaml") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_core_schema_of_yaml_1_2():
    text = "a: [1, -2, 2.8e23, 0x1F, 0o17, 017, 1., .5, No, yes, on, 'q', ~, null, true, 2024-01-01, 1_0, 12:30]"
    values = [
        1,
        -2,
        2.8e23,
        31,
        15,
        17,
        1.0,
        0.5,
        "No",
        "yes",
        "on",
        "q",
        None,
        None,
        True,
        "2024-01-01",
        "1_0",
        "12:30",
    ]
    read = parse_yaml(text, "f").data["a"]
    assert read == values
    assert [type(one) for one in read] == [type(one) for one in values]


def test_keys_stay_as_written():
    assert parse_yaml("No: 1\n40: 2\n1.0: 3\n", "f").data == {"No": 1, "40": 2, "1.0": 3}


def test_lines_are_kept_through_aliases_and_flow():
    tree = parse_yaml("a: &x\n  b: 1\n  c:\n    - 1\n    - 2\nd: *x\ne: {f: 3,\n    g: 4}\n", "my.yaml")
    assert tree.data["d"] == {"b": 1, "c": [1, 2]}
    lines = {path: mark.line for path, mark in tree.marks.items()}
    assert lines[("a", "b")] == 2
    assert lines[("a", "c", 1)] == 5
    assert lines[("d",)] == 6
    assert lines[("d", "b")] == 2
    assert lines[("e", "g")] == 8
    assert tree.where(("a", "c", 1)) == "my.yaml line 5, a.c.1"
    assert tree.where(("a", "zz")) == "my.yaml line 1, a.zz"


def test_a_byte_order_mark_is_no_content(tmp_path):
    assert read_yaml(write(tmp_path, b"\xef\xbb\xbfa: 1\n")).data == {"a": 1}


BOMB = "\n".join(
    ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"] + [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 20)]
)
TOWER = "\n".join(["a0: &a0 " + "[" * 30 + "]" * 30, "a1: " + "[" * 30 + "*a0" + "]" * 30])
WRONG = {
    "syntax": ("a: 1\nb: [1", "line 2, column"),
    "tab": ("a:\n\tb: 1", "line 2, column"),
    "unknown alias": ("a: *q", "line 1"),
    "alias to itself": ("a: &a [*a]", "itself"),
    "duplicate key": ("a: 1\nb: 2\na: 3", "line 3: got the key 'a' twice. It is already given on line 1"),
    "nested duplicate": ("a: {b: 1, 'b': 2}", "'b' twice"),
    "python tag": ("a: !!python/object/apply:os.system ['true']", "tag"),
    "own tag": ("a: !thing 3", "tag"),
    "tagged key": ("!!str a: 3", "key"),
    "NaN": ("a: .nan", "finite"),
    "infinity": ("a:\n  - -.inf", "line 2"),
    "overflow": ("a: 1e999", "1.8e308"),
    "long number": ("a: " + "9" * 5000, "digits"),
    "list": ("- 1", "a list of 1. The top level must be a mapping"),
    "scalar": ("hello", "'hello'"),
    "empty": ("", "nothing"),
    "comment only": ("# nothing\n", "nothing"),
    "deep flow": ("a: " + "[" * 100_000, f"{MAX_DEPTH} levels"),
    "deep block": ("- " * 10_000, "levels"),
    "deep by alias": (TOWER, "levels"),
    "bomb": (BOMB, "aliases"),
    "long text bomb": ("a: &x " + "y" * 400_000 + "\nb: [" + ",".join(["*x"] * 2000) + "]", "aliases"),
    "control character": ("a: 1\nb: \x01", "line 2"),
    "two documents": ("a: 1\n---\nb: 2", "document"),
    "merge key": ("a: &a {x: 1}\nb:\n  <<: *a", "use:"),
    "complex key": ("? [a]\n: 3", "key"),
    "empty key": ("'': 3", "key"),
    "version": ("%YAML 9.9\n---\na: 3", "line 1"),
    "latin-1": ("a: 1\nb: ä".encode("latin-1"), "line 2: got bytes that are no UTF-8"),
    "utf-16": ("a: 1".encode("utf-16"), "text in UTF-8"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0", "binary"),
    "big": (b"a: 1 # " + b"x" * 1_000_001, "1 MB"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_content_is_one_sentence(case, tmp_path):
    content, part = WRONG[case]
    path = write(tmp_path, content)
    with pytest.raises(InputError) as error:
        read_yaml(path)
    assert sentence(error).startswith(str(path))
    assert part in sentence(error)


def test_a_mapping_where_a_list_is_asked_for(tmp_path):
    assert read_yaml(write(tmp_path, "- 1\n- 2"), top=list).data == [1, 2]
    with pytest.raises(InputError, match="must be a list"):
        read_yaml(write(tmp_path, "a: 1"), top=list)


def test_missing_file_names_its_neighbour(tmp_path):
    write(tmp_path, "a: 1", "ess_germanium.yaml")
    with pytest.raises(InputError, match=r"Did you mean 'ess_germanium\.yaml'") as error:
        read_yaml(tmp_path / "ess_germanum.yaml")
    sentence(error)


@pytest.mark.parametrize("name", ["nowhere/x.yaml", "x\ny.yaml", "x\0y.yaml", "x" * 5000 + ".yaml", "."])
def test_no_such_file(name, tmp_path):
    with pytest.raises(InputError) as error:
        read_yaml(tmp_path / name)
    sentence(error)


def test_pipes_and_links_to_themselves(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    for name in ("pipe.yaml", "loop.yaml"):
        with pytest.raises(InputError) as error:
            read_yaml(tmp_path / name)
        sentence(error)


def tree_or_sentence(content: str | bytes) -> None:
    found = outcome(lambda: parse_yaml(content, "f.yaml", top=None))
    assert isinstance(found, Tree) or len(str(found).splitlines()) == 1


YAMLISH = st.lists(
    st.sampled_from(
        [
            *"[]{},:-?!&*|>'\"%@`#\n \t~=<",
            "\n  ",
            "- ",
            ": ",
            "a",
            "b: ",
            "&a ",
            "*a",
            "!!int ",
            "1e5",
            ".nan",
            "0x",
            "---\n",
            "...\n",
            *[
                "|2\n",
                ">-\n",
                "\\u",
                "<<: ",
                "%YAML 1.2\n",
                "%TAG ! x\n",
                "\u2028",
                "\r",
                "\x85",
                "\ufeff",
                "0o9",
                "null",
            ],
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=60), st.binary(max_size=60), YAMLISH))
def test_any_text_gives_a_tree_or_a_sentence(content):
    tree_or_sentence(content)


def in_python(content: str | bytes) -> Tree | InputError:
    """What is read where PyYAML has been built without libyaml."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        return outcome(lambda: parse_yaml(content, "f.yaml", top=None))


def check_alike(content: str | bytes) -> None:
    fast, slow = outcome(lambda: parse_yaml(content, "f.yaml", top=None)), in_python(content)
    assert fast == slow if isinstance(slow, Tree) else str(fast) == str(slow)


@pytest.fixture
def libyaml():
    if not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml here.")


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_both_parsers_read_alike(text, libyaml):
    check_alike(text)


def test_both_parsers_read_the_catalog_alike(libyaml):
    files = sorted(catalog.ROOT.rglob("*.yaml"))
    assert len(files) > 100
    for file in files:
        content = file.read_bytes()
        assert parse_yaml(content, "f.yaml", top=None) == in_python(content)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=60), YAMLISH))
def test_both_parsers_read_any_text_alike(content):
    check_alike(content)


def test_ends_of_lines_of_yaml_1_1_are_refused():
    with pytest.raises(InputError, match=r"f line 2: got the character U\+2028\. Lines end with a line feed"):
        parse_yaml("a: 1\nb: c\u2028d\n", "f")


@pytest.mark.parametrize("text", ["%YAML 1.1\n---\na: [NO, 1_0, 1:30, 017]", "%YAML 1.2\n---\na: [NO, 1_0, 1:30, 017]"])
def test_rules_are_those_of_yaml_1_2_whatever_a_file_says(text):
    assert parse_yaml(text, "f").data == {"a": ["NO", "1_0", "1:30", 17]}
