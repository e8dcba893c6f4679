"""Matching of tracks at both ends, beside brute force."""

import dataclasses

import numpy as np
from monitor_toys import MUONS, PIONS, flow

from ontarget.ground.constants import muon_mass, pion_mass
from ontarget.ground.units import m, ns
from ontarget.tagging.overlay import overlay
from ontarget.tagging.track import Precisions, at_end, at_entrance, precision
from ontarget.tagging.veto import match_through_going, one_to_one, windows


def test_windows_find_every_member():
    random = np.random.default_rng(1)
    keys, low = np.sort(random.random(200)), random.random(50)
    high = low + 0.05 * random.random(50)
    i, j = windows(keys, low, high)
    inside = (keys >= low[:, None]) & (keys < high[:, None])
    assert set(zip(i.tolist(), j.tolist(), strict=True)) == set(
        zip(*(one.tolist() for one in np.nonzero(inside)), strict=True)
    )
    assert [len(one) for one in windows(keys, low[:0], high[:0])] == [0, 0]


def greedy(i, j, chi_square):
    """One to one, best first, one after another."""
    taken = [set(), set()]
    for k in np.argsort(chi_square):
        if i[k] not in taken[0] and j[k] not in taken[1]:
            taken[0].add(i[k])
            taken[1].add(j[k])
    return taken


def test_best_first_one_to_one():
    random = np.random.default_rng(2)
    i, j = random.integers(0, 30, 300), random.integers(0, 40, 300)
    chi_square = random.random(300)
    used = one_to_one(i, j, chi_square, 30, 40)
    assert [set(np.flatnonzero(one)) for one in used] == greedy(i, j, chi_square)


def test_what_flew_through_is_removed_and_nothing_else():
    random = np.random.default_rng(3)
    entering, leaving = overlay(flow(), np.zeros(40), 1.5 * ns, 40 * m, random)
    pions, muons = (dataclasses.replace(arm, efficiency=1.0) for arm in (PIONS, MUONS))
    before, after = at_entrance(pions, entering, random), at_end(muons, leaving, random)
    known = Precisions(precision(pions, before, pion_mass), precision(muons, after, muon_mass))
    gone = match_through_going(before, after, known, 40 * m, 25.0)
    same = dict(zip(leaving.who.tolist(), leaving.momentum.tolist(), strict=True))
    through = np.array(
        [same.get(who, 0.0) == p for who, p in zip(entering.who.tolist(), entering.momentum, strict=True)]
    )
    flew = np.isin(after.who, entering.who[through]) & np.isin(after.who, before.who)
    assert flew.sum() > 3000
    # chi-square above 25 with five degrees of freedom: 1.4e-4; times 4 standard deviations off: 6e-5; other's partners
    assert gone[1][flew].mean() > 0.995
    # muons that look like their pions: kinks of a few standard deviations, with little momentum lost
    assert gone[1][~flew].mean() < 0.03
