"""Scans of tags: each point is what the same interactions give with that tagger, counted here."""

import dataclasses

import jax.numpy as jnp
import numpy as np
from monitor_toys import TAGGER, campaign, drawing, flow

from ontarget.analysis.tags.tag_scans import tags_against_planes, tags_against_time, tags_against_vertex, with_planes
from ontarget.ground.units import cm, m, ns
from ontarget.tagging import Campaign

EVENTS = 256


def shares(tagger, intensity=1.0):
    """Efficiency, purity, and the part in the plain window."""
    tags = Campaign(drawing(), flow().times(intensity), tagger).run(EVENTS).tags
    tagged = tags.candidates > 0
    return [tagged.mean(), tags.right[tagged].mean(), (tags.window > 0).mean()]


def found_at(performance, *index):
    return [getattr(performance, name)[index] for name in ("efficiency", "purity", "window_efficiency")]


def test_against_time_and_intensity():
    """The window cut goes with the time: two standard deviations."""
    said = []
    scan = tags_against_time(campaign(), np.array([0.1, 0.5]) * ns, np.array([0.5, 2.0]), EVENTS, said.append)
    assert scan.performance.efficiency.shape == (2, 2)
    for i, intensity in enumerate((0.5, 2.0)):
        for j, time in enumerate((0.1 * ns, 0.5 * ns)):
            tagger = dataclasses.replace(TAGGER, time=time, moment=2 * time)
            np.testing.assert_allclose(found_at(scan.performance, i, j), shares(tagger, intensity), rtol=1e-12)
    assert scan.performance.purity[1, 1] < scan.performance.purity[0, 0]
    assert said[-1] == "tagging: 0.5 ns at 2 x intensity"
    assert scan.performance.at(1, 0).purity == scan.performance.purity[1, 0]


def test_against_the_vertex():
    scan = tags_against_vertex(campaign(), np.array([1.0, 20.0]) * cm, EVENTS)
    for i, vertex in enumerate((1 * cm, 20 * cm)):
        np.testing.assert_allclose(
            found_at(scan.performance, i), shares(dataclasses.replace(TAGGER, vertex=vertex)), rtol=1e-12
        )
    assert scan.performance.core[1] > scan.performance.core[0]


def test_against_the_planes_of_both_arms():
    scan = tags_against_planes(campaign(), np.array([0.01, 0.001]), np.array([1.0, 3.0]) * m, EVENTS)
    for i, thickness in enumerate((0.01, 0.001)):
        for j, baseline in enumerate((1 * m, 3 * m)):
            given = {"thickness": thickness, "baseline": baseline}
            arms = {name: dataclasses.replace(getattr(TAGGER, name), **given) for name in ("pions", "muons")}
            expected = shares(dataclasses.replace(TAGGER, **arms))
            np.testing.assert_allclose(found_at(scan.performance, i, j), expected, rtol=1e-12)
    assert scan.performance.core[1, 1] < scan.performance.core[0, 0]  # thin and long knows the angle best


def test_planes_of_both_arms_change_together():
    found = with_planes(TAGGER, jnp.asarray(0.02), jnp.asarray(2 * m))
    assert (float(found.pions.thickness), float(found.muons.thickness)) == (0.02, 0.02)
    assert (float(found.pions.baseline), float(found.muons.baseline)) == (2 * m, 2 * m)
    assert float(found.muons.pitch) == float(TAGGER.muons.pitch)
