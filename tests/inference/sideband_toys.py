"""Toy experiments with backgrounds counted in sidebands, and -2 ln L written out with these as plain parameters."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from scipy.special import xlogy

from ontarget.detector import Sideband
from ontarget.ground.noun import Noun, Scalar, Vector, quantity, static


class Beside(Noun):
    """Two signals, a common background, and steady ones [tag seen] with a sideband each."""

    name: str = static()
    signal: Vector = quantity()  # [tag * seen]
    other: Vector = quantity()
    steady: tuple[tuple[Sideband, Vector], ...] = ()  # sidebands and shares of the tag bins
    scale: Scalar = quantity(default=1.0)
    tilt: Scalar = quantity(default=0.0)
    observed: Vector | None = quantity(default=None)

    def sidebands(self):
        return {
            f"steady{index}": (one, jnp.asarray(shares)[:, None] * one.ratio * one.counts)
            for index, (one, shares) in enumerate(self.steady)
        }

    def bins(self):
        steps = jnp.linspace(-1.0, 1.0, self.signal.size)
        smooth = self.scale * self.signal * (1.0 + self.tilt * steps) + self.tilt**2 * self.other
        return smooth + self.other + sum(expected.ravel() for _, expected in self.sidebands().values())


def beside(seed=1, tags=4, seen=3, mean=6.0, ratio=0.4, name="one", aside=None, **fields):
    """A random experiment; `aside` are the counts in its sideband."""
    random = np.random.default_rng(seed)
    shares = random.uniform(0.3, 1.0, tags)
    aside = random.poisson(mean, seen) if aside is None else aside
    signal, other = random.uniform(0.2, 2.0, (2, tags * seen))
    band = Sideband(np.asarray(aside, float), ratio)
    return Beside(name, signal, other, ((band, jnp.asarray(shares / shares.sum())),), **fields)


def written_out(likelihood, theta, beta):
    """-2 ln L at given backgrounds."""
    bands, size = likelihood.sideband, likelihood.bins
    n, m = np.split(np.asarray(likelihood.data), [size])
    group, beta = bands.group, np.asarray(beta)
    mu = np.array(likelihood.expansion(np.asarray(theta)))
    inside = group >= 0
    mu[inside] += ((beta - np.asarray(bands.nominal))[group] * np.asarray(bands.share))[inside]
    expected = np.concatenate([mu, beta / np.asarray(bands.ratio)])
    seen = np.concatenate([n, m])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(seen > 0, seen / expected, 1.0)
    return 2 * (expected - seen + xlogy(seen, ratio)).sum() + float(likelihood.constraint(np.asarray(theta)))
