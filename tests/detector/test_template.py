"""Templates: the number stays, the shape moves."""

import numpy as np
import pytest
from detector_toys import running

from ontarget.detector import TemplateBackground, Variation
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import us
from ontarget.numerics import TimeAxis
from ontarget.source import ArrivalTime

TIMES = ArrivalTime(TimeAxis(0 * us, 4 * us, 2))
SHAPE, UP, DOWN = np.array([[1.0, 2.0, 3.0], [4.0, 0.0, 0.0]]), np.ones((2, 3)), np.array([[2.0, 0, 0], [0, 0, 2.0]])


def expected(background):
    return np.asarray(background.expected(as_array(1.0), running(1.0), TIMES, as_array(np.arange(4.0))))


@pytest.mark.parametrize(("amount", "shape"), [(0.0, SHAPE), (1.0, UP), (-1.0, DOWN)])
def test_at_each_of_its_tables(amount, shape):
    found = expected(TemplateBackground(30.0, SHAPE, (Variation(UP, DOWN, amount, name="energy"),)))
    np.testing.assert_allclose(found, 30 * shape / shape.sum(), atol=1e-14)


def test_variations_never_change_the_number():
    both = (Variation(UP, DOWN, 0.7, name="energy"), Variation(7 * UP, amount=-0.3, name="time"))
    assert expected(TemplateBackground(30.0, SHAPE, both)).sum() == pytest.approx(30, rel=1e-14)  # rounding


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: TemplateBackground(-1.0, SHAPE), "total"),
        (lambda: TemplateBackground(1.0, -SHAPE), "shape"),
        (lambda: TemplateBackground(1.0, 0 * SHAPE), "shape"),
        (lambda: TemplateBackground(1.0, SHAPE).check_bins(2, 3, 2), "shape"),
        (lambda: TemplateBackground(1.0, SHAPE).check_bins(3, 3, 1), "shape"),
    ],
)
def test_impossible_templates_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
