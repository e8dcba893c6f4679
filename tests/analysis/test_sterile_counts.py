"""Two detectors and a sterile neutrino: the chain, the least squares by themselves, and a likelihood of the slides."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from ontarget.analysis.sterile_counts import (
    Disappearance,
    Distances,
    Rates,
    Summed,
    SummedDistances,
    chi_square,
    disappearance_templates,
    gram,
)
from ontarget.analysis.sterile_exclusion import blind_splittings, crossing, excluded, product_excluded
from ontarget.ground.errors import InputError
from ontarget.ground.units import eV
from ontarget.io.entry import load_experiment
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation import NoOscillation
from ontarget.study.context import Context
from ontarget.study.oscillation.sterile_product import SterileProduct
from ontarget.study.oscillation.sterile_reach import SterileReach

NU_MU = FLAVOURS.index("nu_mu")
FEW = {
    "source.nodes": 16,
    "detector.tag.lengths.bins": 6,
    "detector.seen.bins": 1,
    "detector.channels.cevns.truth.bins": 60,
}
FAR = {
    "detector.site.baseline": "30 m",
    "detector.tag.lengths.start": "27 m",
    "detector.tag.lengths.stop": "33 m",
    "detector.tag.time.offset": "100 ns",
}
"""The far detector under the near one's name: one program serves both."""

POINTS = 55
SEARCHES = (
    Disappearance((0,), ("nu_mu",), ("nu_mu",), name="rates"),
    Disappearance((0,), ("nu_mu",), ("nu_mu",), Distances(), name="distances"),
    Disappearance((0,), ("nu_mu", "nubar_mu"), name="leak-in"),
    Disappearance((0,), ("nu_mu",), ("nu_mu",), uncorrelated=0.01, name="each"),
)


@pytest.fixture(scope="module")
def loaded():
    near = "pip2_sterile_near"
    return {near: load_experiment(near, FEW), "pip2_sterile_far": load_experiment(near, FEW | FAR)}


def test_linear_in_the_amplitude(loaded):
    """With one mixing alone, counts are those of the chain to rounding."""
    near = loaded["pip2_sterile_near"].noun
    splittings = jnp.geomspace(1.7, 25.0, POINTS) * eV**2
    found = disappearance_templates(near, near.propagation, splittings)
    mixed = eqx.tree_at(
        lambda one: (one.propagation.dm2, one.propagation.umu4), near, (splittings[-1], jnp.asarray(0.03))
    )
    amplitude = 4 * 0.03 * 0.97 * np.array([flavour.endswith("mu") for flavour in FLAVOURS])
    expected = eqx.filter_jit(lambda one: one.counts().channels[0].values.sum(axis=2))(mixed)
    np.testing.assert_allclose(found.steady - amplitude[:, None] * found.lost[-1], expected, rtol=1e-12)


def test_chi_square_is_least():
    """Against a minimiser that knows nothing of closed forms."""
    random = np.random.default_rng(5)
    steady, lost = random.uniform(1e3, 1e4, (2, 3)), random.uniform(0.1, 0.9, (2, 3))
    grams = np.stack([gram(n, (n * d)[None, None], 0.7) for n, d in zip(steady, lost, strict=True)], axis=1)
    found = chi_square(grams, np.array([[1.0, 0.0]]), np.array([[1.0, 0.2]]), 0.09, 0.03)[0, 0]

    def square(x):
        model = steady * (1 - 0.2 * lost) * (1 + 0.09 * x[0] + 0.03 * x[1:, None])
        return ((steady - model) ** 2 / (1.7 * steady)).sum() + (x**2).sum()

    assert found == pytest.approx(minimize(square, np.zeros(3), tol=1e-12).fun, rel=1e-9)
    rigid = chi_square(grams, np.array([[1.0, 0.0]]), np.array([[1.0, 0.2]]), 1e-9, 0.0)[0, 0]
    assert rigid == pytest.approx((steady * (0.2 * lost) ** 2 / 1.7).sum(), rel=1e-9)


