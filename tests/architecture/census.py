"""What there is in the house: its files, its nouns, and its docstrings. Shared by the laws."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ontarget.ground.noun import Noun

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "ontarget"
PHYSICS = (
    *("numerics", "matter", "beam", "source", "propagation", "interaction", "detector"),
    *("monitor", "tagging", "experiment"),
)


def files() -> list[Path]:
    """Every Python file of the package."""
    return sorted(SRC.rglob("*.py"))


def module_name(path: Path) -> str:
    """The dotted name of a file of the package."""
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def rooms() -> list[list[str]]:
    """The floors of the import contract, top first, each with its rooms."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layers]


@cache
def nouns() -> tuple[type[Noun], ...]:
    """Every class of nouns defined in the package, `Noun` itself left out."""
    found = []
    for path in files():
        if path.stem == "__main__":
            continue  # importing it would run the command
        name = module_name(path)
        module = importlib.import_module(name)
        found += [
            member
            for member in vars(module).values()
            if inspect.isclass(member) and issubclass(member, Noun)
            if member is not Noun and member.__module__ == name
        ]
    return tuple(dict.fromkeys(found))


def is_abstract(cls: type) -> bool:
    """Whether a class only says what others must do."""
    return cls.__name__.startswith("Abstract")


def finals() -> tuple[type[Noun], ...]:
    """The classes of which there are instances."""
    return tuple(cls for cls in nouns() if not is_abstract(cls))


def room_of(cls: type) -> str:
    """The room in which a class lives."""
    return cls.__module__.split(".")[1]


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function and method of a file, nested ones too, with its dotted name."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            name = f"{prefix}{child.name}" if named else prefix
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield name, child
            yield from walk(child, f"{name}." if named else prefix)

    yield from walk(ast.parse(path.read_text()), "")


def docstrings(path: Path) -> Iterator[tuple[str, str]]:
    """Every docstring of a file, with the dotted name of what it describes ("" for the file)."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield f"{prefix}{child.name}", ast.get_docstring(child) or ""
                yield from walk(child, f"{prefix}{child.name}.")

    tree = ast.parse(path.read_text())
    yield "", ast.get_docstring(tree) or ""
    yield from walk(tree, "")


def cited(docstring: str) -> list[str]:
    """The keys in the `References` section of a docstring, one at the start of each line."""
    section = re.search(r"^References\n-{3,}\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", docstring, re.M | re.S)
    lines = section.group(1).splitlines() if section else []
    return [line.split()[0] for line in lines if line.strip() and not line.startswith(" ")]
