"""Planes of silicon: scattering, and what tracks know."""

import dataclasses

import numpy as np
import pytest
from monitor_toys import MUONS, PIONS

from ontarget.ground.constants import pion_mass
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m, mm, ns
from ontarget.tagging.track import Tracks, at_end, at_entrance, precision
from ontarget.tagging.two_body import errors_of_track


def straight(number: int, slope: float = 0.0) -> Tracks:
    """Particles of 8.5 GeV/c on the axis."""
    zero, event = np.zeros(number), np.arange(number)
    columns = {
        "x": zero,
        "y": zero,
        "slope_x": zero + slope,
        "slope_y": zero,
        "momentum": zero + 8.5 * GeV,
        "time": zero,
    }
    return Tracks(event=event, who=event, **columns)


@pytest.mark.parametrize(("measured", "arm", "towards"), [(at_entrance, PIONS, 1), (at_end, MUONS, -1)])
def test_tracks_scatter_as_their_covariance_says(measured, arm, towards):
    number = 40_000
    arm = dataclasses.replace(arm, efficiency=1.0)
    tracks = measured(arm, straight(number), np.random.default_rng(1))
    expected = np.asarray(errors_of_track(arm, np.float64(8.5 * GeV) + 0 * arm.pitch, pion_mass, towards).whole)
    rows = np.stack([tracks.x, tracks.y, tracks.slope_x, tracks.slope_y, tracks.momentum - 8.5 * GeV])
    scale = np.sqrt(np.diag(expected))
    # of 25 correlations from 40,000 tracks, each known to 0.005, none lies five standard deviations off; the mass of
    # the muon, taken for the scattering at the end, is of no importance (1e-4)
    np.testing.assert_allclose(np.cov(rows) / np.outer(scale, scale), expected / np.outer(scale, scale), atol=0.03)
    assert precision(arm, tracks, pion_mass).slope.mean() == pytest.approx(scale[2], rel=1e-3)
    assert tracks.time.std() == pytest.approx(float(arm.time) / np.sqrt(2), rel=0.02)  # two planes


def test_apertures_hold_at_both_planes():
    # 3.3 m in front of T6 a slope of 40 mrad is 132 mm from the axis
    arm = dataclasses.replace(PIONS, baseline=3.3 * m, aperture=100 * mm, efficiency=1.0)
    assert len(at_entrance(arm, straight(10, 0.04), np.random.default_rng(1))) == 0
    assert len(at_entrance(arm, straight(10, 0.02), np.random.default_rng(1))) == 10


def test_efficiency_is_the_share_that_is_found():
    found = len(at_end(MUONS, straight(20_000), np.random.default_rng(1))) / 20_000
    assert found == pytest.approx(0.97, abs=0.005)  # four standard deviations of a binomial


@pytest.mark.parametrize("change", [{"pitch": -1.0}, {"time": 0.0 * ns}, {"efficiency": 1.2}, {"thickness": 0.5}])
def test_what_cannot_be_is_refused(change):
    with pytest.raises(InputError, match=next(iter(change))):
        dataclasses.replace(PIONS, **change)
