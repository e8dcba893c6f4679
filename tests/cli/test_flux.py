"""``ontarget flux``: what it leaves behind, how it is stopped, and how it goes on."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ontarget.cli import run
from ontarget.source.tunnel.simulation import Simulation

EXPERIMENT = """
name: A small beam
facility: {use: facilities/nuscope}
source:
  type: DecayTunnel
  beam:
    type: ParametrisedBeam
    momentum: 8.5 GeV/c
    spread: 7 %
    divergence: 7 mrad
    size: 18 mm
    species: {pi+: {number: 0.04}}
  tunnel: {length: 40 m, radius: 1 m}
  energies: {type: EnergyAxis, start: 0 GeV, stop: 11 GeV, bins: 11}
  decays: [{type: TwoBodyDecay, branching: 1, parent: pi+, neutrino: nu_mu, lepton: mu+, name: pi_munu}]
  daughters: []
  rays: 128
detector:
  site: {type: BeamSite, distance: 27 m, width: 4 m, height: 4 m, depth: 5 m}
  mass: 110 t
  material: {use: materials/argon}
  seen: {type: EnergyAxis, start: 0 GeV, stop: 10 GeV, bins: 5}
  tag: {type: Radius, radii: {type: LengthAxis, start: 0 m, stop: 2 m, bins: 2}}
  channels:
    cc: {interaction: {use: cross_sections/ar23}, truth: {type: EnergyAxis, start: 0 GeV, stop: 10 GeV, bins: 10}}
exposure: {type: ProtonsOnTarget, number: 1e19 POT}
"""
FILES = ["components.csv", "flux.csv", "flux.npz", "run.json"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    path.write_text(EXPERIMENT)
    return path


@pytest.fixture(scope="module")
def whole(small):
    """A folder as an undisturbed run leaves it."""
    folder = small.parent / "whole"
    assert run(["flux", str(small), "--precision", "15%", "-o", str(folder)]) == 0
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def told(capsys, *arguments, code):
    """Both streams of a command that ends with this code."""
    capsys.readouterr()
    assert run([str(one) for one in arguments]) == code
    return capsys.readouterr()


def test_what_it_leaves_behind(whole):
    assert sorted(one.name for one in whole.iterdir()) == FILES
    flux, parts = rows(whole / "flux.csv"), rows(whole / "components.csv")
    assert list(flux[0]) == ["flavour", "energy_GeV", "from_m", "to_m", "flux_per_m2_proton_GeV", "error"]
    assert len(flux) == 12 * 3
    assert {row["from_m"] for row in flux} == {"0.0", "1.0", ""}
    total, by_part = (sum(float(row["flux_per_m2_proton_GeV"]) for row in table) for table in (flux, parts))
    assert total == pytest.approx(by_part, rel=1e-12)
    assert {row["component"] for row in parts} == {"pi+ > nu_mu (pi_munu), tunnel"}
    # an area of two by two metres holds more than the mean of the face: 4e-5 per m2 and GeV in all, to a factor
    assert 1e-5 < total < 1e-3
    record = json.loads((whole / "run.json").read_text())
    assert record["rays"] == 128 * sum(record["lattices"])
    assert record["seed"] == 1
    assert record["error"] < 0.15
    assert len(next(iter(record["inputs"].values()))) == 64


def test_table_and_progress(small, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("ontarget.cli.flux.SAID_EVERY", 0.0)
    found = told(capsys, "flux", small, "--precision", "40 %", "--sampling", "drawn", "-o", tmp_path, code=0)
    for word in ("A small beam", "nu_mu", "mean energy (GeV)", "largest error of a node (%)"):
        assert word in found.out
    lines = found.err.splitlines()
    assert lines[0].startswith("  compiling")
    assert "rays, no error yet, about" in lines[1]
    assert "rays, largest error" in lines[-1]
    assert lines[-1].endswith("s left")


def assert_same_files(folder, whole):
    for name in ("flux.csv", "components.csv"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes()


def test_seven_chunks_leave_the_same_files(small, whole, tmp_path):
    assert run(["flux", str(small), "--precision", "15%", "--chunks", "7", "-o", str(tmp_path)]) == 0
    assert_same_files(tmp_path, whole)


def test_interrupted_and_resumed(small, whole, tmp_path, capsys, monkeypatch):
    """Ctrl-C in the twelfth lattice: it is finished, kept, and the rest counted later."""
    add, done, before = Simulation.add, [], signal.getsignal(signal.SIGINT)

    def interrupting(self, found):
        done.append(1)
        if len(done) == 12:
            signal.raise_signal(signal.SIGINT)
        add(self, found)

    monkeypatch.setattr(Simulation, "add", interrupting)
    arguments = ["flux", small, "--precision", "15%", "-o", tmp_path]
    found = told(capsys, *arguments, code=130)
    assert "Interrupted after 1536 rays. The same command with --resume goes on." in found.err
    assert [one.name for one in tmp_path.iterdir()] == ["flux.npz"]
    assert signal.getsignal(signal.SIGINT) is before  # a job in the background ignores it, and goes on to
    found = told(capsys, *arguments, code=2)
    assert "got a checkpoint that is there already. There are rays in it that would be lost. Say --resume" in found.err
    told(capsys, *arguments, "--resume", code=0)
    assert_same_files(tmp_path, whole)
    lattices = json.loads((whole / "run.json").read_text())["lattices"]
    assert len(done) == sum(lattices)  # none was counted twice


KILLED = """
import sys, time
import ontarget.cli.flux as flux
from ontarget.source.tunnel.simulation import Simulation
flux.KEPT_EVERY = 0.0
count = Simulation.count
def slow(self):
    time.sleep(0.1)
    count(self)
