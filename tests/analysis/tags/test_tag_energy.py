"""What makes the error of a tagged energy: beside drawn Gaussians, Euler's theorem, and counting."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from monitor_toys import TAGGER, campaign, drawing
from scipy.special import erfinv

from ontarget.analysis.tags.tag_energy import (
    FEWEST_TAGS,
    core_of_squares,
    energy_goal,
    energy_scan,
    error_contributions,
    error_sensitivities,
    without_scattering,
)
from ontarget.analysis.tags.tag_scans import with_planes
from ontarget.ground.units import GeV, m
from ontarget.tagging.energy_error import BLOCK, relative_errors, sample_of

LENGTH = 40 * m


@pytest.fixture(scope="module")
def sample():
    """As many as a block holds: the compiled programs are those of the tests of the error itself."""
    return sample_of(drawing().block(0).only(slice(BLOCK)), LENGTH)


def drawn(variances):
    """68.27 % of Gaussians of these variances, drawn: its error is 0.4 % for 500 x 256 draws."""
    normal = np.random.default_rng(1).standard_normal((256, len(variances)))
    return np.quantile(np.abs(normal * np.sqrt(variances)), 0.6827)


def test_core_of_squares():
    assert core_of_squares(np.full(7, 4e-4)) == pytest.approx(0.02 * np.sqrt(2) * erfinv(0.6827), rel=1e-9)
    mixed = np.random.default_rng(2).uniform(1e-6, 1e-3, 500)
    assert core_of_squares(mixed) == pytest.approx(drawn(mixed), rel=0.02)


def test_contributions_are_those_of_drawn_errors(sample):
    found = error_contributions(TAGGER, sample)
    parts = relative_errors(TAGGER, sample)
    given = {name: np.asarray(getattr(parts, name)) for name in ("momentum", "points", "scattering", "vertex")}
    whole = sum(given.values())
    given |= {"angle": given["points"] + given["scattering"], "decay_point": np.asarray(parts.decay)}
    assert found.whole == pytest.approx(drawn(whole), rel=0.02)
    for name, own in given.items():
        assert getattr(found.alone, name) == pytest.approx(drawn(own), rel=0.02)
        assert getattr(found.without, name) == pytest.approx(drawn(whole - own), rel=0.02)


def test_sensitivities_add_up_to_one_without_matter(sample):
    """The linear error is homogeneous of degree one in all resolutions: Euler's theorem, for planes next to none."""
    thin = with_planes(TAGGER, jnp.asarray(1e-12), jnp.asarray(1 * m))
    found = error_sensitivities(thin, sample)
    slope = dict(zip(found.numbers, found.slopes, strict=True))
    resolutions = ("pions.momentum", "muons.momentum", "pions.pitch", "muons.pitch", "vertex")
    assert sum(slope[one] for one in resolutions) == pytest.approx(1, rel=1e-4)  # planes of 1e-12 scatter by 1e-6
    assert abs(slope["pions.thickness"]) < 1e-4
    assert slope["pions.baseline"] < 0 < slope["pions.pitch"]
    assert found.core == pytest.approx(error_contributions(thin, sample).whole, rel=1e-6)


def test_goal_is_reached_where_it_says(sample):
    """At the thickness that is found the core, without derivatives, is the goal; better momenta allow more matter."""
    found = energy_goal(TAGGER, sample, np.array([1.0, 3.0]) * m, 0.017)
    assert (found.goal, found.baseline[1]) == (0.017, 3 * m)
    half = eqx.tree_at(lambda one: (one.pions.momentum, one.muons.momentum), TAGGER, (0.0035, 0.005))
    for tagger, planes in ((TAGGER, found.as_given), (half, found.halved)):
        for i, baseline in enumerate((1 * m, 3 * m)):
            there = with_planes(tagger, jnp.asarray(planes.thickness[i]), jnp.asarray(baseline))
            assert error_contributions(there, sample).whole == pytest.approx(0.017, rel=1e-5)
            bare = with_planes(tagger, jnp.asarray(1e-12), jnp.asarray(baseline))
            assert error_contributions(bare, sample).whole == pytest.approx(planes.bare_core[i], rel=1e-5)
    assert (found.halved.thickness > found.as_given.thickness).all()
    assert np.isnan(energy_goal(TAGGER, sample, np.array([1.0]) * m, 0.005).as_given.thickness).all()
    assert float(without_scattering(TAGGER).muons.thickness) == 0


def test_scan_by_hand(sample):
    """Energies are made to be off by known amounts: a tenth of the tags of each step by 30 %, the others by 1 %."""
    found = campaign().run(768)
    energy = found.events.energy
    number = np.arange(768)
    off = np.where(number % 10 == 0, 0.3, np.where(number % 2 == 0, 0.01, -0.01))
    tags = dataclasses.replace(found.tags, energy=energy * (1 + off), error=0.01 * energy)
    steps = np.array([0.0, 1.5, 2.5, 50.0, 60.0]) * GeV
    scan = energy_scan(dataclasses.replace(found, tags=tags), TAGGER, LENGTH, steps, decays=64)
    counts = np.histogram(energy, steps)[0]
    assert counts[-1] < FEWEST_TAGS < counts[:-1].min()
    np.testing.assert_array_equal(scan.tags, counts[:-1])
    np.testing.assert_array_equal((scan.low, scan.high), (steps[:-2], steps[1:-1]))
    np.testing.assert_allclose(scan.core, 0.01, rtol=1e-9)
    np.testing.assert_allclose(scan.pull, 1.0, rtol=1e-9)
    in_step = np.searchsorted(steps, energy, side="right") - 1
    np.testing.assert_allclose(scan.tails, [(number[in_step == i] % 10 == 0).mean() for i in range(3)])
    np.testing.assert_allclose(scan.bias, [np.median(off[in_step == i]) for i in range(3)], rtol=1e-6)
    for i in range(3):
        first = found.events.only(np.flatnonzero(in_step == i)[:64])
        whole = error_contributions(TAGGER, sample_of(first, LENGTH))
        assert scan.linear_core[i] == pytest.approx(whole.whole, rel=1e-9)
        assert scan.alone.points[i] == pytest.approx(whole.alone.points, rel=1e-9)
