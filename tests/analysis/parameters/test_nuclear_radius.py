"""Neutron radii: charge radii and a skin, and -2 ln L of counts made anew at the ends of the interval."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import chi2
from study_toys import FLUX, written

from ontarget.analysis import neutron_radius
from ontarget.analysis.parameters.nuclear_radius import ADDRESS, SKIN, NeutronRadius, free_radius, mean_radius
from ontarget.ground.address import replace
from ontarget.ground.units import fm
from ontarget.inference.fit import Intervals, Piece
from ontarget.io.entry import load_experiment
from ontarget.matter import HelmLewinSmith


@pytest.fixture(scope="module")
def tank(tmp_path_factory):
    """The tank without its sideband, so that -2 ln L is one sum."""
    noun = load_experiment(written(tmp_path_factory.mktemp("radius")) / "tank.yaml").noun
    detector = dataclasses.replace(noun.detector, backgrounds=noun.detector.backgrounds[:1])
    return dataclasses.replace(noun, detector=detector)


def counts(tank, scale, flux=1.0):
    """With the mean radius at a multiple of the default, by the skin."""
    at = SKIN.replace("*", "detector.channels.cevns", 1)
    found = replace(tank, {at: -0.04 * fm + (scale - 1) * mean_radius(tank)}).expected()
    return flux * np.asarray(found.signal()) + np.asarray(found.background())


def test_mean_radius_of_argon(tank):
    """The charge radii of the three isotopes, and a skin by the excess of neutrons; 36 and 38 have 0.4 %."""
    assert mean_radius(tank) / fm == pytest.approx(3.4274 - 0.04 + 1.01 * 4 / 40, rel=3e-4)
    each = np.array([3.3905, 3.4028, 3.4274]) - 0.04 + 1.01 * np.array([0, 2 / 38, 4 / 40])
    per_mass = np.asarray(tank.detector.material.nuclei_per_mass())
    assert mean_radius(tank) / fm == pytest.approx(float(per_mass / per_mass.sum() @ each), rel=1e-12)


def test_the_radius_is_that_of_the_neutrons(tank):
    at = ADDRESS.replace("*", "detector.channels.cevns", 1)
    assert mean_radius(replace(tank, {at: 1.1})) / mean_radius(tank) == pytest.approx(1.1, rel=1e-12)


@pytest.mark.parametrize(("level", "nuisances"), [(0.6827, ()), (0.9, (FLUX,))])
def test_ends_are_where_the_likelihood_has_risen(tank, level, nuisances):
    """The flux at its best for each radius, by trying: Asimov data, the radius as it is is the best."""
    found = neutron_radius(tank, nuisances, level=level, points=41)
    assert found.default == mean_radius(tank)
    ((low, high),) = found.pieces
    (piece,) = found.scale.pieces
    assert (low, high) == (piece.low * found.default, piece.high * found.default)
    data = counts(tank, 1.0)
    tried = np.linspace(0.9, 1.1, 401) if nuisances else np.array([1.0])
    for scale in (piece.low, piece.high):
        means = [counts(tank, scale)[None]] if not nuisances else None
        if means is None:
            signal = counts(tank, scale) - counts(tank, scale, 0.0)
            means = [counts(tank, scale, 0.0) + tried[:, None, None] * signal]
        log = 2 * (means[0] - data + data * np.log(data / means[0])).sum(axis=(1, 2))
        pull = ((tried - 1) / 0.1) ** 2
        # a step of the grid is a fiftieth of the range; makima is good to 1 % of the rise there
        assert (log + pull).min() == pytest.approx(chi2.ppf(level, 1), rel=1e-2)
    assert found.relative_errors == (pytest.approx((piece.high - piece.low) / 2),)


def test_a_range_that_goes_on_has_no_error():
    pieces = Piece(0.6, 0.8, True, False), Piece(0.9, 1.1, False, False), Piece(1.3, 1.4, False, True)
    found = NeutronRadius(3.0, Intervals("scale", 0.9, 2.7, pieces, ""))
    assert found.relative_errors == (None, pytest.approx(0.1), None)
    assert found.pieces[1] == pytest.approx((2.7, 3.3))


def test_what_is_free(tank):
    """The skin; without one, a scale."""
    one = free_radius(tank, 0.7, 1.2)
    mean = mean_radius(tank) / fm
    assert (one.name, one.address) == ("skin", SKIN)
    assert (float(one.low / fm), float(one.high / fm)) == pytest.approx((-0.04 - 0.3 * mean, -0.04 + 0.2 * mean))
    channel = tank.detector.channels[0]
    old = dataclasses.replace(channel.interaction, neutron=HelmLewinSmith())
    detector = dataclasses.replace(tank.detector, channels=(dataclasses.replace(channel, interaction=old),))
    one = free_radius(dataclasses.replace(tank, detector=detector), 0.7, 1.2)
    assert (one.name, one.address, float(one.low), float(one.high)) == ("scale", ADDRESS, 0.7, 1.2)
