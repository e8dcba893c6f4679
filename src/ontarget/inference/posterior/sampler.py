"""The contract of what draws from a posterior density, and the one call that does."""

from __future__ import annotations

import importlib
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun
from ontarget.inference.likelihood.likelihood import Likelihood
from ontarget.inference.posterior.draws import Draws
from ontarget.inference.posterior.target import Target, target
from ontarget.numerics.job import AbstractJob, Done, complete


class AbstractSampler(Noun):
    """A way to draw from a posterior density, as a job whose chunks are chains or runs.

    Attributes are its settings; the same settings and seed give the same draws.
    """

    @abstractmethod
    def check(self) -> None:
        """Refuse, before anything is computed, to draw without the package that it takes."""

    @abstractmethod
    def job(self, target: Target) -> AbstractJob:
        """All there is to compute; needs nothing that is not in the job."""

    @abstractmethod
    def gathered(self, target: Target, done: Done) -> Draws:
        """The draws of the chunks that are done, even if some are not."""


def sample(
    likelihood: Likelihood,
    sampler: AbstractSampler,
    fixed: Mapping[str, float] | None = None,
    *,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Draws of all parameters but the fixed ones from their posterior density.

    Parameters
    ----------
    likelihood : with its data; its parameters are flat in their boxes but for their constraints
    sampler : `NUTS` or `Nested`
    fixed : values by name
    progress : called with the fraction done; an exception in it stops the draws
    """
    sampler.check()
    found = target(likelihood, fixed)
    return sampler.gathered(found, complete(sampler.job(found), progress))


def needed(module: str) -> Any:
    """A package that only samplers need, or one sentence on how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.split(".")[0]
        remedy = "pip install 'ontarget[posterior]'"
        raise InputError(
            "sampler", f"no package {package!r}", f"It draws with {package}.", f"Get it: {remedy}."
        ) from None
