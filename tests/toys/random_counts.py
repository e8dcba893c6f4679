"""Random likelihoods with one to three minima whose intervals are known from root-finding on their formula."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from scipy.optimize import brentq

from ontarget.inference.expansion.expansion import build
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.likelihood.parameter import Parameter
from ontarget.inference.likelihood.prior import Gaussian

BOX = (-1.0, 1.0)


class Known(NamedTuple):
    """Polynomials of x whose values are the expected counts, and what was observed.

    polynomials : of x, one for each bin; data : observed counts; roots : where the first bin has what it expects;
    error : of a common factor, which is profiled, or 0 for none
    """

    polynomials: list[np.polynomial.Polynomial]
    data: np.ndarray
    roots: np.ndarray
    error: float

    def counts(self, x):
        return np.stack([one(np.asarray(x, float)) for one in self.polynomials], axis=-1)

    def factor(self, counts):
        """The common factor at its best: the root of a quadratic equation."""
        if not self.error:
            return np.ones(counts.shape[:-1])
        total, weight = counts.sum(axis=-1), self.error**-2
        half = 0.5 * (weight - total)
        return (half + np.sqrt(half**2 + weight * self.data.sum())) / weight

    def value(self, x):
        """-2 ln L by its formula, with the logarithm of one plus something small."""
        counts = self.counts(x)
        factor = self.factor(counts)
        counts = counts * factor[..., None]
        excess = (self.data - counts) / counts
        terms = self.data * np.log1p(np.maximum(excess, -1 + 1e-16)) - (self.data - counts)
        pull = (factor - 1.0) / self.error if self.error else 0.0
        return 2.0 * terms.sum(axis=-1) + pull**2

    def slope(self, x):
        """Its derivative; that by the factor is zero."""
        counts = self.counts(x)
        factor = self.factor(counts)[..., None]
        rates = np.stack([one.deriv()(np.asarray(x, float)) for one in self.polynomials], axis=-1)
        return 2.0 * (rates * factor * (1.0 - self.data / (counts * factor))).sum(axis=-1)

    def likelihood(self) -> Likelihood:
        degree = max(one.degree() for one in self.polynomials)
        coefficients = np.stack([np.pad(one.coef, (0, degree - one.degree())) for one in self.polynomials], axis=1)
        parameters = [Parameter("x", "*.x", jnp.asarray(BOX[0]), jnp.asarray(BOX[1]))]
        orders = np.arange(degree + 1)[:, None]
        low, high, start = [BOX[0]], [BOX[1]], [0.0]
        if self.error:
            prior = Gaussian(jnp.asarray(1.0), jnp.asarray(self.error))
            parameters.append(Parameter("factor", "*.factor", jnp.asarray(0.0), jnp.asarray(5.0), prior=prior))
            orders = np.concatenate([orders, np.ones_like(orders)], axis=1)
            low, high, start = [*low, 0.0], [*high, 5.0], [*start, 1.0]
        zero, one = np.zeros(len(low)), np.ones(len(low))
        names = [parameter.name for parameter in parameters]
        expansion = build(names, np.array(low), np.array(high), (zero, one, zero), orders, coefficients, 0.0)
        sizes = (len(self.data),)
        return Likelihood(tuple(parameters), expansion, jnp.array(start), jnp.array(self.data), ("one",), sizes, (0.0,))

    def minima(self) -> np.ndarray:
        """Where the slope goes from falling to rising; steps are small beside the narrowest minimum, at the roots."""
        reach = np.geomspace(1e-10, 1.0, 1500)
        x = np.concatenate(
            [np.linspace(*BOX, 20001), *(root + sign * reach for root in self.roots for sign in (-1, 1))]
        )
        x = np.unique(x[(x >= BOX[0]) & (x <= BOX[1])])
        slope = self.slope(x)
        cells = np.nonzero((slope[:-1] < 0) & (slope[1:] >= 0))[0]
        found = [self.root(x[cell], x[cell + 1]) for cell in cells]
        return np.array([*found, *BOX])

    def root(self, low: float, high: float) -> float:
        return (
            high if self.slope(low) * self.slope(high) >= 0.0 else brentq(self.slope, low, high, xtol=1e-17, rtol=1e-15)
        )

    def pieces(self, rise: float) -> list[tuple[float, float]]:
        """Allowed pieces in the box, by root-finding away from every minimum."""
        minima = self.minima()
        values = self.value(minima)
        level = np.nanmin(values) + rise  # a bin may expect nothing at an end of the box
        found: list[tuple[float, float]] = []
        for at in np.sort(minima[values < level]):
            if not found or at > found[-1][1]:
                found.append((self.end(at, BOX[0], level), self.end(at, BOX[1], level)))
        return found

    def end(self, start: float, stop: float, level: float) -> float:
        steps = start + (stop - start) * np.concatenate([np.geomspace(1e-10, 1.0, 8001)])
        above = np.nonzero(self.value(steps) > level)[0]
        if not len(above):
            return stop
        first = int(above[0])
        inner = start if first == 0 else steps[first - 1]
        return brentq(lambda x: self.value(x) - level, inner, steps[first], xtol=1e-17, rtol=1e-15)


def random_counts(seed: int) -> Known:
    """Counts with one to three minima anywhere in the box, or close together; 10 to 1e9 events."""
    random = np.random.default_rng(seed)
    number, events = int(random.integers(1, 4)), 10.0 ** random.uniform(1.0, 9.0)
    roots = random.uniform(-0.98, 0.98, number)
    if random.random() < 0.3:  # close together
        roots = np.clip(roots[0] + (roots - roots[0]) * 10.0 ** random.uniform(-4, 0), -0.98, 0.98)
    product = np.polynomial.Polynomial.fromroots(roots)
    x = np.linspace(*BOX, 4001)
    steep = random.uniform(0.2, 0.95) / np.abs(product(x)).max()
    if number == 2 and random.random() < 0.5:  # like a coupling's square on a background
        share = random.uniform(0.05, 0.99)
        middle, half = roots.mean(), max(abs(np.diff(roots)[0]) / 2, 1e-5)
        square = np.polynomial.Polynomial([-middle, 1.0]) ** 2 / half**2
        first = events * (share * square + (1.0 - share))
    else:
        first = events * (1.0 + steep * random.choice([-1.0, 1.0]) * product)
    polynomials, data = [first], [events]
    if random.random() < 0.5:  # a second bin that likes one of them better
        second = 10.0 ** random.uniform(0.0, 3.0) * np.polynomial.Polynomial([1.0, random.uniform(-0.8, 0.8)])
        polynomials.append(second)
        data.append(float(random.poisson(second(random.choice(roots)))))
    error = 10.0 ** random.uniform(-6, -1) if len(data) == 2 and random.random() < 0.4 else 0.0
    return Known(polynomials, np.array(data), roots, error)
