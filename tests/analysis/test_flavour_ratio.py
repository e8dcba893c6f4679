"""The ratio of electron to muon neutrinos: counts and errors by hand, for made-up fluxes of a beam."""

import jax.numpy as jnp
import numpy as np
import pytest
from counter_toys import source
from monitored_toys import detector

from ontarget.analysis.beam_flux import events_per_fluence
from ontarget.analysis.flavour_ratio import flavour_ratios
from ontarget.ground.units import m
from ontarget.io.entry import load
from ontarget.matter.flavour import FLAVOURS

NODES, EVERY = 23, load("sources/nuscope")


def beam(electrons=3.0, pions=50.0, kaons=20.0):
    """So many neutrinos of each mode per node and area, and many of others that no counter sees."""
    sizes = {("ke3", "nu_e"): electrons, ("pi_munu", "nu_mu"): pions, ("k_munu", "nu_mu"): kaons}
    found = []
    for component in source(regions=("tunnel", "exit"), decays=EVERY.decays, daughters=EVERY.daughters).components():
        each = [
            1e6 if one.region != "tunnel" or one.followed else sizes.get((one.mode, one.neutrino), 1e6)
            for one in component.origins
        ]
        # two paths and three places, which are summed
        means = jnp.asarray(each)[:, None, None, None] * jnp.ones((1, NODES, 2, 3)) * 1e-16 / m**2
        found.append((component, means, means[:, :, 0]))
    return found


@pytest.fixture(scope="module")
def ratios():
    off = [beam(electrons=3.09), beam(pions=51.0), beam(electrons=3.3, kaons=22.0)]
    return flavour_ratios(detector(), beam(), {"all": off, "last": off[2:], "none": ()})


def test_events(ratios):
    """Six places per node, of the modes that are counted in the tunnel alone."""
    experiment = detector()
    energy = np.asarray(experiment.source.energies.edges)
    per_node = events_per_fluence(experiment, energy).sum(axis=1) * float(
        experiment.exposure.protons(experiment.facility)
    )
    unit = 6 * 1e-16 / m**2
    for one in ratios:
        size = {"of pions": 50.0, "of kaons": 20.0}[one.muons]
        assert one.electron_events == pytest.approx(3 * unit * per_node[FLAVOURS.index("nu_e")])
        assert one.muon_events == pytest.approx(size * unit * per_node[FLAVOURS.index("nu_mu")])
        assert one.statistical == pytest.approx(np.sqrt(1 / one.electron_events + 1 / one.muon_events))
        assert one.total == pytest.approx(np.sqrt(one.statistical**2 + one.flux**2))


def test_errors_of_the_flux(ratios):
    """Each moved beam by what it does to the ratio, in quadrature; what moves both alike cancels."""
    of = {(one.muons, one.method): one.flux for one in ratios}
    assert len(of) == 6
    assert of["of pions", "all"] == pytest.approx(np.sqrt(0.03**2 + (1 / 1.02 - 1) ** 2 + 0.1**2))
    assert of["of kaons", "all"] == pytest.approx(0.03)
    assert of["of pions", "last"] == pytest.approx(0.1)
    assert of["of kaons", "last"] == pytest.approx(0.0, abs=1e-12)
    assert of["of pions", "none"] == 0.0


def test_no_ratio_without_electrons():
    assert flavour_ratios(detector(), beam(electrons=0.0), {"all": [beam()]}) == ()
