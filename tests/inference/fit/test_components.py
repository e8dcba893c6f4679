"""What a fit is made of: sums against the expectation, errors against Minuit with every number written out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from iminuit import Minuit

from ontarget.detector import Channel, ConstantEfficiency, Detector, MeasuredBackground, TemplateBackground
from ontarget.experiment import Experiment
from ontarget.ground.units import MW, GeV, Hz, keV, kg, m, ns, us
from ontarget.inference.fit import Components, counts_at, fit, predicted_spread
from ontarget.inference.likelihood import Flat, Gaussian, Scale, likelihood
from ontarget.interaction import CEvNS
from ontarget.matter import Material
from ontarget.numerics import EnergyAxis, SquareRoot, TimeAxis
from ontarget.source import ArrivalTime, Facility, GaussianPulse, ProtonsOnTarget, Site, StoppedPion

STRENGTH = Scale("strength", "*.source.neutrinos_per_proton", 0.0, 3.0)
NEUTRONS = Scale("neutrons", "*.neutrons.total", 0.0, 3.0, prior=Gaussian(1.0, 0.25))
LIGHT = Scale("light", "*.response.0.fraction", 0.2, 1.6, prior=Gaussian(1.0, 0.2))
MASS = Scale("mass", "*.detector.mass", 0.5, 1.5, prior=Gaussian(1.0, 0.1))
SHAPE = np.array([[9.0, 6.0, 3.0], [3.0, 2.0, 1.0]])
ASIDE = np.array([50.0, 30.0, 0.0])
COUNTS = np.array([[130.0, 31.0, 9.0], [95.0, 30.0, 4.0]])


def experiment(*backgrounds) -> Experiment:
    """CsI at a pulsed source: three energies by two times."""
    axis, tag = EnergyAxis(5 * keV, 35 * keV, 3), ArrivalTime(TimeAxis(0.0, 6 * us, 2), 100 * ns)
    truth = EnergyAxis(0.0, 50 * keV, 20, SquareRoot())
    channel = Channel(CEvNS(), truth, (ConstantEfficiency(0.5),), name="recoils")
    parts = Site(20 * m), 8 * kg, Material("CsI"), axis, (channel,), backgrounds, tag
    pulse = Facility(1 * GeV, 1.4 * MW, 60 * Hz, GaussianPulse(700 * ns, 150 * ns))
    exposure, source = ProtonsOnTarget(1.5e23), StoppedPion(0.09, nodes=8)
    return Experiment(pulse, source, detector=Detector(*parts), exposure=exposure, observed=COUNTS, name="crystal")


@pytest.fixture(scope="module")
def fitted():
    """With a sideband, and the fit of signal and neutrons."""
    steady = MeasuredBackground(ASIDE, 0.5, name="steady")
    noun = experiment(TemplateBackground(20.0, SHAPE, name="neutrons"), steady)
    nll = likelihood(noun, [STRENGTH, NEUTRONS])
    best = fit(nll)
    return noun, nll, best, Components(noun, nll, best, "strength")


def test_the_parts_add_up_to_the_fit(fitted):
    _, nll, best, parts = fitted
    assert set(parts.values) == {"recoils", "neutrons", "steady"}
    theta = np.array([best.values[name] for name in nll.names])
    whole = np.asarray(nll.profiled(theta).means).reshape(2, 3)
    np.testing.assert_allclose(sum(parts.values.values()), whole, rtol=1e-9)  # the expansion's own error
    np.testing.assert_allclose(parts.flavours["recoils"].sum(axis=0), parts.values["recoils"], rtol=1e-12)
    np.testing.assert_array_equal(parts.observed, COUNTS)
    # the sideband is fitted, not taken: its bins move towards the data
    assert abs(parts.total("steady") - 0.5 * ASIDE.sum()) > 1.0


def test_the_signal_is_what_vanishes_with_the_strength(fitted):
    assert fitted[-1].signal == ("recoils",)


def test_errors_are_those_of_minuit_with_all_backgrounds_as_parameters(fitted):
    noun, _, best, parts = fitted
    signal = np.asarray(noun.expected().signal())

    def cost(strength, neutrons, first, second, third):
        aside = np.array([first, second, third])
        mu = strength * signal + neutrons * 20 * SHAPE / SHAPE.sum() + aside / 2
        value = ((neutrons - 1) / 0.25) ** 2
        for counts, mean in ((COUNTS, mu), (ASIDE[:2], 2 * aside[:2])):
            value += 2 * (mean - counts + counts * np.log(np.maximum(counts, 1e-300) / mean)).sum()
        return value + 4 * third

    minuit = Minuit(cost, strength=1.0, neutrons=1.0, first=25.0, second=15.0, third=0.0)
    minuit.limits["third"] = (0, None)
    minuit.fixed["third"] = True  # nothing was counted there: its best is zero, the edge
    minuit.strategy, minuit.tol = 2, 1e-4
    minuit.migrad()
    minuit.hesse()
    # Minuit's numerical second derivatives hold to 1e-3
    assert best.values["strength"] == pytest.approx(minuit.values["strength"], rel=1e-4)
    assert parts.errors["recoils"] == pytest.approx(minuit.errors["strength"] * signal.sum(), rel=3e-3)
    assert parts.errors["neutrons"] == pytest.approx(20 * minuit.errors["neutrons"], rel=3e-3)
    together = np.array(minuit.covariance)[2:4, 2:4].sum()
    assert parts.total("steady") == pytest.approx(minuit.values["first"] + minuit.values["second"], rel=1e-3)
    assert parts.errors["steady"] == pytest.approx(np.sqrt(together), rel=3e-3)


def test_counts_at_many_points(fitted):
    """Each point has its own strength; backgrounds are as they were."""
    noun, _, _, _ = fitted
    counts, whole = counts_at(noun, [STRENGTH], [{"strength": 0.0}, {"strength": 2.5}]), noun.expected()
    np.testing.assert_allclose(counts.channels[0].values[1], 2.5 * whole.channels[0].values, rtol=1e-12)
    assert not np.asarray(counts.channels[0].values[0]).any()
    np.testing.assert_allclose(counts.backgrounds[0].values[1], whole.backgrounds[0].values, rtol=1e-12)


def test_prediction_and_its_spread():
    """Linear in mass and light: errors are 10 and 20 % of the signal; the strength's flat prior adds none."""
    noun = experiment(TemplateBackground(20.0, SHAPE, name="neutrons"))
    value, error = predicted_spread(noun, STRENGTH, [MASS, LIGHT, NEUTRONS])
    signal = float(noun.expected().signal().sum())
    assert value == pytest.approx(signal, rel=1e-12)
    # neutrons move no signal
    assert error == pytest.approx(signal * np.hypot(0.1, 0.2), rel=1e-9)


