"""Neutrons of the beam: numbers by hand, arrival against its closed forms."""

import numpy as np
import pytest
from detector_toys import running
from scipy.stats import norm

from ontarget.detector import AfterPulse, BeamNeutrons, ConstantEfficiency, ExponentialRecoils, GaussianArrival
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import day, keV, kg, ns, us
from ontarget.numerics import TimeAxis
from ontarget.source import ArrivalTime, Untagged

SEEN = as_array(np.array([20.0, 30.0, 60.0]) * keV)
SHARES = np.array([np.exp(-2) - np.exp(-3), np.exp(-3) - np.exp(-6)])
TAG = ArrivalTime(TimeAxis(0 * us, 4 * us, 4), 0.1 * us)


def expected(arrival, tag):
    background = BeamNeutrons(1e-22 / kg, ExponentialRecoils(10 * keV), arrival, (ConstantEfficiency(0.7),))
    return np.asarray(background.expected(as_array(5 * kg), running(1 * day, protons=1e23), tag, SEEN))


def test_they_go_with_protons_and_mass():
    np.testing.assert_allclose(expected(GaussianArrival(0 * us, 1 * us), Untagged()), [35 * SHARES], rtol=1e-12)


def test_a_gaussian_in_the_facility_s_time():
    found = expected(GaussianArrival(0.5 * us, 0.7 * us), TAG)
    reached = norm.cdf((np.arange(5) + 0.1 - 0.5) / 0.7)
    np.testing.assert_allclose(found, np.outer(np.diff(reached), 35 * SHARES), rtol=1e-9)  # two error functions


def test_the_pulse_with_a_delay_and_a_tail():
    """320 ns of protons, 200 ns of flight, an exponential of 500 ns; after the pulse a closed form holds."""
    found = expected(AfterPulse(200 * ns, 500 * ns), TAG)
    t = np.array([1.1, 2.1, 3.1, 4.1]) - 0.2  # the edges behind the pulse, in the facility's time
    left = 0.5 / 0.32 * np.expm1(0.32 / 0.5) * np.exp(-t / 0.5)
    reached = np.append(found[0].sum() / (35 * SHARES.sum()), 1 - left[1:])
    before = 1 - 0.0  # nothing comes before the protons: the first bin holds all up to its end
    np.testing.assert_allclose(reached[0], before - left[0], rtol=1e-12)
    np.testing.assert_allclose(found[1:].sum(axis=1) / (35 * SHARES.sum()), -np.diff(left), rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: BeamNeutrons(-1 / kg, ExponentialRecoils(1 * keV), AfterPulse(0 * ns, 1 * ns)), "per_proton"),
        (lambda: ExponentialRecoils(0 * keV), "mean"),
        (lambda: AfterPulse(-270 * ns, 500 * ns), "delay"),
        (lambda: GaussianArrival(-0.5 * us, 0.7 * us), "mean"),
        (lambda: AfterPulse(0 * ns, 0 * ns), "tail"),
        (lambda: GaussianArrival(0 * ns, -1 * ns), "sigma"),
    ],
)
def test_impossible_neutrons_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
