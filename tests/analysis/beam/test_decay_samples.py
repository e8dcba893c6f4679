"""Decays of a beam one by one: their number and energies against closed forms."""

import beam_toys
import equinox as eqx
import numpy as np
import pytest
import tunnel_toys

import ontarget as ot
from ontarget.analysis.beam.decay_samples import decay_kinds, window_points
from ontarget.beam import Species, daughters_of
from ontarget.ground.units import GeV


def test_numbers_and_energies():
    """20 pions and 10 kaons per proton, say, and nothing followed.

    A pion of 8.5 GeV/c flies 475 m on average, so that 40 m hold 8 % of the decays; its neutrino has 21.4 % of its
    energy on average (half of what it can have). 2048 points of a lattice, seen: 1e-3.
    """
    species = Species(20.0, name="pi+"), Species(10.0, name="K+")
    source = tunnel_toys.source(tunnel_toys.beam(*species, spread=0.0), decays=tunnel_toys.modes("pi_munu", "k_munu"))
    noun = eqx.tree_at(lambda one: one.source, beam_toys.loaded().noun, source)
    found = list(ot.analysis.sampled_decays(noun, 4097))
    assert [(decay.parent, decay.name) for decay, _ in found] == [("pi+", "pi_munu"), ("K+", "k_munu")]
    masses, c_tau, muon = (0.13957039, 0.493677), (7.8045, 3.711), 0.1056583755  # GeV, m (ParticleDataGroup:2024cfk)
    for (decay, rays), entering, mass, lifetime in zip(found, (20.0, 10.0), masses, c_tau, strict=True):
        assert len(rays.number) == 2048
        decaying = entering * float(decay.branching) * -np.expm1(-40.0 * mass / (8.5 * lifetime))
        assert float(rays.number.sum()) == pytest.approx(decaying, rel=1e-3)
        along, place = np.asarray(rays.parent), np.asarray(rays.place)
        start = place[:, :2] - along[:, :2] / along[:, 2:] * place[:, 2:]
        both = np.corrcoef(np.concatenate([start, place[:, 2:]], axis=1), rowvar=False)
        assert np.abs(both - np.eye(3)).max() < 0.1  # where they enter says nothing of where they decay: 0.02 is chance
        energy = np.linalg.norm(np.asarray(rays.neutrino), axis=1) / GeV
        share = (1 - (muon / mass) ** 2) / 2
        assert energy.mean() == pytest.approx(share * np.hypot(8.5, mass), rel=5e-3)


def test_decays_of_muons_are_left_out():
    """Muons are followed, but no ray has their polarisation; a kaon's pions are followed, in the tunnel alone."""
    links = tuple(one for one in (*daughters_of("pi+"), *daughters_of("K+")) if one.daughter in ("mu+", "pi+"))
    modes = tunnel_toys.modes("pi_munu", "k_munu", "mu_numu")
    beam = tunnel_toys.beam(Species(1.0, name="pi+"), Species(1.0, name="K+"))
    source = tunnel_toys.source(beam, decays=modes, daughters=links, regions=("line", "tunnel"))
    kinds = decay_kinds(source)
    assert {chain.decay.name for _, _, chain, _ in kinds} == {"pi_munu", "k_munu"}
    assert {(one.parent, region) for _, one, chain, region in kinds if not chain.links} == {
        (parent, region) for parent in ("pi+", "K+") for region in ("line", "tunnel")
    }
    followed = {(one.parent, chain.decay.name, region) for _, one, chain, region in kinds if chain.links}
    assert followed == {("K+", "pi_munu", "tunnel")}


def test_windows_are_filled_evenly():
    """A lattice of 1024 points: means of one half and corners of one quarter to a few points."""
    points = window_points(1024, 7)
    assert points.shape == (1024, 2)
    assert points.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.005)
    assert (points < 0.5).all(axis=1).mean() == pytest.approx(0.25, abs=0.01)
    assert not np.allclose(points, window_points(1024, 8))
