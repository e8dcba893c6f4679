"""The extensible lattice: an even filling, exact arithmetic, independence of how points are split."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.numerics.lattice import GENERATOR, lattice, recurrence, reversed_bits, shifts


def test_reversed_bits_against_text():
    numbers = np.array([0, 1, 2, 3, 6, 2**40 + 5, 2**64 - 1], dtype=np.uint64)
    wanted = [int(f"{int(number):064b}"[::-1], 2) for number in numbers]
    assert [int(one) for one in reversed_bits(jnp.asarray(numbers))] == wanted


def test_points_against_whole_numbers():
    """The same points by Python's integers: rounded to 53 bits, hence equal."""
    shift = shifts((3, 1), 4)
    found = np.asarray(lattice(jnp.uint64(5), 3, shift))
    for row, index in enumerate(range(5, 8)):
        mirrored = int(f"{index:064b}"[::-1], 2)
        for d in range(4):
            whole = (mirrored * pow(GENERATOR, d, 2**64) + int(shift[d])) % 2**64
            assert found[row, d] == (whole >> 11) / 2**53


def test_each_dimension_is_filled_evenly():
    """A power of two of points puts one into each of as many intervals, shifted by a constant, in every dimension."""
    points = np.asarray(lattice(jnp.uint64(0), 1024, np.zeros(12, np.uint64)))
    for column in points.T:
        assert sorted(np.floor(column * 1024).astype(int)) == list(range(1024))


def test_split_is_the_same():
    shift = shifts((1,), 6)
    whole = np.asarray(lattice(jnp.uint64(0), 64, shift))
    parts = np.concatenate([np.asarray(lattice(jnp.uint64(first), 16, shift)) for first in range(0, 64, 16)])
    np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize("dimensions", [4, 8, 16])
def test_smooth_integral_is_better_than_random(dimensions):
    """A product of 1 + (u - 1/2)/2: integral one. 16 shifts of 4096 points; random numbers of as many points would
    have a standard deviation of sqrt((1 + 1/48)^d - 1)/64, of which a lattice keeps less than half."""
    means = [
        float(
            np.prod(1 + (np.asarray(lattice(jnp.uint64(0), 4096, shifts((7, k), dimensions))) - 0.5) / 2, axis=1).mean()
        )
        for k in range(16)
    ]
    random = np.sqrt((1 + 1 / 48) ** dimensions - 1) / 64
    assert np.std(means, ddof=1) < random / 2
    assert abs(np.mean(means) - 1) < 5 * np.std(means, ddof=1) / 4


def test_a_recurrence_fills_the_square_evenly():
    """No sixteenth of the square is empty, and each axis has mean one half."""
    points = recurrence(0, 64, 2)
    assert ((points >= 0) & (points < 1)).all()
    assert np.histogram2d(*points.T, bins=4, range=[[0, 1], [0, 1]])[0].min() >= 2
    np.testing.assert_allclose(points.mean(axis=0), 0.5, atol=0.05)


def test_a_recurrence_goes_on_where_it_was():
    """Whatever the dimension, points do not depend on how they were asked for; g is the root of g^(n+1) = g + 1."""
    for dimensions in (1, 2, 5):
        np.testing.assert_array_equal(recurrence(3, 7, dimensions), recurrence(0, 10, dimensions)[3:])
        steps = np.diff(recurrence(0, 2, dimensions), axis=0)[0] % 1.0
        ratio = 1 / steps[0]
        np.testing.assert_allclose(ratio ** (dimensions + 1), ratio + 1, rtol=1e-12)  # two roundings of a difference
