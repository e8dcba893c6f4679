"""Tables of yields: they give back what they were made from, and wrong ones are refused with a sentence."""

import jax
import numpy as np
import pytest

from ontarget.beam import BMPT, CountTable, DensityTable, TabulatedYield
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, mrad

PROTON = as_array(400 * GeV)
P, THETA = np.array([4.0, 6.0, 7.0, 10.0]) * GeV, np.array([0.0, 10.0, 20.0, 40.0]) * mrad


def middles(edges):
    return (edges[1:] + edges[:-1]) / 2


def plane(p, theta):
    return (2 + 0.5 * p / GeV + 30 * theta) / GeV


PLANE = plane(middles(P)[:, None], middles(THETA))
TABLE = DensityTable("pi+", P, THETA, PLANE)


def test_a_plane_comes_back():
    """Bilinear interpolation is exact for a plane between the outermost middles."""
    random = np.random.default_rng(3)
    p = random.uniform(*middles(P)[[0, -1]], 200)
    theta = random.uniform(*middles(THETA)[[0, -1]], 200)
    found = TABLE.density(p, theta)
    np.testing.assert_allclose(found, plane(p, theta), rtol=1e-12)  # rounding
    slope = jax.jit(jax.vmap(jax.grad(TABLE.density, argnums=(0, 1))))(p, theta)
    np.testing.assert_allclose(slope[0], 0.5 / GeV**2, rtol=1e-9)
    np.testing.assert_allclose(slope[1], 30 / GeV, rtol=1e-9)


def test_constant_to_the_edge_and_zero_beyond():
    p = np.array([4.1, 9.9, 3.9, 10.1, 6.0, 6.0]) * GeV
    theta = np.array([1.0, 39.0, 5.0, 5.0, 40.1, 1.0]) * mrad
    found = np.asarray(TABLE.density(p, theta)) * GeV
    inside = plane(6 * GeV, 5 * mrad) * GeV
    np.testing.assert_allclose(found, [PLANE[0, 0] * GeV, PLANE[-1, -1] * GeV, 0, 0, 0, inside], rtol=1e-12)


def test_one_bin_is_a_constant():
    table = DensityTable("K-", [1 * GeV, 2 * GeV], [0.0, 0.1], [[3 / GeV]])
    assert np.asarray(table.density(1.2 * GeV * np.ones(1), np.zeros(1)))[0] * GeV == pytest.approx(3)


def test_counts_are_densities_times_bins():
    width, solid = np.diff(P), 2 * np.pi * -np.diff(np.cos(THETA))
    counted = CountTable("pi+", P, THETA, PLANE * width[:, None] * solid)
    # cosines near one: 1 - cos(10 mrad) is 5e-5, known to 1e-16 / 5e-5
    np.testing.assert_allclose(counted.densities, PLANE, rtol=1e-11)


def test_fine_table_of_bmpt_is_bmpt():
    p, theta = np.linspace(4, 12, 81) * GeV, np.linspace(0, 60, 121) * mrad
    grid = np.meshgrid(middles(p), middles(theta), indexing="ij")
    table = DensityTable("K+", p, theta, BMPT().density("K+", PROTON, *grid))
    model = TabulatedYield(PROTON, (table,))
    random = np.random.default_rng(1)
    rays = random.uniform(5, 11, 100) * GeV, random.uniform(1, 59, 100) * mrad
    found, wanted = jax.jit(lambda *rays: [one.density("K+", PROTON, *rays) for one in (model, BMPT())])(*rays)
    # h^2/8 of the second derivative: 0.1 GeV and 0.5 mrad against scales of 5 GeV and 20 mrad
    np.testing.assert_allclose(found, wanted, rtol=3e-4)


def test_derivative_by_an_entry():
    """The weight of the four neighbours of a point adds to one."""
    slope = jax.jit(jax.grad(lambda table, p, theta: table.density(p, theta)))(TABLE, 6.3 * GeV, 7 * mrad)
    assert np.asarray(slope.yields).sum() == pytest.approx(1)
    assert (np.asarray(slope.yields) > 0).sum() == 4


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("pi", P, THETA, PLANE), "name: got 'pi'. No such particle is known. Did you mean"),
        (("pi+", P[::-1], THETA, PLANE), "momenta: got 10 GeV/c, 7 GeV/c, .* go up"),
        (("pi+", P, THETA * 100, PLANE), "angles: .*to 3141.59 mrad at most"),
        (("pi+", P, THETA, PLANE[:2]), r"yields: got shape \(2, 3\). The edges make bins of shape \(3, 3\)"),
        (("pi+", P, THETA, -PLANE), "yields: got -.* finite and not negative"),
        (("pi+", P, THETA, PLANE * np.nan), "yields: got nan"),
    ],
)
def test_wrong_tables_are_refused(given, sentence):
    with pytest.raises(InputError, match=sentence):
        DensityTable(*given)


def test_wrong_questions_are_refused():
    model = TabulatedYield(PROTON, (TABLE,))
    p, theta = as_array(np.array([5 * GeV])), as_array(np.array([0.01]))
    with pytest.raises(InputError, match=r"proton: got 200 GeV/c\. The tables were made with 400 GeV/c"):
        model.density("pi+", as_array(200 * GeV), p, theta)
    with pytest.raises(InputError, match=r"particle: got 'K-'\. There is no table of it"):
        model.density("K-", PROTON, p, theta)
    with pytest.raises(InputError, match=r"tables: .* one table for each"):
        TabulatedYield(PROTON, (TABLE, TABLE))
