"""Pulses against adaptive quadrature of the proton current convolved with the decays."""

import itertools
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from ontarget.ground.errors import InputError
from ontarget.ground.units import MW, GeV, Hz, ns
from ontarget.source import (
    DoublePulse,
    Facility,
    GaussianPulse,
    PulseTrain,
    TabulatedPulse,
    TriangularPulse,
    UniformPulse,
)
from ontarget.source.pulse import scaled_erfc
from ontarget.source.stopped_pion import delayed_cumulative

PION, MUON = 26.033, 2196.9811  # ns, PDG


def gaussian(mean, sigma):
    return lambda s: np.exp(-(((s - mean) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))


TABLE = ([-10.0, 30.0, 50.0, 200.0], [1.0, 4.0, 0.5])
CHARGE = 1.0 * 40 + 4.0 * 20 + 0.5 * 150
PULSES = {  # name: pulse, density in 1/ns, its break points in ns
    "uniform": (UniformPulse(700 * ns), lambda s: 1 / 700, (0, 700)),
    "short uniform": (UniformPulse(3 * ns), lambda s: 1 / 3, (0, 3)),
    "long uniform": (UniformPulse(2.86e6 * ns), lambda s: 1 / 2.86e6, (0, 2.86e6)),
    "triangle": (TriangularPulse(270 * ns), lambda s: min(s, 270 - s) / 135**2, (0, 135, 270)),
    "narrow triangle": (TriangularPulse(4 * ns), lambda s: min(s, 4 - s) / 2**2, (0, 2, 4)),
    "double": (
        DoublePulse(100 * ns, 600 * ns),
        lambda s: ((s < 100) + (s > 600)) / 200,
        (0, 100, 600, 700),
    ),
    "overlapping double": (
        DoublePulse(100 * ns, 60 * ns),
        lambda s: (s < 100) / 200 + (s > 60) / 200,
        (0, 60, 100, 160),
    ),
    "gaussian": (GaussianPulse(440 * ns, 150 * ns), gaussian(440, 150), tuple(440 + 150 * np.arange(-12.0, 13.0, 2))),
    "narrow gaussian": (GaussianPulse(40 * ns, 0.1 * ns), gaussian(40, 0.1), tuple(40 + 0.1 * np.arange(-12.0, 13, 2))),
    "wide gaussian": (
        GaussianPulse(1e5 * ns, 3e4 * ns),
        gaussian(1e5, 3e4),
        tuple(1e5 + 3e4 * np.arange(-12.0, 13, 2)),
    ),
    "table": (
        TabulatedPulse(np.array(TABLE[0]) * ns, TABLE[1]),
        lambda s: np.interp(s, [-10, 29.999999, 30, 49.999999, 50, 200], [1, 1, 4, 4, 0.5, 0.5]) / CHARGE,
        TABLE[0],
    ),
}
TIMES = np.array([-30.0, 0.0, 1.0, 20.0, 45.0, 130.0, 270.0, 440.0, 650.0, 701.0, 1500.0, 6000.0, 2e4, 9e4])


def exponential(u, tau):
    return -np.expm1(-u / tau)


def muon_after_pion(u):
    return (MUON * exponential(u, MUON) - PION * exponential(u, PION)) / (MUON - PION)


def convolved(t, density, breaks, decayed):
    """Integral of the current times the fraction decayed since, by adaptive quadrature between break points."""
    points = sorted({*(b for b in breaks if b < t), *([t] if t <= max(breaks) else [])})
    # the decay's own scale, seen backwards from t, which a long pulse would otherwise hide from the quadrature
    points = sorted({*points, *(t - k * PION for k in (3, 12, 40) if points and points[0] < t - k * PION < points[-1])})
    pieces = itertools.pairwise(points)
    return sum(quad(lambda s: density(s) * decayed(t - s), a, b, epsabs=1e-13, epsrel=1e-12)[0] for a, b in pieces)


# adaptive quadrature to 1e-12 over at most 15 pieces; the table's steps are 1e-6 ns wide in the reference
TOLERANCE = {"table": 1e-7}


@pytest.mark.parametrize("name", PULSES)
@pytest.mark.parametrize("tau", [PION, MUON])
def test_cumulative_is_the_convolution_with_an_exponential(name, tau):
    pulse, density, breaks = PULSES[name]
    expected = [convolved(t, density, breaks, lambda u: exponential(u, tau)) for t in TIMES]
    found = pulse.cumulative(jnp.asarray(TIMES * ns), tau * ns)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE.get(name, 1e-11))


@pytest.mark.parametrize("name", PULSES)
def test_delayed_cumulative_is_the_convolution_with_both_lifetimes(name):
    pulse, density, breaks = PULSES[name]
    expected = [convolved(t, density, breaks, muon_after_pion) for t in TIMES]
    found = delayed_cumulative(pulse, jnp.asarray(TIMES * ns))
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE.get(name, 1e-11))


