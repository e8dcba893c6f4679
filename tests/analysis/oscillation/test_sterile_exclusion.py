"""Limits of a fourth neutrino: counts and phases by hand, least squares and profiles by brute force, closed forms."""

import jax.numpy as jnp
import numpy as np
import pytest
from oscillation_toys import SEARCHES, SPLITTINGS, detectors
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import chi2, norm

from ontarget import analysis
from ontarget.analysis.oscillation.sterile_counts import (
    Disappearance,
    DisappearanceTemplates,
    Distances,
    Rates,
    Summed,
    SummedDistances,
    disappearance_templates,
    gram,
)
from ontarget.analysis.oscillation.sterile_exclusion import (
    AMPLITUDES,
    APPEARANCE_AMPLITUDES,
    FIVE_SIGMA,
    blind_splittings,
    crossing,
    discovered,
    excluded,
    product_excluded,
)
from ontarget.ground.units import eV
from ontarget.matter.flavour import FLAVOURS

DM2 = SPLITTINGS / float(eV**2)


@pytest.fixture(scope="module")
def both():
    return [one.noun for one in detectors().values()]


@pytest.fixture(scope="module")
def reach(both):
    return analysis.sterile_reach(both, SEARCHES, SPLITTINGS)


def limits(result):
    return dict(zip(result.searches, result.excluded, strict=True))


def test_events_by_hand(reach):
    """Five years, 100 t, 20 keV and 70 %: protons, yield, flux at the middle, and recoils of argon above threshold."""
    recoil = np.linspace(20e-3, 2 * 29.792**2 / 37215, 2001)  # MeV, up to the end point
    q = np.sqrt(2 * 37215 * recoil) / 197.327 * 3.4  # times the radius of argon, 3.4 fm rms
    form = np.exp(-(q**2) / 3)
    # G_F^2 M / 4 pi (hbar c)^2 in cm2/MeV, N - (1 - 4 sin^2) Z
    shape = 1.16638e-11**2 * 37215 / (4 * np.pi) * 3.8938e-22 * (22 - 0.0457 * 18) ** 2
    cross = np.trapezoid(shape * form * (1 - 37215 * recoil / (2 * 29.792**2)), recoil)
    protons = 0.75 * 5 * 3.15576e7 * 630e3 / (800e6 * 1.602177e-19)
    made = protons * 0.12 * 0.7 * 1e8 / 39.948 * 6.02214e23 * cross / (4 * np.pi)
    # a Gaussian form factor, no radiative corrections, no ring of 1/L^2, 0.4 % after the window: some per cent each
    np.testing.assert_allclose(reach.signal[0], made / np.array([1500.0, 3000.0]) ** 2, rtol=0.05)


def cylinder(distance):
    """Paths to 200,000 points of a cylinder 4.5 m across and high, and 1/L^2 of each."""
    draws = np.random.default_rng(1)
    turn, radius = draws.uniform(0, 2 * np.pi, 200_000), 2.25 * np.sqrt(draws.uniform(size=200_000))
    height = draws.uniform(-2.25, 2.25, 200_000)
    path = np.sqrt((distance + radius * np.cos(turn)) ** 2 + (radius * np.sin(turn)) ** 2 + height**2)
    return path, path**-2.0


def lost_share(path, weight, dm2):
    """The mean of the sine squared at the energy of the pion's line, born along a target of 25.5 cm."""
    wave = 1.2669327 * dm2 / 29.792
    return 0.5 - 0.5 * np.exp(-2 * (wave * 0.255) ** 2) * np.average(np.cos(2 * wave * path), weights=weight)


@pytest.mark.parametrize("i", [8, 16, 21, 40])
def test_two_rates_by_hand(reach, i):
    """Two numbers, one error of both: the likelihood of the slides, with sines averaged over points of a cylinder."""
    numbers = reach.signal[0]
    mean = np.array([lost_share(*cylinder(distance), DM2[i]) for distance in (15, 30)])

    def square(data, model):
        variance, away = 2 * numbers, data - model
        pull = (away * model / variance).sum() / ((model**2 / variance).sum() + 0.09**-2)
        return ((away - pull * model) ** 2 / variance).sum() + (pull / 0.09) ** 2

    at = reach.excluded[0, i]
    # chi squared at the limit; 200,000 points average sines to 1e-3, near and far differ by more but where blind
    near = 0.15 if at > 0.2 else 0.05
    assert square(numbers, numbers * (1 - at * mean)) == pytest.approx(chi2.ppf(0.9, 2), rel=near)
    at = reach.discovered[0, i]
    five = chi2.ppf(2 * norm.cdf(5) - 1, 2)
    if at == 1.0:
        assert square(numbers * (1 - mean), numbers) < five
    else:
        assert square(numbers * (1 - at * mean), numbers) == pytest.approx(five, rel=near)


