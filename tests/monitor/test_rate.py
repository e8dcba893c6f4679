"""Rates: protons of a spill, and channels."""

import math

import numpy as np
import pytest
from counter_toys import KAONS, PIONS, TUNNEL, calorimeter, range_meter, source

from ontarget.ground.units import cm, ns, s
from ontarget.io.entry import load
from ontarget.monitor.flow import precompute_leptons
from ontarget.monitor.rate import Rate, plane_rates, protons_in_spill, wall_rates


def test_working_point():
    """1e13 protons in 9.6 s; the catalog's power is given to three digits."""
    assert protons_in_spill(load("facilities/nuscope")) * 9.6 * s == pytest.approx(1e13, rel=2e-3)


def test_channel():
    """1 MHz in a channel of 1 cm2, busy for 100 ns."""
    rate = Rate(0.0, {"one": 0.75e6 / (s * cm**2), "other": 0.25e6 / (s * cm**2)})
    assert rate.channel(1 * cm**2) * s == pytest.approx(1e6)
    assert rate.pile_up(1 * cm**2, 100 * ns) == pytest.approx(1 - math.exp(-0.1))
    assert rate.dead(1 * cm**2, 100 * ns) == pytest.approx(0.1 / 1.1)


def test_rates_add_to_all_particles():
    """Integrated over the wall and over the plane: the particles of the templates, times protons per time."""
    facility = load("facilities/nuscope")
    instrument, meter = calorimeter(particles=("mu+",)), range_meter()
    given = precompute_leptons(instrument, source(KAONS))
    area = 2 * np.pi * float(TUNNEL.radius) * float(instrument.z.stop) / instrument.z.bins
    every = sum(one.flux for one in wall_rates(instrument, TUNNEL, facility, given)) * area
    wanted = sum(float(flow.values[:, 1:-1].sum()) for flow in given.flows)
    assert every == pytest.approx(wanted * protons_in_spill(facility), rel=1e-12)
    given, edges = precompute_leptons(meter, source(PIONS)), np.asarray(meter.rings.edges)
    rings = np.pi * (edges[1:] ** 2 - edges[:-1] ** 2)
    every = sum(one.flux * ring for one, ring in zip(plane_rates(meter, facility, given), rings, strict=True))
    wanted = sum(float(flow.values[:, 1:, :-1].sum()) for flow in given.flows)
    assert every == pytest.approx(wanted * protons_in_spill(facility), rel=1e-12)
