"""Feldman-Cousins intervals against the construction written out, and coverage where Wilks' theorem holds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from inference_toys import Line
from scipy.special import ndtr
from scipy.stats import poisson

from ontarget.ground.errors import InputError
from ontarget.inference.fit import batch as scoring
from ontarget.inference.fit.interval import threshold
from ontarget.inference.fit.profile import profile
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Scale
from ontarget.inference.likelihood.prior import Gaussian
from ontarget.inference.toys import neyman, toys
from ontarget.inference.toys.coverage import belt_of, construction, feldman_cousins
from ontarget.inference.toys.neyman import quantile, quantiles_of
from ontarget.numerics.job import complete

BACKGROUND, TOYS = 3.0, 2000
SIGNAL = Scale("signal", "*.signal_scale", 0.0, 20.0, 1.0)
GRID = np.arange(0.0, 15.1, 0.25)


def one_bin(count):
    return likelihood(Line("line", np.ones(1), np.full(1, BACKGROUND)), [SIGNAL], [np.array([float(count)])])


def ordered(signal, background):
    """Probability of every count, and q, which ranks it, least first: the ratio of Feldman and Cousins."""
    n = np.arange(100)
    nll = poisson.pmf(n, signal + background)
    return nll, 2 * (poisson.logpmf(n, np.maximum(n, background)) - poisson.logpmf(n, signal + background))


def exact_p(signal, count, background=BACKGROUND):
    """Probability of all counts that rank as low as this one or lower."""
    nll, q = ordered(signal, background)
    return nll[q >= q[count] - 1e-9].sum()


# Feldman:1997qc table IV, 90 %, for no count to ten; not its 1.08 for no count on a background of three, which was
# raised so that limits fall with the background (the construction gives 0.96)
ON_THREE = "0 .96 0 1.88 0 3.04 0 4.42 0 5.60 0 6.99 .15 8.47 .89 9.53 1.51 10.99 1.88 12.30 2.63 13.50"
ON_NONE = "0 2.44 .11 4.36 .53 5.91 1.10 7.42 1.47 8.60 1.84 9.99 2.21 11.47 3.56 12.53 3.96 13.99 4.36 15.30 5.5 16.5"
TABLES = {3.0: np.array(ON_THREE.split(), float).reshape(-1, 2), 0.0: np.array(ON_NONE.split(), float).reshape(-1, 2)}


@pytest.mark.parametrize("background", TABLES)
def test_the_construction_written_out_is_the_published_one(background):
    fine = np.arange(0.0, 17.0, 0.01)
    kept = np.zeros((len(TABLES[background]), len(fine)), bool)
    for place, signal in enumerate(fine):
        nll, q = ordered(signal, background)
        rising = np.argsort(q, kind="stable")
        last = int(np.searchsorted(np.cumsum(nll[rising]), 0.9))  # the count with which nine tenths are reached
        kept[:, place] = q[: len(kept)] <= q[rising[last]] + 1e-9
    ends = [(fine[row].min(), fine[row].max()) for row in kept]
    assert np.array(ends) == pytest.approx(TABLES[background], abs=0.0151)  # two decimals there, steps of one here


@pytest.fixture(scope="module")
def belts():
    """One set of toys for every count: without nuisances, toys do not know of the data."""
    job = construction(one_bin(0), {"signal": GRID}, 1, toys=TOYS)
    done, found = complete(job), []
    for count in range(15):
        nll = one_bin(count)
        found.append(belt_of(dataclasses.replace(job, likelihood=nll, scan=profile(nll, {"signal": GRID})), done))
    return found


def test_one_bin_has_the_published_intervals(belts):
    for count, belt in enumerate(belts[:11]):
        exact = np.clip([exact_p(one, count) for one in GRID], 0.0, 1.0)
        # sixty points for each of eleven counts, which share their toys: four and a half binomial errors, of the true
        # share rather than of the one found
        error = 4.5 * np.sqrt(exact * (1 - exact) / TOYS) + 1 / TOYS
        assert (np.abs(belt.p_values - exact) < error).all()
        inside, outside = exact - error > 0.1, exact + error < 0.1
        assert belt.accepted[0][inside].all()
        assert not belt.accepted[0][outside].any()
        # the interval ends where the toys cannot tell: the p-value is a sawtooth, and may stay near the level for long
        low, high = TABLES[BACKGROUND][count]
        first, last = belt.intervals[0].pieces[0], belt.intervals[0].pieces[-1]
        end = GRID[inside].max()
        assert end <= last.high <= GRID[outside & (end < GRID)].min()
        assert first.low <= GRID[inside].min()
        assert high == pytest.approx(last.high, abs=0.6)
        assert first.open_low == (low == 0.0)
        assert belt.unconverged.sum() == belt.negative.sum() == 0


def test_they_cover_and_wilks_does_not(belts):
    """How often the true signal is accepted, over all counts it may give; beside it what chi squared would do."""
    for place in (1, 4, 9):
        nll, q = ordered(GRID[place], BACKGROUND)
        covered = sum(nll[count] for count, belt in enumerate(belts) if belt.accepted[0, place])
        assert nll[len(belts) :].sum() < 1e-3
        # 90 % or more, as counts are whole numbers; a critical value by toys may miss the step by their error
        assert covered > 0.9 - 3 * np.sqrt(0.09 / TOYS)
        by_wilks, found = nll[q <= threshold(0.9, 1)].sum(), belts[0].coverage[0, place]
        assert found == pytest.approx(by_wilks, abs=4 * np.sqrt(by_wilks * (1 - by_wilks) / TOYS))
        assert abs(by_wilks - 0.9) > 0.01


def bounded(best):
    """Very many counts: Gaussian with sigma 1 in units of the signal, which is not negative."""
    counts = 1e6
    found = likelihood(
        Line("line", np.full(1, np.sqrt(counts)), np.full(1, counts)),
        [Scale("signal", "*.signal_scale", 0.0, 8.0, 1.0)],
        [np.array([round(counts + best * np.sqrt(counts))], float)],
    )
    return found


def exact_gaussian(mu, best):
    """P(q >= q_data) for a Gaussian of unit width whose mean mu is not negative, at one or many means.

    q(x) = (x - mu)^2 for x > 0, and mu^2 - 2 mu x below, where the best mean is zero.
    """
    q = (best - mu) ** 2 if best > 0 else mu**2 - 2 * mu * best
    root = np.sqrt(q)
    return ndtr(-root) + ndtr(np.where(mu - root >= 0, -root, (mu**2 - q) / (2 * mu) - mu))


@pytest.mark.parametrize("best", [-1.0, 0.5, 3.0])
def test_a_bounded_mean_has_the_closed_form(best):
    grid, toys = np.linspace(0.25, 5.75, 12), 2000
    belt = feldman_cousins(bounded(best), "signal", grid, 4, toys=toys, levels=(0.6827, 0.95))
    exact = exact_gaussian(grid, best)
    # four binomial errors; counts of a million are whole numbers, steps of a thousandth of a sigma
    assert (np.abs(belt.p_values - exact) < 4 * np.sqrt(exact * (1 - exact) / toys) + 2e-3).all()
    # ends: the error of the p-value over its slope there
    for level, found in zip((0.6827, 0.95), belt.intervals, strict=True):
        fine = np.linspace(0.25, 5.75, 2201)
        end = fine[exact_gaussian(fine, best) > 1 - level].max()
        slope = (exact_gaussian(end - 0.1, best) - exact_gaussian(end + 0.1, best)) / 0.2
        assert found.pieces[-1].high == pytest.approx(end, abs=4 * np.sqrt(level * (1 - level) / toys) / slope + 0.02)


@pytest.fixture(scope="module")
def many_counts():
    """Thousands of counts, and a constrained background: Wilks' theorem holds."""
    shape = np.exp(-np.arange(10.0) / 3.0)
    back = Scale("back", "*.background_scale", 0.5, 1.5, prior=Gaussian(1.0, 0.02))
    scale = Scale("signal", "*.signal_scale", 0.0, 2.0)
    return likelihood(Line("line", 2000.0 * shape, np.full(10, 500.0)), [scale, back])


