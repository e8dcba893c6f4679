"""What a study sets in its experiments: in all of them, or in those that a glob before a colon fits."""

from __future__ import annotations

import pytest
from study_toys import written

from ontarget.ground.errors import InputError
from ontarget.study import Expect, Study
from ontarget.study.study import load_experiments, load_study, overrides_of

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
