"""Results are typed: no number is read back from a table, a context is no mailbox, no assertion checks input."""

from __future__ import annotations

import ast
import re

import pytest
from census import SRC, files

ANSWERS = ("study", "analysis", "report", "validation")


def answering() -> list:
    return [path for path in files() if path.relative_to(SRC).parts[0] in ANSWERS]


def is_header(key: ast.expr, of: ast.expr) -> bool:
    """Whether a key is a text such as 'energy (GeV)', or any text that is looked up in a row."""
    if isinstance(key, ast.JoinedStr):
        return True
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return False
    in_a_row = isinstance(of, ast.Name) and of.id in ("row", "rows", "one_row", "cell", "first")
    return in_a_row or not re.fullmatch(r"[\w+.-]+", key.value)


def read_by_header(tree: ast.AST) -> list[int]:
    """Lines in which something is looked up by a header: a cell of a table, or a message in a mailbox."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and is_header(node.slice, node.value):
            lines.append(node.lineno)
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
        if called and node.func.attr in ("get", "pop") and is_header(node.args[0], node.func.value):
            lines.append(node.lineno)
    return sorted(lines)


def annotations(tree: ast.AST) -> set[int]:
    """Lines of shapes in annotations, which are subscripts with texts."""
    found = set()
    for node in ast.walk(tree):
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if hint is not None:
                found |= set(range(hint.lineno, hint.end_lineno + 1))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):  # Matrix = Float[..., "pull pull"]
            found |= set(range(node.lineno, node.end_lineno + 1))
    return found


def test_the_test_finds_what_it_looks_for():
    tree = ast.parse("a = one(row['energy (GeV)'])\nb = two(row[f'{name} (1/kg)'])\nc = row.get('x')\nd = rows[0]")
    assert read_by_header(tree) == [1, 2, 3]


@pytest.mark.parametrize("path", answering(), ids=lambda path: str(path.relative_to(SRC)))
def test_no_number_is_read_back_by_its_header(path):
    tree = ast.parse(path.read_text())
    found = sorted(set(read_by_header(tree)) - annotations(tree))
    assert found == []


def test_no_number_is_made_of_a_text_of_our_own():
    assert [str(path) for path in answering() if "float(str(" in path.read_text()] == []


def test_a_context_is_no_mailbox():
    context = (SRC / "study" / "context.py").read_text()
    assert not re.search(r"^    known\b", context, re.M)
    assert [str(path) for path in answering() if "context.known" in path.read_text()] == []


def test_no_assertion_checks_a_kind():
    found = [
        f"{path.relative_to(SRC)}:{node.lineno}"
        for path in files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assert) and "isinstance(" in ast.unparse(node.test)
    ]
    assert found == []
