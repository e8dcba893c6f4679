"""What is shown and cited of the catalog with nothing built is what is shown and cited of what is built."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ontarget.cli import run
from ontarget.cli.cite import keys_under
from ontarget.cli.show import made, outlined
from ontarget.io.catalog import entries
from ontarget.io.entry import CLASSES
from ontarget.io.outline.outline import Unknown
from ontarget.io.release import MissingRelease
from ontarget.study.outline import outline_of

EVERY = [f"{kind}/{name}" for kind in (*CLASSES, "studies") for name in entries(kind)]
SOME = [
    *("experiments/ess_csi", "experiments/coherent_csi_2021", "experiments/nuscope_lar", "studies/ess_nsi"),
    *("facilities/ess", "sources/ess", "detectors/ess_csi", "taggers/nuscope", "materials/germanium"),
]
MOST_BUILT = 20
"""Entries with a class that changes its fields, or whose fields hold classes under names of the user."""


def check_alike(name: str) -> None:
    """Title, numbers and citations of an entry told, and of the same built."""
    try:
        found = outlined(name, (), trust=False)
    except MissingRelease as error:  # pragma: no cover
        pytest.skip(str(error))
    if found is None:
        pytest.skip("It has to be built.")
    assert found == made(name, (), trust=False)
    assert outline_of(name)[1] == keys_under(name, trust=True)


@pytest.mark.parametrize("name", SOME)
def test_what_is_told_is_what_is_built(name, mirror):
    assert name in EVERY
    check_alike(name)


@pytest.mark.long
@pytest.mark.parametrize("name", EVERY)
def test_all_that_is_told_is_what_is_built(name, mirror):
    check_alike(name)


@pytest.mark.long
def test_few_entries_have_to_be_built(mirror):
    def built(name: str) -> bool:
        try:
            outline_of(name)
        except Unknown:
            return True
        return False

    assert sum(built(name) for name in EVERY) <= MOST_BUILT


@pytest.mark.parametrize("command", ["show", "cite"])
def test_settings_and_mistakes_are_looked_at_by_building(command, capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("use: experiments/ess_csi\ndetector: {mass: -3 kg}\n")
    assert run([command, str(file)]) == 2
    assert "detector.mass: got -3 kg" in capsys.readouterr().err


def test_a_setting_is_shown(capsys):
    assert run(["show", "ess_csi", "--set", "detector.mass=10 kg"]) == 0
    assert "10 kg" in capsys.readouterr().out


def test_what_computes_nothing_imports_no_jax():
    """All in one process, for a new one costs a tenth of a second."""
    calls = [
        *(["--help"], ["lsit"], ["expect", "ess_cs"], ["expect", "ess_csi", "--fromat", "json"], ["run", "--help"]),
        *(["run", "es"], ["flux", "nuscop"], ["rays", "nuscop"], ["tag", "nuscop"], ["export", "ess_cs"]),
        *(["list"], ["list", "--format", "json"], ["show", "ess_csi"], ["show", "studies/ess"], ["cite", "ess_csi"]),
        *(["show", "ess_cs"], ["cite", "ess_cs"], ["data", "list"], ["run", "no.yaml"], ["expect", "no.yaml"]),
    ]
    code = (
        "import os, sys\nfrom ontarget.cli import run\nheavy = ('jax', 'scipy', 'matplotlib', 'equinox')\n"
        f"for call in {calls!r}:\n"
        "    code = run(call)\n"
        "    print('@', *call, code, [name for name in heavy if name in sys.modules], flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = [line for line in done.stdout.splitlines() if line.startswith("@ ")]
    assert len(told) == len(calls)
    assert [line for line in told if not line.endswith("[]")] == []
