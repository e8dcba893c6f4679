"""The beam of nuSCOPE against the shape of the published flux, bin by bin."""

import numpy as np
import pytest

from ontarget.ground.units import m
from ontarget.io.entry import load_experiment
from ontarget.source.tunnel.simulation import Simulation

HELD = 3e-3  # of the flux between 2 and 9.3 GeV: bins with less are not asked for
HALF_WAY = 0.03  # GeV: what the half height of the pions' edge may differ by


@pytest.fixture(scope="module")
def published(mirror):
    """Lower edges in GeV and contents of bins of 0.1 GeV, an arbitrary scale."""
    return np.loadtxt(mirror / "nuscope" / "numu_flux_shape.dat")[:, [0, 2]].T


def binned(name, lattices):
    """Muon neutrinos through the front face in bins of 0.1 GeV from pions and from kaons, per m2 and proton.

    Nodes stand on the edges of the bins, so each gives half of its hat to either side: exact for a flux that is linear.
    Decays in the tunnel, without daughters, which make 0.2 % of the flux.
    """
    changed = {"detector.tag": {"type": "Untagged"}, "detector.site.depth": "1 mm", "source.daughters": []}
    experiment = load_experiment(name, {**changed, "source.regions": ["tunnel"]}).noun
    simulation = Simulation(experiment.source, experiment.detector.site, experiment.detector.tag)
    simulation.left = [(i, unit) for i in range(2) for unit in range(lattices)]
    while simulation.left:
        simulation.count()
    parts = []
    for component, tally in zip(simulation.components, simulation.tallies, strict=True):
        rows = [i for i, neutrino in enumerate(component.neutrinos) if neutrino == "nu_mu"]
        nodes = tally.mean()[rows].sum(axis=(0, 2, 3)) * m**2
        parts.append((nodes[1:] + nodes[:-1])[:101] / 2)
    return parts


def compared(published):
    """Which bins are compared."""
    low, values = published
    inside = (low > 1.95) & (low < 9.25)
    return inside & (values > HELD * values[inside].sum())


@pytest.mark.long
@pytest.mark.slow
def test_shape_of_the_parametrised_beam(published):
    """Five per cent in every bin, the scale fitted; 0.5 % of that is the statistics of 2e6 rays in the worst bin (its
    published content alone scatters by 2 %). Half height of the pions' edge, and the plateau over the kaons' peak."""
    low, values = published
    pions, kaons = binned("nuscope_lar", 32)
    ours, chosen = pions + kaons, compared(published)
    ratio = ours / values
    ratio = ratio / ((ratio[chosen].max() + ratio[chosen].min()) / 2)
    assert chosen.sum() > 40
    assert np.abs(ratio[chosen] - 1).max() < 0.05

    def half_way(flux):
        plateau = flux[(low > 2.35) & (low < 2.85)].mean()
        edge = (low > 3.15) & (low < 4.05)
        return np.interp(-plateau / 2, -flux[edge], low[edge] + 0.05)

    assert half_way(ours) == pytest.approx(half_way(values), abs=HALF_WAY)
    assert 9 < pions[(low > 1.35) & (low < 3.15)].mean() / kaons.max() < 11


@pytest.mark.long
def test_shape_of_our_own_line(published):
    """Fifteen per cent in every bin, decays in the tunnel; factors for pions and for kaons are fitted. The latter is
    what our line lacks: between 1.2 and 1.45 (1.29 was found). One per cent is for statistics in the pions' edge."""
    _, values = published
    chosen = compared(published)
    parts = np.stack([part / values for part in binned("nuscope_lar_line", 64)], axis=1)[chosen]
    factors = np.linalg.lstsq(parts, np.ones(len(parts)), rcond=None)[0]
    assert np.abs(parts @ factors - 1).max() < 0.16
    assert 1.2 < factors[1] / factors[0] < 1.45
