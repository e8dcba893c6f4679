"""Backgrounds of two histograms: exact in any binning, under efficiencies of both axes."""

import itertools

import numpy as np
import pytest
from detector_toys import running
from scipy.integrate import quad

from ontarget.detector import HistogramBackground, LogisticEfficiency, StepEfficiency
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import ns, us
from ontarget.numerics import CountAxis, Explicit, TimeAxis
from ontarget.source import ArrivalTime, ExponentialLoss, Untagged

EDGES, CONTENTS = np.array([0.0, 3.0, 4.0, 10.0, 40.0]), np.array([3.0, 5.0, 12.0, 6.0])
TIME_EDGES, TIME_CONTENTS = np.array([0.2, 0.7, 0.8, 7.0]) * us, np.array([1.0, 5.0, 2.0])
SEEN = np.array([2.0, 3.5, 8.0, 30.0])
AXIS = TimeAxis(0.0, 6 * us, 3)


def fractions(edges):
    return Explicit((edges - edges[0]) / (edges[-1] - edges[0]))


SPECTRUM = CountAxis(EDGES[0], EDGES[-1], len(EDGES) - 1, fractions(EDGES))
TIMES = TimeAxis(TIME_EDGES[0], TIME_EDGES[-1], len(TIME_EDGES) - 1, fractions(TIME_EDGES))


def background(*efficiency, number=2.0):
    return HistogramBackground(number, SPECTRUM, CONTENTS, TIMES, TIME_CONTENTS, efficiency)


def expected(one, tag):
    return np.asarray(one.expected(as_array(1.0), running(1.0), tag, as_array(SEEN)))


def test_rebinned_by_hand():
    found = expected(background(), Untagged())
    # 1 of 3 and half of 5; half of 5 and 4 of 6 parts of 12; 2 of 6 parts of 12 and 20 of 30 parts of 6
    np.testing.assert_allclose(found, [2 * np.array([1 + 2.5, 2.5 + 8, 4 + 4])], rtol=1e-14)


def test_its_times_are_those_of_the_tag():
    """Whatever the offset of the tag against the beam is."""
    shares = np.array([6 / 8 + 2 / 8 * 1.2 / 6.2, 2 / 8 * 2 / 6.2, 2 / 8 * 2 / 6.2])
    for offset in (0.0, 330 * ns):
        found = expected(background(), ArrivalTime(AXIS, offset)).sum(axis=1)
        np.testing.assert_allclose(found / found.sum(), shares / shares.sum(), rtol=1e-12)
        assert found.sum() == pytest.approx(2 * (3.5 + 10.5 + 8) * shares.sum(), rel=1e-12)


def test_efficiencies_on_both_axes():
    step, rise = StepEfficiency([5.0, 6.0], [0.5], above=1.0), LogisticEfficiency(1.3, 0.29, 10.9, -0.33)
    start, rate = 0.52, 0.0494
    tag = ArrivalTime(AXIS, efficiency=ExponentialLoss(start * us, rate / us))
    found = expected(background(step, rise), tag)

    def density(x):
        kept = 0.0 if x < 5 else 0.5 if x < 6 else 1.0
        kept *= max(0.0, 1.3 / (1 + np.exp(-0.29 * (x - 10.9))) - 0.33)
        cell = np.searchsorted(EDGES, x, side="right") - 1
        return kept * CONTENTS[cell] / np.diff(EDGES)[cell]

    def in_time(t):
        cell = np.searchsorted(TIME_EDGES / us, t, side="right") - 1
        inside = 0 <= cell < 3
        return inside and np.exp(-rate * max(0, t - start)) * TIME_CONTENTS[cell] / 8 / np.diff(TIME_EDGES / us)[cell]

    breaks = [*EDGES, *SEEN, 5, 6, float(rise.kinks()[0])]
    energies = [integral(density, a, b, breaks) for a, b in itertools.pairwise(SEEN)]
    times = [integral(in_time, a, b, [*(TIME_EDGES / us), start]) for a, b in itertools.pairwise((0, 2, 4, 6))]
    # 4 nodes per cell of the rise: 1e-4 for cells as wide as these. 32 nodes in a bin of 2 us with jumps of the
    # density: an error of the arrivals of 2e-3, times the loss over the bin, 0.01
    np.testing.assert_allclose(found.sum(axis=0) / found.sum(), energies / np.sum(energies), rtol=2e-4)
    np.testing.assert_allclose(found.sum(axis=1) / found.sum(), times / np.sum(times), rtol=3e-5)
    assert found.sum() == pytest.approx(2 * np.sum(energies) * np.sum(times), rel=2e-4)


def integral(density, low, high, breaks):
    """Adaptive quadrature piece by piece."""
    points = sorted({low, high, *(point for point in breaks if low < point < high)})
    return sum(quad(density, a, b)[0] for a, b in itertools.pairwise(points))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": -1.0}, "number"),
        ({"contents": CONTENTS[:-1]}, "contents"),
        ({"contents": -CONTENTS}, "contents"),
        ({"contents": 0 * CONTENTS}, "contents"),
        ({"time_contents": TIME_CONTENTS[:-1]}, "time_contents"),
        ({"time_contents": TIME_CONTENTS * float("nan")}, "time_contents"),
    ],
)
def test_impossible_histograms_are_refused(changes, field):
    fields = {"number": 1.0, "axis": SPECTRUM, "contents": CONTENTS, "times": TIMES}
    with pytest.raises(InputError) as caught:
        HistogramBackground(**(fields | {"time_contents": TIME_CONTENTS} | changes))
    assert caught.value.where == field
