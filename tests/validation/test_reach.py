"""The reach of real experiments of the catalog: degeneracies where closed forms put them, and Minuit's opinion."""

import functools

import numpy as np
import pytest
from iminuit import Minuit

import ontarget as ot
from ontarget.analysis.parameters.nsi_degeneracy import degenerate_line
from ontarget.ground.constants import weak_angle_low
from ontarget.inference.fit.batch import fit_many

COUPLINGS = {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}}
# equal densities of protons and neutrons, without which one nucleus sees a combination that moves with the recoil
COUPLINGS |= {f"detector.channels.cevns.interaction.{of}": {"type": "HelmLewinSmith"} for of in ("proton", "neutron")}
FREE = [
    ot.Parameter("u", "*.couplings.eps_ee_u", -1.2, 1.8),
    ot.Parameter("d", "*.couplings.eps_ee_d", -1.2, 1.8),
    ot.Scale("signal", "*.source.neutrinos_per_proton", 0.02, 4.0, prior=ot.Gaussian(1.0, 0.10)),
    ot.Scale("background", "*.backgrounds.*.rate", 0.8, 1.2, prior=ot.Gaussian(1.0, 0.01)),
]
NUCLEI = {"I": (53.0, 74.0), "F": (9.0, 10.0)}  # one isotope each, so that the degeneracy is exact


def one(name, **more):
    return ot.load(name, set={**COUPLINGS, **{key.replace("__", "."): value for key, value in more.items()}})


def pure(formula):
    return one("ess_csi" if formula == "I" else "ess_c3f8", detector__material={"formula": formula})


@functools.cache
def alone(formula):
    """The likelihood of one nucleus, made once for all tests."""
    return ot.likelihood(pure(formula), FREE)


def bands(formula):
    """Points (u, d) on the two lines of equal rate of one nucleus."""
    Z, N = NUCLEI[formula]
    u = np.linspace(-0.8, 1.0, 7)
    flipped = -2 * (Z * (0.5 - 2 * weak_angle_low) - N * 0.5)
    return [np.stack([u, degenerate_line(u, Z, N, constant)], axis=1) for constant in (0.0, flipped)]


def minus_two_log(likelihood, points):
    """At these (u, d), the normalisations at their start."""
    return np.asarray(likelihood.minus_two_log(np.column_stack([points, np.ones_like(points)])))


@pytest.mark.parametrize("formula", NUCLEI)
def test_one_nucleus_sees_one_combination_and_its_flipped_sign(formula):
    likelihood = alone(formula)
    for line in bands(formula):
        # rounding: counts of 1e4 agree to 1e-11, and -2 ln L is of second order in the difference
        assert np.abs(minus_two_log(likelihood, line)).max() < 1e-6
    halfway = (bands(formula)[0] + bands(formula)[1]) / 2  # where the amplitude of electron neutrinos vanishes
    assert minus_two_log(likelihood, halfway).min() > 10


def test_two_nuclei_leave_the_crossings_only():
    likelihood = ot.likelihood([pure("I"), pure("F")], FREE)
    far = np.array([point for line in bands("I") for point in line if np.hypot(*point) > 0.5])
    assert np.abs(minus_two_log(alone("I"), far)).max() < 1e-6
    # the sign of the whole amplitude is flipped for every nucleus at 2u + d = -2 g_p, u + 2d = -2 g_n
    proton, neutron = 0.5 - 2 * weak_angle_low, -0.5
    crossing = np.array([[(-4 * proton + 2 * neutron) / 3, (-4 * neutron + 2 * proton) / 3]])
    assert abs(minus_two_log(likelihood, crossing)[0]) < 1e-6
    elsewhere = far[np.hypot(*(far - crossing).T) > 0.3]
    assert len(elsewhere) >= 4
    assert minus_two_log(likelihood, elsewhere).min() > 1


def test_profiles_agree_with_minuit_at_random_points():
    likelihood = ot.likelihood([one("ess_csi"), one("ess_germanium")], FREE)
    random = np.random.default_rng(20261122)
    points = np.column_stack([random.uniform(-1.2, 1.8, (15, 2)), np.ones((15, 2))])
    ours = fit_many(likelihood, ["signal", "background"], points)
    assert ours.converged.all()
    for point, value in zip(points, ours.value, strict=True):
        minuit = Minuit(cost_at(likelihood, point), signal=1.0, background=1.0)
        minuit.limits = [(0.02, 4.0), (0.8, 1.2)]
        minuit.tol = 1e-3
        minuit.migrad()
        assert abs(minuit.fval - value) < 1e-3


def cost_at(likelihood, point):
    """-2 ln L as a function of the nuisances."""

    def cost(signal, background):
        return float(likelihood.minus_two_log(np.array([*point[:2], signal, background])))

    return cost
