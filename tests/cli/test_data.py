"""``ontarget data``, and what the other commands say of an experiment whose data are not here."""

import json
import shutil

import pytest

from ontarget.cli import run
from ontarget.io import catalog, release
from ontarget.io.release import MIRROR, find_release

EXPERIMENT = """
name: A toy with data
facility: {use: facilities/ess}
source: {use: sources/ess, nodes: 16}
exposure: 3 yr
detector:
  site: {baseline: 20 m}
  mass: 10 kg
  material: {use: materials/argon}
  seen: {type: EnergyAxis, start: 10 keV, stop: 150 keV, bins: 2}
  channels:
    cevns:
      interaction: {type: CEvNS}
      truth: {type: EnergyAxis, start: 0 keV, stop: 170 keV, bins: 40}
  backgrounds:
    measured:
      type: TabulatedBackground
      duty: 0.1
      rates: {release: csi_2017, file: promptPDF.txt, column: 1, rows: [6, 7], unit: 1/day, times: 7.47594}
"""
PUBLISHED = """
- name: Counts of the toy
  published: 1
  tolerance: 1 %
  source: Baxter:2019mcx
  quantity: {type: CountsPerYear, experiment: toy_data}
"""
CITED = {"COHERENT:2018imc", "COHERENT:2017ipa"}


@pytest.fixture(autouse=True)
def bare(tmp_path, monkeypatch):
    """No mirror and an empty cache; one more experiment in the catalog, and one published number."""
    shutil.copytree(catalog.ROOT, tmp_path / "catalog", ignore=shutil.ignore_patterns("published", "studies"))
    (tmp_path / "catalog" / "experiments" / "toy_data.yaml").write_text(EXPERIMENT)
    (tmp_path / "catalog" / "published").mkdir()
    (tmp_path / "catalog" / "published" / "toy.yaml").write_text(PUBLISHED)
    monkeypatch.setattr(catalog, "ROOT", tmp_path / "catalog")
    monkeypatch.setattr(release, "cache", lambda one: tmp_path / "cache" / one.name)
    monkeypatch.setattr("ontarget.io.fetch.cache", lambda one: tmp_path / "cache" / one.name)
    monkeypatch.delenv(MIRROR, raising=False)
    return tmp_path


def told(capsys, *arguments: str, code: int = 0) -> str:
    """What a command says: on stdout where it ends well, else its one line on stderr."""
    found = run(list(arguments))
    out, err = capsys.readouterr()
    assert found == code, err
    if code == 2:
        assert out == ""
        assert len(err.splitlines()) == 1
    return err if code else out


def test_list_without_data(capsys):
    lines = told(capsys, "data", "list").splitlines()
    assert len(lines) == 2 * len(catalog.entries("releases"))
    assert lines[0].startswith("coherent_csi_2017 (csi_2017)  COHERENT CsI")
    assert lines[1].strip() == "doi:10.5281/zenodo.1228631  11 files, not here"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["data", "get", "coherent_csi_2071"], "Did you mean"),
        (["data", "where", "csi2017"], "Did you mean 'csi_2017'?"),
        (["data", "where", "csi_2017"], "ontarget data get coherent_csi_2017"),
        (["data", "get"], "NAMES"),
        (["data", "lst"], "list"),
        (["data", "get", "csi_2017", "--mirror", "nowhere"], "'coherent-csi-2017'"),
        (["show", "toy_data"], "ontarget data get coherent_csi_2017"),
        (["expect", "toy_data"], MIRROR),
        (["cite", "toy_data"], MIRROR),
        (["show", "releases/coherent_csi_2017"], "ontarget data"),
    ],
)
def test_what_a_user_does_wrong(arguments, word, capsys):
    assert word in told(capsys, *arguments, code=2)


def test_the_catalog_is_listed_without_data(capsys):
    line = next(line for line in told(capsys, "list", "experiments").splitlines() if "toy_data" in line)
    assert line.endswith("A toy with data  (data not here: coherent_csi_2017)")
    assert "not here" not in next(line for line in told(capsys, "list").splitlines() if "ess_csi" in line)


def test_validate_without_data(capsys):
    assert run(["validate", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    (row,) = json.loads(out)
    assert row["published"] == 1
    assert row["ours"] is None
    assert row["pass"] is None
    assert "0 of 1 within tolerance, 1 without data" in err
    assert "data not here" in told(capsys, "validate")


# ---------------------------------------------------------------------- with a mirror


def test_where_and_list_with_a_mirror(mirror, bare, monkeypatch, capsys):
    monkeypatch.setenv(MIRROR, str(mirror))
    folder = mirror / "coherent-csi-2017"
    assert told(capsys, "data", "where", "csi_2017") == f"{folder}\n"
    assert f"11 files in {folder}" in told(capsys, "data", "list")
    assert "not here" not in told(capsys, "list", "experiments")


def test_get_from_a_mirror_and_then_use(mirror, bare, capsys):
    assert run(["data", "get", "csi_2017", "--mirror", str(mirror)]) == 0
    out, err = capsys.readouterr()
    assert out == f"coherent_csi_2017: 11 files in {bare / 'cache' / 'coherent_csi_2017'}\n"
    assert [line.split()[1] for line in err.splitlines()] == [f"{i}/11" for i in range(1, 12)]
    # again, with a mirror that is empty by now: everything is here already
    (bare / "coherent-csi-2017").mkdir()
    assert run(["data", "get", "csi_2017", "--mirror", str(bare)]) == 0
    assert capsys.readouterr().err.count("here already") == 11
    assert told(capsys, "data", "where", "csi_2017").strip() == str(bare / "cache" / "coherent_csi_2017")

    row = next(row for row in json.loads(told(capsys, "show", "toy_data", "--format", "json")) if row["source"])
    assert row["address"] == "detector.backgrounds.measured.rates"
    assert row["source"] == "coherent_csi_2017/promptPDF.txt"
    assert set(row["cite"]) == CITED
    line = next(line for line in told(capsys, "show", "toy_data").splitlines() if "from coherent_csi_2017" in line)
    assert "2 values from" in line
    assert set(told(capsys, "cite", "toy_data", "--keys").split()) >= CITED
    assert set(told(capsys, "cite", "releases/coherent_csi_2017", "--keys").split()) == CITED
    background = json.loads(told(capsys, "expect", "toy_data", "--format", "json"))["backgrounds"]["measured"]
    assert background["counts"][0][0] > 0
    assert "0 of 1 within tolerance\n" in told(capsys, "validate", code=1)  # with data it is a miss


def test_one_bad_file_of_a_mirror(mirror, bare, capsys):
    wanted = find_release("csi_2017")
    spoilt = bare / "spoilt" / "coherent_csi_2017"  # under the release's own name
    shutil.copytree(mirror / wanted.folder, spoilt)
    spoilt.chmod(0o755)
    victim = list(wanted.files)[3]
    content = (spoilt / victim).read_bytes()
    (spoilt / victim).chmod(0o644)
    (spoilt / victim).write_bytes(content[:-10])
    assert run(["data", "get", "csi_2017", "--mirror", str(bare / "spoilt")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert victim in err.splitlines()[-1]
    assert "removed" in err.splitlines()[-1]
    assert {path.name for path in (bare / "cache" / "coherent_csi_2017").iterdir()} == set(list(wanted.files)[:3])
