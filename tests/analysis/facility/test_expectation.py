"""Expected counts as named arrays, from counts that are round numbers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from facility_toys import PROTONS, counts_of, tank

from ontarget import analysis
from ontarget.experiment import BackgroundCounts, ChannelCounts, Counts
from ontarget.ground.units import keV, us
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import CountAxis, EnergyAxis, TimeAxis


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return tank(tmp_path_factory.mktemp("toys"))


def test_events_by_hand(experiment):
    found = analysis.expected_counts(experiment, counts_of(experiment))
    (channel,), (argon, neutrons) = found.channels, found.backgrounds
    assert found.experiment is experiment
    assert found.years == pytest.approx(3e23 / (PROTONS * 5000 * 3600), rel=1e-12)
    assert channel.by_flavour == {"nu_e": 52.5, "nu_mu": 105, "nubar_mu": 210}
    assert (channel.total, channel.outside, channel.interactions) == (367.5, 60, 3500)
    assert (argon.name, argon.total, neutrons.total) == ("argon39", 36, 24)
    assert found.tag.bins, found.seen.bins == (3, 4)


def test_spectra_are_per_unit_of_the_axis(experiment):
    """Bins of 10 keV, all times and channels together."""
    counts = counts_of(experiment)
    twice = dataclasses.replace(counts, channels=counts.channels * 2)
    found = analysis.expected_counts(experiment, twice)
    row = found.spectra()[FLAVOURS.index("nu_mu")]
    assert row == pytest.approx(2 * np.array([5.2, 2.9, 1.6, 0.8]), rel=1e-14)
    assert found.background_spectrum() == pytest.approx([3.0, 2.0, 1.0, 0.0], rel=1e-14)


def test_what_is_outside_by_rounding_is_nothing(experiment):
    counts = counts_of(experiment)
    (channel,) = counts.channels
    for outside, shown in ((1e-13, 0.0), (1e-11, 1e-11)):
        one = dataclasses.replace(channel, outside=np.array([3500 * outside, 0, 0, 0, 0, 0]))
        found = analysis.expected_counts(experiment, dataclasses.replace(counts, channels=(one,)))
        assert found.channels[0].outside == pytest.approx(3500 * shown, rel=1e-12)


def test_a_second_observable_is_summed_over(experiment):
    values = np.arange(24.0).reshape(2, 12)
    axes = EnergyAxis(0 * keV, 30 * keV, 3), TimeAxis(0.0, 6 * us, 2), CountAxis(0.5, 0.9, 4)
    several = np.stack([values] + [0 * values] * 5)
    channel = ChannelCounts("c", several, np.zeros(6), np.arange(2.0), np.ones((6, 1)))
    found = analysis.expected_counts(experiment, Counts((channel,), (BackgroundCounts("b", 2 * values),), *axes))
    assert found.channels[0].counts[0].tolist() == [[6, 22, 38], [54, 70, 86]]
    assert found.backgrounds[0].counts.tolist() == [[12, 44, 76], [108, 140, 172]]
    assert found.background_spectrum() == pytest.approx([12.0, 18.4, 24.8], rel=1e-14)
