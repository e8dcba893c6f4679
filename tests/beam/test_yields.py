"""The uncertainty of hadron production: its covariance, its bins, and the pulls that stand for it."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.beam import MesonYield, Pull, Yields
from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, mrad

PIONS = MesonYield(np.array([4.0, 7.0, 8.0, 13.0]) * GeV, np.array([0.0, 20.0, 40.0]) * mrad, name="pi+")
KAONS = MesonYield(np.array([4.0, 8.0, 13.0]) * GeV, np.array([0.0, 40.0]) * mrad, 0.05, 0.03, name="K+")
BOTH = Yields((PIONS, KAONS))
BINS = 8


def factor(yields):
    """What the pulls do to every bin, [pull bin]."""
    return np.concatenate([np.asarray(yields.modes(one.name))[:, :-1] for one in yields.species], axis=1)


def test_covariance_by_hand():
    """Bin by bin from the formula, with loops."""
    middles = [(p, t, "pi+") for p in (5.5, 7.5, 10.5) for t in (10.0, 30.0)] + [(p, 20.0, "K+") for p in (6.0, 10.5)]
    own, shape = {"pi+": 0.0, "K+": 0.03}, {"pi+": 0.04, "K+": 0.05}
    wanted = np.full((BINS, BINS), 0.06**2)
    for (a, (p, t, one)), (b, (q, s, other)) in itertools.product(enumerate(middles), repeat=2):
        if one == other:
            wanted[a, b] += own[one] ** 2 + shape[one] ** 2 * np.exp(-abs(p - q) / 2 - abs(t - s) / 10)
    np.testing.assert_allclose(BOTH.covariance(), wanted, rtol=1e-13)


def test_pulls_make_the_covariance():
    """Exactly, and in toys: 2e5 of them know a covariance to a few thousandths of the variances."""
    made = factor(BOTH)
    np.testing.assert_allclose(made.T @ made, BOTH.covariance(), rtol=1e-12)
    toys = np.random.default_rng(3).normal(size=(200_000, BINS)) @ made
    found, wanted = np.cov(toys.T), np.asarray(BOTH.covariance())
    # the variance of an element of a sample covariance is (C_aa C_bb + C_ab^2) / toys
    sigma = np.sqrt((np.outer(np.diag(wanted), np.diag(wanted)) + wanted**2) / len(toys))
    assert np.abs((found - wanted) / sigma).max() < 4.5  # of 36 numbers


def test_scales_are_linear_in_addressed_pulls():
    """They live at addresses by bin, and the last part never moves."""
    names = [one for one in addresses(BOTH) if one.startswith("pulls.")]
    assert names[:2] == ["pulls.pi+_0_0.value", "pulls.pi+_0_1.value"]
    assert names[-1] == "pulls.K+_1_0.value"
    z = np.random.default_rng(4).normal(size=BINS)
    moved = replace(BOTH, dict(zip(names, z, strict=True)))
    for meson in ("pi+", "K+"):
        np.testing.assert_allclose(moved.scales(meson), 1 + z @ np.asarray(BOTH.modes(meson)), rtol=1e-14)
        np.testing.assert_array_equal(BOTH.scales(meson), 1.0)
        assert np.asarray(moved.scales(meson))[-1] == 1.0
    assert np.abs(np.asarray(moved.scales("pi+")) - 1).max() > 0.01


def test_some_pulls_are_enough():
    """The others are zero, and the order is that of the bins."""
    some = Yields((PIONS, KAONS), pulls=(Pull(2.0, name="K+_0_0"), Pull(-1.0, name="pi+_0_1")))
    assert some.names == BOTH.names
    assert some.values.tolist() == [0, -1, 0, 0, 0, 0, 2, 0]
    assert some.at_rest().values.tolist() == [0] * 8


def test_bins():
    """Half open, the angle runs fastest, and outside is the last part."""
    p = as_array(np.array([3.9, 4.0, 6.9, 7.0, 12.9, 13.0, 8.5]) * GeV)
    angle = as_array(np.array([5.0, 5.0, 25.0, 5.0, 39.0, 5.0, 40.0]) * mrad)
    assert BOTH.bin_of("pi+", p, angle).tolist() == [6, 0, 1, 2, 5, 6, 6]
    assert BOTH.parts("pi+") == 7
    middles = PIONS.middles()
    assert BOTH.bin_of("pi+", *middles).tolist() == list(range(6))
    # what is not in it is exact
    assert BOTH.parts("mu+") == 1
    assert BOTH.bin_of("mu+", p, angle).tolist() == [0] * 7
    np.testing.assert_array_equal(replace(BOTH, {"pulls.pi+_0_0.value": 2.0}).scales("mu+"), [1.0])


def test_another_covariance():
    random = np.random.default_rng(5).normal(size=(BINS, 2 * BINS)) / 50
    given = random @ random.T
    other = Yields((PIONS, KAONS), given=given)
    made = factor(other)
    np.testing.assert_allclose(made.T @ made, given, rtol=1e-11, atol=1e-15)
    np.testing.assert_array_equal(other.covariance(), given)


def test_derivatives_by_the_errors():
    """Of a scale with pulls, by every number of the model, against central differences."""
    pulls = tuple(Pull(value, name=name) for name, value in zip(BOTH.names, np.linspace(-1, 1, BINS), strict=True))
    leaves = addresses(BOTH)
    names = ["common", "momentum_length", "angle_length", "species.K+.own", "species.K+.shape", "species.pi+.shape"]

    def answer(x):
        moved = replace(
            Yields((PIONS, KAONS), pulls=pulls), {name: leaves[name] * x[i] for i, name in enumerate(names)}
        )
        return (moved.scales("pi+") * jnp.arange(7.0)).sum() + (moved.scales("K+") * jnp.arange(3.0)).sum()

    found = jax.jit(jax.grad(answer))(np.ones(len(names)))
    step = 1e-5 * np.eye(len(names))
    up, down = np.asarray(jax.jit(jax.vmap(answer))(1 + np.concatenate([step, -step]))).reshape(2, -1)
    slopes = (up - down) / 2e-5
    np.testing.assert_allclose(found, slopes, rtol=1e-6, atol=1e-8)
    assert np.abs(np.asarray(found)).min() > 1e-4


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Yields(()), "species: got none."),
        (lambda: Yields((PIONS, PIONS)), "species: got 'pi+' twice."),
        (lambda: Yields((PIONS,), pulls=(Pull(name="one"),)), "pulls: got 'one'. Each bin has one pull, called"),
        (lambda: Yields((KAONS,), pulls=(Pull(name="K+_0_0"),) * 2), "pulls: got 'K+_0_0'."),
        (lambda: Yields((KAONS,), given=np.ones((2, 2))), "given: got a matrix that is none."),
        (lambda: Yields((KAONS,), given=np.ones((3, 3))), "given: got a covariance of (3, 3). There are 2 bins."),
        (lambda: MesonYield([1.0, 1.0], [0.0, 1.0], name="K+"), "momentum: got edges that do not increase"),
        (lambda: MesonYield([1.0, 2.0], [0.0, 1.0], name="K0"), "name: got 'K0'."),
        (lambda: MesonYield([1.0, 2.0], [0.0, 1.0], 0.0, name="K+"), "shape: got 0."),
    ],
)
def test_one_sentence_for_what_cannot_be(make, sentence):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)
