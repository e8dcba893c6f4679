"""Boxes of parameters: one in which a mixing angle vanishes, where no expansion follows the square root."""

import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Number, quantity
from ontarget.inference.likelihood.parameter import Parameter, Scale


class Mixed(Noun):
    """Something with a mixing angle."""

    sin2_13: Number = quantity()


@pytest.mark.parametrize(
    ("kind", "box", "sentence"),
    [
        (Parameter, (0.0, 0.05), "low: got 0. Probabilities go as sqrt(x) at 0 of 0.sin2_13"),
        (Parameter, (0.0, 0.05), "For a limit, start the box at 1e-4."),
        (Scale, (0.0, 2.0), "For a limit, start the box at 1e-4."),
        (Parameter, (0.01, 1.0), "For a limit, end the box at 0.9999."),
    ],
)
def test_a_mixing_that_vanishes_in_the_box_is_refused_at_once(kind, box, sentence):
    with pytest.raises(InputError) as caught:
        kind("s", "*.sin2_13", *box).initial((Mixed(0.022),))
    assert sentence in str(caught.value)
    assert kind("s", "*.sin2_13", 1e-4, 1.5 if kind is Scale else 0.05).initial((Mixed(0.022),)) > 0