def test_distances_by_hand(reach):
    """Points of a cylinder in bins, smeared by 25.5 cm twice, in the target and after: chi squared by least squares."""
    i = 21  # 3.9 eV2: the sine squared has gone round 1.6 times where the far detector stands
    counts, lost = [], []
    for distance, total in zip((15, 30), reach.signal[1], strict=True):
        path, weight = cylinder(distance)
        edges = np.linspace(distance - 3, distance + 3, 7)
        shares = np.diff(ndtr((edges - path[:, None]) / 0.255), axis=1) * weight[:, None]
        wave = 1.2669327 * DM2[i] / 29.792
        sine = 0.5 - 0.5 * np.exp(-2 * (wave * 0.255) ** 2) * np.cos(2 * wave * path)
        counts.append(total * shares.sum(axis=0) / shares.sum())
        lost.append(total * (shares * sine[:, None]).sum(axis=0) / shares.sum())
    counts, lost = np.concatenate(counts), np.concatenate(lost)
    # sines vary by a few per cent over the cells of path whose middles stand for them, hence the 5 %
    assert least_squares(counts, counts - reach.excluded[1, i] * lost, [12], 0.09, 0.0) == pytest.approx(
        chi2.ppf(0.9, 2), rel=0.05
    )


def test_what_is_found(reach):
    """Order 1e-2 near 1 eV2; blind where both baselines lose alike; distances restore; an error of each costs."""
    found = limits(reach)
    assert 0.005 < found["rates"][DM2.searchsorted(1.0)] < 0.02
    assert (found["distances"] <= 1.001 * found["rates"]).all()  # more bins
    assert (found["each"] > found["rates"]).all()
    blind = blind_splittings(found["rates"])
    # sin^2 at 15 m and at 30 m are alike where k 15 m = pi/3, 2 pi/3, pi: 1.64, 3.28 and 4.92 eV2
    for place in (1.64, 3.28, 4.92):
        assert min(abs(DM2[blind] / place - 1)) < 0.05
    # beyond, bins of a metre and a resolution of 36 cm average as well
    early = blind[DM2[blind] < 20]
    assert (found["distances"][early] < 0.5 * found["rates"][early]).all()
    assert (reach.discovered >= reach.excluded).all()
    np.testing.assert_array_equal(reach.uncorrelated, [0.0, 0.0, 0.0, 0.01])


def least_squares(data, model, sizes, common, each, variance=None, background=1.0):
    """The least chi squared over a factor of all bins and one of each group (of `sizes` bins), as a linear fit."""
    variance = (1 + background) * data if variance is None else variance
    groups = np.repeat(np.arange(len(sizes)), sizes)
    shared = [
        model / np.sqrt(variance),
        *(np.where(groups == g, model, 0.0) / np.sqrt(variance) for g in range(len(sizes))),
    ]
    errors = np.array([common] + [max(each, 1e-12)] * len(sizes))
    design = np.concatenate([np.stack(shared, axis=1) * errors, np.eye(len(errors))])
    wanted = np.concatenate([(data - model) / np.sqrt(variance), np.zeros(len(errors))])
    pulls = np.linalg.lstsq(design, wanted, rcond=None)[0]
    return ((wanted - design @ pulls) ** 2).sum()


def toy_templates():
    """Two detectors of 2 windows and 6 distances, counts and losses of every flavour at random; one splitting."""
    random = np.random.default_rng(8)
    steady = random.uniform(100, 3000, (2, 6, 12))
    return [
        DisappearanceTemplates(jnp.asarray(one), jnp.asarray((one * random.uniform(0.0, 1.0, one.shape))[None]))
        for one in steady
    ]


def by_hand(search, values, flavours):
    """Counts of some flavours in the groups of a search, one array for each, of values [flavour tag]."""
    of = {name: values[k].reshape(2, 6) for k, name in enumerate(FLAVOURS)}
    windows = [sum(of[name][w] for name in flavours) + np.zeros(6) for w in search.windows]
    if isinstance(search.binning, Rates):
        return [np.array([one.sum()]) for one in windows]
    if isinstance(search.binning, Distances):
        return windows
    if isinstance(search.binning, Summed):
        return [np.array([sum(one.sum() for one in windows)])]
    return [sum(windows)]


def both_detectors(search, templates, flavours, lost=False):
    """The bins of all detectors in a row, and how many are in each group."""
    found = []
    for one in templates:
        found += by_hand(search, np.asarray(one.lost[0] if lost else one.steady), flavours)
    return np.concatenate(found), [len(one) for one in found]


