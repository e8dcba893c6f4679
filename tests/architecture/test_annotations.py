"""Shapes in annotations are words in quotes: a bare name is no shape, and fails only when something evaluates it."""

from __future__ import annotations

import ast

import pytest
from census import SRC, files

KINDS = {"Float", "Int", "Bool", "Complex", "Num", "Shaped", "Inexact", "Key"}


def bare_shapes(path) -> list[str]:
    """Shapes that have lost their quotes (a formatter takes them away where there is no blank in them)."""
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in KINDS
        if isinstance(node.slice, ast.Tuple) and not isinstance(node.slice.elts[-1], ast.Constant)
    ]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(SRC)))
def test_shapes_are_quoted(path):
    assert bare_shapes(path) == []
