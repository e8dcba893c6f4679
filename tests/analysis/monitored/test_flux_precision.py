"""Relative errors of a flux: sums, ratios, nodes and rings against parts by hand."""

import numpy as np
import pytest
from monitored_toys import ONE_MESON, counted, flux

from ontarget.analysis.monitored.flux_precision import precision_of, relative, spans, whole_error
from ontarget.ground.units import GeV, m
from ontarget.matter.flavour import FLAVOURS

SETS = {"before": np.eye(2), "after": counted().covariance(["counter"], 0.02)}


@pytest.fixture(scope="module")
def found():
    return precision_of(flux(), SETS, 1.0 * GeV, np.array([0.0, 2.0]) * m)


def by_node(flavour, outside=True):
    """The flux of a flavour by each bin of the yields, [bin node], and the covariance of these for each set."""
    row, factor = FLAVOURS.index(flavour), np.linalg.cholesky(np.asarray(ONE_MESON.covariance()))
    modes = np.asarray(flux().modes)[:, row].sum(axis=2)
    modes = modes.sum(axis=2) if outside else modes[:, :, 0]
    return np.linalg.solve(factor.T, modes), {name: factor @ one @ factor.T for name, one in SETS.items()}


def test_closed_forms():
    """Two pulls that move a bin by 3 and by 4 % of it: 5 %; correlated, 7 %; no flux, no number."""
    modes = np.array([[0.06, 0.0], [0.08, 1.0]])
    np.testing.assert_allclose(relative(np.array([2.0, 0.0]), modes, np.eye(2)), [0.05, np.nan])
    assert relative(np.array([2.0, 0.0]), modes, np.ones((2, 2)))[0] == pytest.approx(0.07)


def test_sums_over_energy(found):
    """Weights 1, below, above and E on the parts of each node, in the names' order; the mean is that of the parts."""
    energy = np.array([0.5, 2.0, 4.0])
    weights = {
        "nu_mu": ("nu_mu", np.ones(3)),
        "nu_mu below 1 GeV (pions)": ("nu_mu", np.array([1.0, 0, 0])),
        "nu_mu above 1 GeV (kaons)": ("nu_mu", np.array([0, 1.0, 1.0])),
        "nu_mu, times energy": ("nu_mu", energy),
        "nu_e": ("nu_e", np.ones(3)),
        "nu_e, times energy": ("nu_e", energy),
    }
    assert found.sums == (*weights, "nu_e / nu_mu")
    assert found.sets == ("before", "after")
    for errors, (flavour, weight) in zip(found.of_sums, weights.values(), strict=False):
        parts, covariances = by_node(flavour)
        each = parts @ weight
        wanted = [np.sqrt(each @ covariances[name] @ each) / each.sum() for name in found.sets]
        np.testing.assert_allclose(errors, wanted, rtol=1e-10)  # rounding of a triangle's inverse
    assert whole_error(flux(), "nu_mu", SETS["after"]) == pytest.approx(found.of_sums[0, 1])


def test_ratio_of_flavours(found):
    """A finite step of each part of the yields: the ratio is linear in a small one, to its square, 1e-6 of it."""
    electron, muon = (by_node(flavour)[0].sum(axis=1) for flavour in ("nu_e", "nu_mu"))
    step = 1e-6
    moved = [
        ((electron.sum() + step * electron[i]) / (muon.sum() + step * muon[i])) / (electron.sum() / muon.sum()) - 1
        for i in range(2)
    ]
    slope = np.array(moved) / step
    for place, covariance in enumerate(by_node("nu_e")[1].values()):
        assert found.of_sums[-1, place] == pytest.approx(np.sqrt(slope @ covariance @ slope), rel=1e-5)


def test_nodes_and_rings(found):
    for flavour in ("nu_mu", "nu_e"):
        parts, covariances = by_node(flavour)
        inside = by_node(flavour, outside=False)[0].sum(axis=1)
        for i, covariance in enumerate(covariances.values()):
            wanted = np.sqrt(np.einsum("ab,an,bn->n", covariance, parts, parts)) / parts.sum(axis=0)
            np.testing.assert_allclose(found.of_energy[flavour][i], wanted, rtol=1e-10)
            ring = np.sqrt(inside @ covariance @ inside) / inside.sum()
            np.testing.assert_allclose(found.of_rings[flavour][i], [ring], rtol=1e-10)
        assert found.held[flavour].all()
    np.testing.assert_allclose(found.energy / GeV, [0.5, 2.0, 4.0])


def test_little_flux_is_not_shown():
    given = flux()
    values = given.given.values.at[FLAVOURS.index("nu_mu"), 0].multiply(1e-4)
    import dataclasses

    small = dataclasses.replace(given, given=dataclasses.replace(given.given, values=values))
    found = precision_of(small, SETS)
    assert found.held["nu_mu"].tolist() == [False, True, True]
    assert found.radii is None
    assert not found.of_rings
    assert list(spans(small, 4.3 * GeV))[1] == "nu_mu below 4.3 GeV (pions)"
