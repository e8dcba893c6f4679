"""A flux of a few nodes in a few numbers, and the sum of components that share a label."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from tunnel_toys import SITE, source

from ontarget import analysis
from ontarget.analysis.facility.flux_summary import node_widths
from ontarget.ground.units import GeV, m
from ontarget.report.flux_table import component_rows, flavour_rows, flux_rows
from ontarget.source import Flux, Untagged
from ontarget.source.tunnel.simulation import Simulation
from ontarget.source.tunnel.tally import Tally

ENERGY = np.array([1.0, 2.0, 4.0])


def flux() -> Flux:
    """Two flavours on three nodes, two paths and two bins of the tag."""
    values, error = np.zeros((6, 3, 2, 2)), np.zeros((6, 3, 2))
    values[1] = np.array([[[1.0, 2], [3, 4]], [[10, 10], [10, 10]], [[5, 5], [0, 0]]])
    error[1] = np.array([[0.3, 0.4], [1.2, 1.6], [0.6, 0.8]])
    values[0, 1, 0, 0] = 1e-3
    return Flux(*map(jnp.asarray, (ENERGY * GeV, np.array([1.0, 2.0]) * m, values / m**2, error / m**2)))


def test_by_flavour():
    few, many = analysis.flux_by_flavour(flux())
    # 10, 40 and 10 neutrinos at 1, 2 and 4 GeV; errors of two bins in quadrature: 0.5, 2 and 1
    assert (many.flavour, many.fluence) == ("nu_mu", pytest.approx(60, rel=1e-12))
    assert many.mean_energy == pytest.approx((10 * 1 + 40 * 2 + 10 * 4) / 60, rel=1e-12)
    assert many.largest_error == pytest.approx(1 / 10, rel=1e-12)
    assert (few.flavour, few.largest_error) == ("nu_e", None)
    assert few.mean_energy == pytest.approx(2.0, rel=1e-12)
    assert [row["largest error of a node (%)"] for row in flavour_rows((few, many))] == [None, pytest.approx(10)]


def test_a_flux_without_rays_has_no_error():
    found = analysis.flux_by_flavour(dataclasses.replace(flux(), error=None))
    assert [one.largest_error for one in found] == [None, None]


def test_nodes_stand_for_half_of_the_way_to_their_neighbours():
    assert node_widths(ENERGY).tolist() == [0.5, 1.5, 1.0]
    rows = flux_rows(flux(), None)
    assert [row["flux_per_m2_proton_GeV"] for row in rows[3:]] == pytest.approx([4 / 0.5, 20 / 1.5, 5 / 1.0], rel=1e-12)


def test_components_of_one_label_are_added():
    """Each counted by two lattices: half of the difference is the error of their mean; variances add."""
    simulation = Simulation(source(), SITE, Untagged())
    (component,) = simulation.components
    tallies = []
    for low, high in ((2.0, 8.0), (10.0, 18.0)):
        tally = Tally.empty((1, *simulation.grid.shape))
        for one in (low, high):
            tally.add(np.full((1, *simulation.grid.shape), one) / m**2)
        tallies.append(tally)
    simulation.components, simulation.tallies = (component, component), tallies
    (found,) = analysis.flux_by_component(simulation)
    assert (found.label, found.flavour) == (component.labels[0], "nu_mu")
    energy, places = np.asarray(simulation.grid.energy) / GeV, np.prod(simulation.grid.shape[1:])
    assert found.energy == pytest.approx(energy, rel=1e-12)
    width = 0.5  # 11 GeV in 22 equal steps; nodes at the ends have half
    assert found.flux[1:-1] == pytest.approx((5 + 14) * places / width, rel=1e-12)
    assert found.flux[0] == pytest.approx(2 * found.flux[1], rel=1e-12)
    # 3 and 4 in each bin of the tag, alike in all paths
    paths, tags = simulation.grid.shape[1:]
    assert found.error[1:-1] == pytest.approx(5 * paths * np.sqrt(tags) / width, rel=1e-12)
    assert len(component_rows([found])) == len(energy)
