"""Counts with a fourth neutrino: the chain, least squares by a minimiser, and what a search puts into its bins."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from oscillation_toys import SPLITTINGS, detectors
from scipy.optimize import minimize

from ontarget.analysis.oscillation.sterile_counts import (
    Disappearance,
    Distances,
    Rates,
    Summed,
    SummedDistances,
    chi_square,
    disappearance_templates,
    gram,
)
from ontarget.ground.errors import InputError
from ontarget.matter.flavour import FLAVOURS
from ontarget.propagation import NoOscillation
from ontarget.source import Untagged


@pytest.fixture(scope="module")
def near():
    return detectors()["pip2_sterile_near"].noun


def test_linear_in_the_amplitude(near):
    """With one mixing alone, counts are those of the chain to rounding."""
    splittings = jnp.asarray(SPLITTINGS)
    at = 38  # 20 eV2
    found = disappearance_templates(near, near.propagation, splittings)
    mixed = eqx.tree_at(
        lambda one: (one.propagation.dm2, one.propagation.umu4), near, (splittings[at], jnp.asarray(0.03))
    )
    amplitude = 4 * 0.03 * 0.97 * np.array([flavour.endswith("mu") for flavour in FLAVOURS])
    expected = eqx.filter_jit(lambda one: one.counts().channels[0].values.sum(axis=2))(mixed)
    np.testing.assert_allclose(found.steady - amplitude[:, None] * found.lost[at], expected, rtol=1e-12)


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


def test_empty_bins_say_nothing():
    """A bin without counts has no variance, and is left out, whatever is said to be lost there."""
    steady, lost = np.array([400.0, 0.0]), np.array([[[40.0, 3.0]]])
    np.testing.assert_allclose(gram(steady, lost, 1.0)[0], [[200.0, -20.0], [-20.0, 2.0]])


@pytest.mark.parametrize(
    ("binning", "expected"),
    [
        (Rates(), [[15.0 + 60.0], [51.0 + 96.0]]),  # 0 + ... + 5, and 6 more in each bin of the second window
        (Distances(), [[10.0, 12, 14, 16, 18, 20 - 15], [22.0, 24, 26, 28, 30, 32 - 15]]),
        (Summed(), [[15.0 + 60.0 + 51.0 + 96.0]]),
        (SummedDistances(), [[32.0, 36, 40, 44, 48, 52 - 30]]),
    ],
)
def test_bins_of_a_search(near, binning, expected):
    """Two flavours of twelve bins, 2 windows of 6 distances: 0, 1, ... of one; the other begins at 10, less 15 last."""
    values = np.full((6, 2, 6), 1e9)
    values[FLAVOURS.index("nu_e")] = np.arange(12.0).reshape(2, 6)
    values[FLAVOURS.index("nubar_mu")] = 10 + np.arange(12.0).reshape(2, 6)
    values[FLAVOURS.index("nubar_mu"), :, -1] -= 15
    search = Disappearance((0, 1), ("nu_e",), binning=binning)
    found = search.counts(near.detector.tag, values.reshape(6, 12), ("nu_e", "nubar_mu"))
    np.testing.assert_array_equal(found, np.array(expected))


def test_refusals(near):
    with pytest.raises(InputError, match="No flavour"):
        Disappearance((0,), ("nu_x",))
    with pytest.raises(InputError, match="has 2 windows"):
        Disappearance((2,), ("nu_mu",), name="late").check([near])
    still = eqx.tree_at(lambda one: one.propagation, near, NoOscillation())
    with pytest.raises(InputError, match="needs a fourth neutrino"):
        Disappearance((0,), ("nu_mu",)).check([still])
    untagged = eqx.tree_at(lambda one: one.detector.tag, near, Untagged())
    with pytest.raises(InputError, match="in time and distance"):
        Disappearance((0,), ("nu_mu",)).check([untagged])
