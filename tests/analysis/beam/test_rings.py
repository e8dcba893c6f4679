"""Peaks of spectra against closed forms, and the pions of a narrow-band beam alone."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.analysis.beam.rings import peak_of, pion_source, pions_only
from ontarget.ground.errors import InputError
from ontarget.io.entry import load_experiment


@pytest.fixture(scope="module")
def argon():
    return load_experiment("nuscope_lar").noun


def test_peak_of_a_triangle():
    """Steep and flat: half of its height is reached half-way down each side; 16 and 84 % by squares.

    Smoothing over five nodes of 0.01 lowers the tip by 1.2 times the mean slope times 0.01, 1 % of its height.
    """
    energy = np.arange(0.0, 6.0, 0.01)
    peak = peak_of(energy, np.interp(energy, [0, 2, 3, 5, 6], [0, 0, 10, 0, 0]))
    assert peak.energy == pytest.approx(3.0, abs=0.011)
    assert peak.width == pytest.approx(1.5 / 2.355, rel=0.02)
    low, high = 2 + np.sqrt(0.16 * 3), 5 - np.sqrt(0.16 * 6)
    assert peak.middle == pytest.approx((high - low) / 2, rel=5e-3)


def test_peak_at_an_end():
    """A spectrum that only falls begins at its peak; its width is that of the side that there is."""
    energy = np.arange(0.0, 2.0, 0.01)
    peak = peak_of(energy, np.exp(-energy / 0.3))
    assert peak.energy <= 0.02
    assert peak.width == pytest.approx(0.3 * np.log(2) / 2.355, rel=0.05)


def test_pions_of_one_momentum_along_the_axis(argon):
    """Neutrinos in the first ring have 0.427 of 8.407 GeV, or up to 5 % less, by their angle."""
    found = pions_only(argon, 1e-3, 1e-6, rays=1024, lattices=2)
    assert {(one.parent, one.neutrino, one.region) for one in found.origins} == {("pi+", "nu_mu", "tunnel")}
    assert found.rays == 2 * 1024
    first = found.events[:, :, 0].sum(axis=0)
    mean = (found.energy * first).sum() / first.sum()
    assert 0.94 * 0.427 * 8.407 < mean < 0.427 * 8.407


def test_the_beam_is_as_it_is_where_nothing_else_is_asked_for(argon):
    own, other = pion_source(argon, None, None, 64), pion_source(argon, 0.01, 2e-3, 64)
    beam = argon.source.beam
    assert (own.beam.spread, own.beam.divergence) == (beam.spread, beam.divergence)
    assert (other.beam.spread, other.beam.divergence) == (0.01, 2e-3)
    for one in (own, other):
        assert [each.name for each in one.beam.species] == ["pi+"]
        assert [each.name for each in one.decays] == ["pi_munu"]
        assert (one.energies.bins, one.rays, one.daughters, one.regions) == (500, 64, (), ("tunnel",))
        assert one.tunnel == argon.source.tunnel


def test_other_sources_are_refused():
    with pytest.raises(InputError, match="ParametrisedBeam in a DecayTunnel"):
        pions_only(load_experiment("ess_csi").noun)
