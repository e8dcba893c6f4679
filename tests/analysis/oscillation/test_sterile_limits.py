"""Limits of an oscillation's amplitude: one bin in closed form, six bins by a minimiser and a root."""

import jax.numpy as jnp
import numpy as np
import pytest
from oscillation_toys import DISTANCE, ELECTRONS, ENERGIES, MUONS, table_experiment
from scipy.optimize import brentq, minimize
from scipy.stats import chi2

from ontarget import analysis
from ontarget.analysis.oscillation.oscillated import Oscillated, likelihood_of_search, oscillation_templates
from ontarget.analysis.oscillation.sterile_limits import energy_bands, excluded_amplitude
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, eV
from ontarget.matter.flavour import FLAVOURS

DM2 = np.array([8.0, 25.0, 400.0])
SPLITTINGS = DM2 * float(eV**2)


def counted(events, change, normalisation, background=0.0):
    """A search of one bin."""
    arrays = (jnp.array([one]) for one in (events, change, background))
    sizes, pulls = (jnp.asarray(normalisation), jnp.asarray(0.2)), (jnp.asarray(0.0),) * 3
    return likelihood_of_search(Oscillated(*arrays, jnp.zeros((1, 1)), sizes, pulls, name="search"))


@pytest.mark.parametrize(("normalisation", "change"), [(1e-4, -5e5), (0.02, -5e5), (0.02, -3e5)])
def test_limit_of_a_rate(normalisation, change):
    """One bin: the amplitude that changes the rate by 2.146 times its error, for two degrees of freedom at 90 %."""
    events = 1e6
    found = excluded_amplitude(counted(events, change, normalisation))
    error = np.hypot(np.sqrt(events), normalisation * events)
    # errors of counting and of flux are those at the limit, which has 8 % less of the second
    assert found == pytest.approx(np.sqrt(chi2.ppf(0.9, 2)) * error / -change, rel=0.1)


def test_limit_of_an_appearance():
    """No event expected but from the signal: likelihood of nothing seen, s n = 4.605 / 2."""
    found = excluded_amplitude(counted(1e-9, 1e4, 0.01))
    assert found == pytest.approx(chi2.ppf(0.9, 2) / 2 / 1e4, rel=0.02)


@pytest.fixture(scope="module")
def table():
    return table_experiment()


@pytest.fixture(scope="module")
def templates(table):
    return oscillation_templates(table, SPLITTINGS)


@pytest.fixture(scope="module")
def steady(table):
    """Electrons and muons in the six bins, without oscillation."""
    counts = np.asarray(table.expected().channels[0].values).sum(axis=1)
    return counts[FLAVOURS.index("nu_e")], counts[FLAVOURS.index("nu_mu")]


def sine(i):
    """Of the middles of the bins, which are all energies of the flux there is."""
    return np.sin(1.2669327 * DM2[i] * DISTANCE * 1e-3 / ENERGIES) ** 2


def by_hand(channel, i, electrons, muons, share):
    """What is expected without oscillation, misidentified muons, and what an amplitude of one changes."""
    if channel == "nu_mu disappearance":
        return muons, share * muons, -muons * sine(i)
    if channel == "nu_e disappearance":
        return electrons, share * muons, -electrons * sine(i)
    # muon neutrinos of the flux with the cross-section of electron neutrinos
    return electrons, share * muons, electrons / ELECTRONS * MUONS * sine(i)


CASES = [
    ("nu_mu disappearance", 0, 0.01, 0.05, 0.0),
    ("nu_mu disappearance", 1, 0.02, 0.03, 0.01),
    ("nu_e disappearance", 1, 0.01, 0.02, 0.002),
    ("nu_mu to nu_e", 0, 0.01, 0.05, 0.002),
    ("nu_mu to nu_e", 2, 0.1, 0.05, 0.004),
]


@pytest.mark.parametrize(("channel", "i", "normalisation", "shape", "share"), CASES)
def test_limits_by_a_minimiser(table, templates, steady, channel, i, normalisation, shape, share):
    """Poisson likelihood of six bins, one sine squared in each; factors of all, of each band, of misidentified."""
    n, b, change = by_hand(channel, i, *steady, share)
    band = np.array([0, 1, 1, 2, 2, 3])  # bands of one GeV begin at full GeV
    data = n + b

    def square(z, s):
        factor = (1 + normalisation * z[0]) * (1 + shape * z[2:][band])
        model = (n + s * change) * factor + b * (1 + 0.2 * z[1])
        if (model <= 0).any():
            return 1e9
        return 2 * (model - data + data * np.log(data / model)).sum() + (z**2).sum()

    def rise(s):
        return minimize(square, np.zeros(6), args=(s,), tol=1e-7).fun - chi2.ppf(0.9, 2)

    one = slice(i, i + 1)
    here = analysis.OscillationTemplates(SPLITTINGS[one], templates.counts[:, one])
    found = analysis.short_baseline(table, channel, SPLITTINGS[one], normalisation, shape, share, templates=here)
    assert found.events == pytest.approx(n.sum(), rel=1e-9)
    assert found.misidentified == pytest.approx(b.sum(), rel=1e-9)
    expected = 1.0 if rise(1.0) < 0 else brentq(rise, 1e-5, 1.0, rtol=1e-4)
    # the interval is interpolated between amplitudes 10 % apart
    assert found.excluded[0] == pytest.approx(expected, rel=3e-3)


def test_templates_by_hand(templates, steady):
    """Two flavours with an amplitude of one: sines squared, and nothing else, to seven digits of the constant."""
    electrons, muons = steady
    np.testing.assert_allclose(templates.steady[FLAVOURS.index("nu_mu")], muons, rtol=1e-12)
    for channel in ("nu_mu disappearance", "nu_e disappearance", "nu_mu to nu_e"):
        kind = analysis.channel_named(channel)
        expected = np.stack([by_hand(channel, i, electrons, muons, 0.0)[2] for i in range(len(DM2))])
        # seven digits of the constant, times a phase of 40
        np.testing.assert_allclose(templates.change(kind), expected, atol=1e-5 * np.abs(expected).max())


def test_bands_of_each_bin_of_the_tag():
    """Six bins of energy in two of a tag: bands of 0.7 GeV begin at multiples of it, and hold bins of both."""
    found = energy_bands(table_experiment(), 12, float(0.7 * GeV))
    # middles 0.75, 1.25 | 1.75 | 2.25, 2.75 | 3.25, of which 0.7 goes into 1 and 1, 2, 3 and 3, 4 times
    once = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0], [0, 0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(found, np.tile(once, 2))


def test_refusals(table, templates):
    with pytest.raises(InputError, match="no such one"):
        analysis.short_baseline(table, "nu_mu to nu_tau", SPLITTINGS, templates=templates)
    nothing = analysis.OscillationTemplates(SPLITTINGS, 0 * templates.counts)
    with pytest.raises(InputError, match="Nothing is expected"):
        analysis.short_baseline(table, "nu_mu to nu_e", SPLITTINGS, templates=nothing)
