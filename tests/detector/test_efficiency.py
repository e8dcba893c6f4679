import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from ontarget.detector import Channel, ConstantEfficiency, SmoothThreshold, TabulatedEfficiency, Threshold
from ontarget.ground.errors import InputError
from ontarget.ground.units import keV
from ontarget.interaction import CEvNS
from ontarget.numerics import EnergyAxis

TRUTH, SEEN = EnergyAxis(0 * keV, 50 * keV, 50), EnergyAxis(0.5 * keV, 40 * keV, 1)


@jax.jit
@jax.value_and_grad
def kept(energy):
    channel = Channel(CEvNS(), TRUTH, (Threshold(energy * keV),))
    cells = channel.cells(SEEN.edges)
    return (jnp.diff(cells) @ channel.matrix(SEEN.edges)[:, :-1]).sum() / keV


@pytest.mark.parametrize("threshold", [0.0, 0.77, 3.0, 17.123456, 49.0])
def test_a_threshold_keeps_exactly_what_lies_above(threshold):
    # a flat spectrum of one event per keV: rounding
    found, slope = map(float, kept(threshold))
    assert found == pytest.approx(max(0.0, 40 - max(threshold, 0.5)), abs=1e-12)
    assert slope == pytest.approx(-1.0 if 0.5 < threshold < 40 else 0.0, abs=1e-12)


def test_smooth_threshold_is_averaged_over_the_cell():
    edges = np.linspace(0, 10, 21)
    found = SmoothThreshold(4 * keV, 0.6 * keV).weight(edges * keV)
    expected = [quad(lambda x: norm.cdf((x - 4) / 0.6), a, b)[0] / (b - a) for a, b in itertools.pairwise(edges)]
    # 4 nodes on cells of 0.8 widths: (0.4)^8 / 8! of the eighth derivative, 1e-7
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_tabulated_efficiency_is_exact_between_its_kinks():
    table = TabulatedEfficiency(np.array([1.0, 4.0, 9.0]) * keV, [0.1, 0.9, 1.0])
    assert (np.asarray(table.kinks()) / keV).tolist() == pytest.approx([1, 4, 9])
    found = table.weight(np.array([0.0, 1.0, 2.0, 4.0, 9.0, 12.0]) * keV)
    np.testing.assert_allclose(found, [0.1, 0.1 + 0.4 / 3, 0.9 - 0.8 / 3, 0.95, 1.0], rtol=1e-13)


def test_constant_efficiency():
    np.testing.assert_array_equal(ConstantEfficiency(0.7).weight(np.arange(4.0)), np.full(3, 0.7))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Threshold(-1 * keV), "energy"),
        (lambda: Threshold(float("nan") * keV), "energy"),
        (lambda: SmoothThreshold(1 * keV, 0 * keV), "width"),
        (lambda: ConstantEfficiency(1.1), "fraction"),
        (lambda: ConstantEfficiency(0.0), "fraction"),
        (lambda: TabulatedEfficiency(np.array([1.0, 2.0]) * keV, [0.5, 1.2]), "fractions"),
        (lambda: TabulatedEfficiency(np.array([1.0, 2.0]) * keV, [-0.5, 0.2]), "fractions"),
        (lambda: TabulatedEfficiency(np.array([1.0, 2.0]) * keV, [0.5, 0.6, 0.7]), "fractions"),
        (lambda: TabulatedEfficiency(np.array([1.0, 1.0]) * keV, [0.5, 0.6]), "energies"),
    ],
)
def test_impossible_efficiencies_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
