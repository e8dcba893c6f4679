"""Components: labels, dimensions, and that a site's vertices fill its box."""

import jax.numpy as jnp
import numpy as np
import pytest
from tunnel_toys import SITE, TUNNEL, beam, modes, source

from ontarget.beam import Species, daughters_of, decays_of
from ontarget.beam.flight import decay_on, norm
from ontarget.ground.units import m
from ontarget.matter.particle import PARTICLES
from ontarget.source import BeamSite
from ontarget.source.tunnel.component import Component, DecayChain
from ontarget.source.tunnel.sampling import chord

(PION_TO_MUON,) = (one for one in daughters_of("pi+") if one.daughter == "mu+" and float(one.number) > 0.9)


def test_labels_say_what_came_of_what():
    of = source(
        beam(Species(0.04, name="pi+"), Species(0.002, name="K+"), approach=3 * m),
        decays=(*modes("pi_munu", "ke3"), *decays_of("mu+")),
        daughters=(PION_TO_MUON,),
        regions=("line", "tunnel"),
    )
    pions, kaons = of.components()
    assert pions.labels == (
        "pi+ > nu_mu (pi_munu), line",
        "pi+ > nu_mu (pi_munu), tunnel",
        "pi+ > mu+ > nu_e (mu_nue), tunnel",
        "pi+ > mu+ > nubar_mu (mu_numu), tunnel",
    )
    assert pions.neutrinos == ("nu_mu", "nu_mu", "nu_e", "nubar_mu")
    assert kaons.labels == ("K+ > nu_e (ke3), line", "K+ > nu_e (ke3), tunnel")
    assert source(regions=("line",), daughters=(PION_TO_MUON,)).components()[0].followed == ()


def test_dimensions_are_those_of_the_longest_way():
    direct = DecayChain((), modes("pi_munu")[0])
    followed = DecayChain((PION_TO_MUON,), decays_of("mu+")[0])
    component = Component("pi+", ("tunnel",), (direct,), (followed,))
    assert direct.dimensions == 4 + direct.decay.dimensions
    assert followed.dimensions == 4 + followed.decay.dimensions + 1 + PION_TO_MUON.dimensions
    assert component.dimensions(beam()) == 5 + max(direct.dimensions, followed.dimensions)


def test_daughters_take_the_first_numbers_and_leave_the_rest():
    """As many muons as pions decay, born where these do."""
    rays, way = 16, DecayChain((PION_TO_MUON,), decays_of("mu+")[0])
    u = jnp.asarray(np.random.default_rng(1).uniform(size=(rays, way.dimensions)))
    pions = beam().segments("pi+", "tunnel", TUNNEL, u[:, :5])
    component = Component("pi+", ("tunnel",), (), (way,))
    muons, rest = component.daughters(pions, way, TUNNEL, u)
    np.testing.assert_array_equal(rest, u[:, 1 + PION_TO_MUON.dimensions :])
    place, time, number = decay_on(pions, PARTICLES["pi+"], u[:, 0])
    np.testing.assert_array_equal(muons.start, place)
    np.testing.assert_array_equal(muons.time, time)
    np.testing.assert_allclose(muons.number, number * PION_TO_MUON.number, rtol=1e-14)
    assert (np.asarray(norm(muons.momentum)) < np.asarray(norm(pions.momentum))).all()


@pytest.mark.parametrize("aim", [0.1, 0.4, 30.0])
@pytest.mark.parametrize("site", [SITE, BeamSite(27 * m, 4 * m, 2 * m, 5 * m, 1 * m, -3 * m)], ids=["on axis", "off"])
def test_vertices_stand_for_the_whole_box(site, aim):
    """The weights have mean one and the box its mean place, by Gauss-Legendre; wherever the density is highest."""
    x, weight = np.polynomial.legendre.leggauss(400)
    u, weight = (x + 1) / 2, weight / 2
    grid = np.stack([one.ravel() for one in np.meshgrid(u, u, [0.25])], axis=1)
    both = np.outer(weight, weight).ravel()
    vertex, stands_for = (np.asarray(one) for one in site.vertices(jnp.asarray(grid), aim))
    # the density falls by a factor of a thousand and more towards the far corners at aim 0.1: hence so many nodes
    assert both @ stands_for == pytest.approx(1.0, rel=1e-6)
    np.testing.assert_allclose((both * stands_for) @ vertex[:, :2], [site.x, site.y], rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(vertex[:, 2], site.distance + site.depth / 4, rtol=1e-14)
    ends = np.asarray(site.vertices(jnp.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]), aim)[0])
    middle, half = np.array([site.x, site.y]), np.array([site.width, site.height]) / 2
    np.testing.assert_allclose(ends[:, :2], [middle - half, middle + half], rtol=1e-12)
    np.testing.assert_allclose(ends[:, 2], [site.distance, site.distance + site.depth], rtol=1e-14)


def test_chords_by_small_steps():
    """Length of 300 random rays inside the box, against counting steps of 1 cm."""
    random = np.random.default_rng(7)
    start = random.uniform([-1, -1, -40], [1, 1, 0], (300, 3)) * m
    direction = np.stack([*random.normal(0, 0.04, (2, 300)), np.ones(300)], axis=1)
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    low, high = (np.asarray(one) for one in chord(jnp.asarray(start), jnp.asarray(direction), SITE))
    along = np.arange(0, 110 * m, 10.0)
    place = start[:, None] + along[:, None] * direction[:, None]
    face = (np.abs(place[..., :2]) < 2 * m).all(axis=2)
    inside = face & (place[..., 2] > 27 * m) & (place[..., 2] < 49 * m)
    np.testing.assert_allclose(np.maximum(high - low, 0), inside.sum(axis=1) * 10.0, atol=20.1)
    assert 0.1 < (high > low).mean() < 0.95
