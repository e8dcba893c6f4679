"""Tags: closure, what happens when the association is scrambled, and that nothing hangs on how work is split."""

import dataclasses
import math

import numpy as np
from monitor_toys import TAGGER, campaign, drawing, flow, perfect

from ontarget.ground.constants import c, pion_mass
from ontarget.ground.units import ns
from ontarget.matter.particle import PARTICLES
from ontarget.tagging import of_pions, performance
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.tag import CHUNK, half_width


def test_closure():
    """Perfect resolution, one decay at a time: every interaction has its own parent, and the true energy to 1e-9."""
    found = campaign(perfect(), 0.0).run(400)
    assert (found.tags.pairs == 1).all()
    assert found.tags.own_pair.all()
    tagged = found.tags.candidates > 0
    assert tagged.mean() > 0.99  # chi-square of six numbers below 25: all but 3e-4
    assert found.tags.right[tagged].all()
    np.testing.assert_allclose(found.tags.energy[tagged], found.events.energy[tagged], rtol=1e-9)


def test_scrambled_association_falls_to_the_accidental_level():
    """Of n + 1 pairs in the window, n of them Poisson, one drawn blindly is right in (1 - exp(-mu))/mu of all cases."""
    tagger = dataclasses.replace(perfect(1e-3), time=TAGGER.time)  # no pair of two particles, so that pairs are decays
    found = campaign(tagger).run(1536)
    assert found.tags.own_pair.all()
    pions = flow().kinds[0]
    short = float(drawing().source.tunnel.length) * pion_mass / (pions.pool.momentum * c * PARTICLES["pi+"].lifetime)
    mean = pions.rate * 2 * half_width(tagger) * float(np.mean(-np.expm1(-short)))
    blind = 1 / found.tags.pairs
    expected = (1 - math.exp(-mean)) / mean
    # four standard deviations of the mean
    assert abs(blind.mean() - expected) < 4 * blind.std() / math.sqrt(len(blind))
    assert found.tags.right[found.tags.candidates > 0].mean() > 0.99  # what the vertex adds


def test_other_peoples_vertices_are_not_tagged():
    events = drawing().block(0).only(slice(8 * CHUNK))

    def rolled(rows):
        return np.roll(rows, 1, axis=0)

    changed = dataclasses.replace(
        events, vertex=rolled(events.vertex), time=rolled(events.time), energy=rolled(events.energy)
    )
    made, found = campaign(), []
    for given in (events, changed):
        parts = [made.chunk(given.only(slice(k, k + CHUNK)), k // CHUNK) for k in range(0, len(given), CHUNK)]
        found.append(Tagged.joined(parts).tags)
    purity = [float(one.right[one.candidates > 0].mean()) for one in found]
    tagged = [float((one.candidates > 0).mean()) for one in found]
    assert purity[0] > 0.95
    # own pairs are still in time, others spread over the window: one to about five
    assert 0.05 < purity[1] < 0.35
    # and as often as those whose own pair is lost are tagged by accident, the own pair in time added
    lost = (found[0].candidates > 0)[~found[0].own_pair].mean()
    assert tagged[1] < 2 * lost + 0.02


def test_the_same_events_however_work_is_split():
    made = campaign()
    whole = made.run(3 * CHUNK)
    again = Tagged.joined([made.chunk(drawing().block(0).only(slice(k * CHUNK, (k + 1) * CHUNK)), k) for k in range(3)])
    for name, column in whole.columns().items():
        np.testing.assert_array_equal(column, again.columns()[name])
    np.testing.assert_array_equal(made.run(700).tags.energy, whole.tags.energy[:700])
    np.testing.assert_array_equal(Tagged.of_columns(whole.columns()).tags.z, whole.tags.z)


def test_performance_counts():
    made = campaign()
    found = made.run(2048)
    one = performance(found, of_pions(found, made.drawing.origins))
    assert one.events == 2048
    tags = found.tags
    assert one.efficiency == (tags.candidates > 0).mean()
    assert one.purity > 0.95 > one.acceptance > 0.6
    assert abs(one.efficiency * (1 - one.purity) - one.mistagged) < 1e-12
    assert 0.9 < one.pull < 1.1
    assert one.window_efficiency < one.efficiency
    nothing = performance(found, np.zeros(2048, bool))
    assert (nothing.events, nothing.efficiency, nothing.core) == (0, 0.0, 0.0)


def test_more_intensity_is_less_purity():
    found = {factor: campaign(dataclasses.replace(TAGGER, time=1 * ns), factor).run(512) for factor in (0.5, 2.0)}
    purity = {factor: one.tags.right[one.tags.candidates > 0].mean() for factor, one in found.items()}
    assert purity[2.0] < purity[0.5] - 0.03


def test_a_beam_at_rest_tags_nothing_wrong():
    found = campaign(TAGGER, 0.0).run(512)
    assert (found.tags.candidates <= 1).all()
    assert found.tags.right[found.tags.candidates == 1].all()
