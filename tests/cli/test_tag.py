"""``ontarget tag``: what it leaves behind, how it goes on, what it refuses."""

import csv
import json
import shutil

import numpy as np
import pytest

from ontarget.cli import run
from ontarget.ground.units import GeV
from ontarget.io.entry import load_experiment
from ontarget.io.tables.table import read_table
from ontarget.tagging import campaign as campaigns
from ontarget.tagging import interactions

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
  energies: {type: EnergyAxis, start: 0 GeV, stop: 11 GeV, bins: 110}
  decays: [{type: TwoBodyDecay, branching: 1, parent: pi+, neutrino: nu_mu, lepton: mu+, name: pi_munu}]
  daughters: []
  rays: 128
detector:
  site: {type: BeamSite, distance: 27 m, width: 4 m, height: 4 m, depth: 5 m}
  mass: 110 t
  material: {use: materials/argon}
  seen: {type: EnergyAxis, start: 0 GeV, stop: 10 GeV, bins: 5}
  channels:
    cc: {interaction: {use: cross_sections/ar23}, truth: {type: EnergyAxis, start: 0 GeV, stop: 10 GeV, bins: 10}}
exposure: {type: ProtonsOnTarget, number: 1e19 POT}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    path.write_text(EXPERIMENT)
    return path


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    """Parts of two chunks."""
    for module in (interactions, campaigns):
        monkeypatch.setattr(module, "BLOCK", 512)


@pytest.fixture
def whole(small):
    """A folder as an undisturbed run leaves it."""
    folder = small.parent / "whole"
    if not folder.exists():
        assert run(["tag", str(small), "-n", "1100", "--seed", "5", "-o", str(folder)]) == 0
    return folder


def without_date(path):
    """A table but for the line that says when it was made."""
    return [line for line in path.read_text().splitlines() if not line.startswith("# date")]


def test_files(whole):
    assert sorted(one.name for one in whole.iterdir()) == [
        "matching.csv",
        "matching.yaml",
        "parts",
        "performance.csv",
        "response.csv",
        "run.json",
        "tags.csv",
    ]
    table = read_table(whole / "tags.csv", "tags")
    assert table.values.shape == (1100, 26)
    names = next(line for line in (whole / "tags.csv").read_text().splitlines() if line[0] != "#").split(",")
    column = dict(zip(names, table.values.T, strict=True))
    tagged = column["candidates"] > 0
    assert 0.5 < tagged.mean() < 0.9
    off = column["tagged_energy_GeV"][tagged] / column["true_energy_GeV"][tagged] - 1
    assert np.median(np.abs(off)) < 0.03
    row = next(csv.DictReader((whole / "performance.csv").open()))
    assert float(row["efficiency (%)"]) == pytest.approx(100 * tagged.mean())
    response = list(csv.DictReader((whole / "response.csv").open()))
    assert {one["neutrinos"] for one in response} == {"nu_mu", "nu_mu from pi+"}
    record = json.loads((whole / "run.json").read_text())
    assert (record["seed"], record["events"]) == (5, 1100)
    assert record["origins"] == ["pi+ > nu_mu (pi_munu), tunnel"]


def test_experiment_with_what_was_simulated(small, whole, tmp_path):
    """The chain with the matching expects the tags that were found: in coarse bins, within errors of counting.

    Rows come from the same interactions, so that what differs is how these are spread over true energies: less than
    counting alone.
    """
    path = tmp_path / "with_tags.yaml"
    (tmp_path / "small.yaml").write_text(EXPERIMENT)
    for one in whole.glob("matching.*"):
        shutil.copy(one, tmp_path)
    path.write_text("use: small.yaml\nsource: {rays: 2048, precision: 50 %}\ndetector: {tag: {use: matching.yaml}}\n")
    experiment = load_experiment(path).noun
    inside = np.asarray(experiment.expected().channels[0].values).sum(axis=(0, 2))
    plain = load_experiment(path, {"detector.tag": "Untagged"}).noun.expected()
    expected = np.append(inside, plain.channels[0].values.sum() - inside.sum())
    energy, tagged = tagged_energies(whole)
    edges = np.asarray(experiment.detector.tag.energies.edges) / GeV
    found = np.append(np.histogram(energy[tagged], edges)[0], 0.0)
    found[-1] = 1100 - found.sum()
    coarse = np.append(np.arange(0, 40, 5), 40)
    found, wanted = (np.add.reduceat(one, coarse) for one in (found, 1100 * expected / expected.sum()))
    assert (found > 20).sum() > 5  # so there is something to compare
    assert ((found - wanted) ** 2 / np.maximum(wanted, 1)).sum() < 20  # 8 degrees of freedom at most: 1 %


