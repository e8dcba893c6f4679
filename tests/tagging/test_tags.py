"""Tags: closure, what happens when the association is scrambled, and that nothing hangs on how work is split."""

import dataclasses
import math

import numpy as np
import pytest
from monitor_toys import TAGGER, campaign, drawing, flow, perfect

from ontarget.ground.constants import c, muon_mass, pion_mass
from ontarget.ground.units import GeV, m, mm, ns
from ontarget.matter.particle import PARTICLES
from ontarget.tagging import of_pions, performance
from ontarget.tagging.campaign import Tagged
from ontarget.tagging.pair import Pairs, Seen
from ontarget.tagging.tag import CHUNK, Candidates, best_of, half_width, time_chi_square, time_error
from ontarget.tagging.track import Tracks


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


def test_best_of_is_the_smallest_of_each_event():
    random = np.random.default_rng(3)
    event, rank = random.integers(0, 40, 120), random.random(120)
    given = Candidates(event=event, rank=rank, own=rank < 0.1, energy=10 * rank, error=rank, z=-rank)
    found = best_of(given, 45)
    for i in range(45):
        own = np.flatnonzero(event == i)
        assert found.number[i] == len(own)
        best = own[np.argmin(rank[own])] if len(own) else None
        assert found.column("energy")[i] == (0.0 if best is None else 10 * rank[best])
        assert found.column("own")[i] == (best is not None and rank[best] < 0.1)


def test_times_share_that_of_the_pion():
    """The chi-square of two differences of three clocks, beside the inverse of their covariance, and drawn."""
    random, number = np.random.default_rng(4), 3000
    clocks = [float(TAGGER.pions.time) / 2**0.5, float(TAGGER.muons.time) / 2**0.5]
    clocks.append(math.hypot(float(TAGGER.time), float(TAGGER.vertex) / c))
    pion, muon, neutrino = (sigma * random.standard_normal(number) for sigma in clocks)
    event, zero, length = np.arange(number), np.zeros(number), 40 * m
    flat = dict.fromkeys(("x", "y", "slope_x", "slope_y"), zero)
    momentum = zero + 8 * GeV
    z, depth = zero + 15 * m, 70 * m
    as_pion, as_muon = (np.hypot(1, mass / (8 * GeV)) / c for mass in (pion_mass, muon_mass))
    before = Tracks(event=event, who=event, momentum=momentum, time=pion, **flat)
    arrives = muon + as_pion * z + as_muon * (length - z)
    after = Tracks(event=event, who=event, momentum=momentum, time=arrives, **flat)
    both = {"event": event, "before": event, "after": event}
    pairs = Pairs(**both, z=z, z_error=zero, x=zero, y=zero, apart=zero)
    seen = Seen(np.stack([zero, zero, zero + depth], axis=1), neutrino + as_pion * z + (depth - z) / c, momentum)
    found = time_chi_square(before, after, pairs, seen, z, TAGGER, length)
    covariance = clocks[0] ** 2 + np.diag([clocks[1] ** 2, clocks[2] ** 2])
    off = np.stack([muon - pion, neutrino - pion])
    # differences of a nanosecond of times of 250 ns: rounding of 1e-12
    np.testing.assert_allclose(found, (off * np.linalg.solve(covariance, off)).sum(axis=0), rtol=1e-8, atol=1e-9)
    assert abs(found.mean() - 2) < 4 * 2 / math.sqrt(number)  # two degrees of freedom
    assert time_error(TAGGER) == pytest.approx((neutrino - pion).std(), rel=0.05)  # 1.3 % of 3000 draws
    assert half_width(TAGGER) == pytest.approx(3 * math.hypot(clocks[0], clocks[2]) + 0.6 * ns)


def test_plain_window_points_at_the_vertex():
    """An exact decay points at its vertex; what is further away than the radius, or later, is not in the window."""
    events = drawing().block(0).only(slice(200))
    sharp = dataclasses.replace(perfect(), radius=250 * mm, moment=0.2 * ns)
    for shift, late, kept in ((0.0, 0.0, 1.0), (200 * mm, 0.0, 1.0), (300 * mm, 0.0, 0.0), (0.0, 0.3 * ns, 0.0)):
        moved = dataclasses.replace(events, vertex=events.vertex + np.array([shift, 0.0, 0.0]), time=events.time + late)
        found = campaign(sharp, 0.0).chunk(moved, 0).tags
        assert found.own_pair.all()
        assert (found.window > 0).mean() == kept
        if not shift and not late:
            np.testing.assert_allclose(found.window_energy, events.energy, rtol=2e-3)  # small angles, as in the kink


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
