"""The linear error of the tagged energy: beside a matrix of information, and its derivatives."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from monitor_toys import MUONS, PIONS, TAGGER, drawing, perfect

from ontarget.ground.constants import muon_mass
from ontarget.ground.noun import as_array
from ontarget.ground.units import m
from ontarget.tagging.energy_error import (
    BLOCK,
    Sample,
    core_and_slopes,
    core_of,
    errors_in_blocks,
    reached,
    relative_errors,
    sample_of,
)
from ontarget.tagging.two_body import covariance_of_known, errors_of_track, muon_of

LENGTH = as_array(40 * m)


@pytest.fixture(scope="module")
def sample():
    """As many as a block holds, so that there is one compiled program."""
    return sample_of(drawing().block(0).only(slice(BLOCK)), float(LENGTH))


def core(tagger, sample):
    """By the program that knows the derivatives as well."""
    return float(core_and_slopes(tagger, sample)[0])


@jax.jit
@jax.vmap
def derivatives(known, z, depth):
    """Covariances of what is measured, and derivatives of it and of the energy by pion, vertex and z."""

    def measured(free):
        return jnp.concatenate([free[:7], muon_of(free[:7], free[7], depth, LENGTH)[0]])

    def energy(free):
        return muon_of(free[:7], free[7], depth, LENGTH)[1]

    free = jnp.concatenate([known, z[None]])
    before = covariance_of_known(PIONS, TAGGER.vertex, known, depth)
    after = errors_of_track(MUONS, measured(free)[11], muon_mass, -1).whole
    return before, after, jax.jacfwd(measured)(free), jax.grad(energy)(free), energy(free)


def variance_of(information, slope):
    """Of a function with this gradient by the free numbers, which are brought to the same scale first."""
    scale = 1 / np.sqrt(np.diag(information))
    return (scale * slope) @ np.linalg.inv(scale[:, None] * information * scale) @ (scale * slope)


def test_error_is_that_of_the_information(sample):
    """Twelve measurements, eight parameters: the inverse of J^T V^-1 J, with the energy's gradient on both sides.

    Less the same with seven, the place of the decay being known, it is the part of that place.
    """
    parts = relative_errors(TAGGER, sample)
    whole, decay = np.asarray(parts.whole), np.asarray(parts.decay)
    twenty = (np.asarray(one)[:20] for one in (sample.known, sample.z, sample.depth))
    each = [np.asarray(one) for one in derivatives(*twenty)]
    for i, (before, after, jacobian, slope, energy) in enumerate(zip(*each, strict=True)):
        weight = np.zeros((12, 12))
        weight[:7, :7], weight[7:, 7:] = np.linalg.inv(before), np.linalg.inv(after)
        variance, with_z_known = (
            variance_of(jacobian[:, :free].T @ weight @ jacobian[:, :free], slope[:free]) / energy**2 for free in (8, 7)
        )
        assert whole[i] == pytest.approx(variance, rel=1e-6)  # the condition of the matrix
        assert decay[i] == pytest.approx(variance - with_z_known, rel=1e-5, abs=1e-6 * variance)
        assert 0 < decay[i] < variance


def test_parts_scale_as_what_makes_them(sample):
    """With weights held by other parts, halving what is smallest quarters its part."""
    one, less = (
        relative_errors(tagger, sample)
        for tagger in (TAGGER, dataclasses.replace(TAGGER, vertex=1e-3 * float(TAGGER.vertex)))
    )
    assert np.max(np.asarray(less.vertex) / np.asarray(one.vertex)) < 1e-4
    assert np.max(np.asarray(less.whole) / np.asarray(one.whole)) <= 1 + 1e-12  # better known is better
    flat = eqx.tree_at(lambda t: (t.pions.thickness, t.muons.thickness), TAGGER, (as_array(0.0), as_array(0.0)))
    assert not np.asarray(relative_errors(flat, sample).scattering).any()


def test_core_of_equal_errors_is_that_error():
    assert float(core_of(np.full(5, 0.02))) == pytest.approx(0.02, rel=1e-4)  # 0.6827 is rounded
    mixed = core_of(np.array([0.01, 0.03]))
    assert 0.01 < float(mixed) < 0.03


@pytest.mark.parametrize("arm", ["pions", "muons"])
@pytest.mark.parametrize("field", ["thickness", "baseline", "pitch", "momentum"])
def test_derivatives_by_finite_differences(sample, arm, field):
    slope = getattr(getattr(core_and_slopes(TAGGER, sample)[1], arm), field)

    value = float(getattr(getattr(TAGGER, arm), field))

    def moved(share):
        return eqx.tree_at(lambda t: getattr(getattr(t, arm), field), TAGGER, as_array(share * value))

    step = 1e-4
    found = (core(moved(1 + step), sample) - core(moved(1 - step), sample)) / (2 * step)
    assert float(slope) * value == pytest.approx(found, rel=1e-4)


def test_goal_is_reached_where_it_says(sample):
    def both(tagger):
        return [tagger.pions.thickness, tagger.muons.thickness]

    found = reached(TAGGER, both, sample, 0.017, 0.002, 0.1)
    assert found is not None
    there = eqx.tree_at(both, TAGGER, [as_array(found)] * 2)
    assert core(there, sample) == pytest.approx(0.017, rel=1e-5)
    assert reached(TAGGER, both, sample, 0.005, 0.002, 0.1) is None  # without any matter it is worse than that


def test_blocks_are_the_same_as_all_at_once(sample):
    """The second block is filled up: its 50 are the last of a sample of one block that is 50 further on."""
    longer = sample_of(drawing().block(0).only(slice(BLOCK + 50)), float(LENGTH))
    last = Sample(*(as_array(np.asarray(one)[50:]) for one in longer[:3]), longer.length)
    blocks, whole, rest = (
        errors_in_blocks(TAGGER, longer),
        relative_errors(TAGGER, sample),
        relative_errors(TAGGER, last),
    )
    for one, first, second in zip(blocks, whole, rest, strict=True):
        np.testing.assert_allclose(one, np.concatenate([first, second[-50:]]), rtol=1e-12)


def test_perfect_tagger_has_no_error(sample):
    assert core(perfect(1e-6), sample) < 1e-6
