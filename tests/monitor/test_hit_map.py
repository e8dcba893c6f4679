"""Maps of hits: what is put in comes out, and the peak of a Gaussian spot is that of the formula."""

import jax
import numpy as np
import pytest
from scipy.special import ndtri

from ontarget.beam import ParametrisedBeam, Species, Tunnel
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, m, mm, mrad, ns, um
from ontarget.io.entry import load
from ontarget.monitor import EntrancePlane, Hits, Raster, Sensor, Trackers, raster_around
from ontarget.monitor.plane_hits import PlaneHits, plane_hits
from ontarget.numerics.lattice import lattice, shifts
from ontarget.source.tunnel.decay_tunnel import positive_modes

SENSOR = Sensor(300 * um, 0.04 * ns, 0.01)
TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)


def spot(repeat, rays=2**15, sizes=(18 * mm, 9 * mm)):
    """A Gaussian spot of one particle."""
    u = np.clip(lattice(jax.device_put(np.uint64(0)), rays, shifts((3, repeat), 2)), 1e-12, 1 - 1e-12)
    nought = np.zeros(rays)
    x, y = (size * ndtri(u[:, i]) + 7 * mm for i, size in enumerate(sizes))
    return hits_of(x, y, nought, nought, nought + 8.5 * GeV, nought, np.full(rays, 1 / rays))


def hits_of(*arrays):
    return Hits(*map(as_array, arrays))


def raster_of(x, y):
    return Raster(as_array(x), as_array(y))


def test_every_particle_is_on_the_map():
    """All rays inside: the integral is their number, to rounding."""
    hits = spot(0)
    raster = raster_of(np.linspace(-200, 200, 41) * mm, np.linspace(-200, 250, 37) * mm)
    assert np.asarray(raster.density(hits, hits.number)).sum() * float(raster.cell) == pytest.approx(1.0, rel=1e-12)


def test_what_is_outside_is_left_out():
    hits = hits_of(*(np.array([0.5, 3.0, -0.1]) * mm for _ in range(6)), np.ones(3))
    raster = raster_of(np.arange(3.0) * mm, np.arange(3.0) * mm)
    density = np.asarray(raster.density(hits, hits.number))
    np.testing.assert_allclose(density * mm**2, [[0.25, 0.25, 0], [0.25, 0.25, 0], [0, 0, 0]], atol=1e-15)


def test_a_moved_ray_moves_its_shares():
    """The map has a derivative by the place of a ray: a share of 1/w leaves the lower node for the upper one."""
    raster = raster_of(np.arange(3.0) * 2 * mm, np.arange(3.0) * mm)

    def at_nodes(x):
        nought, one = as_array(np.zeros(1)), as_array(np.ones(1))
        hits = Hits(x[None], as_array(np.ones(1) * mm), nought, nought, nought, nought, one)
        return raster.density(hits, hits.number)[:, 1] * raster.cell

    found = np.asarray(jax.jit(jax.jacfwd(at_nodes))(0.7 * mm))
    np.testing.assert_allclose(found * mm, [-0.5, 0.5, 0.0], atol=1e-14)


def test_the_peak_of_a_gaussian_spot():
    """N / (2 pi s_x s_y): the extrapolation leaves 4e-4 of it, and the lattices their error, which is told."""
    raster = raster_around(spot(0), 4, 4.0)
    found = PlaneHits(EntrancePlane(SENSOR, 0.0), raster)
    for repeat in range(8):
        found.count("pi+", "pi+", spot(repeat))
    peak, error, damage = found.peak()
    exact = 1 / (2 * np.pi * 18 * mm * 9 * mm)
    assert error < 0.01 * exact
    assert abs(peak - exact) < 4e-4 * exact + 4 * error
    assert damage / peak == pytest.approx(0.388, abs=1e-3)  # the full table at 8.36 GeV has 0.388


def test_the_error_of_a_peak():
    """Repeats of 9, 10 and 14 particles at one node, a fourth of which is left there on the map of cells twice as wide:
    (4 - 1/4) / 3 of their mean is the peak, with the error of a mean of three."""
    counts = np.array([9.0, 10.0, 14.0])
    maps = np.zeros((3, 5, 5))
    maps[:, 2, 2] = counts
    nodes = as_array(np.arange(5.0) * mm)
    found = PlaneHits(EntrancePlane(SENSOR, 0.0), Raster(nodes, nodes))
    found.hits["pi+"], found.damage["pi+"] = list(maps), list(0.4 * maps)
    found.hits["K+"], found.damage["K+"] = list(0 * maps), list(0 * maps)
    peak, error, damage = found.peak()
    assert peak == pytest.approx(1.25 * 11.0)
    assert error == pytest.approx(1.25 * counts.std(ddof=1) / np.sqrt(3))
    assert damage == pytest.approx(0.4 * peak)


def test_a_parametrised_beam_at_the_entrance():
    """One particle per proton into a spot of 18 mm, far from the entrance widened by the divergence; no decays lost."""
    beam = ParametrisedBeam(8.4 * GeV, 0.05, 5 * mrad, 18 * mm, (Species(1.0, name="pi+"),))
    planes = EntrancePlane(SENSOR, 0.0, name="near"), EntrancePlane(SENSOR, 3 * m, name="far")
    trackers = Trackers(planes, load("trackers/nuscope").arm)
    near, far = plane_hits(beam, TUNNEL, (), trackers, 2**14, 4)
    assert near.number["pi+"] == pytest.approx([1.0] * 4, rel=1e-12)
    # 3 m further up there were more: exp(3 m / 470 m), to the spread of momenta
    assert far.number["pi+"] == pytest.approx([np.exp(3 / (7.8045 * 8.4 / 0.13957))] * 4, rel=1e-4)
    wide = 18**2 + 15**2
    for one, square in ((near, 18**2), (far, wide)):
        peak, error, _ = one.peak()
        exact = np.mean(one.number["pi+"]) / (2 * np.pi * square * mm**2)
        assert abs(peak - exact) < 1e-3 * exact + 4 * error
        assert error < 0.02 * exact


def test_what_leaves_the_tunnel_reaches_the_arm():
    """Pions at the first plane behind: those in the wall and those decayed are gone; so many muons have come as pions
    decayed, but for those in the wall."""
    trackers = load("trackers/nuscope")
    beam = ParametrisedBeam(8.4 * GeV, 0.05, 1 * mrad, 18 * mm, (Species(1.0, name="pi+"),))
    decays = tuple(one for one in positive_modes() if one.name == "pi_munu")
    found = {one.plane.name: one for one in plane_hits(beam, TUNNEL, decays, trackers, 2**13, 2)}
    assert list(found) == ["T5", "T6", "T7", "T8", "T9", "T10"]
    pions, muons = (np.mean(found["T7"].number[one]) for one in ("pi+", "mu+ of pi_munu"))
    decayed = 1 - np.exp(-40.0 / (7.8045 * 8.4 / 0.13957))
    assert pions == pytest.approx(np.exp(-40.05 / (7.8045 * 8.4 / 0.13957)), rel=1e-3)  # 5 % of spread, squared, of 8 %
    assert muons == pytest.approx(0.999877 * decayed, rel=3e-3)  # and a muon of some GeV flies kilometres
    # the map holds what crosses, within four standard deviations in x and in y
    inside = found["T7"].map().sum() * float(found["T7"].raster.cell)
    assert inside == pytest.approx(pions + muons, rel=0.01)
    assert inside < pions + muons
