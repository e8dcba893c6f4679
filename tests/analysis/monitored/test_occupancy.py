"""Rates of counters from templates of known numbers: areas, protons of a spill, channels."""

import math

import jax.numpy as jnp
import numpy as np
import pytest
from counter_toys import TUNNEL, YIELDS, calorimeter, range_meter, source
from monitored_toys import monitors

import ontarget.analysis as analysis
from ontarget.experiment import LeptonMonitor
from ontarget.ground.errors import InputError
from ontarget.ground.units import cm, ns, s
from ontarget.io.entry import load
from ontarget.monitor import AbstractInstrument, LeptonTemplate, PrecomputedLeptons
from ontarget.monitor.rate import protons_in_spill, rates_at
from ontarget.source import ProtonsOnTarget

FACILITY = load("facilities/nuscope")


def arriving(instrument: AbstractInstrument, *sizes: float) -> PrecomputedLeptons:
    """Templates that hold so many particles per proton in every bin of what is true."""
    each = [jnp.full((2, *instrument.shape), size / 2) for size in sizes]
    names = ("k_munu", "ke3")
    flows = [
        LeptonTemplate(one, one[0], "K+", "mu+", name) for one, name in zip(each, names[: len(sizes)], strict=True)
    ]
    return PrecomputedLeptons(tuple(flows))


def test_along_the_wall():
    """Bins before and behind the instrumented wall do not count, all angles and energies do."""
    wall = LeptonMonitor(FACILITY, source(), calorimeter(), ProtonsOnTarget(1e10), name="wall")
    known = {"wall": arriving(wall.instrument, 1e-6, 3e-6)}
    (rate,) = analysis.monitor_rates((wall,), 2 * cm, 50 * ns, 3.0, known)
    places, angles, energies = wall.instrument.shape
    per_bin = 4e-6 * angles * energies * protons_in_spill(FACILITY)
    area = 2 * math.pi * float(TUNNEL.radius) * float(wall.instrument.z.stop) / (places - 2)
    np.testing.assert_allclose(rate.flux, per_bin / area, rtol=1e-12)
    np.testing.assert_allclose(rate.place / (100 * cm), [5, 15, 25, 35], rtol=1e-12)
    hits = per_bin / area * (2 * cm) ** 2 * 3
    np.testing.assert_allclose(rate.channel, hits, rtol=1e-12)
    np.testing.assert_allclose(rate.pile_up, 1 - math.exp(-hits * 50 * ns), rtol=1e-9)
    np.testing.assert_allclose(rate.dead, hits * 50 * ns / (1 + hits * 50 * ns), rtol=1e-12)
    assert rate.most_from == ("K+_ke3_mu+",) * 4
    assert rate.protons * 9.6 * s == pytest.approx(1e13, rel=2e-3)  # the catalog's power is given to three digits


def test_across_the_first_plane():
    """Every muon that comes to the first plane, wherever it ends, within the rings."""
    behind = LeptonMonitor(FACILITY, source(), range_meter(), ProtonsOnTarget(1e10), name="behind")
    (rate,) = analysis.monitor_rates((behind,), templates={"behind": arriving(behind.instrument, 1e-6)})
    edges = np.array([0.0, 0.5, 1.0, 1.5]) * 100 * cm
    muons = 2 * 1e-6 * protons_in_spill(FACILITY)  # two planes; those who reach none are in the first bin
    np.testing.assert_allclose(rate.flux, muons / (math.pi * np.diff(edges**2)), rtol=1e-12)
    np.testing.assert_allclose(rate.place, (edges[1:] + edges[:-1]) / 2, rtol=1e-12)
    np.testing.assert_allclose(rate.channel, rate.flux * (3 * cm) ** 2, rtol=1e-12)


def test_templates_are_made_where_none_are_known():
    behind = monitors()[0]
    (rate,) = analysis.monitor_rates((behind,))
    wanted = rates_at(behind.instrument, TUNNEL, FACILITY, behind.precomputed().leptons())
    np.testing.assert_allclose(rate.flux, [one.flux for one in wanted], rtol=1e-12)


def test_yields_scale_the_rates():
    """A pull that moves the yields moves the rates: by the scales of its parts."""
    instrument = range_meter()
    one = LeptonTemplate(jnp.ones((3, *instrument.shape)), jnp.zeros(instrument.shape), "pi+", "mu+", "pi_munu")
    given = PrecomputedLeptons((one,), YIELDS)
    scales = float(YIELDS.scales("pi+").sum())
    area = math.pi * (50 * cm) ** 2
    first = rates_at(instrument, TUNNEL, FACILITY, given)[0]
    assert first.flux == pytest.approx(2 * scales * protons_in_spill(FACILITY) / area)


def test_refusals():
    behind = monitors()[0].precomputed()
    with pytest.raises(InputError, match="depends on the tunnel"):
        analysis.monitor_rates((behind,))
    contract = dict.fromkeys(AbstractInstrument.__abstractmethods__, property(lambda self: ()))
    other = type("Other", (AbstractInstrument,), contract)
    with pytest.raises(InputError, match="got Other"):
        rates_at(other(), TUNNEL, FACILITY, PrecomputedLeptons(()))
