"""Projections of a fit: every event is shown once along every axis, and a sideband is subtracted with its error."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import NEUTRONS, STRENGTH, written

from ontarget.analysis import projections
from ontarget.analysis.parameters.projected_fit import fitted_parts, observables
from ontarget.detector import DecayingShape, FactoredBackground, TemplateBackground
from ontarget.ground.units import us
from ontarget.inference.fit import Components, fit
from ontarget.inference.likelihood import likelihood
from ontarget.io.entry import load_experiment
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import CountAxis


@pytest.fixture(scope="module")
def crystal(tmp_path_factory):
    return load_experiment(written(tmp_path_factory.mktemp("projected")) / "crystal.yaml").noun


@pytest.fixture(scope="module")
def components(crystal):
    nll = likelihood(crystal, [STRENGTH, NEUTRONS])
    return Components(crystal, nll, fit(nll), "strength")


@pytest.fixture(scope="module")
def whole(crystal, components):
    return projections(crystal, components)


def test_every_projection_adds_up_to_the_totals(crystal, components, whole):
    total = sum(components.total(name) for name in components.values)
    assert [one.name for one in whole] == ["seen", "tag"]
    assert [one.axis for one in whole] == [crystal.detector.seen, crystal.detector.tag.times]
    for one in whole:
        assert sum(part.counts.sum() for part in one.parts) == pytest.approx(total, rel=1e-12)
        assert one.observed.sum() == np.sum(crystal.observed)
    np.testing.assert_allclose(whole[0].observed, np.asarray(crystal.observed).sum(axis=0))
    np.testing.assert_allclose(whole[1].observed, np.asarray(crystal.observed).sum(axis=1))


def test_parts_are_of_one_kind_each(components, whole):
    for one in whole:
        kinds = {part.name: part.kind for part in one.parts if not part.flavour}
        assert kinds == {"prompt_neutrons": "background", "steady_state": "steady"}
        flavours = {part.flavour: part for part in one.parts if part.flavour}
        assert tuple(flavours) == FLAVOURS
        assert {(part.name, part.kind) for part in flavours.values()} == {("cevns", "signal")}
        shares = {name: part.counts.sum() for name, part in flavours.items()}
        every = dict(zip(FLAVOURS, components.flavours["cevns"].sum(axis=(1, 2)), strict=True))
        assert shares == pytest.approx(every, rel=1e-12)
        # stopped pions: three flavours, one each per pion
        assert {name for name, number in shares.items() if number > 0} == {"nu_e", "nu_mu", "nubar_mu"}


def test_a_background_that_vanishes_with_the_strength_is_signal(crystal, components):
    """Signal from a template, as releases have it."""
    moved = dataclasses.replace(crystal.detector, channels=())
    released = dataclasses.replace(crystal, detector=moved)
    nll = likelihood(released, [NEUTRONS])
    parts = Components(released, nll, fit(nll), "neutrons")
    kinds = {part.name: part.kind for part in projections(released, parts)[0].parts}
    assert kinds == {"prompt_neutrons": "signal", "steady_state": "steady"}


def test_a_factored_background_is_steady(crystal, components):
    old = crystal.detector
    steady = FactoredBackground(150.0, np.array([80.0, 45.0, 20.0, 5.0]), DecayingShape(20 * us), name="steady_state")
    detector = dataclasses.replace(old, backgrounds=(old.backgrounds[0], steady))
    parts = fitted_parts(dataclasses.replace(crystal, detector=detector), components, observables(crystal)[0])
    assert [part.kind for part in parts if not part.flavour] == ["background", "steady"]


def test_the_sideband_is_subtracted_with_its_error(crystal, whole):
    """Along the energy: m/2 with the root of m/4. Along time, shares of all of it."""
    aside = np.array([300.0, 160.0, 90.0, 0.0])
    shares = np.asarray(crystal.detector.backgrounds[1].shape.shares(crystal.detector.tag))
    for one, counts, variance in zip(
        whole, (aside / 2, aside.sum() / 2 * shares), (aside / 4, aside.sum() / 4 * shares**2), strict=True
    ):
        np.testing.assert_allclose(one.sideband, counts, rtol=1e-12)
        np.testing.assert_allclose(one.sideband_error, np.sqrt(variance), rtol=1e-12)


def test_without_a_sideband_nothing_is_subtracted(crystal):
    detector = dataclasses.replace(crystal.detector, channels=(), backgrounds=crystal.detector.backgrounds[:1])
    plain = dataclasses.replace(crystal, detector=detector)
    nll = likelihood(plain, [NEUTRONS])
    for one in projections(plain, Components(plain, nll, fit(nll), "neutrons")):
        assert (one.sideband, one.sideband_error) == (None, None)


def test_a_second_observable_is_a_projection_too(crystal):
    """Flattened after the first, the second fastest."""
    seen, old, template = CountAxis(0.0, 2.0, 2), crystal.detector, TemplateBackground(1.0, np.ones((3, 8)))
    detector = dataclasses.replace(old, seen=seen, second=old.seen, channels=(), backgrounds=(template,))
    two = dataclasses.replace(crystal, detector=detector, observed=None)
    found = observables(two)
    counts = np.arange(24.0).reshape(3, 8)
    assert [one.name for one in found] == ["seen", "second", "tag"]
    assert [one.axis for one in found] == [seen, old.seen, old.tag.times]
    np.testing.assert_array_equal(found[0].onto(counts), [counts[:, :4].sum(), counts[:, 4:].sum()])
    np.testing.assert_array_equal(found[1].onto(counts), counts[:, :4].sum(axis=0) + counts[:, 4:].sum(axis=0))
    np.testing.assert_array_equal(found[2].onto(counts), counts.sum(axis=1))
