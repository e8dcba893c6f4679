import jax
import numpy as np
import pytest

from ontarget.detector import (
    Channel,
    ConstantQuenching,
    LightYield,
    Lindhard,
    PolynomialQuenching,
    TabulatedQuenching,
    Threshold,
)
from ontarget.ground.errors import InputError
from ontarget.ground.units import keV
from ontarget.interaction import CEvNS
from ontarget.numerics import EnergyAxis, SquareRoot

MODELS = {
    "constant": ConstantQuenching(0.09),
    "Lindhard": Lindhard(0.157, 32.0),
    "polynomial": PolynomialQuenching([0.246, 7.8e-4]),
    "table": TabulatedQuenching(np.array([0.5, 5.0, 40.0]) * keV, [0.1, 0.15, 0.3]),
}


@pytest.mark.parametrize(("Z", "A", "factor"), [(18, 39.948, 0.192), (14, 28.0855, 0.209)])
def test_lindhard_at_one_kev(Z, A, factor):
    model = Lindhard(0.133 * Z ** (2 / 3) * A**-0.5, Z)
    assert float(model.factor(1 * keV)) == pytest.approx(factor, abs=6e-4)  # printed to three digits


def test_lindhard_by_hand():
    gamma = 11.5 * 32 ** (-7 / 3) * 5.0
    g = 3 * gamma**0.15 + 0.7 * gamma**0.6 + gamma
    assert float(MODELS["Lindhard"].image(5 * keV)) / keV == pytest.approx(5 * 0.157 * g / (1 + 0.157 * g), rel=1e-13)


def test_factors():
    recoil = np.array([2.0, 20.0, 60.0]) * keV
    np.testing.assert_allclose(MODELS["polynomial"].factor(recoil), [0.24756, 0.2616, 0.2928], rtol=1e-12)
    np.testing.assert_allclose(MODELS["table"].factor(recoil), [0.1 + 0.05 / 3, 0.15 + 0.15 * 15 / 35, 0.3], rtol=1e-12)
    np.testing.assert_allclose(MODELS["constant"].factor(recoil), 0.09, rtol=1e-15)
    np.testing.assert_allclose(LightYield(13.35 / keV).image(recoil), 13.35 * np.array([2, 20, 60]), rtol=1e-13)


@pytest.mark.parametrize("name", MODELS)
def test_pull_back_inverts_the_image(name):
    model, high = MODELS[name], 60 * keV
    recoil = np.array([0.01, 0.4, 5.0, 33.0, 59.0]) * keV
    # bisection to a rounding of the image, over a logarithmic slope above one
    np.testing.assert_allclose(model.pull_back(model.image(recoil), high), recoil, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_seen_edges_and_thresholds_are_edges_of_truth_cells(name):
    model = MODELS[name]
    seen = EnergyAxis(0.7 * keV, 3.1 * keV, 7)
    channel = Channel(CEvNS(), EnergyAxis(0 * keV, 50 * keV, 40, SquareRoot()), (model, Threshold(0.9 * keV)))
    cells, image, matrix = jax.jit(
        lambda edges: (cells := channel.cells(edges), model.image(cells), channel.matrix(edges))
    )(seen.edges)
    image = np.asarray(image) / keV
    assert (np.diff(np.asarray(cells)) >= 0).all()
    for wanted in [*(np.asarray(seen.edges) / keV), 0.9]:
        if wanted < image[-1]:
            assert abs(image - wanted).min() < 1e-12 * wanted
    # and the response is then made of zeros and ones but for cells of no width
    matrix = np.asarray(matrix)[np.diff(np.asarray(cells)) > 1e-9 * keV]
    middle = (image[1:] + image[:-1])[np.diff(np.asarray(cells)) > 1e-9 * keV] / 2
    edges = np.asarray(seen.edges) / keV
    expected = np.histogram2d(np.arange(len(middle)), middle, [np.arange(len(middle) + 1) - 0.5, edges])[0]
    np.testing.assert_array_equal(matrix[:, :-1], expected * (middle > 0.9)[:, None])


@pytest.mark.parametrize("name", MODELS)
def test_visible_energy_has_finite_derivatives_from_zero(name):
    slopes = np.asarray(jax.jit(jax.vmap(jax.grad(MODELS[name].image)))(np.array([0.0, 1e-3, 10.0]) * keV))
    assert np.isfinite(slopes).all()
    assert (slopes >= 0).all()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: ConstantQuenching(0.0), "value"),
        (lambda: ConstantQuenching(float("nan")), "value"),
        (lambda: Lindhard(-0.1, 32.0), "k"),
        (lambda: Lindhard(0.1, 1e-150), "Z"),
        (lambda: PolynomialQuenching([0.3, float("nan")]), "coefficients"),
        (lambda: LightYield(0.0), "per_energy"),
        (lambda: TabulatedQuenching(np.array([1.0, 2.0]) * keV, [0.3, 0.1]), "factors"),
        (lambda: TabulatedQuenching(np.array([2.0, 1.0]) * keV, [0.3, 0.1]), "energies"),
        (lambda: TabulatedQuenching(np.array([1.0, 2.0]) * keV, [0.3, float("nan")]), "factors"),
    ],
)
def test_impossible_quenchings_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field


