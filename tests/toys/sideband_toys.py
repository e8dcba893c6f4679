"""Toy experiments with backgrounds counted in sidebands, and -2 ln L with these written out as plain parameters."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from ontarget.detector import Sideband
from ontarget.ground.noun import Noun, Scalar, Vector, as_array, on_host, quantity, static
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian

SCALE = Scale("scale", "*.scale", 0.0, 4.0)
TILT = Parameter("tilt", "*.tilt", -0.9, 0.9, prior=Gaussian(0.0, 0.3))


class Beside(Noun):
    """A signal with a size and a tilt, a constant background, and steady ones [tag seen] with a sideband each."""

    name: str = static()
    signal: Vector = quantity()  # [tag * seen]
    other: Vector = quantity()
    steady: tuple[tuple[Sideband, Vector], ...] = ()  # sidebands, and shares of the tag bins
    scale: Scalar = quantity(default=1.0)
    tilt: Scalar = quantity(default=0.0)
    observed: Vector | None = quantity(default=None)

    def sidebands(self):
        known = [on_host((shares, one.ratio, one.counts)) for one, shares in self.steady]
        return {
            f"steady{index}": (one, shares[:, None] * ratio * counts)
            for index, ((one, _), (shares, ratio, counts)) in enumerate(zip(self.steady, known, strict=True))
        }

    def bins(self):
        steps = jnp.linspace(-1.0, 1.0, self.signal.size)
        smooth = self.scale * self.signal * (1.0 + self.tilt * steps) + self.tilt**2 * self.other
        return smooth + self.other + sum(expected.ravel() for _, expected in self.sidebands().values())


def beside(name, counts, tags=4, ratio=0.4, seed=1, size=1.0, **fields):
    """An experiment with random numbers; `counts` are those in its sideband."""
    random = np.random.default_rng(seed)
    shares = random.uniform(0.3, 1.0, tags)
    signal, other = size * random.uniform(0.2, 2.0, (2, tags * len(counts)))
    band = Sideband(np.asarray(counts, float), ratio)
    return Beside(name, signal, other, ((band, as_array(shares / shares.sum())),), **fields)


def written_out(likelihood, theta, beta):
    """-2 ln L at given backgrounds, and its slopes by the parameters and the backgrounds."""
    bands, priors = likelihood.sideband, likelihood.constraint(theta)
    nominal, ratio = np.asarray(bands.nominal), np.asarray(bands.ratio)
    share = np.where(bands.group == np.arange(len(nominal))[:, None], np.asarray(bands.share), 0.0)
    rates = likelihood.expansion.jacobian(theta)
    mu = np.concatenate([rates[0] + (beta - nominal) @ share, beta / ratio])
    seen = np.asarray(likelihood.data)
    with np.errstate(divide="ignore", invalid="ignore"):
        log, pull = (np.where(seen > 0, one, 0.0) for one in (np.log(seen / mu), seen / mu))
    value = 2 * (mu - seen + seen * log).sum() + priors
    slope, low, high = 2 * (1 - pull), theta * (1 - 1e-6) - 1e-6, theta * (1 + 1e-6) + 1e-6
    pulls = [
        (prior.minus_two_log(b) - prior.minus_two_log(a)) / (b - a)  # parabolas: exact
        for prior, a, b in zip([one.prior for one in likelihood.parameters], low, high, strict=True)
    ]
    size = likelihood.bins
    by_theta = rates[1:] @ slope[:size] + np.array(pulls, float)
    return float(value), np.concatenate([by_theta, share @ slope[:size] + slope[size:] / ratio])
