"""Run the console blocks of the documentation and put what the commands print under them.

A block begins with three backticks and `console`. It holds commands, each after `$ `, and under each what it prints:

* `$ ontarget ...` runs in this process, in an empty folder, without any release of data. What is compared is the
  standard output, and with `2>&1` the messages too. `| head -3` and `| tail -3` mean what they mean in a shell.
* `$ make NAME` stands for the `ontarget` command of that rule of the Makefile.
* A line `...` stands for any number of lines left out. What is shown is whole lines, in order: before the first `...`
  the first lines of the output, after the last one its last.

Words after `console` say what a block needs: `releases` (the data releases, in the folder ONTARGET_DATA_MIRROR), and
`long` (minutes: its test is left to `make test-long`).

`python docs/console.py` rewrites every block that it can; `--quick` passes over those marked `long`, and names of files
take these only. `tests/docs/test_console_blocks.py` compares.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = "..."
MARKS = frozenset({"releases", "long"})
FENCE = re.compile(r"^(?P<indent> *)```console(?P<words>[^\n`]*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A line after `$ `, and the lines that are shown under it."""

    line: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A console block: where it begins, what it needs, its commands."""

    path: Path
    number: int
    marks: frozenset[str]
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.number}"


def pages() -> list[Path]:
    """The files in which blocks are looked for."""
    return [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), *sorted(ROOT.glob("docs/tutorials/*.py"))]


def blocks(path: Path) -> list[Block]:
    """The blocks of a file, in order."""
    text = path.read_text(encoding="utf-8")
    return [block_of(path, text, found) for found in FENCE.finditer(text)]


def block_of(path: Path, text: str, found: re.Match[str]) -> Block:
    """One block; what is no block is refused."""
    number, marks = text.count("\n", 0, found.start()) + 1, frozenset(found["words"].split())
    lines = [one.removeprefix(found["indent"]) for one in found["body"].splitlines()]
    where = f"{path.relative_to(ROOT)} line {number}"
    if not lines or not lines[0].startswith("$ "):
        raise ValueError(f"{where}: a console block begins with '$ ' and a command.")
    if marks - MARKS:
        raise ValueError(f"{where}: a console block is marked by {', '.join(sorted(MARKS))}; got {found['words']}.")
    starts = [i for i, one in enumerate(lines) if one.startswith("$ ")]
    ends = [*starts[1:], len(lines)]
    commands = tuple(Command(lines[a][2:], tuple(lines[a + 1 : b])) for a, b in zip(starts, ends, strict=True))
    return Block(path, number, marks, commands)


@contextlib.contextmanager
def alone(releases: bool) -> Iterator[None]:
    """An empty folder to work in, no release but in the mirror if it is asked for; compiled programs are the user's."""
    before, here = dict(os.environ), Path.cwd()
    programs = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ontarget"
    os.environ.setdefault("ONTARGET_CACHE", str(programs))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XDG_CACHE_HOME": str(Path(folder) / "cache"), "MPLBACKEND": "Agg", "NO_COLOR": "1"}
        for name in ("COLUMNS", *(() if releases else ("ONTARGET_DATA_MIRROR",))):
            os.environ.pop(name, None)
        work = Path(folder) / "work"
        work.mkdir()
        os.chdir(work)
        try:
            yield
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def printed(line: str) -> list[str]:
    """The lines that a command prints, in the environment as it is."""
    given, *pipes = split(shlex.split(line), "|")
    if given[0] == "make":
        given = [*shlex.split(rule(given[1])), *given[2:]]
    both = "2>&1" in given
    if given[0] != "ontarget":
        raise ValueError(f"{line}: a console block runs ontarget, or make.")
    for pipe in pipes:
        cut(pipe, [])
    code, out = output([word for word in given[1:] if word != "2>&1"], both)
    if code != 0 and not both:
        raise ValueError(f"{line}: ended with {code}; write 2>&1 after it to show its message.")
    lines = [one.rstrip() for one in out.splitlines()]
    for pipe in pipes:
        lines = cut(pipe, lines)
    return lines


