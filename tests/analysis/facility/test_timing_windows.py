"""A tank with round counts at a ring of other protons: everything from closed forms of the pulse and the decays."""

from __future__ import annotations

import dataclasses
import math

import equinox as eqx
import numpy as np
import pytest
from facility_toys import BACKGROUNDS, PROTONS, RING, YEAR, counts_of, reached, reached_at_the_sns, spread, tank

from ontarget import analysis
from ontarget.analysis.facility.arrivals import Arrivals, check_clocks, per_neutrino
from ontarget.analysis.facility.timing_windows import best_windows
from ontarget.analysis.facility.window import BestSignificance, MostAtPurity
from ontarget.ground.errors import InputError
from ontarget.ground.units import us
from ontarget.source.spectrum import NegativeMuonDecay

EDGES = np.linspace(0.0, 6000.0, 301)
FLIGHT = 20e3 / 299.792458
"""Of 20 m, in ns."""


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return tank(tmp_path_factory.mktemp("toys"))


@pytest.fixture(scope="module")
def found(experiment):
    (only,) = analysis.timing(experiment, [RING], stop=6 * us, bins=300, counts=counts_of(experiment))
    return only


@pytest.fixture(scope="module")
def closed(experiment):
    """Events per calendar year in each bin at the ring: prompt, delayed, argon-39 and neutrons."""
    made = 0.12 * 0.13e6 / (0.8 * 1.602176634e-10) * 0.75 * YEAR  # neutrinos of one flavour at the ring
    # counts are those of 3e23 protons with 0.09 neutrinos each, in 0 to 6 us of the facility's own clock
    inside = np.diff(np.array(reached_at_the_sns(np.array([0.0, 6000.0]) - FLIGHT)))[:, 0]
    prompt, delayed = (np.diff(one) for one in reached(EDGES))
    each = made / (3e23 * 0.09)
    kept = [float(eqx.filter_jit(one)(experiment.detector.seen.edges).sum()) for one in shapes()]
    argon = 60 * kept[0] * 0.75 * YEAR * 100 * np.diff(EDGES) * 1e-9
    # the tag's zero is the flight of light after the facility's own, neutrons come 100 ns after that
    later = np.diff(spread(EDGES + FLIGHT - 100.0, 200.0))
    neutrons = 1e-24 * 60 * made / 0.12 * later * kept[1]
    return each * 105 / inside[0] * prompt, each * 2.5 * 105 / inside[1] * delayed, argon, neutrons


def shapes():
    return BACKGROUNDS[0].spectrum.shares, BACKGROUNDS[1].recoils.shares


def test_arrivals_by_time(found, closed):
    by_time, (prompt, delayed, argon, neutrons) = found.arrivals, closed
    assert by_time.edges == pytest.approx(EDGES / 1e3)
    # shares of 1e-9 of the pulse in a bin are differences of numbers near one: 1e-16 of these
    np.testing.assert_allclose(by_time.prompt, prompt, rtol=1e-9, atol=1e-12 * prompt.sum())
    np.testing.assert_allclose(by_time.delayed, delayed, rtol=1e-9, atol=1e-12 * delayed.sum())
    np.testing.assert_allclose(by_time.neutrinos["nubar_mu"], 4 * by_time.neutrinos["nu_e"], rtol=1e-12)
    np.testing.assert_allclose(by_time.backgrounds["argon39"], argon, rtol=1e-9)
    np.testing.assert_allclose(by_time.backgrounds["neutrons"], neutrons, rtol=1e-9, atol=1e-12 * neutrons.sum())
    np.testing.assert_allclose(by_time.background, argon + neutrons, rtol=1e-9)


def best(wanted, other):
    """The window with the highest S/sqrt(S+B), among all pairs of edges."""
    top, where = -1.0, (0, 0)
    for first in range(len(wanted)):
        S = B = 0.0
        for last in range(first, len(wanted)):
            S, B = S + wanted[last], B + other[last]
            if S / math.sqrt(S + B) > top:
                top, where = S / math.sqrt(S + B), (first, last + 1)
    return where


def test_windows_are_the_best_of_all_and_follow_each_other(found, closed):
    prompt, delayed, argon, neutrons = closed
    first, last = best(prompt, delayed + argon + neutrons)
    low, high = best(delayed[last:], (prompt + argon + neutrons)[last:])
    for window, inside, wanted, others in (
        (found.prompt, slice(first, last), prompt, delayed),
        (found.delayed, slice(last + low, last + high), delayed, prompt),
    ):
        assert (window.start, window.stop) == pytest.approx((inside.start * 0.02, inside.stop * 0.02))
        assert window.duty == pytest.approx(100 * (window.stop - window.start) * 1e-6, rel=1e-12)
        S, more, A, N = (float(one[inside].sum()) for one in (wanted, others, argon, neutrons))
        assert window.signal == pytest.approx(S, rel=1e-9)
        assert window.other_neutrinos == pytest.approx(more, rel=1e-9, abs=1e-9 * S)
        assert window.backgrounds == pytest.approx({"argon39": A, "neutrons": N}, rel=1e-9)
        assert window.purity == pytest.approx(S / (S + more + A + N), rel=1e-9)
        assert window.significance == pytest.approx(S / math.sqrt(S + more + A + N), rel=1e-9)
        assert window.prompt_share == pytest.approx(prompt[inside].sum() / prompt.sum(), abs=1e-12)
        assert window.delayed_share == pytest.approx(delayed[inside].sum() / delayed.sum(), abs=1e-12)


