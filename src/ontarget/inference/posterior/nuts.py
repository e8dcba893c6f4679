"""Posterior draws by Hamiltonian chains that start in every mode, with the modes weighed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError, check_range
from ontarget.ground.noun import Number, quantity, static
from ontarget.inference.fit.fisher import hessian
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.posterior.draws import Diagnostics, Draws, sentences
from ontarget.inference.posterior.modes import mode_weights
from ontarget.inference.posterior.sampler import AbstractSampler, needed
from ontarget.inference.posterior.target import Target
from ontarget.numerics.job import AbstractJob, Done, Layout

EDGE = 1e-3  # of the box: how near to its edge a chain may start


class NUTS(AbstractSampler):
    r"""Hamiltonian Monte Carlo without U-turns, on the derivatives of the likelihood.

    The box is mapped to the real line, :math:`\theta = \mathrm{low} + (\mathrm{high} - \mathrm{low})/(1+e^{-y})`, with
    the Jacobian in the density. Chains start at the minima that fits find in every mode and hardly ever cross a
    barrier; so each mode is weighed by itself, by bridge sampling, and its draws get that weight. A mode that no fit
    finds is missed: nested sampling looks everywhere.

    Attributes
    ----------
    chains : in each mode
    warmup, draws : steps of each chain, before and after step and metric are settled
    acceptance : aimed at; steps are smaller where it is higher
    depth : of the tree, at most 2^depth steps between draws
    seed : of all chains

    References
    ----------
    Hoffman:2011-arXiv1111.4246
    Phan:2019-arXiv1912.11554
    """

    chains: int = static(default=4)
    warmup: int = static(default=500)
    draws: int = static(default=1000)
    acceptance: Number = quantity(default=0.9)
    depth: int = static(default=10)
    seed: int = static(default=1)

    def __check_init__(self) -> None:
        check_range(self, "acceptance", 0.1, 0.999)
        for field, least in (("chains", 2), ("warmup", 50), ("draws", 50), ("depth", 1)):
            if getattr(self, field) < least:
                truth = f"At least {least} are needed for a result."
                raise InputError(field, str(getattr(self, field)), truth, "Leave it out for the usual number.")

    def check(self) -> None:
        needed("numpyro")

    def job(self, target: Target) -> Chains:
        members = [[i for i, one in enumerate(target.modes) if one == mode] for mode in range(target.number_of_modes)]
        starts, metrics = [], []
        for chain in range(self.chains):  # all modes by turns: what is interrupted has some of each
            for mode, own in enumerate(members):
                minimum = target.minima[own[chain % len(own)]]
                y, metric = _near(target, minimum, np.random.default_rng([self.seed, chain, mode]))
                starts.append(y)
                metrics.append(metric)
        aim = float(self.acceptance)
        return Chains(target, np.array(starts), np.array(metrics), self.warmup, self.draws, self.depth, aim, self.seed)

    def gathered(self, target: Target, done: Done) -> Draws:
        every = np.nonzero(done.status)[0].tolist()
        which = np.array([one for one in every if np.isfinite(np.asarray(done.arrays["points"][one])).all()], int)
        if not len(which):
            raise InputError("sampler", "no chain that was completed", "There is nothing to say.", "Run it again.")
        figures = {
            name: np.stack([np.asarray(one[chain]) for chain in which.tolist()]) for name, one in done.arrays.items()
        }
        begun = which % target.number_of_modes
        points, weights, values, mode, weighed = mode_weights(target, figures["points"], begun, self.seed)
        told = Diagnostics(
            weighed.rhat,
            weighed.effective,
            int(figures["diverging"].sum()),
            float(figures["acceptance"].mean()),
            int(figures["steps"].sum()),
            (len(which), len(done.status)),
        )
        said = sentences(target.names, told, weighed.modes, weighed.error)
        if len(unseen := set(range(target.number_of_modes)) - set(begun.tolist())):
            said.append(f"No chain of {len(unseen)} of the {target.number_of_modes} modes was completed.")
        evidence = weighed.log - target.prior_mass(), weighed.error
        return Draws(
            target.names, points, weights, values, mode, *target.box, weighed.modes, *evidence, told, " ".join(said)
        )


class Chains(AbstractJob):
    """Chains of `NUTS`, one in each chunk.

    Attributes
    ----------
    target : the density
    starts : on the real line [chain free]
    metrics : inverse mass matrices to begin with [chain free free]
    warmup, draws, depth, acceptance, seed : as in `NUTS`
    """

    target: Target
    starts: Float[np.ndarray, "chain free"]
    metrics: Float[np.ndarray, "chain free free"]
    warmup: int = static()
    draws: int = static()
    depth: int = static()
    acceptance: float = static()
    seed: int = static()

    @property
    def chunks(self) -> int:
        return len(self.starts)

    def layout(self) -> Mapping[str, Layout]:
        free = self.starts.shape[1]
        return {
            "points": Layout((self.draws, free)),
            "diverging": Layout((self.draws,), "bool"),
            "acceptance": Layout((self.draws,)),
            "steps": Layout((self.draws,), "int64"),
        }

    def compute(self, chunk: int) -> Mapping[str, np.ndarray]:
        key = jax.random.fold_in(jax.random.key(self.seed), chunk)
        found = _chain(
            self.target.likelihood,
            jnp.asarray(self.target.theta),
            self.target.places,
            jnp.asarray(self.starts[chunk]),
            jnp.asarray(self.metrics[chunk]),
            key,
            (self.warmup, self.draws, self.depth),
            self.acceptance,
        )
        return {name: np.asarray(one) for name, one in zip(self.layout(), found, strict=True)}


@partial(jax.jit, static_argnums=(2, 6))
def _chain(
    likelihood: Likelihood,
    theta: Any,
    places: tuple[int, ...],
    start: Any,
    metric: Any,
    key: Any,
    lengths: tuple[int, int, int],
    acceptance: Any,
) -> tuple[Any, ...]:
    """One chain: points on the real line [draw free], whether they diverged, acceptances, steps."""
    from numpyro.infer.hmc import hmc

    warmup, draws, depth = lengths
    free = np.array(places)
    low, high = likelihood.expansion.low[free], likelihood.expansion.high[free]

    def potential(y: Any) -> Any:
        point = low + (high - low) * jax.nn.sigmoid(y)
        inner = (jax.nn.log_sigmoid(y) + jax.nn.log_sigmoid(-y)).sum()
        return 0.5 * likelihood.minus_two_log(theta.at[free].set(point)) - inner

    begin, advance = hmc(potential, algo="NUTS")
    state = begin(
        start,
        warmup,
        inverse_mass_matrix=metric,
        dense_mass=True,
        target_accept_prob=acceptance,
        max_tree_depth=depth,
        rng_key=key,
    )

    def step(state: Any, _: None) -> tuple[Any, tuple[Any, ...]]:
        state = advance(state)
        return state, (state.z, state.diverging, state.accept_prob, state.num_steps)

    _, found = jax.lax.scan(step, state, None, length=warmup + draws)
    return tuple(one[warmup:] for one in found)


def _near(target: Target, minimum: np.ndarray, random: Any) -> tuple[np.ndarray, np.ndarray]:
    """A point about a minimum, on the real line, and the covariance there: that of the curvature, at most 1."""
    low, high = target.box
    share = np.clip((minimum - low) / (high - low), EDGE, 1.0 - EDGE)
    full = target.theta.copy()
    full[list(target.places)] = low + share * (high - low)
    rate = (high - low) * share * (1.0 - share)
    curvature = hessian(target.likelihood, full)[np.ix_(target.places, target.places)] / 2.0 * np.outer(rate, rate)
    size, axes = np.linalg.eigh(curvature)
    covariance = (axes / np.maximum(size, 1.0)) @ axes.T
    y = np.log(share) - np.log1p(-share)
    return y + (axes / np.sqrt(np.maximum(size, 1.0))) @ random.standard_normal(len(y)), covariance
