"""Rays of a beam: written by the command, read back by it, and a source of the chain again."""

import csv
import json

import pytest

from ontarget.cli import run

FEW = ["--set", "source.daughters=[]"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.long  # as in tests/io, by the command
def test_gsimple_becomes_a_source(here, capsys):
    """Through a file and back: muon neutrinos of the front face within 10 %, five times the error of 6000 rays."""
    pytest.importorskip("uproot", reason="Files of ROOT want uproot: pip install 'ontarget[formats]'.")
    assert run(["rays", "nuscope_lar", "-n", "6000", "--format", "gsimple", "-o", "rays.root", *FEW]) == 0
    words = ["tabulate", "rays.root", "--format", "gsimple", "--distance", "47 m", "-o", "mine.yaml"]
    assert run(words) == 0
    (here / "experiment.yaml").write_text(
        "name: mine\nfacility: {use: facilities/nuscope}\nsource: {use: mine.yaml}\n"
        "detector: {use: detectors/nuscope_lar, tag: {type: Untagged}}\n"
        "exposure: {type: ProtonsOnTarget, number: 1.4e19 POT}\n"
    )
    capsys.readouterr()
    assert run(["expect", "experiment.yaml", "--format", "json"]) == 0
    (channel,) = json.loads(capsys.readouterr().out)["channels"].values()
    assert channel["by_flavour"]["nu_mu"] == pytest.approx(1.348e6, rel=0.1)


def test_rays_for_generators(here):
    assert run(["rays", "nuscope_lar", "-n", "100", "--format", "nuhepmc", "-o", "rays", *FEW]) == 0
    with (here / "rays.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 100
    assert "NuHepMC.Beam[14].Type" in json.loads((here / "rays.json").read_text())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["rays", "nuscope_lar", "-n", "0"], "--rays: got 0. It is between 1 and 10000000."),
        (["rays", "ess_csi", "--format", "nuhepmc"], "Only a DecayTunnel, with its detector at a BeamSite"),
        (["rays", "nuscope_lar", "--format", "hepevt"], "'hepevt'"),
        (
            ["tabulate", "none.root", "--format", "dk2nu", "--distance", "47 m", "-o", "x.yaml"],
            "A dk2nu file holds rays at several places.",
        ),
        (
            ["tabulate", "none.root", "--format", "gsimple", "--distance", "47 kg", "-o", "x.yaml"],
            "--distance: got '47 kg', a mass.",
        ),
        (["tabulate", "none.root", "--format", "gsimple", "--distance", "47 m", "-o", "x.yaml"], "none.root"),
    ],
)
def test_wrong_input_is_one_sentence(words, says, capsys):
    assert run(words) == 2
    told = capsys.readouterr().err.strip()
    assert says in told
    assert "\n" not in told
