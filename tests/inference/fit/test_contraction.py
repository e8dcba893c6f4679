"""Block by block, -2 ln L and its derivatives are those of the plain likelihood."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sideband_toys import beside

from ontarget.inference.fit.contraction import Contraction, model_of, state
from ontarget.inference.fit.fisher import gradient
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian

NAMES = ("near", "middle", "far")


def joint(sidebands: bool):
    """Three experiments with one size together and a tilt each, and a size that only the last one has."""
    every = [beside(name, [3.0, 5.0, 2.0][: 2 + i], seed=i) for i, name in enumerate(NAMES)]
    every[1] = dataclasses.replace(every[1], tilt=0.2)
    if not sidebands:
        every = [dataclasses.replace(one, steady=()) for one in every]
    tilts = [Parameter(f"tilt of {one}", f"{one}.tilt", -0.9, 0.9, prior=Gaussian(0.0, 0.3)) for one in NAMES]
    return likelihood(every, [Scale("size", "*.scale", 0.0, 4.0), *tilts, Scale("other", "far.other", 0.5, 2.0)])


def states(one, free, thetas):
    contraction = Contraction(one, free, thetas)
    data = np.repeat(contraction.arranged(np.asarray(one.data)[None]), len(thetas), axis=0)
    models = model_of(contraction.basis, contraction.factors(thetas))
    arguments = contraction.kinds, contraction.basis, contraction.sidebands, models, data, thetas[:, free]
    return contraction.basis.blocks, state(*arguments)


@pytest.mark.parametrize("sidebands", [False, True])
@pytest.mark.parametrize("fixed", [[], [2], [0, 4]])
def test_blocks_sum_to_the_likelihood(sidebands, fixed, monkeypatch):
    """Value and gradient are those of the likelihood; both parts of the Hessian are those of one block for all bins."""
    one, random = joint(sidebands), np.random.default_rng(3)
    one = one.with_data([random.poisson(counts + 1.0) for counts in one.expected(size=1.3)])
    low, high = np.asarray(one.expansion.low), np.asarray(one.expansion.high)
    thetas = low + random.uniform(0.1, 0.9, (7, len(low))) * (high - low)
    free = [i for i in range(len(low)) if i not in fixed]
    blocks, found = states(one, free, thetas)
    own = [len(set(places) - set(fixed)) for places in ([0, 1], [0, 2], [0, 3, 4])]
    assert [len(block.places) for block in blocks] == own  # each knows what touches it
    for theta, value, slope in zip(thetas, found.value, found.gradient, strict=True):
        assert value == pytest.approx(float(one.minus_two_log(theta)) - float(one.constraint(theta)), rel=1e-12)
        pulls = np.array([0.0, *(2 * theta[1:4] / 0.3**2), 0.0])
        np.testing.assert_allclose(slope, (gradient(one, theta) - pulls)[free], rtol=1e-9, atol=1e-9)
    monkeypatch.setattr("ontarget.inference.fit.contraction.JOINED", np.inf)
    whole, dense = states(one, free, thetas)
    assert len(whole) == 1
    for mine, other in zip(found, dense, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-10, atol=1e-10 * np.abs(other).max())


def test_neighbours_with_the_same_functions_are_one_block():
    every = [dataclasses.replace(beside(name, [3.0, 5.0], seed=i), steady=()) for i, name in enumerate(NAMES)]
    one = likelihood(every, [Scale("size", "*.scale", 0.0, 4.0), Parameter("tilt", "*.tilt", -0.9, 0.9)])
    contraction = Contraction(one, [0, 1], np.array([[1.0, 0.0]]))
    assert [block.coefficients.shape[-1] for block in contraction.basis.blocks] == [one.bins]


def test_a_parameter_that_bends_no_count_has_no_second_derivative():
    one = likelihood(dataclasses.replace(beside("near", [3.0]), steady=()), [Scale("size", "*.scale", 0.0, 4.0)])
    assert Contraction(one, [0], np.array([[1.0]])).kinds[0] == (0, ())