TOY_SEARCHES = [
    Disappearance((1,), ("nu_mu",), ("nu_mu",), Distances(), 0.02),
    Disappearance((0, 1), ("nu_e", "nubar_mu"), uncorrelated=0.01),
    Disappearance((0, 1), ("nu_e", "nu_mu"), ("nu_e", "nubar_e"), Summed(), 0.02),
    Disappearance((0, 1), ("nu_mu",), binning=SummedDistances(), uncorrelated=0.02),
    Disappearance((0, 1), ("nu_mu", "nubar_mu"), binning=Distances()),
]


@pytest.mark.parametrize("search", TOY_SEARCHES, ids=lambda one: type(one.binning).__name__)
def test_limits_by_brute_force(both, search):
    """Bins by hand, linear least squares over all normalisations, and a root: excluded and discovered amplitudes."""
    templates = toy_templates()
    grams = search.grams(both, templates, search.parts(), 0.6)
    steady, sizes = both_detectors(search, templates, search.counted)
    lost, _ = both_detectors(search, templates, [one for one in search.oscillating if one in search.counted], True)
    more = (sizes, 0.05, float(search.uncorrelated), 1.6 * steady)

    def excluding(s):
        return least_squares(steady, steady - s * lost, *more) - chi2.ppf(0.9, 2)

    def discovering(s):
        return least_squares(steady - s * lost, steady, *more) - chi2.ppf(0.99, 2)

    errors = 0.05, float(search.uncorrelated)
    # chi squared is interpolated between amplitudes 3 % apart, where it is a power of the amplitude: second order
    assert excluded(grams, *errors, 0.9)[0] == pytest.approx(brentq(excluding, 1e-4, 1.0), rel=1e-3)
    assert discovered(grams, *errors, 0.99)[0] == pytest.approx(brentq(discovering, 1e-4, 1.0), rel=1e-3)


def profiled(product, templates, search, background, common, ratios=2001):
    """The least chi squared over the ratio of two mixings of given product, their sum up to one half."""
    steady, sizes = both_detectors(search, templates, search.counted)
    muon, electron = (
        both_detectors(search, templates, flavours, True)[0]
        for flavours in (("nu_mu", "nubar_mu"), ("nu_e", "nubar_e"))
    )
    more = (sizes, common, float(search.uncorrelated), (1 + background) * steady)
    found = np.inf
    for ue4 in np.geomspace(2 * product / 4, 0.5, ratios):
        umu4 = product / 4 / ue4
        if ue4 + umu4 <= 0.5 * (1 + 1e-9):
            rest = 1 - ue4 - umu4
            found = min(found, least_squares(steady, steady - 4 * rest * (ue4 * electron + umu4 * muon), *more))
    return found


@pytest.mark.parametrize("splitting", [12, 36])  # 1.6 and 17 eV2
def test_product_by_brute_force(both, splitting):
    """Least squares written out, along 300 ratios of both mixings: chi squared at the limit of the product."""
    search = Disappearance((0, 1), ("nu_mu",), uncorrelated=0.003, name="rates")
    result = analysis.sterile_product(both, [search], SPLITTINGS, 0.05, 0.6)
    shown = jnp.asarray(SPLITTINGS)
    templates = [disappearance_templates(one, one.propagation, shown) for one in both]
    here = [DisappearanceTemplates(one.steady, one.lost[splitting : splitting + 1]) for one in templates]
    at = result.appearance[0, splitting]
    assert 1e-5 < at < 0.2
    # ratios are tried in steps of some per cent here and there, and the least is flat; amplitudes are 11 % apart
    assert profiled(at, here, search, 0.6, 0.05, 300) == pytest.approx(chi2.ppf(0.9, 2), rel=0.02)
    steady, sizes = both_detectors(search, here, FLAVOURS)
    for flavours, found in ((("nu_mu", "nubar_mu"), result.muon), (("nu_e", "nubar_e"), result.electron)):
        lost, _ = both_detectors(search, here, flavours, True)
        alone = least_squares(steady, steady - found[0, splitting] * lost, sizes, 0.05, 0.003, 1.6 * steady)
        assert alone == pytest.approx(chi2.ppf(0.9, 2), rel=1e-3)


def test_product_of_two_mixings():
    """Each known by a number of its own to 1e-3: the product is an eighth of that of both limits."""
    one, other = np.array([1e6, 1e6]), np.array([[[5e5, 0.0]], [[0.0, 5e5]]])
    grams = np.stack([gram(one, other, 0.0)], axis=1)
    alone = [excluded(np.stack([gram(one, part[None], 0.0)], axis=1), 1e-9, 0.0, 0.9)[0] for part in other]
    # chi squared / 4.605 = (s_mu / S_mu)^2 + (s_e / S_e)^2, least where both are alike, and s_mu s_e = 4 sin^2 2theta
    found = product_excluded(grams, 1e-9, 0.0, 0.9)[0]
    # the sterile share is short of one by 0.004, the ratio of both is tried in steps of 15 %
    assert found == pytest.approx(alone[0] * alone[1] / 8, rel=0.02)


