"""Tags of neutrinos whose parent was met: nothing is lost, only what is met is tagged, and paths are those flown."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from tunnel_toys import FACILITY, SITE, beam, modes, source

from ontarget.beam import Species
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.matter import FLAVOURS
from ontarget.numerics import BeamEnergyAxis, EnergyAxis, LengthAxis
from ontarget.source import (
    Association,
    GaussianMatching,
    Radius,
    Remainder,
    SimulatedMatching,
    TabulatedMatching,
    TaggedEnergy,
    TaggedPath,
    Untagged,
)
from ontarget.source.origin import Origin
from ontarget.source.tunnel.decay_tunnel import compiled_flux
from ontarget.source.tunnel.simulation import Simulation

NU_E, NU_MU = FLAVOURS.index("nu_e"), FLAVOURS.index("nu_mu")
AXIS = BeamEnergyAxis(0.0 * GeV, 6.0 * GeV, 12)
SHARP = TaggedEnergy(AXIS, GaussianMatching(0.8, 0.02))
PIONS, KAONS = Origin("pi+", (), "pi_munu", "nu_mu", "tunnel"), Origin("K+", (), "ke3", "nu_e", "tunnel")
MIXED = source(
    beam(Species(0.038, name="pi+"), Species(0.0025, name="K+")),
    decays=modes("pi_munu", "k_munu", "ke3"),
    energies=EnergyAxis(0.0, 11 * GeV, 44),
    paths=5,
)


def flux_of(tag, of=MIXED):
    return compiled_flux(of, FACILITY, SITE, tag)


@pytest.fixture(scope="module")
def plain():
    return flux_of(Untagged())


@pytest.fixture(scope="module")
def sharp():
    return flux_of(SHARP)


def test_a_tag_takes_nothing_away(plain, sharp):
    """Tagged, and the rest: together the flux as it is, at every node of energy and path; errors too."""
    tagged = sharp
    np.testing.assert_allclose(tagged.values.sum(axis=3), plain.values.sum(axis=3), rtol=1e-12)
    np.testing.assert_allclose(
        (tagged.error**2).sum(axis=2), (plain.error**2).sum(axis=2), rtol=1e-9, atol=1e-30 * m**-4
    )


def test_only_what_is_met_is_tagged(plain, sharp):
    """Of pions in the tunnel the efficiency; of kaons nothing."""
    tagged = np.asarray(sharp.values)
    assert tagged[NU_E, ..., :-1].sum() == 0
    alone = flux_of(Untagged(), source(energies=MIXED.energies, paths=5)).values[NU_MU].sum()
    # the same lattice as that of the pions in the mixed beam; 1e-3 is below zero or beyond the axis of tags
    assert tagged[NU_MU, ..., :-1].sum() == pytest.approx(0.8 * float(alone), rel=2e-3)
    assert tagged[NU_MU, ..., :-1].sum() < 0.8 * float(plain.values[NU_MU].sum())


def test_the_tag_is_the_energy(sharp):
    """Mean energy of what is tagged in a bin lies in it: 2 % of resolution do not reach the next but one."""
    flux = sharp
    by_tag = np.asarray(flux.values[NU_MU]).sum(axis=1)[:, :-1]
    held = by_tag.sum(axis=0) > 0.01 * by_tag.sum()
    mean = np.asarray(flux.energy) @ by_tag[:, held] / by_tag[:, held].sum(axis=0)
    edges = np.asarray(AXIS.edges)
    assert held.sum() > 4
    assert ((mean > edges[:-1][held]) & (mean < edges[1:][held])).all()


def test_the_remainder_is_what_a_tag_leaves(sharp):
    tagged, rest = sharp, flux_of(Remainder(SHARP))
    np.testing.assert_allclose(rest.values[..., 0], tagged.values[..., -1], rtol=1e-12, atol=1e-30 / m**2)
    np.testing.assert_allclose(rest.values[..., 1], tagged.values[..., :-1].sum(axis=-1), rtol=1e-9, atol=1e-24 / m**2)
    rings = Radius(LengthAxis(0.0, 1.0 * m, 2))
    outside = flux_of(rings, source()).values[..., -1]
    np.testing.assert_allclose(
        flux_of(Remainder(rings), source()).values[..., 0], outside, rtol=1e-12, atol=1e-30 / m**2
    )


def test_paths_are_told():
    """With a resolution well below the steps of the nodes, each node of path has its bin."""
    near, far = 25 * m, 89 * m
    lengths = LengthAxis(near - (far - near) / 8, far + (far - near) / 8, 5)
    flux = flux_of(TaggedPath(lengths, 1.0, 0.1 * m, Association(("pi_munu", "k_munu", "ke3"))), source(paths=5))
    inside = np.asarray(flux.values[NU_MU]).sum(axis=0)[:, :-1]
    assert np.trace(inside) == pytest.approx(inside.sum(), rel=1e-6)
    np.testing.assert_allclose(flux.path_cell, np.array([0.5, 1, 1, 1, 0.5]) * 16 * m, rtol=1e-12)


def test_accidental_tags_are_spread_evenly():
    shares = np.asarray(Association(accidental=jnp.asarray(0.03)).shared(KAONS, jnp.full((2, 4), 0.2)))
    np.testing.assert_allclose(shares, [[0.0075] * 4 + [0.97]] * 2, rtol=1e-12)
    shares = np.asarray(Association(accidental=jnp.asarray(0.03)).shared(PIONS, jnp.full((2, 4), 0.2)))
    np.testing.assert_allclose(shares, [[0.2015] * 4 + [0.194]] * 2, rtol=1e-12)


def test_met_where():
    one = Association()
    assert one.meets(Origin("pi+", (), "pi_munu", "nu_mu", "tunnel"))
    assert not one.meets(Origin("pi+", (), "pi_munu", "nu_mu", "exit"))
    assert not one.meets(Origin("K+", ("pi+",), "pi_munu", "nu_mu", "tunnel"))


def test_a_table_gives_what_it_says():
    """A Gaussian as a table of rows at the nodes is that Gaussian; between rows it is a line."""
    energy, edges = jnp.linspace(0.5, 5.5, 6) * GeV, AXIS.edges
    gaussian = GaussianMatching(0.8, 0.05, Association(accidental=0.01))
    one = dataclasses.replace(gaussian, association=Association())
    table = TabulatedMatching(energy, one.shares(PIONS, energy, edges)[:, :-1], gaussian.association)
    for origin in (PIONS, KAONS):
        wanted = gaussian.shares(origin, energy, edges)
        np.testing.assert_allclose(table.shares(origin, energy, edges), wanted, atol=1e-12)
    middle = table.shares(KAONS, jnp.array([1.0]) * GeV, edges)[0]
    np.testing.assert_allclose(middle[:-1], 0.01 / 12, rtol=1e-9)
    middle = dataclasses.replace(table, association=Association()).shares(PIONS, jnp.array([1.0]) * GeV, edges)[0]
    np.testing.assert_allclose(middle[:-1], table.rows[:2].mean(axis=0), atol=1e-12)
    with pytest.raises(InputError, match="one for each bin"):
        table.shares(PIONS, energy, edges[:-1])
    with pytest.raises(InputError, match="add to one"):
        dataclasses.replace(table, rows=table.rows * 2)


def test_what_was_simulated_is_told_by_origin():
    """Each origin has rows of its own; one that was not simulated, and tables that do not fit, are refused."""
    energies, edges = jnp.array([1.0, 3.0]) * GeV, jnp.array([0.0, 2.0, 4.0]) * GeV
    rows = jnp.array([[[0.7, 0.1], [0.0, 0.8]], [[0.01, 0.0], [0.0, 0.02]]])
    one = SimulatedMatching((PIONS.label, KAONS.label), energies, rows)
    found = one.shares(PIONS, jnp.array([0.5, 2.0, 5.0]) * GeV, edges)
    np.testing.assert_allclose(found, [[0.7, 0.1, 0.2], [0.35, 0.45, 0.2], [0.0, 0.8, 0.2]], rtol=1e-12)
    np.testing.assert_allclose(one.shares(KAONS, energies, edges)[:, 2], [0.99, 0.98], rtol=1e-12)
    with pytest.raises(InputError, match=r"none for pi\+ > nu_mu \(pi_munu\), exit"):
        one.shares(dataclasses.replace(PIONS, region="exit"), energies, edges)
    with pytest.raises(InputError, match="one set of rows for each"):
        dataclasses.replace(one, origins=(PIONS.label,))
    with pytest.raises(InputError, match="one row for each energy"):
        dataclasses.replace(one, energies=energies[::-1])


def test_a_simulation_tells_the_same():
    """`Simulation` counts by place and tells afterwards, as the flux of the chain does."""
    pions = source(energies=EnergyAxis(0.0, 11 * GeV, 44))
    simulation = Simulation(pions, SITE, SHARP)
    simulation.left = [(0, unit) for unit in range(pions.repeats)]
    while simulation.left:
        simulation.count()
    found, chain = simulation.flux(), flux_of(SHARP, pions)
    assert found.values.shape == chain.values.shape
    # other random shifts than the chain's: 1 % for 4 x 256 rays
    np.testing.assert_allclose(
        found.values.sum(axis=(1, 2)), chain.values.sum(axis=(1, 2)), rtol=0.2, atol=1e-13 / m**2
    )
    assert float(found.values.sum()) == pytest.approx(float(chain.values.sum()), rel=0.02)
