"""Nothing in the repository knows on which machine, or from which registry, it was made."""

from __future__ import annotations

import re
import subprocess

import pytest
from census import ROOT

# written in pieces, so that this file does not find itself
PLACES = [r"(?<![\w.])/" + f"({'|'.join(['work', 'root', 'tmp', 'home'])})/" + "[A-Za-z0-9_]"]
HOSTS = [
    "index" + "-url",
    "https?://" + "pypi",
    "files." + "pythonhosted",
    "conda" + r"\.anaconda",
    r"registry\." + "npm",
]
LARGEST = 300_000


@pytest.fixture(scope="module")
def tracked() -> list:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if listed.returncode != 0:
        pytest.skip("This is not a checkout: git lists no files here.")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_machine_and_no_registry(tracked):
    pattern = re.compile("|".join(PLACES + HOSTS))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_large_files(tracked):
    large = {str(path.relative_to(ROOT)): path.stat().st_size for path in tracked if path.stat().st_size > LARGEST}
    assert large == {}, "release data is fetched by its DOI, never committed"
