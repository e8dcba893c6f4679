"""``ontarget export``: a likelihood in the hands of pyhf, results in the hands of HEPData, and what is refused."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from ontarget.cli import run
from ontarget.inference.fit import fit
from ontarget.io.entry import load_experiment
from ontarget.study.parameters.exchange import of_study, uncertain

EXPERIMENT = """
name: A small crystal
facility: {use: facilities/sns_fts}
source: {use: sources/sns_fts, nodes: 8}
exposure: 3e23 POT
detector:
  site: {baseline: 20 m}
  mass: 10 kg
  material: {use: materials/csi}
  seen: {type: EnergyAxis, start: 5 keV, stop: 45 keV, bins: 4}
  tag: {type: ArrivalTime, times: {type: TimeAxis, start: 0 us, stop: 6 us, bins: 3}}
  channels:
    cevns:
      interaction: {type: CEvNS}
      truth: {type: EnergyAxis, start: 0 keV, stop: 50 keV, bins: 30}
  backgrounds:
    prompt_neutrons:
      type: TemplateBackground
      total: 30
      shape: [[9, 6, 3, 2], [3, 2, 1, 1], [1, 1, 1, 0]]
      variations: {late: {up: [[7, 5, 3, 2], [4, 3, 2, 1], [2, 1, 1, 0]]}}
    steady_state:
      type: MeasuredBackground
      counts: [300, 160, 90, 0]
      ratio: 0.5
      shape: {type: DecayingShape, lifetime: 20 us}
