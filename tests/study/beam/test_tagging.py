"""The task about tagging, on few events of pions alone."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.tags.tag_campaign import AXIS, tag_responses
from ontarget.ground.errors import InputError
from ontarget.ground.units import m, mm, ns
from ontarget.io.entry import load_experiment
from ontarget.io.load import load
from ontarget.study.beam.cross_section_measurement import Method, simulated_rows
from ontarget.study.beam.simulated_tags import SimulatedTags
from ontarget.study.beam.tagging import Tagging
from ontarget.study.context import Context
from ontarget.study.study import load_study
from ontarget.tagging import Tagger

PION = {
    "type": "TwoBodyDecay",
    "branching": 1,
    "parent": "pi+",
    "neutrino": "nu_mu",
    "lepton": "mu+",
    "name": "pi_munu",
}


@pytest.fixture(scope="module")
def loaded():
    kaon = {**PION, "parent": "K+", "name": "k_munu"}
    return load_experiment("nuscope_lar", {"source.daughters": [], "source.decays": [PION, kaon]})


@pytest.fixture(scope="module")
def tagger():
    return load(Tagger, "taggers/nuscope", kinds=("taggers",)).noun


@pytest.fixture(scope="module")
def simulated(loaded, tagger):
    """A context in which interactions were tagged once, what asks for them, and what was said."""
    said = []
    context, some = Context({"lar": loaded}, (), said.append), SimulatedTags(tagger, 512, 1)
    some.found(context, "lar")
    return context, some, said


@pytest.fixture
def task(tagger):
    return Tagging(
        tagger,
        "nuscope_lar",
        jnp.array([0.1, 0.5]) * ns,
        jnp.array([1.0, 2.0]),
        jnp.array([10.0, 100.0]) * mm,
        jnp.array([0.3, 0.6]) * m,
        jnp.array([4e-3, 7e-3]),
        jnp.array([0.001]),
        jnp.array([3.0]) * m,
        events=256,
        nominal=512,
    )


def test_section_says_what_came_out(task, loaded):
    said = []
    context = Context({"nuscope_lar": loaded}, (), said.append)
    task.check(context)
    section = task.run(context)
    tables = {one.name: one.rows for one in section.tables}
    assert {row["interactions of"] for row in tables["tagging"]} == {"pi -> mu nu", "K -> mu nu"}
    assert len(tables["tagging_time"]) == 4
    by_aperture = [
        (row["divergence (mrad)"], row["aperture (m)"], row["efficiency (%)"]) for row in tables["tagging_aperture"]
    ]
    assert by_aperture[0][2] < by_aperture[1][2]
    assert by_aperture[2][2] < by_aperture[0][2]  # a wider beam misses more of the muon arm
    whole, *parts = tables["tagging_contributions"]
    squares = {row["what"]: row["core of it alone (%)"] ** 2 for row in parts}
    # squares add up event by event; of half-widths of a mixture they do so about
    total = sum(squares[one] for one in ("momentum", "angle: points", "angle: scattering", "vertex"))
    assert total == pytest.approx(whole["core of it alone (%)"] ** 2, rel=0.3)
    (goal,) = tables["tagging_goal"]
    assert 0 < goal["thickness, momenta as given (% X0)"] < 1
    names = [one.name for one in section.pictures]
    assert len(names) == len(set(names)) == 7
    assert all(one.svg.count("<path") > 5 for one in section.pictures)
    assert any("mrad" in line for line in said)
    # the plain point is in no scan, but the vertex of 10 mm is what the tagger has: as many interactions, the same tags
    nominal = {row["interactions of"]: row for row in tables["tagging"]}["pi -> mu nu"]
    assert tables["tagging_vertex"][0]["efficiency (%)"] == pytest.approx(nominal["efficiency (%)"], abs=12)
    assert tables["tagging_vertex"][1]["core (%)"] > tables["tagging_vertex"][0]["core (%)"]


def test_response_is_on_the_nodes_of_the_flux(loaded, simulated):
    context, some, _ = simulated
    energy = np.asarray(loaded.noun.source.energies.edges)
    found = tag_responses(*some.found(context, "lar"), energy, np.asarray(AXIS.edges))
    assert list(found) == ["nu_mu", "nu_mu from pi+", "nu_mu from K+"]
    assert found["nu_mu"].values.shape == (len(energy), 41)
    tagged = 1 - found["nu_mu from K+"].values[found["nu_mu from K+"].events > 0, -1]
    assert tagged.mean() < 0.1  # neutrinos of kaons are not tagged as those of pions


def test_method_with_simulated_tags(loaded, tagger, simulated):
    """What was tagged is the tag of the experiment; it is simulated once for all methods that ask for the same."""
    context, some, said = simulated
    untagged = Method("lar", 0.01)
    method = dataclasses.replace(untagged, simulated=some)
    tag = method.tagged(context).detector.tag
    assert tag.matching.origins == ("pi+ > nu_mu (pi_munu), tunnel", "K+ > nu_mu (k_munu), tunnel")
    again = dataclasses.replace(method, simulated=SimulatedTags(tagger, 512, 1)).tagged(context)
    np.testing.assert_array_equal(again.detector.tag.matching.rows, tag.matching.rows)
    assert said == ["512 interactions of lar, tagged one by one"]
    assert untagged.tagged(context) is loaded.noun
    (row,) = simulated_rows([untagged, dataclasses.replace(method, name="tagged")], context)
    events, tags = (getattr(some.found(context, "lar")[0], one) for one in ("events", "tags"))
    assert row["tagged (%)"] == pytest.approx(100 * (tags.candidates > 0).mean())
    # the matching gives the tags of these interactions back: hat functions share each between two rows
    node, counts = np.asarray(tag.matching.energies), np.zeros(40)
    for i in range(2):
        own = events.energy[events.origin == i]
        shares = np.stack([np.interp(own, node, one) for one in np.eye(len(node))]).sum(axis=1)
        counts += shares @ np.asarray(tag.matching.rows[i])
    wanted = np.histogram(tags.energy[tags.candidates > 0], np.asarray(AXIS.edges))[0]
    np.testing.assert_allclose(counts, wanted, atol=1e-9)
    with pytest.raises(InputError, match="between 100"):
        SimulatedTags(tagger, 3)


@pytest.mark.parametrize(
    "change", [{"experiment": "nowhere"}, {"events": 3}, {"times": jnp.array([])}, {"vertices": jnp.array([-1.0])}]
)
def test_what_cannot_be_is_refused(task, loaded, change):
    context = Context({"nuscope_lar": loaded}, (), print)
    with pytest.raises(InputError, match=next(iter(change))):
        dataclasses.replace(task, **change).check(context)


def test_study_of_the_catalog_is_read():
    study = load_study("nuscope_tagging").noun
    (task,) = study.tasks
    assert isinstance(task, Tagging)
    assert float(task.tagger.muons.aperture / m) == 0.5