def test_pulses_without_width_give_the_bare_exponential():
    t = jnp.asarray(TIMES * ns)
    bare = exponential(np.maximum(TIMES, 0.0), PION)
    for pulse in (UniformPulse(1e-9 * ns), TriangularPulse(1e-6 * ns), GaussianPulse(0 * ns, 1e-9 * ns)):
        # a pulse of width w differs by w / tau at most; the Gaussian has half its protons at t = 0 still to come
        np.testing.assert_allclose(pulse.cumulative(t, PION * ns), bare, atol=1e-7)


def test_very_wide_pulses_hide_the_lifetime():
    z = np.array([-3.0, -1.0, 0.0, 2.0])
    found = GaussianPulse(0 * ns, 1e9 * ns).cumulative(jnp.asarray(z * 1e9 * ns), PION * ns)
    # shifted by tau / sigma = 3e-8 of a width, times the density 0.4
    np.testing.assert_allclose(found, [0.0013498980316, 0.158655253931, 0.5, 0.977249868052], atol=2e-8)


@pytest.mark.parametrize("name", PULSES)
def test_everything_has_decayed_in_the_far_tail(name):
    pulse = PULSES[name][0]
    far = jnp.asarray(np.array([3e6 + 100 * MUON, 1e8]) * ns)
    # rounding only: no loss by cancellation, however late
    np.testing.assert_allclose(pulse.cumulative(far, MUON * ns), 1.0, atol=2e-15)
    np.testing.assert_allclose(delayed_cumulative(pulse, far), 1.0, atol=2e-15)


def test_nothing_has_decayed_long_before_the_pulse():
    t = jnp.asarray(np.array([-1e9, -100.0]) * ns)
    for pulse, _, _ in PULSES.values():
        reached = np.asarray(pulse.cumulative(t, PION * ns))
        assert (abs(reached) < 1e-3).all()
        assert float(reached[0]) == 0.0


def test_a_flat_table_is_a_uniform_pulse():
    flat = TabulatedPulse(np.array([0.0, 100.0, 250.0, 700.0]) * ns, [2.0, 2.0, 2.0])
    t = jnp.asarray(TIMES * ns)
    uniform = UniformPulse(700 * ns)
    # two orders of summation: rounding
    np.testing.assert_allclose(flat.cumulative(t, MUON * ns), uniform.cumulative(t, MUON * ns), atol=1e-15)
    assert float(flat.length) / ns == pytest.approx(700)


def test_lengths():
    lengths = {name: float(pulse.length) / ns for name, (pulse, _, _) in PULSES.items()}
    assert lengths["uniform"] == pytest.approx(700)
    assert lengths["triangle"] == pytest.approx(270)
    assert lengths["double"] == pytest.approx(700)
    assert lengths["gaussian"] == pytest.approx(2 * np.sqrt(2 * np.log(2)) * 150)
    assert lengths["table"] == pytest.approx(210)


shapes = st.one_of(
    st.builds(lambda w: UniformPulse(w * ns), st.floats(1e-3, 1e7)),
    st.builds(lambda w: TriangularPulse(w * ns), st.floats(1.0, 1e7)),
    st.builds(lambda w, s: DoublePulse(w * ns, s * ns), st.floats(1e-3, 1e4), st.floats(1e-3, 1e4)),
    st.builds(lambda m, s: GaussianPulse(m * ns, s * ns), st.floats(-1e4, 1e4), st.floats(1e-3, 1e6)),
)


@settings(max_examples=60, deadline=None)
@given(pulse=shapes, scale=st.floats(1.0, 1e6))
def test_distribution_functions_rise_from_zero_to_one(pulse, scale):
    t = jnp.asarray(np.linspace(-1.0, 5.0, 60) * scale * ns)
    for one in (pulse.cumulative(t, PION * ns), pulse.cumulative(t, MUON * ns), delayed_cumulative(pulse, t)):
        reached = np.asarray(one)
        # rounding of numbers of order one; a parabola over its base loses tau / width (2e3 at worst) of it
        assert (reached > -1e-12).all()
        assert (reached < 1 + 1e-12).all()
        assert (np.diff(reached) > -1e-12).all()


@cache
def reached_and_slopes(pulse):
    """What has decayed of a pulse of a width by a time, in ns, and its slopes by both: compiled once."""

    def reached(width, time):
        return pulse(width * ns).cumulative(time * ns, PION * ns)

    return jax.jit(reached), jax.jit(jax.grad(reached, (0, 1)))


@pytest.mark.parametrize("pulse", [UniformPulse, TriangularPulse, lambda w: GaussianPulse(100 * ns, w)])
@pytest.mark.parametrize("t", [-20.0, 0.0, 50.0, 350.0, 700.0, 5000.0])
def test_derivatives_by_the_width_and_the_time(pulse, t):
    reached, slopes = reached_and_slopes(pulse)

    step = 0.02  # ns; third derivatives below 1e-4 / ns^3 give 1e-8, rounding 1e-14
    width, time = np.float64(350.0), np.float64(t)
    by_width = (float(reached(width + step, time)) - float(reached(width - step, time))) / (2 * step)
    by_time = (float(reached(width, time + step)) - float(reached(width, time - step))) / (2 * step)
    # at t = 0 and t = w the second derivative jumps: central differences are off by step / 4 times the jump, 2e-7
    found = slopes(width, time)
    assert float(found[0]) == pytest.approx(float(by_width), abs=1e-6)
    assert float(found[1]) == pytest.approx(float(by_time), abs=1e-6)


