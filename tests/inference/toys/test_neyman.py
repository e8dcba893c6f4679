"""The construction over a plane against the same written out, and its job: in any order, or in another process."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from inference_toys import Pair
from scipy.stats import poisson

from ontarget.inference.fit.interval import threshold
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Scale
from ontarget.inference.toys.coverage import belt_of, construction
from ontarget.inference.toys.neyman import Drawn
from ontarget.numerics.job import complete, empty

BACKGROUND, SEEN = 3.0, np.array([5.0, 2.0])
GRIDS = {"x": np.linspace(0.0, 10.0, 6), "y": np.linspace(0.0, 10.0, 6)}
LEVEL = 0.9


@pytest.fixture(scope="module")
def job():
    """Two bins, each with a signal of its own on a known background."""
    scales = [Scale(name, f"*.{name}", 0.0, 20.0) for name in GRIDS]
    nll = likelihood(Pair("pair", BACKGROUND), scales, [SEEN])
    return construction(nll, GRIDS, 3, toys=150, more=450, precision=0.05, levels=(LEVEL,))


@pytest.fixture(scope="module")
def done(job):
    return complete(job)


def ranks(signal, counts):
    """q of one bin; the best signal is not negative."""
    best = np.maximum(counts, BACKGROUND)
    return 2 * (poisson.logpmf(counts, best) - poisson.logpmf(counts, signal + BACKGROUND))


def exact_p(x, y):
    """Probability of all pairs of counts that are ranked like those seen or lower."""
    n = np.arange(60.0)
    q = ranks(x, n)[:, None] + ranks(y, n)
    nll = poisson.pmf(n, x + BACKGROUND)[:, None] * poisson.pmf(n, y + BACKGROUND)
    return nll[q >= ranks(x, SEEN[0]) + ranks(y, SEEN[1]) - 1e-9].sum()


def test_a_plane_is_that_of_the_construction_written_out(job, done):
    belt = belt_of(job, done)
    exact = np.array([[exact_p(x, y) for y in GRIDS["y"]] for x in GRIDS["x"]])
    # four binomial errors at 36 points, and a toy more or less
    assert (np.abs(belt.p_values - exact) < 4 * np.sqrt(exact * (1 - exact) / belt.toys) + 1 / belt.toys).all()
    sure = np.abs(exact - (1 - LEVEL)) > 4 * np.sqrt(LEVEL * (1 - LEVEL) / belt.toys)
    assert sure.sum() > 20
    np.testing.assert_array_equal(belt.accepted[0][sure], (exact > 1 - LEVEL)[sure])
    assert belt.unconverged.sum() == belt.negative.sum() == 0
    assert belt.intervals == belt.asymptotic == ()


def test_further_rounds_go_to_the_border(job, done):
    belt = belt_of(job, done)
    assert set(np.unique(belt.toys)) <= {150, 300, 450, 600}
    assert belt.toys[5, 5] == 150  # far from the data
    border = belt.accepted[0, 1:] != belt.accepted[0, :-1]
    last = Drawn(job, done).verdicts(belt.toys.ravel() // 150).wide[0].reshape(6, 6)
    assert ((belt.toys == 600) | (last < job.precision * belt.critical[0]))[1:][border].all()
    assert len(done.status[done.status]) < job.chunks


def test_lines_lie_between_points_that_differ(job, done):
    belt = belt_of(job, done)
    assert [line.closed for line in belt.contours()] == [False]  # no signal is allowed
    scan = belt.scaled()
    np.testing.assert_array_equal(scan.values < threshold(LEVEL, 2), belt.accepted[0])
    # on the points of its own grid the critical values are themselves; half-way they are means
    fine = construction(job.likelihood, {name: np.linspace(0.0, 10.0, 11) for name in GRIDS}, 3, toys=1).scan
    between = belt.critical_on(fine)
    np.testing.assert_array_equal(between[::2, ::2], belt.critical[0])
    np.testing.assert_allclose(between[1::2, ::2], 0.5 * (belt.critical[0, 1:] + belt.critical[0, :-1]), rtol=1e-12)


def test_chunks_are_the_same_in_any_order_and_process(job, done):
    other = pickle.loads(pickle.dumps(job))
    for chunk in (40, 7, 7):  # round 1 of point 4, round 0 of point 7, and again
        found = other.compute(chunk)
        wanted = job.compute(chunk)
        for name, array in found.items():
            assert (array.shape, str(array.dtype)) == (job.layout()[name].shape, job.layout()[name].dtype)
            np.testing.assert_array_equal(array, wanted[name])
    np.testing.assert_array_equal(other.compute(7)["q"], done.arrays["q"][7])


def test_what_is_wanted_does_not_depend_on_who_was_first(job, done):
    """A run that is stopped in the middle of a round goes on with the rest of that round."""
    rounds, seen = [], empty(job)
    while wanted := list(job.wanted(seen)):
        rounds.append(wanted)
        half = wanted[::-2]
        for some in (half, [one for one in wanted if one not in half]):
            for name, array in seen.arrays.items():
                array[some] = done.arrays[name][some]
            seen.status[some] = True
            if some is half and len(wanted) > 1:
                assert set(job.wanted(seen)) == set(wanted) - set(half)
    np.testing.assert_array_equal(seen.status, done.status)
    assert rounds[0] == list(range(36))
    assert len(rounds) > 2