def tagged_energies(folder):
    """What tags.csv says of energies, and which interactions are tagged."""
    names = next(line for line in (folder / "tags.csv").read_text().splitlines() if line[0] != "#").split(",")
    column = dict(zip(names, read_table(folder / "tags.csv", "tags").values.T, strict=True))
    return column["tagged_energy_GeV"], column["candidates"] > 0


def test_goes_on_where_it_was_left(small, whole, tmp_path, capsys):
    arguments = ["tag", str(small), "--seed", "5", "-o", str(tmp_path / "one")]
    assert run([*arguments, "-n", "600"]) == 0
    before = (tmp_path / "one/parts/part_00000.npz").stat().st_mtime_ns
    assert run([*arguments, "-n", "1100"]) == 2
    assert "Use --resume" in capsys.readouterr().err
    assert run([*arguments, "-n", "1100", "--resume"]) == 0
    assert (tmp_path / "one/parts/part_00000.npz").stat().st_mtime_ns == before
    assert without_date(tmp_path / "one/tags.csv") == without_date(whole / "tags.csv")


def test_parts_of_other_inputs_are_refused(small, whole, capsys):
    for other in (["--seed", "6"], ["--seed", "5", "--intensity", "2"], ["--seed", "5", "--set", "tagger.time=1 ns"]):
        assert run(["tag", str(small), "-n", "600", *other, "--resume", "-o", str(whole)]) == 2
        assert "a part of a run of other inputs" in capsys.readouterr().err
    damaged = whole / "parts" / "part_00002.npz"
    content = damaged.read_bytes()
    damaged.write_bytes(content[:100])
    assert run(["tag", str(small), "-n", "1100", "--seed", "5", "--resume", "-o", str(whole)]) == 2
    assert "no whole part" in capsys.readouterr().err
    damaged.write_bytes(content)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["-n", "0"], "--events"),
        (["--seed", "-1"], "--seed"),
        (["--intensity", "-1"], "--intensity"),
        (["--intensity", "nan"], "--intensity"),
        (["--set", "tagger.time=-300 ps"], "time"),
        (["--set", "tagger.clock=1 ns"], "clock"),
        (["--tagger", "nuscop"], "nuscope"),
    ],
)
def test_what_cannot_be_is_one_sentence(small, tmp_path, capsys, given, said):
    assert run(["tag", str(small), *given, "-o", str(tmp_path / "no")]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not (tmp_path / "no").exists()


def test_a_source_without_a_tunnel_is_refused(capsys, tmp_path):
    assert run(["tag", "ess_csi", "-o", str(tmp_path / "no")]) == 2
    assert "DecayTunnel" in capsys.readouterr().err


def test_interrupted_between_parts(small, tmp_path, monkeypatch, capsys):
    from ontarget.cli import tag

    calls = []

    class Stopping:
        def is_set(self):
            calls.append(1)
            return len(calls) > 3

    monkeypatch.setattr(tag, "interrupts", lambda: __import__("contextlib").nullcontext(Stopping()))
    folder = tmp_path / "stopped"
    assert run(["tag", str(small), "-n", "1100", "--seed", "5", "-o", str(folder)]) == 130
    assert "--resume continues" in capsys.readouterr().err
    assert [one.name for one in (folder / "parts").iterdir()] == ["part_00000.npz"]