@pytest.fixture(scope="module")
def section(loaded):
    task = SterileReach(SEARCHES, discovery=("rates",), blind={"rates": "distances"}, lowest=0.5 * eV**2, points=POINTS)
    context = Context(loaded, (), lambda line: None)
    task.check(context)
    return task.run(context)


def curves(section):
    rows = section.tables[2].rows
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def test_events_by_hand(section):
    """Five years, 100 t, 20 keV and 70 %: protons, yield, flux at the middle, and recoils of argon above threshold."""
    recoil = np.linspace(20e-3, 2 * 29.792**2 / 37215, 2001)  # MeV, up to the end point
    q = np.sqrt(2 * 37215 * recoil) / 197.327 * 3.4  # times the radius of argon, 3.4 fm rms
    form = np.exp(-(q**2) / 3)
    # G_F^2 M / 4 pi (hbar c)^2 in cm2/MeV, N - (1 - 4 sin^2) Z
    shape = 1.16638e-11**2 * 37215 / (4 * np.pi) * 3.8938e-22 * (22 - 0.0457 * 18) ** 2
    cross = np.trapezoid(shape * form * (1 - 37215 * recoil / (2 * 29.792**2)), recoil)
    protons = 0.75 * 5 * 3.15576e7 * 630e3 / (800e6 * 1.602177e-19)
    made = protons * 0.12 * 0.7 * 1e8 / 39.948 * 6.02214e23 * cross / (4 * np.pi)
    row = section.tables[0].rows[0]
    for name, distance in (("near", 1500.0), ("far", 3000.0)):
        # a Gaussian form factor, no radiative corrections, no ring of 1/L^2, 0.4 % after the window: some per cent each
        assert row[f"signal, pip2_sterile_{name}"] == pytest.approx(made / distance**2, rel=0.05)


def test_two_rates_by_hand(section):
    """Two numbers, one error of both: the likelihood of the slides, with sines averaged over points of a cylinder."""
    found, row = curves(section), section.tables[0].rows[0]
    numbers = np.array([row["signal, pip2_sterile_near"], row["signal, pip2_sterile_far"]])
    draws = np.random.default_rng(1)
    turn, radius = draws.uniform(0, 2 * np.pi, 200_000), 2.25 * np.sqrt(draws.uniform(size=200_000))
    height = draws.uniform(-2.25, 2.25, 200_000)
    paths = [np.sqrt((at + radius * np.cos(turn)) ** 2 + (radius * np.sin(turn)) ** 2 + height**2) for at in (15, 30)]
    for i in (8, 16, 21, 40):
        dm2 = found["dm2 (eV2)"][i]
        mean = np.array([np.average(np.sin(1.2669327 * dm2 * one / 29.792) ** 2, weights=one**-2.0) for one in paths])

        def square(s, mean=mean):
            model, variance = numbers * (1 - s * mean), 2 * numbers
            away = numbers - model
            pull = (away * model / variance).sum() / ((model**2 / variance).sum() + 0.09**-2)
            return ((away - pull * model) ** 2 / variance).sum() + (pull / 0.09) ** 2

        at = found["rates"][i]
        # chi squared at the limit; 200,000 points average sines to 1e-3, near and far differ by more but where blind
        assert square(at) == pytest.approx(chi2.ppf(0.9, 2), rel=0.15 if at > 0.2 else 0.05)


def test_what_is_found(section):
    """Order 1e-2 near 1 eV2; blind where both baselines lose alike; distances restore; an error of each costs."""
    found = curves(section)
    one = found["dm2 (eV2)"].searchsorted(1.0)
    assert 0.005 < found["rates"][one] < 0.02
    assert (found["distances"] <= 1.001 * found["rates"]).all()  # more is told apart
    assert (found["each"] > found["rates"]).all()
    blind = section.tables[1].rows
    # sin^2 at 15 m and at 30 m are alike where k 15 m = pi/3, 2 pi/3, pi: 1.64, 3.28 and 4.92 eV2
    for place in (1.64, 3.28, 4.92):
        assert min(abs(row["dm2 (eV2)"] / place - 1) for row in blind) < 0.05
    # beyond, bins of a metre and a resolution of 36 cm average as well
    assert all(row["by distance"] < 0.5 * row["by rate"] for row in blind if row["dm2 (eV2)"] < 20)
    exclusion, discovery = (np.array([row["rates"] for row in section.tables[i].rows]) for i in (2, 3))
    assert (discovery >= exclusion).all()
    assert len(section.pictures) == 2


