"""Openings: half at the rim, all inside, nothing outside, with the stated width of edge."""

import numpy as np
import pytest

from ontarget.beam.aperture import Elliptical, Open, Rectangular, Round
from ontarget.beam.ray import Rays
from ontarget.ground.errors import InputError
from ontarget.ground.noun import on_host
from ontarget.ground.units import cm, m, mm

RIMS = [
    (Round(10 * cm), 10 * cm, 10 * cm),
    (Elliptical(12 * cm, 5 * cm), 12 * cm, 5 * cm),
    (Rectangular(12 * cm, 5 * cm), 12 * cm, 5 * cm),
]


@pytest.mark.parametrize(("rim", "across", "up"), RIMS, ids=lambda one: type(one).__name__)
def test_half_at_the_rim(rim, across, up):
    x, y = np.array([across, -across, 0.0, 0.0]), np.array([0.0, 0.0, up, -up])
    # at half a width the other pair of jaws is 25 or more edges away: e^-25
    np.testing.assert_allclose(rim.transmission(x, y), 0.5, rtol=1e-10)
    np.testing.assert_allclose(rim.transmission(0.5 * x, 0.5 * y), 1.0, rtol=1e-7)
    assert np.asarray(rim.transmission(1.5 * x, 1.5 * y)).max() < 1e-7


def test_width_of_the_edge():
    """One edge inside a circle 1/(1 + 1/e), up to the curvature w/2r."""
    rim = Round(10 * cm, edge=0.1 * mm)
    inside = rim.transmission(np.array([10 * cm - 0.1 * mm]), np.zeros(1))
    np.testing.assert_allclose(inside, 1 / (1 + np.exp(-1)), rtol=5e-4)


def test_a_corner_is_outside_a_circle_alone():
    corner = np.array([8 * cm]), np.array([8 * cm])
    assert np.asarray(Round(10 * cm).transmission(*corner))[0] < 1e-5
    assert np.asarray(Rectangular(10 * cm, 10 * cm).transmission(*corner))[0] > 1 - 1e-7


def test_what_is_wholly_lost_stays_where_it_is_harmless():
    one = np.ones(1)
    rays = Rays(1e3 * m * one, one, 5 * one, one, one, one, one)
    out = on_host(Round(10 * cm).cut(rays))
    assert (float(out.number[0]), float(out.x[0]), float(out.slope_x[0])) == (0.0, 0.0, 0.0)
    assert Open().cut(rays) is rays


def test_no_size():
    with pytest.raises(InputError, match="radius: got 0 m"):
        Round(0.0)