def test_a_deviation_stops_at_the_edge_of_its_box():
    """Half the difference of both ends: with a box up to 1.05, one side of 10 % is halved."""
    noun = experiment(TemplateBackground(20.0, SHAPE, name="neutrons"))
    edge = Scale("mass", "*.detector.mass", 0.5, 1.05, prior=Gaussian(1.0, 0.1))
    value, error = predicted_spread(noun, STRENGTH, [edge])
    assert error == pytest.approx(0.075 * value, rel=1e-9)


def test_a_sum_that_the_data_do_not_determine_has_no_error():
    """Neutrons in bins of a million counts, within a box of a tenth: nothing is said of them, all of the rest."""
    base = TemplateBackground(3e6, SHAPE, name="base")
    noun = experiment(TemplateBackground(20.0, SHAPE, name="neutrons"), base)
    noun = dataclasses.replace(noun, observed=np.asarray(noun.expected().total()))
    few = dataclasses.replace(NEUTRONS, low=0.95, high=1.05, prior=Flat())
    nll = likelihood(noun, [STRENGTH, few])
    best = fit(nll)
    parts = Components(noun, nll, best, "strength")
    assert best.errors["neutrons"] == np.inf
    assert parts.errors["neutrons"] == np.inf
    assert parts.errors["base"] == 0.0