def test_scaled_erfc_on_both_sides_of_its_seam():
    from scipy.special import erfcx

    x = np.array([0.0, 0.3, 2.0, 4.999999, 5.0, 5.000001, 30.0, 1e3, 1e8])
    # exp(25) times erfc(5): 25 roundings
    np.testing.assert_allclose(scaled_erfc(jnp.asarray(x)), erfcx(x), rtol=2e-14)
    assert np.isfinite(jax.jit(jax.vmap(jax.grad(scaled_erfc)))(jnp.asarray(x))).all()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: UniformPulse(0 * ns), "width"),
        (lambda: TriangularPulse(-1 * ns), "base"),
        (lambda: DoublePulse(1 * ns, 0 * ns), "separation"),
        (lambda: GaussianPulse(1 * ns, 0 * ns), "sigma"),
        (lambda: GaussianPulse(float("nan") * ns, 1 * ns), "mean"),
        (lambda: TabulatedPulse(np.array([0.0, 1.0]) * ns, [1.0, 2.0]), "edges"),
        (lambda: TabulatedPulse(np.array([0.0, 2.0, 1.0]) * ns, [1.0, 2.0]), "edges"),
        (lambda: TabulatedPulse(np.array([0.0, 1.0]) * ns, [0.0]), "current"),
        (lambda: TabulatedPulse(np.array([0.0, 1.0, 2.0]) * ns, [1.0, -0.5]), "current"),
    ],
)
def test_impossible_pulses_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field


TRAINS = {
    "uniform": (UniformPulse(700 * ns), 1000.0),
    "uniform that fills the period": (UniformPulse(700 * ns), 700.0),
    "triangle": (TriangularPulse(270 * ns), 300.0),
    "gaussian": (GaussianPulse(440 * ns, 50 * ns), 800.0),
    "table that starts before zero": (TabulatedPulse(np.array(TABLE[0]) * ns, TABLE[1]), 250.0),
}


@pytest.mark.parametrize("name", TRAINS)
def test_what_is_left_of_earlier_pulses(name):
    """Shares of windows anywhere against the sum over 200 pulses, of which muons leave nothing after 40."""
    pulse, period = TRAINS[name]
    t = np.array([-5000.0, -1.0, 0.0, 31.0, 123.4, 260.0, 699.0, 1500.0, 31234.5]) * ns
    train, all_of_it = PulseTrain(pulse, period * ns), jax.jit(jax.vmap(lambda s: pulse.cumulative(t - s, MUON * ns)))
    starts = np.arange(-200, 200) * period * ns
    summed = np.asarray(all_of_it(starts)).sum(axis=0)  # a constant, the number of earlier pulses, drops out below
    found = np.asarray(train.cumulative(t, MUON * ns))
    np.testing.assert_allclose(np.diff(found), np.diff(summed), atol=1e-12)  # 400 terms of rounding


def test_nothing_is_left_where_pulses_are_rare():
    """A window in the first microseconds of 60 Hz, to the last bit, as if there were one pulse."""
    one, t = UniformPulse(350 * ns), np.linspace(0, 9000, 10) * ns
    found = PulseTrain(one, 1e9 / 60 * ns).cumulative(t, MUON * ns)
    np.testing.assert_array_equal(np.diff(found), np.diff(one.cumulative(t, MUON * ns)))


@pytest.mark.parametrize(
    ("pulse", "words"),
    [
        (UniformPulse(20e6 * ns), "pulse: got a pulse of 20000 us. The next one starts after 16666.7 us"),
        (UniformPulse(1e300 * ns), "pulse: got a pulse of"),
        (TriangularPulse(17e6 * ns), "pulse: got a pulse of 17000 us"),
        (DoublePulse(1e6 * ns, 16e6 * ns), "pulse: got a pulse of 17000 us"),
        (GaussianPulse(8e6 * ns, 2e6 * ns), "A Gaussian is taken to 8 sigma on both sides"),
        (TabulatedPulse(np.array([0.0, 17e6]) * ns, [1.0]), "pulse: got a pulse of 17000 us"),
    ],
)
def test_pulses_are_shorter_than_their_period(pulse, words):
    with pytest.raises(InputError) as caught:
        Facility(1 * GeV, 1 * MW, 60 * Hz, pulse)
    assert words in str(caught.value)
    assert str(caught.value).endswith("Give a shorter pulse, or fewer per time.")


@pytest.mark.parametrize(
    "pulse", [GaussianPulse(-440 * ns, 150 * ns), TabulatedPulse(np.array([-9.0, 1.0]) * ns, [1.0])]
)
def test_no_pulse_comes_before_its_clock(pulse):
    with pytest.raises(InputError, match=r"pulse: got a pulse around -0\.\d+ us\. A pulse comes after the zero of its"):
        Facility(1 * GeV, 1 * MW, 60 * Hz, pulse)
