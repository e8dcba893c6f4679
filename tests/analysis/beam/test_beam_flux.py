"""Fluxes by origin: against the chain, against pions that decay one by one, against a cross-section by hand."""

import beam_toys
import equinox as eqx
import numpy as np
import pytest

import ontarget.analysis.beam.beam_flux as module
from ontarget.analysis.beam.beam_flux import events_per_fluence, of_a_tunnel, simulated_flux
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.interaction import ElectronScattering
from ontarget.io.entry import load_experiment
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.tag import Untagged
from ontarget.source.tunnel.simulation import Simulation


@pytest.fixture(scope="module")
def loaded():
    return beam_toys.loaded()


@pytest.fixture(scope="module")
def found():
    return beam_toys.found()


def test_events_are_those_of_the_chain(loaded, found):
    """The same rays, summed by origin and by seen bin: rounding of sums of some thousand terms."""
    channel = loaded.noun.expected().channels[0]
    for place, neutrino in ((0, "nu_e"), (1, "nu_mu")):
        ours = found.events[found.rows(neutrino=neutrino)].sum()
        assert ours == pytest.approx(float(channel.interactions[place]), rel=1e-9)
    ring = found.events[found.rows(neutrino="nu_mu")][:, :, 3].sum()
    assert ring == pytest.approx(float(channel.values[1, 3].sum()), rel=1e-9)


def test_rows_are_chosen_by_what_they_are(found):
    all_of_them = found.rows()
    assert len(all_of_them) == len(found.origins)
    kaons, pions = found.rows(parent="K+"), found.rows(parent="pi+")
    assert sorted([*kaons, *pions]) == list(all_of_them)
    assert {found.origins[row].mode for row in found.rows(neutrino="nu_e", parent="K+")} == {"ke3"}


def test_flux_of_pions_that_decay_one_by_one(found):
    """Decays drawn by numpy alone. 768 rays are good to 2 % (their own error), 1.6e5 neutrinos to 0.3 %."""
    drawn = beam_toys.pion_neutrinos(0.0755, 6.63e-3)
    (row,) = found.rows(mode="pi_munu")
    flux = found.flux[row]
    assert flux.sum() == pytest.approx(drawn.weight.sum(), rel=0.03)
    mean = (flux.sum(axis=1) @ found.energy) / flux.sum()
    assert mean == pytest.approx(np.average(drawn.energy, weights=drawn.weight), rel=0.03)
    inner = drawn.weight[drawn.radius < 1.0].sum()  # the last of these rings ends at 1 m
    assert found.radius[5] == pytest.approx(1.0)
    assert flux[:, :5].sum() == pytest.approx(inner, rel=0.03)


def test_errors_are_those_of_lattices(loaded, found):
    """The variance of a mean of three, by hand from the same lattices counted one by one."""
    simulation = Simulation(*of_a_tunnel(loaded.noun), loaded.noun.detector.tag)
    nodes = len(simulation.grid.energy)  # and two rows for what lies beyond
    single = np.stack([simulation.lattice(0, unit)[:, :nodes].sum(axis=2) for unit in range(3)]) * m**2
    rows = len(simulation.components[0].labels)
    # differences of nearly equal squares: rounding of 1e-16 of a mean that is some hundred times its error
    floor = 1e-7 * single.max()
    assert found.error[:rows] == pytest.approx(single.std(axis=0, ddof=1) / np.sqrt(3), rel=1e-6, abs=floor)
    assert found.rays == 2 * 3 * 256  # both components


def test_events_per_fluence_at_a_point_of_the_table(loaded):
    """7.05 fb/GeV at 3 GeV for each nucleon of 500 t; nearly all argon is 40Ar, which the table is for (0.1 %)."""
    nucleons = 500e6 * 6.02214e23 * 40 / 39.948
    per_node = events_per_fluence(loaded.noun, np.array([2.0, 3.0]) * GeV) / m**2
    assert per_node[FLAVOURS.index("nu_mu"), 1] == pytest.approx(nucleons * 3 * 7.05e-43, rel=2e-3, abs=0)
    assert per_node[FLAVOURS.index("nu_e"), 0] == pytest.approx(nucleons * 2 * 7.46e-43, rel=2e-3, abs=0)


def test_channels_add_up(loaded):
    detector, energy = loaded.noun.detector, np.array([2.0, 3.0]) * GeV
    twice = eqx.tree_at(lambda one: one.detector.channels, loaded.noun, detector.channels * 2)
    once = events_per_fluence(loaded.noun, energy)
    assert events_per_fluence(twice, energy) == pytest.approx(2 * once, rel=1e-9, abs=0)


def test_all_energies_that_are_transferred_count(loaded):
    """Muon neutrinos on the 18 electrons of argon, whose energy is anything up to the neutrino's own.

    2 G_F^2 m_e / pi (g_L^2 + g_R^2 / 3) E with sin^2 = 0.231: 1.55e-42 cm2 E/GeV; radiative corrections are 2 %.
    """
    elastic = eqx.tree_at(lambda one: one.detector.channels[0].interaction, loaded.noun, ElectronScattering())
    per_node = events_per_fluence(elastic, np.array([2.0, 3.0]) * GeV) / m**2
    electrons = 500e6 * 6.02214e23 * 18 / 39.948
    wanted = electrons * np.array([2.0, 3.0]) * 1.7231e-45 * ((0.231 - 0.5) ** 2 + 0.231**2 / 3)
    assert per_node[FLAVOURS.index("nu_mu")] == pytest.approx(wanted, rel=0.05, abs=0)


def test_widths_share_the_axis():
    """Nodes at 1, 2, 4 and 5 GeV: half the way to each neighbour, and all cells together are the axis."""
    assert beam_toys.by_hand().width == pytest.approx([0.5, 1.5, 1.5, 0.5])


def test_simulated_to_a_precision(loaded, monkeypatch):
    """Eight lattices of each component are the least; one line for each lattice, with the error once it is known."""
    monkeypatch.setattr(module, "PROGRESS_EVERY", -1.0)
    lines = []
    flux = simulated_flux(loaded.noun, 0.5, lines.append)
    assert flux.rays == 2 * 8 * 256
    assert len(lines) == 16
    assert lines[-1].startswith(f"flux of {loaded.noun.name}: 4.1e+03 rays, error ")
    assert "error" not in lines[0]


def test_rings_are_those_of_a_radius_alone(loaded):
    other = eqx.tree_at(lambda one: one.detector.tag, loaded.noun, Untagged())
    simulation = Simulation(*of_a_tunnel(other), Untagged())
    simulation.left = []
    assert module.collected(other, simulation).radius is None


def test_what_is_no_tunnel_is_refused():
    with pytest.raises(InputError, match=r"ess_csi\.source: got StoppedPion\. Only a DecayTunnel"):
        simulated_flux(load_experiment("ess_csi").noun, 0.5)
    with pytest.raises(InputError, match="A detector of neutrinos is asked about"):
        simulated_flux(load_experiment("nuscope_tunnel").noun, 0.5)