def test_everything_at_the_facility(found, closed):
    prompt, delayed, argon, neutrons = (one.sum() for one in closed)
    assert found.duty == pytest.approx(100 * 6e-6, rel=1e-12)
    assert found.neutrinos == pytest.approx(prompt + delayed, rel=1e-9)
    everything = prompt + delayed + argon + neutrons
    assert found.significance == pytest.approx((prompt + delayed) / math.sqrt(everything), rel=1e-9)


def test_leakage_is_that_of_the_closed_form(found):
    leak = found.leakage
    assert leak.prompt_share.tolist() == [0.9, 0.95, 0.99]
    prompt, delayed = reached(leak.stop * 1e3)
    # linear between points of 4 ns: h^2/8 of a slope that changes within 26 ns
    np.testing.assert_allclose(prompt, leak.prompt_share, atol=4e-4)
    np.testing.assert_allclose(delayed, leak.delayed_share, atol=4e-4)
    np.testing.assert_allclose(leak.delayed_per_prompt, 2 * leak.delayed_share / leak.prompt_share, rtol=1e-15)
    np.testing.assert_allclose(leak.duty, leak.stop * 1e-4, rtol=1e-12)


def test_criteria_are_for_the_windows_they_are_named_for():
    """Four bins by hand: prompt first, delayed after; each criterion looks at its own signal."""
    pion, muon = np.array([8.0, 4, 1, 1]), np.array([1.0, 2, 6, 4])
    neutrinos = {"nu_mu": pion, "nu_e": muon / 4, "nubar_mu": 3 * muon / 4}
    by_time = Arrivals(np.arange(5.0), neutrinos, {"steady": np.full(4, 0.25)})
    # prompt: 8 of 9.25 is 0.86, with the second bin 12 of 15.5 is 0.77
    # delayed: 2 of 6.25, then 6 of 7.25 is 0.83, then 4 of 5.25 is 0.76; the last two together 10 of 12.5
    prompt, delayed = best_windows(RING.facility, by_time, MostAtPurity(0.85), MostAtPurity(0.79))
    assert (prompt.start, prompt.stop, prompt.signal, prompt.other_neutrinos) == (0, 1, 8, 1)
    assert (delayed.start, delayed.stop, delayed.signal, delayed.other_neutrinos) == (2, 4, 10, 2)
    assert (delayed.prompt_share, delayed.delayed_share) == pytest.approx((2 / 14, 10 / 13), rel=1e-14)
    assert delayed.backgrounds == {"steady": 0.5}
    whole, nothing = best_windows(RING.facility, by_time, MostAtPurity(0.0), BestSignificance())
    assert (whole.start, whole.stop, nothing) == (0, 4, None)


def test_events_for_each_neutrino(experiment):
    """105 muon neutrinos of 2.7e22, of which 1.0 are prompt within six microseconds and 0.93 delayed."""
    each = per_neutrino(experiment, counts_of(experiment))
    inside = np.diff(np.array(reached_at_the_sns(np.array([0.0, 6000.0]) - FLIGHT)))[:, 0]
    assert each["nu_mu"] == pytest.approx(105 / (2.7e22 * inside[0]), rel=1e-9)
    assert each["nu_e"] == pytest.approx(52.5 / (2.7e22 * inside[1]), rel=1e-9)
    assert each["nubar_mu"] == pytest.approx(210 / (2.7e22 * inside[1]), rel=1e-9)


def test_at_its_own_facility_it_counts_what_was_counted(experiment):
    """Where nothing else is named, the SNS; its tag starts with the flight of light, so that little more is seen."""
    (own,) = analysis.timing(experiment, stop=6 * us, bins=300, counts=counts_of(experiment))
    a_year = PROTONS * 5000 * 3600 / 3e23
    within = np.diff(np.array(reached_at_the_sns(np.array([0.0, 6000.0]))))[:, 0]
    counted = np.diff(np.array(reached_at_the_sns(np.array([0.0, 6000.0]) - FLIGHT)))[:, 0]
    expected = a_year * (105 * within[0] / counted[0] + 2.5 * 105 * within[1] / counted[1])
    assert own.neutrinos == pytest.approx(expected, rel=1e-9)


def test_flavours_that_have_no_clock_of_their_own_are_refused(experiment):
    mixed = dataclasses.replace(experiment.source, contamination=(NegativeMuonDecay(1e-3),))
    with pytest.raises(InputError, match="one clock") as caught:
        check_clocks(dataclasses.replace(experiment, source=mixed))
    assert caught.value.where == "tank.source"