observed: [[410, 74, 30, 4], [160, 60, 24, 0], [101, 31, 15, 1]]
"""
STUDY = """
name: A small study
experiments: [crystal.yaml]
tasks:
  - {type: Expect}
  - type: Measurement
    key: crystal
    title: A crystal
    experiment: crystal
    strength: {type: Scale, name: strength, address: "*.neutrinos_per_proton", low: 0, high: 3}
    backgrounds:
      neutrons:
        type: Scale
        address: "*.prompt_neutrons.total"
        low: 0
        high: 3
        prior: {type: Gaussian, mean: 1, sigma: 0.25}
      late: {type: Parameter, address: "*.late.amount", low: -3, high: 3, prior: {type: Gaussian, mean: 0, sigma: 1}}
    systematics:
      flux:
        type: Scale
        address: "*.neutrinos_per_proton"
        low: 0.5
        high: 1.5
        prior: {type: Gaussian, mean: 1, sigma: 0.1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    (folder / "crystal.yaml").write_text(EXPERIMENT)
    (folder / "study.yaml").write_text(STUDY)
    return folder


@pytest.fixture(scope="module")
def exported(folder):
    """The study's likelihood, and the workspace that the command wrote of it."""
    assert run(["export", str(folder / "study.yaml"), "--format", "pyhf", "-o", str(folder / "book.json")]) == 0
    return of_study(folder / "study.yaml").likelihood, json.loads((folder / "book.json").read_text())


def test_a_measurement_is_the_same_likelihood_in_pyhf(exported):
    """Backgrounds of the sideband are free in pyhf; here they are put where the likelihood has them."""
    pyhf = pytest.importorskip("pyhf")
    likelihood, document = exported
    model = pyhf.Workspace(copy.deepcopy(document)).model()
    data = pyhf.Workspace(copy.deepcopy(document)).data(model)
    random = np.random.default_rng(8)
    pulls = np.clip(random.normal(size=(51, 3)), -3, 3)
    thetas = np.stack([random.uniform(0.3, 2, 51), 1 + 0.25 * pulls[:, 0], pulls[:, 1], 1 + 0.1 * pulls[:, 2]], axis=1)
    assert likelihood.names == ("strength", "neutrons", "late", "flux")
    units = np.maximum(
        np.asarray(likelihood.sideband.nominal), 0.5
    )  # an empty bin stands for one event in the sideband

    def theirs(theta, moved=0.0):
        values = {"strength": [theta[0]], "lumi": [theta[1]], "late": [theta[2]], "flux": [10 * (theta[3] - 1)]}
        values["crystal_steady_state"] = np.asarray(likelihood.profiled(theta).beta) / units * (1 + moved)
        return -2 * float(model.logpdf([one for name in model.config.par_order for one in values[name]], data)[0])

    ours, found = np.asarray(likelihood.minus_two_log(thetas)), np.array([theirs(theta) for theta in thetas])
    assert np.ptp(ours) > 100
    # all constructs are exact: what is left is the rounding of sums of some 1e4
    np.testing.assert_allclose(found - found[0], ours - ours[0], atol=1e-9)
    assert theirs(thetas[0], 1e-3) > found[0]
    assert theirs(thetas[0], -1e-3) > found[0]


def test_pyhf_finds_the_same_minimum(exported):
    pyhf = pytest.importorskip("pyhf")
    likelihood, document = exported
    book = pyhf.Workspace(copy.deepcopy(document))
    model = book.model()
    best, values = fit(likelihood), pyhf.infer.mle.fit(book.data(model), model)
    # its minimiser stops at 1e-6 of a value of some 600: an error of a few hundredths of a standard deviation
    error = 0.05 * best.errors["strength"]
    assert values[model.config.par_slice("strength")][0] == pytest.approx(best.values["strength"], abs=error)


def test_channels_and_samples_are_named_by_what_they_are(exported):
    _, document = exported
    names = [one["name"] for one in document["channels"]]
    assert names == ["crystal_tag_001", "crystal_tag_002", "crystal_tag_003", "crystal_steady_state_sideband"]
    samples = {one["name"]: [each["type"] for each in one["modifiers"]] for one in document["channels"][0]["samples"]}
    assert samples == {
        "cevns": ["normfactor", "histosys"],
        "prompt_neutrons": ["lumi", "histosys"],
        "crystal_steady_state": ["shapefactor"],
    }


def test_an_experiment_knows_its_own_errors(folder, capsys):
    """Of its numbers those that have an error, of its variations all, and not what the sideband says."""
    path = folder / "erring.yaml"
    text = EXPERIMENT.replace("mass: 10 kg", "mass: {value: 10 kg, error: 0.5 kg}")
    path.write_text(text.replace("lifetime: 20 us", "lifetime: {value: 20 us, error: 3 us}"))
    known = {one.name: one for one in uncertain(load_experiment(path))}
    assert {"detector_mass", "prompt_neutrons_late"} <= set(known)
    assert "shape_lifetime" not in known
    assert float(known["detector_mass"].prior.sigma) == pytest.approx(0.05)
    wanted = ["--parameters", "detector_mass,prompt_neutrons_late", "-o", str(folder / "erring.json")]
    assert run(["export", str(path), "--format", "pyhf", *wanted]) == 0
    assert "agree to" in capsys.readouterr().out
    document = json.loads((folder / "erring.json").read_text())
    assert document["measurements"][0]["config"]["poi"] == "strength"
    (signal,) = [one for one in document["channels"][0]["samples"] if one["name"] == "cevns"]
    assert [one["name"] for one in signal["modifiers"]] == ["detector_mass", "strength"]


def refused(capsys, *arguments):
    """What a refusal says: one sentence on stderr, and nothing written."""
    assert run(["export", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_wrong_requests_are_refused(folder, capsys):
    study, to = str(folder / "study.yaml"), ["--format", "pyhf", "-o", str(folder / "no.json")]
    assert "'cristal'" in refused(capsys, study, *to, "--task", "cristal")
    assert "Did you mean 'crystal'?" in refused(capsys, study, *to, "--task", "cristal")
    assert "Did you mean 'strength'?" in refused(capsys, study, *to, "--parameters", "strenght")
    assert "--experiments: got 'tank'" in refused(capsys, study, *to, "--experiments", "tank")
    assert "Missing option '--format'" in refused(capsys, study)
    assert "'--format'" in refused(capsys, study, "--format", "root", "-o", "x")
    assert "tables" in refused(capsys, str(folder), "--format", "hepdata", "-o", str(folder / "no"))
    experiment = refused(capsys, str(folder / "crystal.yaml"), *to, "--task", "crystal")
    assert "An experiment has no tasks" in experiment
    assert not list(folder.glob("no*"))
