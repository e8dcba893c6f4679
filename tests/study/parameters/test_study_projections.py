"""Projections of a fit: every event is shown once along every axis, and a sideband is subtracted with its error."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import NEUTRONS, STRENGTH

from ontarget.detector import TemplateBackground
from ontarget.inference.fit import Components, fit
from ontarget.inference.likelihood import likelihood
from ontarget.numerics import CountAxis
from ontarget.study.parameters.projections import observables, projections, residuals

LABELS = ("energy", "time")


@pytest.fixture(scope="module")
def made(context):
    noun = context.experiments["crystal"].noun
    nll = likelihood(noun, [STRENGTH, NEUTRONS], known=context.expansions)
    parts = Components(noun, nll, fit(nll), "strength")
    whole = projections(noun, parts, LABELS)
    return noun, parts, whole, residuals(noun, whole, LABELS)


def test_every_projection_adds_up_to_the_totals(made):
    noun, parts, whole, _ = made
    total = sum(parts.total(name) for name in parts.values)
    assert [one.x_label for one in whole] == ["energy (keV)", "time (µs)"]
    for one in whole:
        assert one.total.sum() == pytest.approx(total, rel=1e-12)
        assert one.observed.values.sum() == np.sum(noun.observed)
    np.testing.assert_allclose(whole[0].edges, [5, 15, 25, 35, 45], rtol=1e-12)
    np.testing.assert_allclose(whole[1].edges, [0, 2, 4, 6], atol=1e-12)
    np.testing.assert_allclose(whole[1].observed.values, np.asarray(noun.observed).sum(axis=1))


def test_layers_are_told_apart(made):
    layers = {one.label: one.layer for one in made[2][0].components}
    assert layers.pop("prompt neutrons") == "background"
    assert layers.pop("steady state") == "steady"
    assert len(layers) == 3  # flavours at a stopped-pion source
    assert set(layers.values()) == {"signal"}


def test_the_sideband_is_subtracted_with_its_error(made):
    """Along the energy: n - m/2 and the root of n + m/4. Along time, shares of all of it."""
    noun, _, whole, without = made
    observed, aside = np.asarray(noun.observed), np.array([300.0, 160.0, 90.0, 0.0])
    shares = np.asarray(noun.detector.backgrounds[1].shape.shares(noun.detector.tag))
    for index, (counts, steady, variance) in enumerate(
        [
            (observed.sum(axis=0), aside / 2, aside / 4),
            (observed.sum(axis=1), aside.sum() / 2 * shares, aside.sum() / 4 * shares**2),
        ]
    ):
        shown = without[index].observed
        np.testing.assert_allclose(shown.values, counts - steady, rtol=1e-12)
        alone = whole[index].observed
        np.testing.assert_allclose(shown.above, np.sqrt(alone.above**2 + variance), rtol=1e-12)
        np.testing.assert_allclose(shown.below, np.sqrt(alone.below**2 + variance), rtol=1e-12)
        assert [one.layer for one in without[index].components].count("steady") == 0


def test_a_second_observable_is_a_projection_too(made):
    """Flattened after the first, the second fastest."""
    noun = made[0]
    seen, old, template = CountAxis(0.0, 2.0, 2), noun.detector, TemplateBackground(1.0, np.ones((3, 8)))
    detector = dataclasses.replace(old, seen=seen, second=old.seen, channels=(), backgrounds=(template,))
    two = dataclasses.replace(noun, detector=detector, observed=None)
    found = observables(two, ("photo-electrons", "energy", "time"))
    counts = np.arange(24.0).reshape(3, 8)
    assert [one.label for one in found] == ["photo-electrons", "energy", "time"]
    np.testing.assert_array_equal(found[0].onto(counts), [counts[:, :4].sum(), counts[:, 4:].sum()])
    np.testing.assert_array_equal(found[1].onto(counts), counts[:, :4].sum(axis=0) + counts[:, 4:].sum(axis=0))
    np.testing.assert_array_equal(found[2].onto(counts), counts.sum(axis=1))
