"""A cross-section by methods on a small beam: templates against the chain, errors against closed forms."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from counter_toys import PIONS, source
from monitored_toys import detector

import ontarget.analysis as analysis
from ontarget.analysis.beam.beam_flux import of_a_tunnel
from ontarget.analysis.beam.beam_variation import BeamError, flux_in
from ontarget.analysis.monitored.cross_section_precision import beams_of, bins_between, middle_of
from ontarget.analysis.monitored.cross_section_templates import Bilinear, with_factors
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.numerics import BeamEnergyAxis
from ontarget.source import GaussianMatching, TaggedEnergy
from ontarget.source.computed import PrecomputedFlux

EDGES = np.array([0.5, 1.5, 2.5, 4.0]) * GeV
YIELD = BeamError("beam.species.pi+.number", 0.02, "pions")
MESONS = np.diag([0.25, 0.5, 1.0, 1.0])


@pytest.fixture(scope="module")
def pions():
    """The detector of the toys behind a beam of pions alone, whose muon neutrinos are its only ones."""
    beam = source(PIONS, decays=source().decays[:1])
    return eqx.tree_at(lambda one: one.source, detector(), beam)


@pytest.fixture(scope="module")
def methods(pions):
    tag = TaggedEnergy(BeamEnergyAxis(0.5 * GeV, 4.0 * GeV, 7), GaussianMatching(0.8, 0.01))
    tagged = eqx.tree_at(lambda one: one.detector.tag, pions, tag)
    return {
        "rings": analysis.CrossSectionMethod(pions, 0.05, (YIELD,)),
        "tagged": analysis.CrossSectionMethod(tagged, 0.01, (YIELD,), MESONS),
    }


@pytest.fixture(scope="module")
def found(methods):
    return analysis.cross_section(methods, EDGES, goal=0.1)


def test_templates_are_those_of_the_chain(methods, found):
    """Counts at some factors and pulls: of the experiment with such a flux and such cross-sections, to rounding."""
    method, axis = methods["rings"], bins_between(EDGES)
    nominal, moved = beams_of(methods, lambda line: None)
    tunnel, site = of_a_tunnel(method.experiment)
    given, other = (flux_in(tunnel, site, method.experiment.detector.tag, one) for one in (nominal, *moved["rings"]))
    z, factors = (0.7, -1.3), (1.2, 0.6, 1.0)
    values = given.values * (1 + 0.05 * z[0]) + z[1] * (other.values - given.values)
    flux = PrecomputedFlux(dataclasses.replace(given, values=values))
    whole = with_factors(eqx.tree_at(lambda one: one.source, method.experiment, flux), axis, "nu_mu")
    names = [f"detector.channels.cc.interaction.factors.bin{i}.value" for i in range(3)]
    wanted = np.asarray(replace(whole, dict(zip(names, factors, strict=True))).counts().channels[0].values)
    start = Bilinear.at_start(found.methods["rings"].parts)
    events = dataclasses.replace(start, factors=tuple(map(jnp.asarray, factors)), pulls=tuple(map(jnp.asarray, z)))
    np.testing.assert_allclose(events.bins(), wanted.sum(axis=(0, 2)), rtol=1e-9)


def test_events_and_errors_of_the_rate(methods, found):
    """The rate has the normalisation, the number of pions, and every pull of their yields, in quadrature."""
    experiment = methods["rings"].experiment
    events = float(experiment.expected().channels[0].values.sum())
    rings, tagged = found.methods["rings"], found.methods["tagged"]
    assert rings.events == pytest.approx(events, rel=1e-9)
    assert rings.statistical == pytest.approx(events**-0.5)
    assert rings.flux == pytest.approx(np.hypot(0.05, 0.02), rel=1e-9)
    assert rings.rate == pytest.approx(np.sqrt(1 / events + 0.05**2 + 0.02**2), rel=1e-9)
    assert 0.5 < tagged.events / events < 0.8  # 80 %, of what is within the energies of the tag
    assert len(tagged.parts) > 3 == len(rings.parts)  # eigenmodes of the mesons beside
    assert tagged.flux > np.hypot(0.01, 0.02)


def test_errors_are_those_of_the_information(found):
    """Poisson's, by hand: J^T J / n for the rates of change by factors and pulls, and one for each pull.

    The likelihood's expansion of what is bilinear is exact, to rounding.
    """
    for method in found.methods.values():
        parts = method.parts
        slopes = np.concatenate([parts[0, 1:], parts[1:, 0]])
        unit = np.diag([0.0] * 3 + [1.0] * (len(parts) - 1))
        information = (slopes / parts[0, 0]) @ slopes.T + unit
        np.testing.assert_allclose(method.information, information, rtol=1e-8, atol=1e-8 * np.abs(information).max())
    tagged = found.methods["tagged"]
    wanted = np.linalg.inv(tagged.information)[:3, :3]
    np.testing.assert_allclose(tagged.free.covariance, wanted, rtol=1e-6)
    np.testing.assert_allclose(tagged.free.total, np.sqrt(np.diagonal(wanted)), rtol=1e-6)
    assert tagged.free.resolved == 3
    assert found.methods["rings"].free.resolved < 3
    assert found.ratios == ()  # a beam without electron neutrinos
    # second differences of bins of 1, 1 and 1.5 GeV, whose middles are 1 and 1.25 GeV apart, known to be 0 to 0.03
    bent = np.array([1.125 / 1.0, -1.125 / 1.0 - 1.125 / 1.25, 1.125 / 1.25]) / 0.03
    smooth = tagged.information.copy()
    smooth[:3, :3] += np.outer(bent, bent)
    np.testing.assert_allclose(tagged.smoothed.total, np.sqrt(np.diagonal(np.linalg.inv(smooth))[:3]), rtol=1e-6)
    assert (tagged.smoothed.total < tagged.free.total).all()


def test_counting_and_common_errors(found):
    """Nuisances fixed: the information of the factors alone. Bins that migrate into each other are known worse than
    the root of their events, and what is common to all, 1 and 2 %, is in each of them."""
    method = found.methods["tagged"]
    slopes = method.parts[0, 1:]
    alone = np.linalg.inv((slopes / method.parts[0, 0]) @ slopes.T)
    np.testing.assert_allclose(method.free.statistical, np.sqrt(np.diagonal(alone)), rtol=1e-6)
    assert (method.free.statistical > slopes.sum(axis=1) ** -0.5).all()
    assert (method.free.systematic > 0.99 * np.hypot(0.01, 0.02)).all()


def test_the_middle_of_the_events():
    """Bins of 2, 2 and 6 events: 16 % are reached at 0.8 of the first, 84 % at 4.4 / 6 of the last."""
    parts = np.zeros((1, 4, 1))
    parts[0, :, 0] = 10, 2, 2, 6
    low, high = middle_of(Bilinear.at_start(parts), np.array([0.0, 1.0, 2.0, 4.0]))
    assert (low, high) == pytest.approx((0.8, 2 + 2 * 4.4 / 6))


def test_bins_without_events_are_left_out():
    parts = np.ones((2, 3, 4))
    parts[0, 0, 1] = 0.0
    start = Bilinear.at_start(parts, "toy")
    assert start.parts.shape == (2, 3, 3)
    assert [len(start.factors), len(start.pulls)] == [2, 1]
    assert all(float(one) == 1 for one in start.factors)
    assert all(float(one) == 0 for one in start.pulls)


def test_each_number_is_moved_once(methods):
    """Both methods have the same error of the beam: one flux, counted once."""
    said: list[str] = []
    _, moved = beams_of(methods, said.append)
    assert sum("off by 2 %" in line for line in said) == 1
    assert moved["rings"][0] is moved["tagged"][0]


def test_a_covariance_of_other_pulls_is_refused(methods):
    wrong = {"rings": dataclasses.replace(methods["rings"], mesons=np.eye(3))}
    with pytest.raises(InputError, match="have 4 pulls"):
        analysis.cross_section(wrong, EDGES)
