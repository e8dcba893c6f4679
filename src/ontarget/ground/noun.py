"""The base of every noun: a frozen dataclass that is a JAX pytree, with its physical numbers as float leaves."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground import units
from ontarget.ground.effect import MARK, Moves
from ontarget.ground.program import keep_compiled

jax.config.update("jax_enable_x64", True)  # cross sections of 1e-40 cm2 beside 1e28 targets
keep_compiled()

Arrays = Array | np.ndarray
"""JAX arrays inside transformations, NumPy arrays where numbers are known."""

Scalar = Float[Array, ""]
Vector = Float[Array, "_"]
Number = Annotated[Scalar, units.NUMBER]
Own = Annotated[Scalar, units.ITS_OWN]
Length = Annotated[Scalar, units.LENGTH]
Femto = Annotated[Scalar, units.FEMTO]
Time = Annotated[Scalar, units.TIME]
Duration = Annotated[Scalar, units.DURATION]
PerYear = Annotated[Scalar, units.PER_YEAR]
Frequency = Annotated[Scalar, units.FREQUENCY]
Energy = Annotated[Scalar, units.ENERGY]
Angle = Annotated[Scalar, units.ANGLE]
Field = Annotated[Scalar, units.FIELD]
Gradient = Annotated[Scalar, units.GRADIENT]
BeamMomentum = Annotated[Scalar, units.MOMENTUM]
BeamEnergy = Annotated[Scalar, units.BEAM_ENERGY]
PerMomentum = Annotated[Scalar, units.PER_MOMENTUM]
CrossSection = Annotated[Scalar, units.CROSS_SECTION]
Invariant = Annotated[Scalar, units.INVARIANT]
MassSquared = Annotated[Scalar, units.MASS_SQUARED]
PerEnergy = Annotated[Scalar, units.PER_ENERGY]
RatePerArea = Annotated[Scalar, units.RATE_PER_AREA]
Dose = Annotated[Scalar, units.DOSE]
PerArea = Annotated[Scalar, units.PER_AREA]
Power = Annotated[Scalar, units.POWER]
Mass = Annotated[Scalar, units.MASS]
Density = Annotated[Scalar, units.DENSITY]
PerMass = Annotated[Scalar, units.PER_MASS]
RatePerMass = Annotated[Scalar, units.RATE_PER_MASS]
RatePerEnergyMass = Annotated[Scalar, units.RATE_PER_ENERGY_MASS]


T = TypeVar("T")


class Noun(eqx.Module):
    """A frozen thing of the chain. Its float fields are leaves: differentiable, and fittable by address."""


def as_array(value: Any) -> Any:
    """A float64 JAX array from a number or sequence of numbers; arrays, tracers and sentinels pass through."""
    if value is None:
        return None
    if isinstance(value, (int, float, list, tuple)) or (
        hasattr(value, "__array__") and not isinstance(value, jax.Array)
    ):
        return jax.device_put(np.asarray(value, dtype=float))  # no program is compiled for it, as `jnp.asarray` does
    return value


def on_host(tree: T) -> T:
    """The same with NumPy arrays where numbers are known: what is computed with them compiles nothing."""
    return jax.tree.map(lambda one: one if isinstance(one, jax.core.Tracer) else np.asarray(one), tree)


def namespace(*arrays: Any) -> Any:
    """`jax.numpy` if any of the arrays is JAX's, else `numpy`."""
    return jnp if any(isinstance(one, jax.Array) for one in arrays) else np


def quantity(*, moves: Moves | None = None, **kwargs: Any) -> Any:
    """A float leaf of a noun (scalar or array, as annotated); give `default=` for one that may be left out.

    `moves` says what it moves where that is not what the field moves that holds its noun (`ground.effect`).
    """
    if moves is not None:
        kwargs["metadata"] = {MARK: moves}
    return eqx.field(converter=as_array, **kwargs)


def static(**kwargs: Any) -> Any:
    """A field that is no leaf: a name, a count, a label."""
    return eqx.field(static=True, **kwargs)