def test_wilks_covers_where_he_should(many_counts):
    levels = (0.6827, 0.90)
    belt = feldman_cousins(many_counts, "signal", [0.95, 1.0, 1.06], 9, toys=2500, levels=levels)
    for i, level in enumerate(levels):
        assert (np.abs(belt.coverage[i] - level) < 3 * np.sqrt(level * (1 - level) / 2500)).all()
        np.testing.assert_allclose(belt.coverage_errors[i], np.sqrt(level * (1 - level) / 2500), rtol=0.1)
        assert (np.abs(belt.critical[i] - threshold(level, 1)) < 4 * belt.critical_errors[i]).all()
    np.testing.assert_array_equal(belt.toys, [2500] * 3)
    assert belt.message == ""


def test_grids_may_be_split(many_counts):
    whole = feldman_cousins(many_counts, "signal", [0.9, 1.0, 1.1], 3, toys=300)
    part = feldman_cousins(many_counts, "signal", [1.0, 1.1], 3, toys=300)
    np.testing.assert_allclose(part.critical, whole.critical[:, 1:], atol=1e-6)


def test_more_toys_go_where_they_are_needed(many_counts):
    grid, told = np.linspace(0.85, 1.15, 13), []
    belt = feldman_cousins(many_counts, "signal", grid, 3, toys=300, more=700, progress=told.append)
    assert set(np.unique(belt.toys)) <= {300, 600, 900, 1000}
    ends = [belt.intervals[0].pieces[0].low, belt.intervals[0].pieces[0].high]
    for end in ends:  # both neighbours of every end
        place = int(np.searchsorted(grid, end))
        assert (belt.toys[place - 1 : place + 1] == 1000).all()
    assert belt.toys[0] == belt.toys[-1] == 300
    assert told[-1] == 1.0
    # by Wilks and by toys the same, within the error of the critical value
    wilks = belt.asymptotic[0].pieces[0]
    reach = 0.5 * wilks.width * 4 * belt.critical_errors[0].max() / (2 * threshold(0.9, 1))
    assert ends == pytest.approx([wilks.low, wilks.high], abs=reach)


