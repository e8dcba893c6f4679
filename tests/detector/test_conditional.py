"""A second observable: shares of rows, and the channels and detectors that hold it."""

import numpy as np
import pytest

from ontarget.detector import (
    Channel,
    ConstantQuenching,
    Detector,
    GaussianSmearing,
    MeasuredBackground,
    SquareRootResolution,
    SteadyStateIntegrated,
    TabulatedConditional,
    Variation,
)
from ontarget.ground.errors import InputError
from ontarget.ground.units import day, keV, kg, m
from ontarget.interaction import CEvNS
from ontarget.matter.material import Material
from ontarget.numerics import CountAxis, EnergyAxis
from ontarget.source import Site

SEEN, SECOND = EnergyAxis(0 * keV, 20 * keV, 3), CountAxis(0.5, 0.9, 2)
TABLE = np.array([[1.0, 3.0], [0.0, 0.0], [5.0, 0.0]])
SHARES = np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]])


def channel(second=None, **changes):
    response = (ConstantQuenching(0.25), GaussianSmearing(SquareRootResolution(0.3, 1 * keV)))
    return Channel(CEvNS(), EnergyAxis(0 * keV, 60 * keV, 60), response, second, name="c", **changes)


def test_rows_are_shares_and_a_row_without_entries_is_uniform():
    np.testing.assert_allclose(TabulatedConditional(TABLE).matrix(), SHARES, rtol=1e-15)


def test_variations_are_divided_by_the_nominal_rows():
    up, down = TABLE + np.array([[1.0, 1.0], [0.0, 0.0], [-1.0, 2.0]]), TABLE * 1.5
    for amount, table in ((1.0, up), (-1.0, down)):
        found = TabulatedConditional(TABLE, (Variation(up, down, amount, name="f90"),)).matrix()
        expected = table / np.array([[4.0], [1.0], [5.0]])
        expected[1] = 0.5
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_pairs_add_to_the_first_observable():
    plain = np.asarray(channel().matrix(SEEN.edges))
    pairs = np.asarray(channel(TabulatedConditional(TABLE)).matrix(SEEN.edges))
    assert pairs.shape == (len(plain), 3 * 2 + 1)
    np.testing.assert_array_equal(pairs[:, -1], plain[:, -1])
    np.testing.assert_allclose(pairs[:, :-1].reshape(-1, 3, 2), plain[:, :-1, None] * SHARES, rtol=1e-15)
    np.testing.assert_allclose(pairs.sum(axis=1), 1.0, atol=1e-13)  # as without, sums of the same numbers


def detector(second=SECOND, conditional=None, backgrounds=()):
    channels = (channel(conditional),)
    return Detector(Site(20 * m), 1 * kg, Material("Ar"), SEEN, channels, backgrounds, second=second)


def test_a_detector_counts_pairs_of_bins():
    measured = MeasuredBackground(np.arange(6.0), name="off")
    assert detector(conditional=TabulatedConditional(TABLE), backgrounds=(measured,)).bins == 6
    assert detector(second=None).bins == 3


@pytest.mark.parametrize(
    ("make", "where", "said"),
    [
        (lambda: detector(), "channels.c.second", "got nothing"),
        (lambda: detector(None, TabulatedConditional(TABLE)), "channels.c.second", "has no second observable"),
        (lambda: detector(conditional=TabulatedConditional(TABLE.T)), "channels.c.second", r"shape \[2, 3\]"),
        (
            lambda: detector(SECOND, TabulatedConditional(TABLE), (MeasuredBackground(np.ones(3), name="off"),)),
            "backgrounds.off.counts",
            "6 reconstructed bins",
        ),
        (
            lambda: detector(
                SECOND, TabulatedConditional(TABLE), (SteadyStateIntegrated(1 / (kg * day), 0.1, name="flat"),)
            ),
            "backgrounds.flat",
            "nothing of the detector's second observable",
        ),
        (lambda: TabulatedConditional([[1.0, -1.0]]), "table", "negative"),
        (
            lambda: TabulatedConditional(TABLE, (Variation(TABLE.T, name="f90"),)),
            "variations.f90.up",
            r"shape \[3, 2\]",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(make, where, said):
    with pytest.raises(InputError, match=said) as caught:
        make()
    assert caught.value.where == where
    assert "\n" not in str(caught.value)
