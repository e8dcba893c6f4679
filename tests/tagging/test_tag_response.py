"""The response of a tagger: rows that add up, and counts that come back."""

import numpy as np
from monitor_toys import ENERGIES, campaign

from ontarget.ground.units import GeV
from ontarget.tagging import by_flavour, tag_response


def test_response_gives_the_counts_back():
    made = campaign()
    found = made.run(1024)
    energy, edges = np.asarray(ENERGIES.edges), np.linspace(0.5, 3.0, 11) * GeV
    asked = by_flavour(made.drawing.origins, found, "nu_mu")
    assert asked.all()
    one = tag_response(found, asked, energy, edges)
    np.testing.assert_allclose(one.values.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(one.events.sum(), 1024, rtol=1e-12)
    inside = (found.tags.candidates > 0) & (found.tags.energy >= edges[0]) & (found.tags.energy < edges[-1])
    counts = one.events @ one.values
    np.testing.assert_allclose(counts[:-1], np.histogram(found.tags.energy[inside], edges)[0], atol=1e-9)
    np.testing.assert_allclose(counts[-1], (~inside).sum(), atol=1e-9)
    # hat functions keep the mean energy of each row's events
    np.testing.assert_allclose((one.events * energy).sum(), found.events.energy.sum(), rtol=1e-12)


def test_errors_are_binomial_where_events_sit_on_the_nodes():
    made = campaign()
    found = made.run(512)
    nodes = np.array([0.0, 1e6]) * GeV  # all of it on the first node
    one = tag_response(found, np.ones(512, bool), nodes, np.array([0.0, 100.0]) * GeV)
    p = one.values[0, 0]
    assert abs(one.error[0, 0] - np.sqrt(p * (1 - p) / 512)) < 1e-5


def test_a_row_without_events_is_untagged():
    made = campaign()
    one = tag_response(made.run(256), np.zeros(256, bool), np.array([0.0, 1.0, 2.0]) * GeV, np.array([0.0, 1.0]) * GeV)
    np.testing.assert_array_equal(one.values, [[0.0, 1.0]] * 3)
    assert not one.events.any()
    assert not by_flavour(made.drawing.origins, made.run(256), "nu_e").any()
