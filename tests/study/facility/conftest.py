"""What the tests of facilities share: the tank of the toys with other backgrounds, its counts not computed anew."""

from __future__ import annotations

import dataclasses

import pytest
from facility_toys import BACKGROUNDS

from ontarget.experiment.counts import Counts
from ontarget.study.context import Context


@dataclasses.dataclass(frozen=True)
class Counted(Context):
    """A context that has counts already."""

    given: dict[str, Counts] = dataclasses.field(default_factory=dict)

    def counts(self, name):
        return self.given[name]


@pytest.fixture(scope="session")
def beside(context):
    """The tank of the toys with backgrounds that are known at any facility; neutrinos are not computed anew."""
    counts, loaded = context.counts("tank"), context.experiments["tank"]
    detector = dataclasses.replace(loaded.noun.detector, backgrounds=BACKGROUNDS)
    noun = dataclasses.replace(loaded.noun, detector=detector)
    tank = dataclasses.replace(loaded, noun=noun)
    return Counted({"tank": tank}, (), lambda line: None, given={"tank": counts})