Simulation.count = slow
from ontarget.cli import main
main(sys.argv[1:])
"""


def test_killed_and_resumed(small, whole, tmp_path):
    """Killed with no likelihood to say a word, somewhere behind its first checkpoint."""
    arguments = ["flux", str(small), "--precision", "15%", "--chunks", "3", "-o", str(tmp_path)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-c", KILLED, *arguments], env=dict(os.environ), **quiet)
    begun = time.monotonic()
    while not (tmp_path / "flux.npz").exists() and process.poll() is None and time.monotonic() - begun < 120:
        time.sleep(0.02)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "run.json").exists()
    with np.load(tmp_path / "flux.npz") as stored:
        assert 0 < stored["units"].sum() < sum(json.loads((whole / "run.json").read_text())["lattices"])
    assert run([*arguments, "--resume"]) == 0
    assert_same_files(tmp_path, whole)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ess_csi"], "source: got StoppedPion. It draws no rays: its flux is a closed form. See 'ontarget expect'."),
        (["SMALL", "--precision", "0"], "--precision: got '0'. It is between 0 and 1."),
        (["SMALL", "--precision", "3 m"], "--precision: got '3 m', a length."),
        (["SMALL", "--resume"], "got no file. There is no checkpoint to go on from. Leave --resume out."),
        (["SMALL", "--chunks", "0"], "ontarget: Invalid value for '--chunks'"),
        (["SMALL", "--sampling", "guessed"], "ontarget: Invalid value for '--sampling'"),
        (["SMALL", "--set", "source.rays=300"], "The points of a lattice are a power of two. Give 256."),
    ],
)
def test_refused_in_one_sentence(small, tmp_path, capsys, arguments, sentence):
    given = [str(small) if one == "SMALL" else one for one in arguments]
    found = told(capsys, "flux", *given, "-o", tmp_path / "new", code=2)
    assert sentence in found.err
    assert len(found.err.strip().splitlines()) == 1
    assert not (tmp_path / "new").exists()


def test_other_inputs_are_not_resumed(small, whole, capsys):
    arguments = ["flux", small, "-o", whole, "--resume", "--set", "source.tunnel.length=30 m"]
    found = told(capsys, *arguments, code=2)
    assert "flux.npz: got a checkpoint of other inputs. Rays of different kinds cannot be added." in found.err
    found = told(capsys, "flux", small, "-o", whole, "--resume", "--set", "source.seed=3", code=2)
    assert "got a checkpoint of other seed (1, here 3)." in found.err
