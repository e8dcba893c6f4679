"""Types that were renamed: a file of an earlier version is told the new name in one sentence."""

from __future__ import annotations

import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun
from ontarget.io.entry import load
from ontarget.io.kind import RENAMED, finals


def test_new_names_are_there_and_old_ones_are_not():
    known = finals(Noun)
    assert set(RENAMED.values()) <= set(known)
    assert not set(RENAMED) & set(known)


@pytest.mark.parametrize(("old", "new"), [("Towards", "Forced"), ("AsDrawn", "Analogue")])
def test_an_old_name_is_told_the_new_one(old, new):
    with pytest.raises(InputError, match=rf"the type '{old}'. It is called {new} now. Write 'type: {new}'."):
        load("nuscope_lar", set={"source.sampling": {"type": old}})
