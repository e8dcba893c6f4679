"""Bands of a small tunnel: what they are proportional to, and their derivatives."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.design.band_merit import BandEvents, BandWidth
from ontarget.analysis.design.bands import Bands, BandsByDesign, bands_of, moving, quantiles, width_and_events
from ontarget.analysis.design.problem import DesignAddresses, DesignProblem
from ontarget.beam import ParametrisedBeam, Species, Tunnel
from ontarget.beam.decays.mode import decays_of
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, mm
from ontarget.io.entry import load_experiment
from ontarget.numerics import BeamEnergyAxis, LengthAxis
from ontarget.source import BeamSite, DecayTunnel, Radius, Untagged
from ontarget.study.design.design_space import DesignNumber, DesignSpace, planned

DESIGN = DesignSpace(
    ("spread", "number", "tunnel"),
    ("%", "", "m"),
    (),
    (("lar.source.beam.spread",), ("lar.source.beam.species.pi+.number",), ("lar.source.tunnel.length",)),
    (0.01, 1.0, 1.0 * m),
)


@pytest.fixture(scope="module")
def bands():
    beam = ParametrisedBeam(8.4 * GeV, 0.075, 1e-3, 18 * mm, (Species(0.038, name="pi+"),))
    modes = tuple(one for one in decays_of("pi+") if one.neutrino == "nu_mu")
    axis = BeamEnergyAxis(0.0, 10 * GeV, 100)
    source = DecayTunnel(beam, Tunnel(40 * m, 1 * m, 2 * m), axis, modes, (), rays=8192, repeats=2)
    tag = Radius(LengthAxis(0.0, 2.8 * m, 7))
    return Bands(source, BeamSite(27 * m, 4 * m, 4 * m, 22 * m), tag, DESIGN, jnp.ones(101), "lar")


def test_width_and_events_and_their_slopes(bands):
    """Events go as the pions, the width knows nothing of them; a wider bite makes wider bands."""
    at = np.array([10.0, 0.04, 40.0])
    value, slope = (np.asarray(one) for one in moving(bands, jnp.asarray(at)))
    assert slope[1] == pytest.approx([0.0, value[1] / 0.04], rel=1e-12, abs=1e-12)
    assert slope[0, 0] > 0
    for index, step in ((0, 0.02), (2, 0.1)):
        up, down = (np.asarray(moving(bands, jnp.asarray(at + sign * step * np.eye(3)[index]))[0]) for sign in (1, -1))
        width, events = (up - down) / (2 * step)
        # the width has small kinks where a quantile passes a node of energy; the events have none
        assert slope[index, 0] == pytest.approx(width, rel=0.02)
        assert slope[index, 1] == pytest.approx(events, rel=1e-3, abs=1e-6 * value[1])


def test_spectra_of_rings_follow_the_angle(bands):
    """Pions of one energy along the axis: 0.427 of it forwards, and 1 / (1 + (gamma theta)^2) of that aside."""
    spectra = eqx.filter_jit(lambda one, design: one.spectra(design))
    at = jnp.array([0.01, 0.038, 40.0])
    still = eqx.tree_at(lambda one: one.source.beam.divergence, bands, jnp.asarray(1e-6))
    found, energy = np.asarray(spectra(still, at)), np.asarray(bands.source.energies.edges) / GeV
    mean = (energy[:, None] * found).sum(axis=0) / found.sum(axis=0)
    # rings of 0.4 m, from the middle of the tunnel to the middle of the detector; its length spreads this by a third
    theta = (np.arange(7) + 0.5) * 0.4 / (20 + 27 + 11)
    expected = (1 - (0.10566 / 0.13957) ** 2) * 8.4 / (1 + (8.4 / 0.13957 * theta) ** 2)
    np.testing.assert_allclose(mean[:3], expected[:3], rtol=0.08)
    assert (np.diff(mean) < 0).all()
    heavier = eqx.tree_at(lambda one: one.events, still, 2.0 * bands.source.energies.edges / GeV)
    np.testing.assert_allclose(spectra(heavier, at), 2 * energy[:, None] * found, rtol=1e-12)


def test_width_and_events_of_flat_and_sloping_bands():
    """Middle 68 % of a flat density, and of one that rises from nothing, weighted with the events of each ring."""
    energy = np.linspace(0.0, 8.0, 9)
    flat, slope = np.full(9, 5.0), 3.0 * energy
    # what a node stands for is half of its cells: half as much at the ends
    flat[[0, -1]], slope[-1] = 2.5, 12.0
    width, events = np.asarray(width_and_events(jnp.asarray(energy), jnp.asarray(np.stack([flat, slope], axis=1))))
    assert events == pytest.approx(40 + 96)
    of_flat, of_slope = 0.68 / 2 / 0.5, (np.sqrt(0.84) - np.sqrt(0.16)) / 2 / np.sqrt(0.5)
    assert width == pytest.approx((40 * of_flat + 96 * of_slope) / 136, rel=1e-12)


def test_quantiles_between_nodes():
    """A triangle of density: squares of the distance from its ends."""
    found = np.asarray(quantiles(jnp.asarray([0.0, 1.0, 2.0, 3.0]), jnp.asarray([0.0, 5.0, 0.0, 0.0])))
    np.testing.assert_allclose(found, [np.sqrt(0.32), 1.0, 2 - np.sqrt(0.32)], rtol=1e-12)


@pytest.fixture(scope="module")
def argon():
    return load_experiment("nuscope_lar").noun


def test_bands_of_an_experiment(argon):
    """Pions to muon neutrinos alone; events per fluence: nucleons of 500 t, 6.93 fb per GeV at 4 GeV, all protons."""
    space, today = DesignAddresses(((f"{argon.name}.source.tunnel.length",),)), np.array([40.0])
    found = bands_of([argon], argon.name, space, today, 64)
    assert [one.name for one in found.source.beam.species] == ["pi+"]
    assert {(one.parent, one.neutrino) for one in found.source.decays} == {("pi+", "nu_mu")}
    assert (found.source.rays, found.source.repeats, found.source.regions) == (64, 2, ("tunnel",))
    assert found.source.daughters == ()
    node = int(np.argmin(np.abs(np.asarray(found.source.energies.edges) - 4 * GeV)))
    energy = float(found.source.energies.edges[node]) / GeV
    # the table between 4 and 5 GeV falls by 2 %; a nucleon of argon weighs 0.999 u
    nucleons = 500e6 * 6.02214e23
    assert float(found.events[node]) == pytest.approx(1.4e19 * nucleons * 6.93e-39 * energy * cm**2, rel=5e-3)
    with pytest.raises(InputError, match="Did you mean"):
        bands_of([argon], "nuscope_lr", space, today, 64)


def test_what_moves_no_bands_is_refused(argon):
    heavier = DesignAddresses(((f"{argon.name}.detector.mass",),))
    with pytest.raises(InputError, match="source and site"):
        bands_of([argon], argon.name, heavier, np.array([1.0]), 64)
    blind = eqx.tree_at(lambda one: one.detector.tag, argon, Untagged())
    with pytest.raises(InputError, match=r"detector\.tag.*Radius"):
        bands_of([blind], argon.name, heavier, np.array([1.0]), 64)


def test_what_one_figure_computed_is_there_for_the_other(bands, monkeypatch):
    """Width and events of a design are one call, and a second question is none."""
    calls = []

    def counted(of, design):
        calls.append(tuple(np.asarray(design)))
        return jnp.array([0.25, 7.0]) * design[0]

    def slopes(of, design):
        calls.append("slope")
        return counted(of, design), jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    monkeypatch.setattr("ontarget.analysis.design.bands.measured", counted)
    monkeypatch.setattr("ontarget.analysis.design.bands.moving", slopes)
    at = np.array([[10.0, 0.04, 40.0], [4.0, 0.04, 40.0]])
    problem = DesignProblem((), (), (), DESIGN, at[0], at[0], at[0])
    problem._bands["lar", 64] = BandsByDesign(bands)
    width, events = (one("lar", 64).measured(problem) for one in (BandWidth, BandEvents))
    np.testing.assert_allclose(width.values(at), [2.5, 1.0])
    np.testing.assert_allclose(events.values(at), [70.0, 28.0])
    assert len(calls) == 2
    assert events.slope(at[0])[0] == pytest.approx(70.0)
    np.testing.assert_allclose(events.slope(at[0])[1], [2.0, 4.0, 6.0])
    np.testing.assert_allclose(width.slope(at[0])[1], [1.0, 3.0, 5.0])
    assert calls.count("slope") == 1


def test_no_tunnel_has_no_bands():
    class Shed:
        name = "shed"

    with pytest.raises(InputError, match="DecayTunnel"):
        BandWidth("shed").check(planned([Shed()], [], [], [DesignNumber(0.0, 1.0, today=0.5, name="x")]))
