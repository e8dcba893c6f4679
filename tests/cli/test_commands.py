"""The commands on the real catalog: what they print, and the contract of what they write."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ontarget.cli import run
from ontarget.io import KINDS, entries

STUDY = """
name: A tiny study
experiments: [small.yaml]
parameters:
  signal:
    type: Scale
    address: "*.source.neutrinos_per_proton"
    low: 0.5
    high: 1.5
    prior: {type: Gaussian, mean: 1, sigma: 0.1}
tasks:
  - {type: Expect}
  - type: Bounds
    key: angle
    title: Weak mixing angle
    points: 21
    parameters:
      angle: {type: Parameter, address: "*.couplings.sin2_theta_w", low: 0.15, high: 0.35}
"""
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
"""


def told(capsys, *arguments: str, code: int = 0) -> str:
    """What a command says on stdout."""
    found = run(list(arguments))
    out, err = capsys.readouterr()
    assert found == code, err
    return out


def test_list_names_every_entry(capsys):
    words = told(capsys, "list").split()
    for kind in KINDS:
        assert kind in words
        assert set(entries(kind)) <= set(words)


def test_show_has_every_number_with_its_source(capsys):
    shown = told(capsys, "show", "ess_csi")
    line = next(line for line in shown.splitlines() if line.split()[:1] == ["mass"])
    assert "22.5 kg" in line
    assert "Baxter:2019mcx" in line
    rows = json.loads(told(capsys, "show", "ess_csi", "--format", "json", "--set", "detector.mass=3 kg"))
    mass = next(row for row in rows if row["address"] == "detector.mass")
    assert mass["value"] == "3 kg"
    assert mass["cite"] == []  # what was overridden is no longer what the paper says


def test_show_of_a_study_has_its_parts(capsys):
    shown = told(capsys, "show", "ess")
    for word in ("ess_csi", "ess_c3f8", "signal", "*.source.neutrinos_per_proton", "Bounds", "Expect", "eps_ee_u"):
        assert word in shown


def test_cite(capsys):
    bibliography = told(capsys, "cite", "ess_csi")
    assert "Baxter:2019mcx" in bibliography
    assert "Freedman:1973yd" in bibliography
    assert bibliography.count("{Baxter:2019mcx") == 1


def test_cite_of_a_study_is_the_union_of_its_experiments(capsys):
    keys = set(told(capsys, "cite", "ess", "--keys").split())
    for name in ("ess_csi", "ess_silicon", "ess_xenon"):
        assert set(told(capsys, "cite", name, "--keys").split()) <= keys
    assert "Barranco:2005yy" in keys  # NSI couplings, which only the study sets


def test_expect_as_json(capsys):
    found = json.loads(told(capsys, "expect", "ess_csi", "--format", "json"))
    assert set(found) == {"experiment", "exposure", "channels", "backgrounds"}
    assert found["experiment"] == "ess_csi"
    assert found["exposure"] == "3 yr"
    channel = found["channels"]["cevns"]
    assert {"total", "total_per_year", "by_flavour", "tag", "seen", "counts"} <= set(channel)
    counts = channel["counts"]
    assert len(counts) == 1  # no tag: one bin
    assert len(counts[0]) == len(channel["seen"]["edges"]) - 1
    assert channel["tag"] is None
    # sums of the same numbers in another order
    assert sum(counts[0]) == pytest.approx(channel["total"], rel=1e-12)
    assert sum(channel["by_flavour"].values()) == pytest.approx(channel["total"], rel=1e-12)
    assert channel["total"] == pytest.approx(3 * channel["total_per_year"], rel=1e-12)
    assert set(channel["by_flavour"]) == {"nu_mu", "nu_e", "nubar_mu"}
    background = found["backgrounds"]["steady_state"]
    assert sum(background["counts"][0]) == pytest.approx(background["total"], rel=1e-12)


def test_expect_as_csv_and_table_agree_with_json(capsys):
    found = json.loads(told(capsys, "expect", "ess_csi", "--format", "json"))
    rows = list(csv.DictReader(told(capsys, "expect", "ess_csi", "--format", "csv").splitlines()))
    channel, background = found["channels"]["cevns"], found["backgrounds"]["steady_state"]
    by_flavour = {name: [row for row in rows if row["flavour"] == name] for name in channel["by_flavour"]}
    for name, bins in by_flavour.items():  # the same bits
        assert [float(row["counts"]) for row in bins] == channel["counts_by_flavour"][name][0]
    summed = [sum(float(row["counts"]) for row in bins) for bins in zip(*by_flavour.values(), strict=True)]
    assert summed == pytest.approx(channel["counts"][0], rel=1e-12)  # sums of the same numbers in another order
    assert float(rows[0]["seen low (keV)"]) == channel["seen"]["edges"][0]
    rest = [row for row in rows if row["kind"] == "background"]
    assert [float(row["counts"]) for row in rest] == background["counts"][0]
    assert len(rows) == 4 * len(channel["counts"][0])
    assert f"{found['channels']['cevns']['total']:.5g}" in told(capsys, "expect", "ess_csi")


