"""The polynomial_support read off a jaxpr contains what is there, and calls a shape what is no polynomial."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_toys import csi

from ontarget.inference.expansion.support import polynomial_support
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.parametrised import ParametrisedExperiment


def names(function, number):
    exponents, shapes = polynomial_support(function, [0.3] * number)
    return set(exponents), shapes


@pytest.mark.parametrize(
    ("function", "exponents"),
    [
        (lambda t: t[0] * t[1] + t[1] ** 3, {(1, 1), (0, 3)}),
        (lambda t: (t[0] + 2.0 * t[1]) ** 2 / 3.0, {(2, 0), (1, 1), (0, 2)}),
        (lambda t: jnp.where(jnp.arange(3) > 1, t[0], 1.0) @ jnp.ones(3), {(1, 0)}),
        (lambda t: jnp.stack([t[0], t[1]])[1] * jnp.square(t[0]), {(3, 0), (2, 1)}),
        (lambda t: jax.jit(lambda a: a * a)(t[0]) - t[1], {(2, 0), (0, 1)}),
        (lambda t: jax.checkpoint(lambda a: a * 2.0)(t[0]) - t[1], {(1, 0), (0, 1)}),
        (lambda t: jax.lax.map(lambda z: (z * t[0] + t[1]) ** 2, jnp.arange(40.0)), {(2, 0), (1, 1), (0, 2)}),
        (lambda t: jnp.zeros(4).at[jnp.array([1, 2])].add(t[0]) + t[1], {(1, 0), (0, 1)}),
        (lambda t: jnp.einsum("ab,bc->ac", t[0] * jnp.eye(2), t[1] * jnp.ones((2, 2))), {(1, 1)}),
        (lambda t: jax.lax.cond(jnp.array(True), lambda a: a**2, lambda a: a, t[0]) * t[1], {(2, 1), (1, 1)}),
        (lambda t: jax.lax.fori_loop(0, 3, lambda _, a: a * t[0], t[1]), {(0, 1), (1, 1), (2, 1), (3, 1)}),
    ],
)
def test_polynomials(function, exponents):
    found, shapes = names(function, 2)
    assert shapes == ()
    assert found - {(0, 0)} == exponents


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (lambda t: t[0] * jnp.exp(t[1]), (1,)),
        (lambda t: t[0] / (1.0 + t[1]), (1,)),
        (lambda t: jnp.abs(t[0]) ** 2 + t[1], (0,)),
        (lambda t: jnp.maximum(t[0], 0.0) + t[1], (0,)),
        (lambda t: jnp.where(t[0] > 0.5, t[1], 0.0), (0,)),
        (lambda t: jnp.interp(t[1], jnp.arange(3.0), jnp.arange(3.0) ** 2) * t[0], (1,)),
        (lambda t: jnp.sqrt(t[0] * t[1]), (0, 1)),
        (lambda t: t[0] ** -2 * t[1], (0,)),
        (lambda t: jax.lax.fori_loop(0, 50, lambda _, a: a * t[0], t[1]), (0, 1)),
        (lambda t: t[0] * jnp.asarray(t[1], int), (1,)),
    ],
)
def test_shapes(function, shapes):
    assert names(function, 2)[1] == shapes


def test_a_parameter_beside_a_shape_keeps_its_exponents():
    exponents, shapes = names(lambda t: t[0] ** 2 * jnp.exp(t[1]) + t[2], 3)
    assert shapes == (1,)
    assert exponents - {(0, 0, 0)} == {(2, 0, 0), (0, 0, 1)}


def test_coherent_scattering_is_quadratic_in_couplings_and_linear_in_normalisations():
    parameters = (
        Parameter("u", "*.couplings.ee_u", -1, 1),
        Parameter("d", "*.couplings.ee_d", -1, 1),
        Scale("signal", "*.source.scale", 0.5, 1.5),
        Scale("background", "*.background_scale", 0.5, 1.5),
        Parameter("radius", "*.radius", 4, 6),
    )
    targets = (("couplings.ee_u",), ("couplings.ee_d",), ("source.scale",), ("background_scale",), ("radius",))
    exponents, shapes = polynomial_support(
        ParametrisedExperiment(csi(), parameters, targets), [0.0, 0.0, 1.0, 1.0, 4.7]
    )
    assert shapes == (4,)
    quadratic = {(u, d, 1, 0, 0) for u, d in itertools.product(range(3), repeat=2) if u + d <= 2}
    assert set(exponents) - {(0, 0, 0, 0, 0)} == quadratic | {(0, 0, 0, 1, 0)}


steps = st.lists(st.tuples(st.sampled_from("+*-^"), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_the_support_is_an_upper_bound(program):
    """A random straight-line program against its expansion by numpy's multivariate polynomials (exact integers)."""

    def run(values, one):
        stack = list(values)
        for operation, left, right in program:
            a, b = stack[left], stack[min(right, len(stack) - 1)]
            stack.append({"+": a + b, "-": a - b, "*": a * b, "^": a * a}[operation])
            if len(stack) > 4:
                stack.pop(0)
        return stack[-1] * one

    exponents, shapes = polynomial_support(lambda t: run(t, 1.0), [0.1, 0.2, 0.3])
    assert shapes == ()
    true = run([Poly.variable(i) for i in range(3)], Poly({(0, 0, 0): 1}))
    assert {key for key, value in true.terms.items() if value} <= set(exponents) | {(0, 0, 0)}


class Poly:
    """Polynomials with integer coefficients, the slow and certain way."""

    def __init__(self, terms):
        self.terms = terms

    @staticmethod
    def variable(i):
        return Poly({tuple(np.eye(3, dtype=int)[i].tolist()): 1})

    def __add__(self, other):
        keys = {**self.terms, **other.terms}
        return Poly({key: self.terms.get(key, 0) + other.terms.get(key, 0) for key in keys})

    def __sub__(self, other):
        return self + Poly({key: -value for key, value in other.terms.items()})

    def __mul__(self, other):
        out = {}
        for (a, x), (b, y) in itertools.product(self.terms.items(), other.terms.items()):
            key = tuple(i + j for i, j in zip(a, b, strict=True))
            out[key] = out.get(key, 0) + x * y
        return Poly(out)