def rule(name: str) -> str:
    """The command of a rule of the Makefile, `make run` for one."""
    found = re.search(rf"^{re.escape(name)}:.*\n\t\$\(BIN\)/(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"make {name}: no rule of the Makefile that runs one command.")
    return found[1]


def split(words: Sequence[str], at: str) -> list[list[str]]:
    """Words between those that are `at`."""
    found: list[list[str]] = [[]]
    for word in words:
        if word == at:
            found.append([])
        else:
            found[-1].append(word)
    return found


def output(words: list[str], both: bool) -> tuple[int, str]:
    """Exit code of `ontarget`, and what it wrote: its output, and messages too where `both`."""
    from ontarget.cli import run

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out if both else io.StringIO()):
        code = run(words)
    return code, out.getvalue()


def cut(pipe: list[str], lines: list[str]) -> list[str]:
    """What `head -N` or `tail -N` leaves."""
    if len(pipe) != 2 or pipe[0] not in ("head", "tail") or not re.fullmatch(r"-\d+", pipe[1]):
        raise ValueError(f"| {' '.join(pipe)}: a console block knows | head -N and | tail -N.")
    number = int(pipe[1][1:])
    return lines[:number] if pipe[0] == "head" else lines[-number:]


def pieces(shown: Sequence[str]) -> list[list[str]]:
    """What is shown, between lines that stand for what is left out."""
    return split([one.rstrip() for one in shown], LEFT_OUT)


def agree(shown: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether whole lines are shown, in order, and nothing is left out but where it says so."""
    parts = pieces(shown)
    if len(parts) == 1:
        return parts[0] == list(lines)
    begin, end = len(parts[0]), len(lines) - len(parts[-1])
    if begin > end or parts[0] != list(lines[:begin]) or parts[-1] != list(lines[end:]):
        return False
    for part in parts[1:-1]:
        here = next((i for i in range(begin, end - len(part) + 1) if list(lines[i : i + len(part)]) == part), None)
        if here is None:
            return False
        begin = here + len(part)
    return True


def again(shown: Sequence[str], lines: Sequence[str]) -> list[str]:
    """What to show of an output: as many lines at each place as before, those most alike in the middle."""
    parts = pieces(shown)
    if len(parts) == 1:
        return list(lines)
    begin, end = len(parts[0]), len(lines) - len(parts[-1])
    if begin >= end:
        return list(lines)
    found = list(lines[:begin])
    for part in parts[1:-1]:
        places = range(begin, end - len(part) + 1)
        here = max(places, key=lambda i: alike(part, lines[i : i + len(part)]), default=begin)
        found += [LEFT_OUT, *lines[here : here + len(part)]]
        begin = here + len(part)
    return [*found, LEFT_OUT, *lines[end:]]


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """How much two pieces of text have in common, by their words."""
    return difflib.SequenceMatcher(None, " ".join(one).split(), " ".join(other).split(), autojunk=False).ratio()


def rewritten(block: Block) -> str:
    """The block as it should stand."""
    lines = []
    with alone("releases" in block.marks):
        for command in block.commands:
            lines += [f"$ {command.line}", *again(command.shown, printed(command.line))]
    return "\n".join(lines)


def rewrite(path: Path, passed: frozenset[str]) -> None:
    """Put the outputs of today into a file, but for blocks with a mark that is `passed` over."""
    text, done, changed = path.read_text(encoding="utf-8"), 0, []
    made = ""
    for found in FENCE.finditer(text):
        block = block_of(path, text, found)
        made, done = made + text[done : found.start()], found.end()
        if block.marks & passed:
            print(f"{block.name}: left as it is ({', '.join(sorted(block.marks & passed))})", flush=True)
            made += found[0]
            continue
        indent = found["indent"]
        body = "\n".join(f"{indent}{one}".rstrip() for one in rewritten(block).splitlines())
        now = f"{indent}```console{found['words']}\n{body}\n{indent}```"
        changed += [block.name] * (now != found[0])
        made += now
    path.write_text(made + text[done:], encoding="utf-8")
    for name in changed:
        print(f"{name}: written anew", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Rewrite all files, or those that are named."""
    passed = {"long"} if "--quick" in arguments else set()
    if not Path(os.environ.get("ONTARGET_DATA_MIRROR") or "/nowhere").is_dir():
        passed.add("releases")
    named = [Path(one).resolve() for one in arguments if not one.startswith("--")]
    for path in named or pages():
        rewrite(path, frozenset(passed))


if __name__ == "__main__":
    main(sys.argv[1:])