def test_the_signal_falls_with_the_square_of_the_baseline(capsys):
    near = json.loads(told(capsys, "expect", "ess_csi", "--format", "json"))
    far = json.loads(told(capsys, "expect", "ess_csi", "--format", "json", "--set", "detector.site.baseline=25 m"))
    ratio = far["channels"]["cevns"]["total"] / near["channels"]["cevns"]["total"]
    assert ratio == pytest.approx((20 / 25) ** 2, rel=1e-12)  # exact but for rounding
    assert far["backgrounds"] == near["backgrounds"]


def test_validate(capsys, monkeypatch):
    """The command; all numbers of the catalog are compared in tests/validation, most of them there alone."""
    from ontarget.validation import validation

    kinds = ("Fluence", "TargetNuclei", "BeamPower", "AverageCrossSection")
    cheap = [one for one in validation.published() if one[0].data[one[1]]["quantity"]["type"] in kinds]
    monkeypatch.setattr(validation, "published", lambda: cheap[:8])
    assert len(cheap) > 5
    code = run(["validate", "--format", "json"])
    out, err = capsys.readouterr()
    rows = json.loads(out)
    assert rows
    for row in rows:
        assert {"name", "published", "error", "ours", "tolerance", "pass", "source"} <= set(row)
        if row["ours"] is None:  # its data are not on this machine
            assert row["pass"] is None
            continue
        assert row["pass"] == (abs(row["ours"] / row["published"] - 1) <= row["tolerance"])
    assert code == (1 if any(row["pass"] is False for row in rows) else 0)
    assert f"of {len(rows)} within tolerance" in err


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders of a tiny study, run twice."""
    root = tmp_path_factory.mktemp("study")
    (root / "small.yaml").write_text(EXPERIMENT)
    (root / "tiny.yaml").write_text(STUDY)
    for name in ("one", "two"):
        assert run(["run", str(root / "tiny.yaml"), "-o", str(root / name)]) == 0
    return root / "one", root / "two"


def test_run_writes_everything(folders):
    found = {str(path.relative_to(folders[0])) for path in folders[0].rglob("*") if path.is_file()}
    parts = {f"tables/{name}.{kind}" for name in ("angle", "expected") for kind in ("csv", "json")}
    assert found == {"report.html", "run.json", "figures/angle.svg", "figures/spectra.svg"} | parts
    record = json.loads((folders[0] / "run.json").read_text())
    assert {"date", "versions", "constants", "inputs", "seed"} <= set(record)
    assert set(record["inputs"]) == {"study tiny", "small"}
    assert all(len(digest) == 64 for digest in record["inputs"].values())


def test_an_interval_holds_the_truth(folders):
    (row,) = json.loads((folders[0] / "tables" / "angle.json").read_text())
    assert row["low"] < 0.2386 < row["high"]
    assert row["points not converged"] == 0


def test_the_same_run_gives_the_same_tables_and_figures(folders):
    for kind in ("tables/*", "figures/*"):
        names = sorted(path.relative_to(folders[0]) for path in folders[0].glob(kind))
        assert names
        for name in names:
            assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_tables_as_csv_and_json_agree(folders):
    rows = json.loads((folders[0] / "tables" / "angle.json").read_text())
    with (folders[0] / "tables" / "angle.csv").open() as stream:
        written = list(csv.DictReader(stream))
    assert [float(row["low"]) for row in written] == [row["low"] for row in rows]


def test_run_takes_settings(folders, capsys):
    study, out = folders[0].parent / "tiny.yaml", folders[0].parent / "far"
    told(capsys, "run", str(study), "-o", str(out), "--set", "detector.site.baseline=40 m")
    near, far = (
        json.loads((Path(one) / "tables" / "expected.json").read_text())[0]["total"] for one in (folders[0], out)
    )
    assert far == pytest.approx(near / 4, rel=1e-12)  # rounding
