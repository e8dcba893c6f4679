"""Entire functions against those with branches, and their derivatives at nought."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.numerics.entire import arctan_ratio, cos_sin_root

Z = np.array([-90.0, -3.0, -1e-3, -1e-9, 1e-9, 1e-3, 0.7, 9.0, 60.0, 100.0])


def test_cosine_and_sine():
    root = np.sqrt(Z.astype(complex))
    cos, sin = (np.asarray(one) for one in jax.jit(cos_sin_root)(jnp.asarray(Z)))
    scale = np.maximum(1, np.abs(np.cos(root)))
    # a few units of the last place, four times in each of three doublings
    np.testing.assert_allclose(cos / scale, np.cos(root).real / scale, rtol=0, atol=2e-14)
    np.testing.assert_allclose(sin / scale, (np.sin(root) / root).real / scale, rtol=0, atol=2e-14)
    np.testing.assert_allclose((cos**2 + Z * sin**2) / scale**2, 1 / scale**2, rtol=0, atol=1e-13)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_at_nought(order):
    """cos sqrt(z) = sum (-z)^n/(2n)!, sin sqrt(z)/sqrt(z) = sum (-z)^n/(2n+1)!."""
    cos, sin = lambda z: cos_sin_root(z)[0], lambda z: cos_sin_root(z)[1]
    for _ in range(order):
        cos, sin = jax.grad(cos), jax.grad(sin)
    factorial = {1: (2, 6), 2: (12, 60), 3: (120, 840)}[order]
    np.testing.assert_allclose(jax.jit(cos)(0.0), (-1) ** order / factorial[0], rtol=1e-13)
    np.testing.assert_allclose(jax.jit(sin)(0.0), (-1) ** order / factorial[1], rtol=1e-13)


def test_arctan_ratio():
    u = np.array([-1.0, -0.3, 1e-12, 0.05, 0.8])
    np.testing.assert_allclose(arctan_ratio(jnp.asarray(u)), np.arctan(u) / u, rtol=1e-14)
    assert float(arctan_ratio(jnp.zeros(()))) == 1.0
    np.testing.assert_allclose(jax.jit(jax.grad(jax.grad(arctan_ratio)))(0.0), -2 / 3, rtol=1e-13)
