"""Proton pulses: when the protons strike, and the arrival of what is born with an exponential delay after them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfc
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_finite, check_positive, concrete
from ontarget.ground.noun import Noun, Time, as_array, on_host, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import TIME


def rise(t: Float[Array, "*t"], width: Float[Array, "*width"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
    r"""Fraction that has decayed by t, for protons spread evenly over [0, width] and a delay of mean tau.

    .. math:: C(t) = \frac{d + \tau e^{-(t-d)/\tau}(e^{-d/\tau} - 1)}{w},\quad d = \min(\max(t, 0), w)

    which is :math:`[h_\tau(t) - h_\tau(t-w)]/w` with :math:`h_\tau(t) = t - \tau(1 - e^{-t/\tau})`, without its
    cancellation at late times.
    """
    during = jnp.clip(t, 0.0, width)
    after = jnp.maximum(t - width, 0.0)
    return (during + tau * jnp.exp(-after / tau) * jnp.expm1(-during / tau)) / width


def parabola(t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
    r"""Twofold integral of the exponential's distribution function,
    :math:`t^2/2 - \tau t + \tau^2 (1 - e^{-t/\tau})` for t > 0, zero before."""
    x = jnp.maximum(t, 0.0)
    return x**2 / 2 - tau * (x + tau * jnp.expm1(-x / tau))


REACH = 8
"""Standard deviations of a Gaussian pulse on each side; less than 1e-15 of the protons come outside."""


class AbstractPulse(Noun):
    """The proton current of one pulse, of unit area; time zero is where the class says."""

    @abstractmethod
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        r"""Fraction that has decayed by t, for a delay distributed as :math:`e^{-t/\tau}/\tau` after each proton."""

    @property
    @abstractmethod
    def length(self) -> Float[Array, ""]:
        """Duration of the pulse, for duty factors."""

    @property
    def ends(self) -> tuple[Float[Array, ""], Float[Array, ""]]:
        """Between these times all protons come."""
        return as_array(0.0), self.length


class UniformPulse(AbstractPulse):
    r"""Constant current for `width`, from t = 0.

    .. math:: C(t) = [h_\tau(t) - h_\tau(t - w)]/w,\quad h_\tau(t) = t - \tau(1 - e^{-t/\tau})\;(t > 0)

    Errors: rounding only, 1e-15 at all times and widths. References: none needed (integration).
    """

    width: Time = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "width")

    @fused
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        return rise(t, self.width, tau)

    @property
    def length(self) -> Float[Array, ""]:
        return self.width


class TriangularPulse(AbstractPulse):
    r"""Isosceles triangle of the given base, from t = 0 (two uniform pulses of half the base, convolved).

    .. math:: C(t) = [P(t) - 2P(t - b/2)]/(b/2)^2,\; t < b;\quad
        1 - C(t) = e^{-(t-b)/\tau}\Big[\frac{1 - e^{-b/2\tau}}{b/2\tau}\Big]^2,\; t > b;\quad P = \int h_\tau
    """

    base: Time = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "base")

    @fused
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        half = self.base / 2
        over = t >= self.base
        early, late = jnp.where(over, self.base, t), jnp.where(over, t - self.base, 0.0)
        during = (parabola(early, tau) - 2 * parabola(early - half, tau)) / half**2
        after = 1.0 - jnp.exp(-late / tau) * (jnp.expm1(-half / tau) * tau / half) ** 2
        return jnp.where(over, after, during)

    @property
    def length(self) -> Float[Array, ""]:
        return self.base


class DoublePulse(AbstractPulse):
    """Two equal uniform bunches, from t = 0; `separation` is from start to start."""

    width: Time = quantity()
    separation: Time = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "width", "separation")

    @fused
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        bunch = UniformPulse(self.width)
        return (bunch.cumulative(t, tau) + bunch.cumulative(t - self.separation, tau)) / 2

    @property
    def length(self) -> Float[Array, ""]:
        return self.separation + self.width


class GaussianPulse(AbstractPulse):
    r"""Gaussian current of the given mean and width.

    .. math:: C(t) = \Phi(z) - e^{\sigma^2/2\tau^2 - (t-m)/\tau}\,\Phi(z - \sigma/\tau),\quad z = (t-m)/\sigma

    The second term is evaluated through erfcx where its exponential is large, so any :math:`\sigma/\tau` is safe.
    """

    mean: Time = quantity()
    sigma: Time = quantity()

    def __check_init__(self) -> None:
        check_finite(self)
        check_positive(self, "sigma")

    @property
    def ends(self) -> tuple[Float[Array, ""], Float[Array, ""]]:
        mean, sigma = on_host((self.mean, self.sigma))
        return as_array(mean - REACH * sigma), as_array(mean + REACH * sigma)

    @fused
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        z = (t - self.mean) / self.sigma
        ratio = self.sigma / tau
        u = (ratio - z) / np.sqrt(2)
        # exp(ratio^2/2 - ratio z) erfc(u) = exp(-z^2/2) erfcx(u): the first is stable for u < 0, the second for u > 0
        low = jnp.exp(jnp.minimum(ratio**2 / 2 - ratio * z, 0.0)) * erfc(jnp.minimum(u, 0.0))
        high = jnp.exp(-(z**2) / 2) * scaled_erfc(jnp.maximum(u, 0.0))
        return erfc(-z / np.sqrt(2)) / 2 - jnp.where(u > 0, high, low) / 2

    @property
    def length(self) -> Float[Array, ""]:
        return 2.3548200450309493 * self.sigma  # full width at half maximum


@fused
def scaled_erfc(x: Float[Array, "*x"]) -> Float[Array, "*x"]:
    r"""erfcx(x) = :math:`e^{x^2}` erfc(x) for x >= 0: directly below 5, by a continued fraction above."""
    near = jnp.minimum(x, 5.0)
    far = jnp.maximum(x, 5.0)
    fraction = far
    for k in range(24, 0, -1):
        fraction = far + (k / 2) / fraction
    return jnp.where(x < 5.0, jnp.exp(near**2) * erfc(near), 1 / (np.sqrt(np.pi) * fraction))


class TabulatedPulse(AbstractPulse):
    """A measured current: `current` (any unit) constant between successive `edges`."""

    edges: Annotated[Float[Array, " edge"], TIME] = quantity()
    current: Float[Array, " bin"] = quantity()

    def __check_init__(self) -> None:
        edges, current = np.asarray(self.edges), np.asarray(self.current)
        if len(edges) != len(current) + 1 or not (np.diff(edges) > 0).all() or not np.isfinite(edges).all():
            got = f"{len(edges)} edges for {len(current)} currents"
            raise InputError("edges", got, "Edges increase and number one more than the currents.", "Mend the table.")
        if not np.isfinite(current).all() or (current < 0).any() or current.sum() == 0:
            raise InputError("current", str(current.tolist()), "It is finite, not negative, and not all zero.", "Mend.")

    @fused
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        widths = self.edges[1:] - self.edges[:-1]
        charge = self.current * widths
        return (rise(t[..., None] - self.edges[:-1], widths, tau) * charge).sum(-1) / charge.sum()

    @property
    def length(self) -> Float[Array, ""]:
        return self.edges[-1] - self.edges[0]

    @property
    def ends(self) -> tuple[Float[Array, ""], Float[Array, ""]]:
        edges = on_host(self.edges)
        return as_array(edges[0]), as_array(edges[-1])


class PulseTrain(AbstractPulse):
    r"""A pulse that comes again and again: what a window counts of all pulses, for the protons of one.

    .. math:: C_T(t) = k + C(t - kT) + \frac{C(t - kT + T) - 1}{1 - e^{-T/\tau}},\quad
        k = \Big\lfloor\frac{t - t_0}{T}\Big\rfloor

    up to a constant, with :math:`t_0` where the pulse starts: it grows by one in each period. What is left of earlier
    pulses falls as :math:`e^{-t/\tau}` once the last proton has come, so that their sum is a geometric series: exact
    for pulses shorter than the period T. References: none needed (a sum).

    Attributes
    ----------
    of : one pulse
    period : T, from start to start
    """

    of: AbstractPulse
    period: Time = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "period")
        start, stop = map(concrete, self.of.ends)
        period = concrete(self.period)
        if start is None or stop is None or period is None or stop - start <= period * (1 + 1e-9):
            return
        truth = f"The next one starts after {TIME.show(period)}, and pulses do not overlap."
        if isinstance(self.of, GaussianPulse):
            truth += f" A Gaussian is taken to {REACH} sigma on both sides."
        got = f"a pulse of {TIME.show(stop - start)}"
        raise InputError("pulse", got, truth, "Give a shorter pulse, or fewer per time.")

    @fused
    def cumulative(self, t: Float[Array, "*t"], tau: Float[Array, ""] | float) -> Float[Array, "*t"]:
        before = jnp.floor((t - self.of.ends[0]) / self.period)
        within = t - before * self.period
        now, next_period = self.of.cumulative(jnp.stack([within, within + self.period]), tau)  # compiled once
        return before + now + (next_period - 1) / -jnp.expm1(-self.period / tau)

    @property
    def length(self) -> Float[Array, ""]:
        return self.of.length

    @property
    def ends(self) -> tuple[Float[Array, ""], Float[Array, ""]]:
        return self.of.ends