@pytest.mark.parametrize("measured", [0, 1])
def test_product_where_one_mixing_is_not_measured(measured):
    """Least is lost where the other mixing is as large as may be: U = S / 2 and 1/2 - U, a product of S (1 - S)."""
    lost = np.zeros((2, 1, 1))
    lost[measured] = 5e5
    alone = excluded(np.stack([gram(np.array([1e6]), lost[[measured]], 0.0)], axis=1), 1e-9, 0.0, 0.9)[0]
    found = product_excluded(np.stack([gram(np.array([1e6]), lost, 0.0)], axis=1), 1e-9, 0.0, 0.9)[0]
    # chi squared is nearly a power of the product between two that are tried
    assert found == pytest.approx(alone * (1 - alone), rel=2e-3)


def test_product_of_weak_measurements():
    """Where mixings are large the sterile share counts: 4 U (1 - U - U'), with U + U' no more than one half."""
    search, templates = Disappearance((0, 1), ("nu_mu",), binning=Distances()), toy_templates()
    few = [DisappearanceTemplates(0.02 * one.steady, 0.02 * one.lost) for one in templates]
    both = [one.noun for one in detectors().values()]
    grams = search.grams(both, few, (("nu_mu", "nubar_mu"), ("nu_e", "nubar_e")), 1.0)
    found = product_excluded(grams, 0.09, 0.0, 0.9)[0]
    assert 0.02 < found < 0.2
    assert profiled(found, few, search, 1.0, 0.09, 300) == pytest.approx(chi2.ppf(0.9, 2), rel=0.02)


def test_more_bins_exclude_more(both):
    """Windows and distances each for itself, against sums over them; and so for the product."""
    searches = [
        Disappearance((0, 1), ("nu_mu", "nu_e", "nubar_mu"), binning=one, name=type(one).__name__)
        for one in (Summed(), SummedDistances(), Rates(), Distances())
    ]
    found = limits(analysis.sterile_reach(both, searches, SPLITTINGS))
    for more, less in (("SummedDistances", "Summed"), ("Rates", "Summed"), ("Distances", "SummedDistances")):
        assert (found[more] <= 1.001 * found[less]).all()
    product = analysis.sterile_product(both, searches[2:], SPLITTINGS)
    rates, distances = product.appearance
    assert (distances <= 1.001 * rates).all()
    assert ((distances > 1e-6) & (distances < 0.25)).all()


def test_limits_of_a_parabola():
    """One bin known by its counts alone: s = sqrt(4.605 V) / D; nothing lost, nothing excluded."""
    grams = np.stack([gram(np.array([1e6]), np.array([[[3e5], [0.0]]]), 0.0)], axis=1)
    found = excluded(grams, 1e-9, 0.0, 0.9)
    assert found[0] == pytest.approx(np.sqrt(chi2.ppf(0.9, 2)) * 1e3 / 3e5, rel=1e-3)
    assert found[1] == 1.0
    assert crossing(np.full((1, 321), 9.0), 4.6)[0] == 1e-4


def test_the_last_crossing_counts():
    """What rises through a level, falls below it and rises again is excluded above the last rise, a power law."""
    values = (AMPLITUDES / 0.1) ** 2
    values[100:150] = 2.0
    assert crossing(values[None], 1.0)[0] == pytest.approx(0.1, rel=1e-9)
    assert crossing((APPEARANCE_AMPLITUDES[None] / 0.01) ** 2, 1.0, APPEARANCE_AMPLITUDES)[0] == pytest.approx(0.01)


def test_blind_splittings():
    assert blind_splittings(np.array([5.0, 1.0, 9.0, 1.0, 2.0, 1.5])).tolist() == [2]
    assert blind_splittings(np.array([5.0, 4.0, 9.0, 1.0, 2.0, 1.5])).tolist() == []  # 9 is no three times 4
    assert blind_splittings(np.array([1.0, 9.0, 9.0, 1.0])).tolist() == [2]  # a flat top counts once, at its end
    assert blind_splittings(np.array([1.0, 9.0, 5.0, 8.0, 2.0])).tolist() == [1]


def test_five_standard_deviations():
    assert pytest.approx(2 * norm.cdf(5) - 1, abs=1e-11) == FIVE_SIGMA