def test_quantiles_are_order_statistics():
    value, error = quantile(np.arange(1.0, 101.0), 0.90)
    assert value == 90.0  # ninety of a hundred lie there or below
    assert error == pytest.approx(3.0, abs=0.5)  # sqrt(100 * 0.9 * 0.1) ranks
    assert quantile(np.array([0.0] * 7 + [1.0] * 3), 0.7) == (0.0, 0.5)
    # a step that lies two standard deviations away is not in the error, but asks for more toys
    ((value, error, wide),) = quantiles_of(np.array([0.0] * 80 + [1.0] * 20), (0.7,))
    assert (value, error, wide) == (0.0, 0.0, pytest.approx(1 / 6))


def test_wrong_requests_are_refused(many_counts):
    with pytest.raises(InputError, match="between 0 and 1"):
        feldman_cousins(many_counts, "signal", [0.9, 1.1], 3, levels=(90.0,))
    with pytest.raises(InputError, match="Throw one"):
        feldman_cousins(many_counts, "signal", [0.9, 1.1], 3, toys=0)


def test_toys_that_fail_are_counted_and_kept(many_counts, monkeypatch):
    """One round of steps finds no minimum, and nobody comes to the rescue."""
    monkeypatch.setattr(scoring, "ROUNDS", 1)
    monkeypatch.setattr(toys, "MOST", 0)
    belt = feldman_cousins(many_counts, "signal", [0.9, 1.1], 3, toys=50)
    np.testing.assert_array_equal(belt.unconverged, [50, 50])
    np.testing.assert_array_equal(belt.toys, [50, 50])
    assert "100 of 100 toys did not converge" in belt.message


def test_missed_minima_are_counted_and_kept(many_counts, monkeypatch):
    found = toys.Ratios(np.array([-0.5, 1.0, 2.0, 3.0]), np.ones(4, bool))
    monkeypatch.setattr(neyman, "thrown_ratios", lambda *args, **more: found)
    belt = feldman_cousins(many_counts, "signal", [0.99, 1.01], 3, toys=4)
    np.testing.assert_array_equal(belt.negative, [1, 1])
    np.testing.assert_allclose(belt.coverage, 0.75)
    assert "2 of 8 toys have a negative q" in belt.message