def test_a_yield_with_a_cut_off():
    """Recoils below 10 keV give nothing: they are seen at zero, and those above as if there were no cut-off."""
    cut = TabulatedQuenching(np.array([0.0, 10.0, 20.0, 150.0]) * keV, [0.0, 0.0, 0.25, 0.25])
    seen = EnergyAxis(0 * keV, 25 * keV, 5)
    channel = Channel(CEvNS(), EnergyAxis(0 * keV, 150 * keV, 150), (cut,))
    cells, response = np.asarray(channel.cells(seen.edges)), np.asarray(channel.matrix(seen.edges))
    middle = (cells[1:] + cells[:-1]) / 2 / keV
    visible = middle * np.interp(middle, [0, 10, 20, 150], [0, 0, 0.25, 0.25])
    wide = np.diff(cells) > 1e-9 * keV  # two edges at one place make an empty cell, on either side
    inside = wide & (visible < 25)
    np.testing.assert_array_equal(response[inside, :-1].argmax(axis=1), visible[inside] // 5)
    assert (response[wide & (visible > 25), -1] == 1).all()


@pytest.mark.parametrize(
    ("coefficients", "words"),
    [
        (
            [-0.246, 0.00078],
            "got a quenching factor of -0.2304 at 20 keV. The visible energy must not fall",
        ),
        ([0.246, -0.00378], "got a quenching factor of 0.0192 at 60 keV"),
    ],
)
def test_a_polynomial_is_looked_at_over_the_energies_used(coefficients, words):
    with pytest.raises(InputError) as caught:
        PolynomialQuenching(coefficients).check_over(np.array([20.0, 40.0, 60.0]) * keV)
    assert words in str(caught.value)
    PolynomialQuenching([0.246, 0.00078]).check_over(np.array([0.0, 120.0]) * keV)
    PolynomialQuenching([0.246, -0.00378]).check_over(np.array([0.0, 20.0, 30.0]) * keV)  # highest at 32.5 keV


def test_a_visible_energy_that_falls_is_refused():
    falling = PolynomialQuenching([0.3, -0.01], name="light")  # highest at 15 keV
    with pytest.raises(InputError, match=r"response\.light: got a visible energy that falls"):
        Channel(CEvNS(), EnergyAxis(0 * keV, 50 * keV, 40), (falling,))
    Channel(CEvNS(), EnergyAxis(0 * keV, 14 * keV, 40), (falling,))


def test_a_truth_axis_below_zero_is_refused():
    with pytest.raises(InputError) as caught:
        Channel(CEvNS(), EnergyAxis(-1 * keV, 50 * keV, 40))
    assert caught.value.where == "truth.start"
