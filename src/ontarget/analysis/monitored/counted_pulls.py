"""What lepton counters leave of the pulls of a flux."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jaxtyping import Array, Float

from ontarget.experiment import LeptonMonitor
from ontarget.ground.program import program
from ontarget.inference.fit import pull_parameters
from ontarget.inference.likelihood import AbstractParameter
from ontarget.inference.likelihood.narrowed import narrowed
from ontarget.inference.likelihood.parametrised import ParametrisedExperiment, chain_of
from ontarget.inference.likelihood.poisson import LEAST
from ontarget.numerics.progress import silent

Matrix = Float[np.ndarray, "pull pull"]


@dataclass(frozen=True)
class CountedPulls:
    r"""Counts of some counters and their derivatives: the posterior of the pulls for any assumption, in no time.

    .. math:: P = \Big[(P_0^{-1} \oplus \Pi)
        + \sum_o \frac{\partial\mu_o\,\partial\mu_o}{\mu_o + f^2\mu_o^2}\Big]^{-1}_{zz}

    with P0 the covariance of the pulls before, the priors of the nuisances, and f by how much each bin may be off
    beside what the nuisances move, independent of other bins. By the triangle of the whitened rows (QR): the inverse of
    an information with counts of 1e15 beside priors of one would be rounding.

    Attributes
    ----------
    pulls : the names of all pulls of the source
    priors : width of the prior of each nuisance, by name, in the unit of the parameter; infinite without one
    counts : by counter, [bin] and [bin parameter]; the nuisances first, then the pulls
    """

    pulls: tuple[str, ...]
    priors: Mapping[str, float]
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]]

    def covariance(
        self,
        counters: Sequence[str],
        modelling: float,
        before: Matrix | None = None,
        factors: Mapping[str, float] | None = None,
        known: Sequence[str] = (),
    ) -> Matrix:
        """Of the pulls, after these counters have counted what is expected.

        Parameters
        ----------
        modelling : f
        before : the covariance of the pulls before; unit by default
        factors : by which the widths of priors are multiplied, by nuisance
        known : nuisances that are taken as exact
        """
        free = [name for name in self.priors if name not in known]
        widths = [self.priors[name] * (factors or {}).get(name, 1.0) for name in free]
        columns = [i for i, name in enumerate([*self.priors, *self.pulls]) if name not in known]
        unit = np.eye(len(self.pulls))
        root = unit if before is None else scipy.linalg.cholesky(before, lower=True)
        pulls = scipy.linalg.solve_triangular(root, unit, lower=True)
        rows = [scipy.linalg.block_diag(np.diag(1 / np.array(widths)), pulls) if free else pulls]
        for name in counters:
            mean, slopes = self.counts[name]
            rows.append(slopes[:, columns] / np.sqrt(np.maximum(mean, LEAST) + (modelling * mean) ** 2)[:, None])
        triangle: np.ndarray = np.asarray(np.linalg.qr(np.concatenate(rows), mode="r"))[len(free) :, len(free) :]
        inverse = scipy.linalg.solve_triangular(triangle, unit)
        return inverse @ inverse.T


def count_pulls(
    monitors: Sequence[LeptonMonitor],
    pulls: Sequence[str],
    nuisances: Sequence[AbstractParameter] = (),
    progress: Callable[[str], None] = silent,
) -> CountedPulls:
    """What some counters expect, and what each pull and each nuisance adds to it.

    Parameters
    ----------
    monitors : on sources with the same yields
    pulls : names of all pulls of the source; what the counters' yields have beside them is taken as exact
    nuisances : other numbers of the counters, with their priors
    """
    precomputed = [one.precomputed() for one in monitors]
    parameters = [*nuisances, *(one for one in pull_parameters(precomputed) if one.name in pulls)]
    order = [*(one.name for one in nuisances), *pulls]
    counts = {}
    for monitor in precomputed:
        progress(f"what each number adds to the counts of {monitor.name}")
        counts[monitor.name] = counts_of(monitor, parameters, precomputed, order)
    return CountedPulls(tuple(pulls), {one.name: width_of(one, precomputed) for one in nuisances}, counts)


def width_of(nuisance: AbstractParameter, monitors: Sequence[LeptonMonitor]) -> float:
    """The width of a prior at the start, in the unit of the parameter: one over the slope of its pull."""
    slope = float(nuisance.prior.rate(nuisance.initial(tuple(monitors))))
    return 1 / slope if slope else np.inf


def counts_of(
    monitor: LeptonMonitor,
    parameters: Sequence[AbstractParameter],
    every: Sequence[LeptonMonitor],
    order: Sequence[str],
) -> tuple[Float[np.ndarray, " bin"], Float[np.ndarray, "bin parameter"]]:
    """Counts of one monitor at the start, and their derivatives by the parameters in an order.

    The derivatives are in one over the unit of each parameter, and zero by what does not touch this monitor.
    """
    own = [one for each in parameters if (one := narrowed(each, (monitor,), tuple(every))) is not None]
    chain = chain_of(monitor, own)
    mean, slopes = compiled_slopes(chain, jnp.asarray([one.initial((monitor,)) for one in chain.parameters]))
    found = np.zeros((len(mean), len(order)))
    found[:, [order.index(name) for name in chain.names]] = slopes
    return np.asarray(mean), found


@program
def compiled_slopes(chain: ParametrisedExperiment, start: Float[Array, " parameter"]) -> tuple[Array, Array]:
    """Counts [bin] and their derivatives [bin parameter]."""
    return chain(tuple(start)), jax.jacfwd(lambda theta: chain(tuple(theta)))(start)
