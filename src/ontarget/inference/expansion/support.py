"""Which monomials of the parameters a function can contain, read off its jaxpr; no compilation, no derivatives.

Each variable carries the set of exponents that may occur in it: addition is union, multiplication the Minkowski sum.
A parameter that meets any other operation is a *shape*: no polynomial is claimed for it. The result is an upper bound.
Derivatives would not do: those of a table look-up or a hard cut vanish, and neither is a polynomial.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend import core

Support = tuple[list[tuple[int, ...]], tuple[int, ...]]
Exponents = frozenset[int]  # each an integer that packs one exponent per parameter, BITS apiece
BITS = 8
CONSTANT: Exponents = frozenset((0,))
LARGEST = 20_000  # monomials; beyond it the parameters concerned are better treated as shapes
LONGEST = 16  # steps of a loop that may each raise the degree

_LINEAR = """add add_any sub neg reduce_sum cumsum reshape broadcast_in_dim transpose squeeze expand_dims slice
    concatenate pad rev copy copy_p reduce_precision real imag conj complex split optimization_barrier unstack stack"""
_CALLS = """jit pjit closed_call core_call call checkpoint remat remat2 custom_jvp_call custom_vjp_call
    custom_vjp_call_jaxpr"""
LINEAR, CALLS = frozenset(_LINEAR.split()), frozenset(_CALLS.split())
BILINEAR = frozenset(("mul", "dot_general", "conv_general_dilated"))
# primitives linear in their first operands, whose remaining operands (indices) must be constant: how many are linear
INDEXED = {"dynamic_slice": 1, "gather": 1, "dynamic_update_slice": 2}


def polynomial_support(
    function: Callable[[Sequence[Any]], Any], start: Sequence[float], shapes: Sequence[int] = ()
) -> Support:
    """Exponents that `function` may contain, and the parameters in which it is no polynomial.

    Parameters
    ----------
    function : takes a tuple of scalars, returns an array
    start : any values of the parameters; only their number matters
    shapes : indices of parameters to treat as shapes in any case

    Returns
    -------
    exponents : sorted list of tuples, one exponent per parameter (zero for the shapes)
    shapes : sorted indices of parameters that are no polynomials
    """
    number = len(start)
    closed = jax.make_jaxpr(lambda *theta: function(theta))(*(jnp.asarray(float(one)) for one in start))
    known = set(shapes)
    while True:
        reader = _Reader(number)
        inputs = [CONSTANT if i in known else frozenset((1 << (BITS * i),)) for i in range(number)]
        outputs = reader.run(closed.jaxpr, inputs)
        if reader.shapes <= known:
            packed = frozenset().union(CONSTANT, *outputs)
            mask = (1 << BITS) - 1
            exponents = [tuple(one >> (BITS * i) & mask for i in range(number)) for one in packed]
            return sorted(exponents, key=lambda one: (sum(one), one)), tuple(sorted(known))
        known |= reader.shapes


class _Reader:
    """One walk through a jaxpr; collects the parameters that met a non-polynomial operation."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.shapes: set[int] = set()
        self.sums: dict[tuple[Exponents, Exponents], Exponents] = {}

    def run(self, jaxpr: Any, inputs: Sequence[Exponents]) -> list[Exponents]:
        sets: dict[Any, Exponents] = dict(zip(jaxpr.invars, inputs, strict=True))

        def read(atom: Any) -> Exponents:
            return CONSTANT if isinstance(atom, core.Literal) else sets.get(atom, CONSTANT)

        for equation in jaxpr.eqns:
            operands = [read(atom) for atom in equation.invars]
            if all(one == CONSTANT for one in operands):
                continue
            sets.update(zip(equation.outvars, self.apply(equation, operands), strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def apply(self, equation: Any, operands: list[Exponents]) -> list[Exponents]:
        name, params, outputs = equation.primitive.name, equation.params, len(equation.outvars)
        if name in LINEAR:
            return [frozenset().union(*operands)] * outputs
        if name in BILINEAR:
            return [self.times(operands[0], operands[1])]
        if name in ("integer_pow", "square"):
            return [self.power(operands[0], params.get("y", 2))]
        if name == "div":
            return [self.shaped(operands[1:]) and operands[0]]
        if name == "convert_element_type":
            smooth = jnp.issubdtype(params["new_dtype"], jnp.inexact)
            return [operands[0] if smooth else self.shaped(operands)]
        if name in INDEXED:
            linear = INDEXED[name]
            return [self.shaped(operands[linear:]) and frozenset().union(*operands[:linear])]
        if name in ("scatter", "scatter-add", "scatter_add"):
            return [self.shaped(operands[1:2]) and operands[0] | operands[2]]
        if name == "select_n":
            return [self.shaped(operands[:1]) and frozenset().union(*operands[1:])]
        if name == "scan":
            return self.scan(params, operands)
        if name == "cond":
            self.shaped(operands[:1])
            branches = [self.run(branch.jaxpr, operands[1:]) for branch in params["branches"]]
            return [frozenset().union(*outs) for outs in zip(*branches, strict=True)]
        if name in CALLS:
            inner = params.get("call_jaxpr", params.get("jaxpr", params.get("fun_jaxpr")))
            return self.run(getattr(inner, "jaxpr", inner), operands)
        return [self.shaped(operands)] * outputs

    def shaped(self, operands: Sequence[Exponents]) -> Exponents:
        """Note every parameter in these operands as a shape; what comes out claims no polynomial."""
        every = 0
        for one in operands:
            for exponent in one:
                every |= exponent
        self.shapes |= {i for i in range(self.number) if every >> (BITS * i) & ((1 << BITS) - 1)}
        return CONSTANT

    def times(self, left: Exponents, right: Exponents) -> Exponents:
        if left == CONSTANT or right == CONSTANT:
            return right if left == CONSTANT else left
        if (left, right) not in self.sums:
            product = frozenset(a + b for a in left for b in right) if len(left) * len(right) < 50 * LARGEST else None
            top = 1 << (BITS - 1)
            if product is None or len(product) > LARGEST or any(self.reaches(one, top) for one in product):
                product = self.shaped((left, right))
            self.sums[left, right] = product
        return self.sums[left, right]

    def reaches(self, exponent: int, top: int) -> bool:
        return any(exponent >> (BITS * i) & top for i in range(self.number))

    def power(self, base: Exponents, y: int) -> Exponents:
        if y < 0 or y > LONGEST:
            return self.shaped((base,))
        product = CONSTANT
        for _ in range(y):
            product = self.times(product, base)
        return product

    def scan(self, params: Any, operands: list[Exponents]) -> list[Exponents]:
        """A loop: run its body until the carried sets stand still, or as often as it runs if that is seldom."""
        consts, carries = params["num_consts"], params["num_carry"]
        carry = operands[consts : consts + carries]
        outputs = [*carry, *[CONSTANT] * (len(params["jaxpr"].jaxpr.outvars) - carries)]
        for _ in range(min(params["length"], LONGEST)):
            outputs = self.run(params["jaxpr"].jaxpr, [*operands[:consts], *carry, *operands[consts + carries :]])
            wider = [old | new for old, new in zip(carry, outputs[:carries], strict=True)]
            if wider == carry:
                return [*carry, *outputs[carries:]]
            carry = wider
        if params["length"] > LONGEST:
            return [self.shaped(operands + outputs)] * len(outputs)
        return [*carry, *outputs[carries:]]
