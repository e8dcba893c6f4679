"""Tasks about a beam: events by origin against the chain, peaks against closed forms, refusals."""

import numpy as np
import pytest

from ontarget.analysis.beam_flux import collected, of_a_tunnel
from ontarget.analysis.rings import peak_of
from ontarget.ground.errors import InputError
from ontarget.io.entry import load_experiment
from ontarget.source.simulation import Simulation
from ontarget.study.beam.beam_events import BeamEvents, PublishedEvents
from ontarget.study.beam.beam_flux import beam_flux
from ontarget.study.beam.entrance import Entrance
from ontarget.study.beam.off_axis import OffAxis
from ontarget.study.context import Context

FEW = {"source.daughters": [], "source.rays": 256, "source.repeats": 3, "source.precision": 0.99}


@pytest.fixture(scope="module")
def loaded():
    return load_experiment("nuscope_lar", FEW)


@pytest.fixture(scope="module")
def found(loaded):
    """The lattices that the chain uses too."""
    simulation = Simulation(*of_a_tunnel(loaded.noun), loaded.noun.detector.tag)
    simulation.left = [(i, unit) for i in range(2) for unit in range(3)]
    while simulation.left:
        simulation.count()
    return collected(loaded.noun, simulation)


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


@pytest.mark.parametrize(("middle", "sigma"), [(3.0, 0.2), (2.0, 0.4)])
def test_peak_of_a_gaussian(middle, sigma):
    """FWHM / 2.355 is the standard deviation, and so is half of the middle 68 % (0.994 of it, exactly). The smoothing
    over five nodes of 0.02 GeV widens by 0.0008 GeV2 / 2 sigma: 1 % of the narrower one."""
    energy = np.arange(0.0, 6.0, 0.02)
    peak = peak_of(energy, np.exp(-((energy - middle) ** 2) / 2 / sigma**2))
    assert peak.energy == pytest.approx(middle, abs=0.011)
    assert peak.width == pytest.approx(sigma, rel=0.015)
    assert peak.middle == pytest.approx(0.994 * sigma, rel=0.01)


def test_published_events_stand_beside_ours(loaded, found):
    published = PublishedEvents(1000.0, "nu_mu", parent="pi+", region="tunnel", name="pions")
    task = BeamEvents(("nuscope_lar",), published=(published,))
    known = {("beam flux", "nuscope_lar", 0.01): found}
    section = task.run(Context({"nuscope_lar": loaded}, (), lambda line: None, known=known))
    (row,) = section.tables[0].rows
    ours = found.events[found.rows(neutrino="nu_mu", parent="pi+")].sum()
    assert row["nuscope_lar"] == pytest.approx(ours)
    assert row["nuscope_lar / published"] == pytest.approx(ours / 1000)
    assert sum(row["events"] for row in section.tables[1].rows) == pytest.approx(found.events.sum())


def test_the_entrance_returns_what_was_put_in(loaded):
    """A parametrised beam: moments of 2.6e5 points of a lattice, within 0.1 %."""
    section = Entrance(("nuscope_lar",)).run(Context({"nuscope_lar": loaded}, (), lambda line: None))
    pions, kaons = section.tables[0].rows
    assert pions["per proton"] == pytest.approx(0.038)
    assert kaons["per proton"] == pytest.approx(0.00247)
    assert pions["mean momentum (GeV/c)"] == pytest.approx(8.407, rel=1e-3)
    assert pions["spread (%)"] == pytest.approx(7.55, rel=1e-3)
    assert pions["divergence x (mrad)"] == pytest.approx(6.63, rel=1e-3)
    assert pions["spot y (mm)"] == pytest.approx(18, rel=1e-3)
    assert pions["ratio to the first"] == 1


def test_what_has_no_tunnel_is_refused(loaded):
    other = load_experiment("ess_csi")
    context = Context({"nuscope_lar": loaded, "ess_csi": other}, (), lambda line: None)
    with pytest.raises(InputError, match=r"ess_csi\.source: got StoppedPion\. Only a DecayTunnel"):
        beam_flux(context, "ess_csi", 0.5)
    with pytest.raises(InputError, match="It has no tunnel to enter"):
        Entrance(("ess_csi",)).check(context)
    with pytest.raises(InputError, match="The study has nuscope_lar, ess_csi"):
        BeamEvents(("nuscope",)).check(context)
    with pytest.raises(InputError, match="needs a DecayTunnel and the radius"):
        OffAxis("ess_csi", [0.1], [0.001]).check(context)
