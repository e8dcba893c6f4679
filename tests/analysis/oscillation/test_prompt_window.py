"""Windows of pulses against a search of all ends, and significances against sums by hand."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.oscillation.prompt_window import Windows, largest_difference, significance, squared_significance
from ontarget.ground.constants import pion_lifetime
from ontarget.ground.units import ns
from ontarget.source import GaussianPulse, UniformPulse
from ontarget.source.stopped_pion import delayed_cumulative

PULSE = UniformPulse(320 * ns)


@pytest.fixture(scope="module")
def found():
    """Two distances: much background, and next to none; two bins of energy, the background in one of them."""
    signal = np.array([[10.0, 30.0], [10.0, 30.0]])
    late = np.array([[1700.0, 0.0], [1e-6, 0.0]])
    return Windows.of(PULSE, signal, late), signal, late


def test_window_of_a_uniform_pulse(found):
    """The best one is a single stretch: found again by trying all ends, on a grid of 1 ns."""
    windows = found[0]
    ends = jnp.linspace(1.0, 900.0, 900) * ns
    kept, leak = np.asarray(PULSE.cumulative(ends, pion_lifetime)), np.asarray(delayed_cumulative(PULSE, ends))
    worth = 40 * kept / np.sqrt(40 * kept + 1700 * leak)
    best = worth.argmax()
    # the optimum is flat: its moments are 0.4 ns apart, its place is good to some of them
    assert windows.length[0] / ns == pytest.approx(ends[best] / ns, abs=10)
    assert windows.kept[0] == pytest.approx(kept[best], rel=5e-3)
    assert windows.leak[0] == pytest.approx(leak[best], rel=0.03)
    # the worth itself is flat there: to second order of the shares above
    k, f = windows.kept[0], windows.leak[0]
    assert 40 * k / np.sqrt(40 * k + 1700 * f) == pytest.approx(worth[best], rel=1e-3)


def test_without_late_neutrinos_all_prompt_ones_are_kept(found):
    """Late ones are 4e-8 of them: what would still be lost is less than their error."""
    assert found[0].kept[1] == pytest.approx(1.0, abs=1e-6)


def test_significance_is_by_energies(found):
    """Where the background fills one bin of two: the sum of squares by hand, with the shares of the window."""
    windows, signal, _ = found
    k, f = windows.kept[0], windows.leak[0]
    expected = np.sqrt((10 * k) ** 2 / (10 * k + 1700 * f) + 30 * k)
    assert windows.significance[0] == pytest.approx(expected, rel=1e-12)
    assert windows.best == 1  # less background there
    k, f = windows.kept[1], windows.leak[1]
    again = windows.significance_at_best(signal, np.full((2, 2), 80.0))
    assert again == pytest.approx(np.sqrt((10 * k) ** 2 / (10 * k + 80 * f) + (30 * k) ** 2 / (30 * k + 80 * f)))


def test_tails_of_a_pulse_do_not_begin_a_window():
    """Far before a Gaussian pulse prompt neutrinos outnumber late ones by far, but there are none to speak of.

    A window begins where their rate is a thousandth of the highest; its end is searched for on a grid of 1 ns.
    """
    pulse = GaussianPulse(0 * ns, 30 * ns)
    windows = Windows.of(pulse, np.full((1, 1), 40.0), np.full((1, 1), 1e5))
    t = jnp.linspace(-300.0, 300.0, 601) * ns
    prompt, delayed = np.asarray(pulse.cumulative(t, pion_lifetime)), np.asarray(delayed_cumulative(pulse, t))
    rate = np.diff(prompt)
    begin = int(np.argmax(rate > 1e-3 * rate.max()))
    kept, leak = prompt[begin + 1 :] - prompt[begin], delayed[begin + 1 :] - delayed[begin]
    worth = 40 * kept / np.sqrt(40 * kept + 1e5 * leak)
    # moments are 0.16 ns apart, the optimum is flat to some ns
    assert windows.length[0] / ns == pytest.approx(1 + worth.argmax(), abs=3)
    assert windows.significance[0] == pytest.approx(worth.max(), rel=2e-3)


def test_significances_by_hand():
    assert significance(np.array([4.0, 0.0]), np.array([0.0, 0.0])) == pytest.approx(2)
    assert significance(np.array([3.0, 8.0]), np.array([6.0, 8.0])) == pytest.approx(np.sqrt(1 + 4))
    assert squared_significance(np.array([-3.0, 0.0]), np.array([2.0, 0.0])) == pytest.approx(4.5)


def test_largest_difference_is_in_errors_of_what_is_assumed():
    """16 and 20: four of four, and four of root twenty."""
    assert largest_difference(np.array([16.0, 20.0])) == pytest.approx(1)
    assert largest_difference(np.array([20.0, 16.0])) == pytest.approx(1)
    assert largest_difference(np.array([100.0, 64.0, 81.0])) == pytest.approx(36 / 8)
