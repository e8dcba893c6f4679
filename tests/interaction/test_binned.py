"""A cross-section in bins: linear, the standard one at factors of one, and neutral about nodes on edges."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, MeV, cm, keV
from ontarget.inference.expansion.support import polynomial_support
from ontarget.interaction import BinnedScale, CEvNS, ChargedCurrent, CrossSection, Factor
from ontarget.matter import FLAVOURS, Nuclides
from ontarget.numerics import BeamEnergyAxis, EnergyAxis

ARGON = jax.tree.map(lambda leaf: leaf[0], Nuclides.of("Ar40"))
NU_MU = FLAVOURS.index("nu_mu")
CC = ChargedCurrent(
    tuple(
        CrossSection(jnp.array([0.1, 1.0, 20.0]) * GeV, jnp.array([0.0, 7.0, 6.0]) * 1e-39 * cm**2 / GeV, name=name)
        for name in ("nu_mu", "nu_e")
    )
)
AXIS = BeamEnergyAxis(1 * GeV, 4 * GeV, 3)
BINNED = BinnedScale.over(CC, AXIS, ("nu_mu",))
ENERGY = jnp.array([0.5, 1.5, 2.5, 2.0, 5.0]) * GeV
EDGES = jnp.array([0.0, 2.2, 10.0]) * GeV


def scaled(*factors):
    return replace(BINNED, {f"factors.bin{i}.value": one for i, one in enumerate(factors)})


def test_factors_of_one_change_nothing():
    np.testing.assert_array_equal(BINNED.kernel(ARGON, ENERGY, EDGES), CC.kernel(ARGON, ENERGY, EDGES))
    assert float(BINNED.endpoint(ARGON, jnp.asarray(3 * GeV))) == float(CC.endpoint(ARGON, jnp.asarray(3 * GeV)))


def test_each_bin_has_its_factor():
    """Outside the axis one, on an edge the mean of both sides, and for other flavours nothing."""
    ratio = np.asarray(scaled(2.0, 5.0, 0.5).scales(ENERGY))
    np.testing.assert_allclose(ratio[NU_MU], [1.0, 2.0, 5.0, 3.5, 1.0], rtol=1e-14)
    np.testing.assert_array_equal(np.delete(ratio, NU_MU, axis=0), 1.0)


def test_fold_is_the_sum_over_the_kernel():
    arriving = jnp.asarray(np.random.default_rng(1).uniform(size=(6, len(ENERGY), 2)))
    one = scaled(2.0, 5.0, 0.5)
    slow = jnp.einsum("bek,bex->bkx", arriving, one.kernel(ARGON, ENERGY, EDGES))
    np.testing.assert_allclose(one.fold(ARGON, ENERGY, arriving, EDGES), slow, rtol=1e-13)


def test_linear_in_every_factor():
    def answer(x):
        return scaled(*x).kernel(ARGON, ENERGY, EDGES).ravel() / cm**2

    orders, shapes = polynomial_support(answer, [1.0, 1.0, 1.0])
    assert shapes == ()
    assert max(sum(one) for one in orders) == 1
    assert [name for name in addresses(BINNED) if name.startswith("factors")] == [
        f"factors.bin{i}.value" for i in range(3)
    ]


def test_any_process_can_be_held():
    axis = EnergyAxis(10 * MeV, 50 * MeV, 2)
    one = BinnedScale(CEvNS(), axis, (Factor(2.0, "low"), Factor(3.0, "high")))
    energy, edges = jnp.array([20.0, 45.0, 52.0]) * MeV, jnp.array([0.0, 5.0, 300.0]) * keV
    found, plain = jax.jit(lambda: [each.kernel(ARGON, energy, edges).sum(axis=2) for each in (one, CEvNS())])()
    ratio = found / plain
    np.testing.assert_allclose(ratio, np.tile([2.0, 3.0, 1.0], (6, 1)), rtol=1e-14)


def test_wrong_numbers_are_refused():
    with pytest.raises(InputError, match="3 bins"):
        dataclasses.replace(BINNED, factors=BINNED.factors[:2])
    with pytest.raises(InputError, match="no such flavour"):
        BinnedScale.over(CC, AXIS, ("nu_x",))
    with pytest.raises(InputError, match="value"):
        Factor(-1.0)
