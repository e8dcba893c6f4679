"""The ratio of electron to muon neutrinos, from made-up counts: events by hand, errors by closed forms."""

import beam_toys
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.beam.beam_flux import events_per_fluence
from ontarget.analysis.beam.beam_variation import CountedComponent
from ontarget.analysis.beam.flavour_ratio import cross_section_ratio
from ontarget.ground.units import m
from ontarget.matter.flavour import FLAVOURS
from ontarget.source import DecayTunnel
from ontarget.source.tunnel.component import Component

NOUN = beam_toys.loaded().noun
SOURCE = NOUN.source


def components() -> list[Component]:
    """Pions and kaons in the line and the tunnel, and pions that kaons decay to."""
    whole = DecayTunnel(SOURCE.beam, SOURCE.tunnel, SOURCE.energies, regions=("line", "tunnel"))
    return list(whole.components())


def counted(pions: float = 1.0, kaons: float = 1.0) -> list[CountedComponent]:
    """So many times what is made up, per area and proton on target: some 1e-9 on each node."""
    rng = np.random.default_rng(2)
    found = []
    for component, scale in zip(components(), (pions, kaons), strict=True):
        means = rng.uniform(1.0, 2.0, (len(component.labels), 105, 2, 3)) * 1e-9 / m**2 * scale
        found.append(CountedComponent(component, jnp.asarray(means), jnp.zeros((len(component.labels), 105, 3))))
    return found


SETS = {"both": (counted(1.02), counted(1.0, 1.03)), "pions": (counted(1.02),), "none": ()}


@pytest.fixture(scope="module")
def found():
    return {(one.muons, one.errors): one for one in cross_section_ratio(NOUN, counted(), SETS)}


def test_events_by_hand(found):
    """One origin of each sample: of the mode and flavour, in the tunnel, of no daughter."""
    per_node = events_per_fluence(NOUN, SOURCE.energies.edges) * 1.4e19
    pions, kaons = counted()

    def events(one: CountedComponent, mode: str, neutrino: str) -> float:
        label = {"pi_munu": "pi+", "k_munu": "K+", "ke3": "K+"}[mode] + f" > {neutrino} ({mode}), tunnel"
        row = one.component.labels.index(label)
        return float(np.einsum("ept,e->", np.asarray(one.means)[row, 1:-1], per_node[FLAVOURS.index(neutrino)]))

    electrons = events(kaons, "ke3", "nu_e")
    for words, muons in (
        ("of pions", events(pions, "pi_munu", "nu_mu")),
        ("of kaons", events(kaons, "k_munu", "nu_mu")),
    ):
        one = found[words, "none"]
        assert one.electron_events == pytest.approx(electrons)
        assert one.muon_events == pytest.approx(muons)
        assert one.statistical == pytest.approx(np.sqrt((electrons + muons) / (electrons * muons)))
        assert (one.flux, one.total) == (0.0, pytest.approx(one.statistical))


def test_errors_of_the_flux(found):
    """Pions' muon neutrinos do not know of kaons: errors of both yields remain; kaons' own do, and cancel."""
    # finite steps: 1.03 - 1 and 1 / 1.02 - 1
    assert found["of pions", "both"].flux == pytest.approx(np.hypot(0.03, 0.02 / 1.02))
    assert found["of pions", "pions"].flux == pytest.approx(0.02 / 1.02)
    assert found["of kaons", "both"].flux == pytest.approx(0.0, abs=1e-12)
    one = found["of pions", "both"]
    assert one.total == pytest.approx(np.sqrt(one.statistical**2 + one.flux**2))