def test_product_of_two_mixings():
    """Each known by a number of its own to 1e-3: the product is an eighth of that of both limits."""
    one, other = np.array([1e6, 1e6]), np.array([[[5e5, 0.0]], [[0.0, 5e5]]])
    grams = np.stack([gram(one, other, 0.0)], axis=1)
    alone = [excluded(np.stack([gram(one, part[None], 0.0)], axis=1), 1e-9, 0.0, 0.9)[0] for part in other]
    # chi squared / 4.605 = (s_mu / S_mu)^2 + (s_e / S_e)^2, least where both are alike, and s_mu s_e = 4 sin^2 2theta
    found = product_excluded(grams, 1e-9, 0.0, 0.9)[0]
    # the sterile share is short of one by 0.004, the ratio of both is tried in steps of 15 %
    assert found == pytest.approx(alone[0] * alone[1] / 8, rel=0.02)


def test_more_told_apart_excludes_more(loaded):
    """Windows and distances each for itself, against sums over them; the product as a task."""
    searches = [
        Disappearance((0, 1), ("nu_mu", "nu_e", "nubar_mu"), binning=one, name=type(one).__name__)
        for one in (Summed(), SummedDistances(), Rates(), Distances())
    ]
    context = Context(loaded, (), lambda line: None)
    reach = SterileReach(tuple(searches), lowest=0.5 * eV**2, points=POINTS).run(context)
    found = curves(reach)
    for more, less in (("SummedDistances", "Summed"), ("Rates", "Summed"), ("Distances", "SummedDistances")):
        assert (found[more] <= 1.001 * found[less]).all()
    product = SterileProduct(tuple(searches[2:]), lowest=0.5 * eV**2, points=POINTS)
    product.check(context)
    rows = product.run(context).tables[1].rows
    assert all(row["Distances"] <= 1.001 * row["Rates"] for row in rows)
    assert all(1e-6 < row["Distances"] < 0.25 for row in rows)


def test_limits_of_a_parabola():
    """One bin known by its counts alone: s = sqrt(4.605 V) / D; nothing lost, nothing excluded."""
    grams = np.stack([gram(np.array([1e6]), np.array([[[3e5], [0.0]]]), 0.0)], axis=1)
    found = excluded(grams, 1e-9, 0.0, 0.9)
    assert found[0] == pytest.approx(np.sqrt(chi2.ppf(0.9, 2)) * 1e3 / 3e5, rel=1e-3)
    assert found[1] == 1.0
    assert crossing(np.full((1, 321), 9.0), 4.6)[0] == 1e-4


def test_peaks():
    assert blind_splittings(np.array([5.0, 1.0, 9.0, 1.0, 2.0, 1.5])).tolist() == [2]


def test_refusals(loaded):
    with pytest.raises(InputError, match="No flavour"):
        Disappearance((0,), ("nu_x",))
    context = Context(loaded, (), lambda line: None)
    with pytest.raises(InputError, match="has 2 windows"):
        SterileReach((Disappearance((2,), ("nu_mu",), name="late"),)).check(context)
    with pytest.raises(InputError, match="No search has this name"):
        SterileReach(SEARCHES, discovery=("rats",)).check(context)
    near = loaded["pip2_sterile_near"]
    still = eqx.tree_at(lambda one: one.propagation, near.noun, NoOscillation())
    context = Context({"still": dataclasses.replace(near, noun=still)}, (), lambda line: None)
    with pytest.raises(InputError, match="needs a fourth neutrino"):
        SterileReach(SEARCHES).check(context)
