"""What a study sets in its experiments: in all of them, or in those that a glob before a colon fits."""

from __future__ import annotations

import json

import pytest
from study_toys import written

from ontarget.ground.errors import InputError
from ontarget.io import run_record
from ontarget.report.headline import Headline
from ontarget.report.section import Section, Table
from ontarget.report.text_table import text_table
from ontarget.study import Expect, Study
from ontarget.study.study import Answer, context_of, load_experiments, load_study, overrides_of, write

STUDY = """
name: Two
experiments: [crystal.yaml, tank.yaml]
set:
  source.neutrinos_per_proton: 0.1
  "cr*:detector.mass": 3 kg
  "tank:detector.site.baseline": 30 m
tasks: [{type: Expect}]
"""


@pytest.fixture
def loaded(tmp_path):
    file = written(tmp_path) / "two.yaml"
    file.write_text(STUDY)
    return load_study(file)


def test_each_experiment_gets_its_own(loaded):
    assert overrides_of(loaded.noun, "crystal") == {"source.neutrinos_per_proton": 0.1, "detector.mass": "3 kg"}
    found = load_experiments(loaded, {"exposure": "1e23 POT"})
    numbers = {
        name: (
            float(one.noun.source.neutrinos_per_proton),
            one.provenance["detector.mass"].text,
            one.provenance["detector.site.baseline"].text,
            float(one.noun.exposure.number),
        )
        for name, one in found.items()
    }
    assert numbers == {"crystal": (0.1, "3 kg", "20 m", 1e23), "tank": (0.1, "60 kg", "30 m", 1e23)}


def test_a_later_key_wins(loaded):
    found = load_experiments(loaded, {"detector.mass": "5 kg"})
    assert {one.provenance["detector.mass"].text for one in found.values()} == {"5 kg"}


def test_a_glob_that_fits_no_experiment_is_told():
    study = Study(("crystal.yaml",), (Expect(),), {"tonk*:detector.mass": "3 kg"})
    with pytest.raises(InputError) as error:
        overrides_of(study, "crystal")
    assert str(error.value).startswith("set, tonk*:detector.mass: got 'tonk*'. No experiment of the study has such")


def test_an_error_that_is_not_determined_is_no_number_in_files(loaded, tmp_path):
    """JSON has no infinity: a study that found none ended in a refusal after all was computed."""
    one = Headline("x", 3.25, float("inf"), "events", note="a note")
    rows = [{"quantity": "x", "value": 3.25, "error": float("inf"), "error above": float("inf")}]
    section = Section("Found", "", [Table("found", "Found", rows)], headline=[one])
    write(Answer(loaded, context_of(loaded.noun, {}), (section,), run_record({})), tmp_path)
    assert json.loads((tmp_path / "tables/found.json").read_text()) == [
        {"quantity": "x", "value": 3.25, "error": None, "error above": None}
    ]
    (found,) = json.loads((tmp_path / "run.json").read_text())["headline"]
    assert (found["error"], found["note"]) == (None, "error not determined, a note")
    assert "3.25 (error not determined) events" in (tmp_path / "report.html").read_text()
    assert "not determined" in str(text_table("Found", rows))
