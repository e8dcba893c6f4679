"""Types that were renamed: a file of an earlier version is told the new name in one sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun
from ontarget.io.entry import load
from ontarget.io.kind import RENAMED, finals
from ontarget.propagation import NoOscillation


def test_new_names_are_there_and_old_ones_are_not():
    known = finals(Noun)
    assert set(RENAMED.values()) <= set(known)
    assert not set(RENAMED) & set(known)


@pytest.mark.parametrize(("old", "new"), [("Towards", "Forced"), ("AsDrawn", "Analogue")])
def test_an_old_name_is_told_the_new_one(old, new):
    with pytest.raises(InputError, match=rf"the type '{old}'. It is called {new} now. Write 'type: {new}'."):
        load("nuscope_lar", set={"source.sampling": {"type": old}})


def test_one_type_imports_one_module():
    code = (
        "import sys; from ontarget.propagation import AbstractPropagation; from ontarget.io.kind import choose, finals;"
        "known = finals(AbstractPropagation); before = 'ontarget.propagation.three_flavour' in sys.modules;"
        "cls = choose(AbstractPropagation, 'NoOscillation', 'f', False);"
        "print(len(known) > 2, cls.__name__, before, 'ontarget.propagation.three_flavour' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "NoOscillation", "False", "False"]


def test_classes_of_others_are_known_while_they_live():
    class Elsewhere(NoOscillation.__bases__[0]):  # a final class that no table has
        """Of a test."""

        def probability(self, energy, path):
            return energy

    known = finals(NoOscillation.__bases__[0])
    assert known["Elsewhere"] is Elsewhere
    assert known["NoOscillation"] is NoOscillation
    assert list(known) == sorted(known)
    assert len(known) == len(list(known))
