"""Wrong input: exit code 2, one line on stderr, nothing on stdout, no traceback, and no file left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ontarget.cli import run

EXPERIMENT = """
name: A small one
facility: {use: facilities/ess}
source: {use: sources/ess, nodes: 16}
exposure: 3 yr
detector:
  site: {baseline: 20 m}
  mass: 10 kg
  material: {use: materials/argon}
  seen: {type: EnergyAxis, start: 10 keV, stop: 150 keV, bins: 5}
  channels:
    cevns:
      interaction: {type: CEvNS}
      truth: {type: EnergyAxis, start: 0 keV, stop: 170 keV, bins: 40}
      response:
        %s
"""
THRESHOLD = "threshold: {type: Threshold, energy: 10 keV}"
STUDY = """
name: A small study
experiments: [small.yaml]
parameters:
  signal: {type: Scale, address: "%(nuisance)s", low: 0.5, high: 1.5, prior: {type: Gaussian, mean: 1, sigma: 0.1}}
tasks:
  - type: %(task)s
    key: angle
    title: Weak mixing angle
    level: %(level)s
    points: %(points)s
    parameters:
      angle: {type: Parameter, address: "%(address)s", low: %(low)s, high: 0.3}
"""
GOOD = {
    "nuisance": "*.source.neutrinos_per_proton",
    "task": "Bounds",
    "level": 0.9,
    "points": 11,
    "address": "*.couplings.sin2_theta_w",
    "low": 0.2,
}
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]\n" for i in range(9)
)


def expect(setting: str) -> list[str]:
    return ["expect", "ess_csi", "--set", setting]


# what is wrong: the arguments, and a word that the message must hold
SETTINGS = {
    "no unit": (expect("detector.mass=3"), "kg"),
    "wrong dimension": (expect("detector.mass=20 m"), "length"),
    "unknown key": (expect("detector.mas=3 kg"), "mass"),
    "unknown deep key": (expect("detector.channels.cevns.response.threshold.enrgy=1 keV"), "energy"),
    "negative mass": (expect("detector.mass=-1 kg"), "above 0 kg"),
    "threshold above the end point": (expect("detector.channels.cevns.response.threshold.energy=500 keV"), "keV"),
    "threshold between end point and axis": (
        expect("detector.channels.cevns.response.threshold.energy=48 keV"),
        "recoils up to",
    ),
    "baseline zero": (expect("detector.site.baseline=0 m"), "baseline"),
    "inconsistent protons and power": (expect("facility.power=1 MW"), "protons"),
    "no bins": (expect("detector.seen.bins=0"), "bins"),
    "a negative number of bins": (expect("detector.seen.bins=-3"), "bins"),
    "half a bin": (expect("detector.seen.bins=2.5"), "whole number"),
    "far too many bins": (expect("detector.seen.bins=1000000000"), "bins"),
    "far too many truth bins": (expect("detector.channels.cevns.truth.bins=1000000000"), "bins"),
    "too large a response": (
        ["expect", "ess_csi", "--set", "detector.seen.bins=15000", "--set", "detector.channels.cevns.truth.bins=15000"],
        "product",
    ),
    "far too many nodes": (expect("source.nodes=1000000000"), "nodes"),
    "axis upside down": (expect("detector.seen.start=1 MeV"), "upwards"),
    "truth axis above the threshold": (expect("detector.channels.cevns.truth.start=5 keV"), "truth"),
    "exposure NaN": (expect("exposure=nan"), "exposure"),
    "exposure NaN years": (expect("exposure=.nan yr"), "exposure"),
    "exposure a mass": (expect("exposure=3 kg"), "mass"),
    "exposure infinite": (expect("exposure=1e999 yr"), "finite"),
    "an enormous mass": (expect("detector.mass=1e300 kg"), "kg"),
    "efficiency above one": (
        expect("detector.channels.cevns.response.more={type: ConstantEfficiency, fraction: 1.5}"),
        "at most 1",
    ),
    "setting without a value": (expect("detector.mass"), "ADDRESS=VALUE"),
    "setting without an address": (expect("=3 kg"), "ADDRESS=VALUE"),
    "setting with holes": (expect("detector..mass=3 kg"), "address"),
    "setting of broken YAML": (expect("detector.mass={a: [b"), "--set"),
    "os:system": (expect("propagation={type: os:system}"), "os:system"),
    "a class of somebody": (expect("propagation={type: 'mymodule:Mine'}"), "--trust"),
    "shell in a type": (expect("propagation={type: '$(touch here)'}"), "type"),
    "unicode garbage as value": (expect("detector.mass=☃\u202e\x1b[31m kg"), "control character"),
    "unicode garbage as unit": (expect("detector.mass=3 ☃"), "detector.mass"),
    "unicode garbage as address": (expect("détec\u0301tor.☃=3 kg"), "got"),
    "unicode garbage as name": (["expect", "☃\x1b[2J\u202e\x00"], "catalog"),
    "unknown experiment": (["expect", "ess_csj"], "ess_csi"),
    "a study is no experiment": (["expect", "studies/ess"], "studies"),
    "no such file": (["expect", "nowhere/to/be/found.yaml"], "found.yaml"),
    "unknown command": (["expct", "ess_csi"], "expect"),
    "unknown option": (["expect", "ess_csi", "--mass", "3"], "--mass"),
    "unknown format": (["expect", "ess_csi", "--format", "xml"], "json"),
    "no name": (["expect"], "NAME"),
    "unknown kind": (["list", "detektors"], "detectors"),
    "unknown study": (["run", "esss"], "ess"),
    "an experiment is no study": (["run", "ess_csi"], "ess"),
    "show of nothing": (["show", ""], "got"),
}


def is_one_line(code: int, out: str, err: str) -> None:
    assert code == 2, (out, err)
    assert out == ""
    assert len(err.splitlines()) == 1, err
    assert "Traceback" not in err
    assert len(err) < 600, "a sentence, not a page"
    assert not any(ord(letter) < 32 for letter in err.rstrip("\n")), "control characters reach the terminal"


def files() -> set[Path]:
    return {path for path in Path().rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("arguments_and_word", list(SETTINGS.values()), ids=list(SETTINGS))
def test_settings_and_names(arguments_and_word, capsys):
    arguments, word = arguments_and_word
    code = run(arguments)
    out, err = capsys.readouterr()
    is_one_line(code, out, err)
    assert word in err
    assert files() == set()


def refused(text: str | bytes, name: str, arguments: list[str], capsys) -> str:
    """Write a file, give it to the command, and return what it says."""
    file = Path(name)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = files()
    code = run(arguments)
    out, err = capsys.readouterr()
    is_one_line(code, out, err)
    assert files() == before
    return err


YAML = {
    "binary": (bytes(range(256)) * 4, "bad.yaml"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "bad.yaml"),
    "empty": ("", "bad.yaml"),
    "only a comment": ("# nothing\n", "bad.yaml"),
    "a list": ("- 1\n- 2\n", "mapping"),
    "a word": ("hello\n", "mapping"),
    "broken": ("a: [1, 2\nb: }\n", "bad.yaml"),
    "a bomb": (BOMB, "bad.yaml"),
    "deep nesting": ("a: " + "[" * 5000 + "]" * 5000, "bad.yaml"),
    "a key twice": (EXPERIMENT % THRESHOLD + "exposure: 4 yr\n", "exposure"),
    "NaN in a table": (
        EXPERIMENT % "eff: {type: TabulatedEfficiency, energies: [5 keV, 9 keV], fractions: [.nan, 1]}",
        "finite",
    ),
    "a ragged table": (
        EXPERIMENT % "eff: {type: TabulatedEfficiency, energies: [5 keV, 9 keV, 11 keV], fractions: [0, 1]}",
        "fractions",
    ),
    "a table out of order": (
        EXPERIMENT % "eff: {type: TabulatedEfficiency, energies: [9 keV, 5 keV], fractions: [0, 1]}",
        "increase",
    ),
    "a Python object": ("!!python/object/apply:os.system ['touch here']\n", "bad.yaml"),
    "somebody's class": (EXPERIMENT % "stage: {type: 'mymodule:Stage'}", "--trust"),
    "a seen axis above the end point": (
        (EXPERIMENT % THRESHOLD).replace("start: 10 keV, stop: 150 keV", "start: 168 keV, stop: 169 keV"),
        "recoils up to",
    ),
    "a mass beyond all numbers of events": (
        (EXPERIMENT % THRESHOLD).replace("mass: 10 kg", "mass: 1e283 kg").replace("3 yr", "1e30 yr"),
        "finite",
    ),
    "itself": ("use: bad.yaml\n", "use"),
}


@pytest.mark.parametrize("text_and_word", list(YAML.values()), ids=list(YAML))
def test_files(text_and_word, capsys):
    text, word = text_and_word
    assert word in refused(text, "bad.yaml", ["expect", "bad.yaml"], capsys)


def test_a_mass_that_is_only_large(capsys):
    """Nothing but size is wrong with it: the counts scale with the mass."""
    small, large = [], []
    for mass, found in (("1 kg", small), ("1e250 kg", large)):
        assert run(["expect", "ess_csi", "--set", f"detector.mass={mass}", "--format", "json"]) == 0
        found.append(json.loads(capsys.readouterr().out)["channels"]["cevns"]["total"])
    assert large[0] == pytest.approx(1e250 * small[0], rel=1e-12)  # one factor, linear: rounding only


STUDIES = {
    "unknown task": (STUDY % {**GOOD, "task": "Bound"}, "Bounds"),
    "level 1.5": (STUDY % {**GOOD, "level": 1.5}, "level"),
    "level NaN": (STUDY % {**GOOD, "level": ".nan"}, "finite"),
    "infinite box": (STUDY % {**GOOD, "low": "-.inf"}, "finite"),
    "box upside down": (STUDY % {**GOOD, "low": 0.4}, "0.4"),
    "too few points": (STUDY % {**GOOD, "points": 3}, "points"),
    "far too many points": (STUDY % {**GOOD, "points": 10**9}, "points"),
    "wrong address": (STUDY % {**GOOD, "address": "*.couplings.sin2_theta_v"}, "sin2_theta_w"),
    "wrong address of a nuisance": (STUDY % {**GOOD, "nuisance": "*.sorce.neutrinos_per_proton"}, "source"),
    "no such experiment": (STUDY.replace("small.yaml", "ess_csj") % GOOD, "ess_csi"),
    "no such file": (STUDY.replace("small.yaml", "nowhere.yaml") % GOOD, "nowhere.yaml"),
    "no tasks": ("experiments: [ess_csi]\ntasks: []\n", "tasks"),
    "no experiments": ("experiments: []\ntasks: [{type: Expect}]\n", "experiments"),
    "group of unknown experiments": (STUDY % GOOD + "    groups: {one: [ess_csi]}\n", "ess_csi"),
    "the same experiment twice": (STUDY.replace("[small.yaml]", "[small.yaml, small.yaml]") % GOOD, "small"),
    "unknown key": (STUDY % GOOD + "paramters: {}\n", "parameters"),
    "wrong setting": ("set: {detector.mas: 3 kg}\n" + STUDY % GOOD, "mass"),
}


@pytest.mark.parametrize("text_and_word", list(STUDIES.values()), ids=list(STUDIES))
def test_studies(text_and_word, capsys):
    text, word = text_and_word
    Path("small.yaml").write_text(EXPERIMENT % THRESHOLD)
    assert word in refused(text, "bad.yaml", ["run", "bad.yaml", "-o", "out"], capsys)
    assert not Path("out").exists()


def test_output_that_is_a_file(capsys):
    Path("small.yaml").write_text(EXPERIMENT % THRESHOLD)
    Path("out").write_text("mine")
    assert "out" in refused(STUDY % GOOD, "study.yaml", ["run", "study.yaml", "-o", "out"], capsys)
    assert Path("out").read_text() == "mine"


def test_output_inside_a_file(capsys):
    Path("small.yaml").write_text(EXPERIMENT % THRESHOLD)
    Path("out").write_text("mine")
    assert "out" in refused(STUDY % GOOD, "study.yaml", ["run", "study.yaml", "-o", "out/there"], capsys)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_read_only_output(capsys):
    Path("small.yaml").write_text(EXPERIMENT % THRESHOLD)
    Path("locked").mkdir()
    Path("locked").chmod(0o555)
    try:
        assert "locked" in refused(STUDY % GOOD, "study.yaml", ["run", "study.yaml", "-o", "locked/out"], capsys)
    finally:
        Path("locked").chmod(0o755)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here in which nobody can write")
def test_output_where_nobody_can_write(capsys):
    Path("small.yaml").write_text(EXPERIMENT % THRESHOLD)
    assert "/proc" in refused(STUDY % GOOD, "study.yaml", ["run", "study.yaml", "-o", "/proc/out"], capsys)


def test_the_process_itself():
    """Once through the front door: exit code and streams of a real process."""
    arguments = [sys.executable, "-m", "ontarget", *expect("detector.mass=20 m")]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    is_one_line(done.returncode, done.stdout, done.stderr)


def test_a_name_that_is_no_text():
    """Bytes that are no UTF-8, as a shell may hand over."""
    arguments = [sys.executable, "-m", "ontarget", "expect", b"caf\xe9\xff"]
    done = subprocess.run(arguments, capture_output=True, timeout=120)
    assert done.returncode == 2
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) == 1
