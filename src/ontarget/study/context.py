"""TODO."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.inference.likelihood import AbstractParameter, Likelihood, likelihood
from ontarget.io import Loaded
from ontarget.numerics.cores import cores
from ontarget.numerics.job import AbstractJob, Done, complete
from ontarget.work.campaign import Campaign

T = TypeVar("T")


R = TypeVar("R")


@dataclass(frozen=True)
class Context:
    """What a study hands to its tasks.

    Attributes
    ----------
    experiments : by name, with the provenance of their numbers
    parameters : freed in every fit, with their priors (the nuisances)
    interest : the parameters that each task asks about
    tolerance : largest error of an expansion, in Poisson standard deviations
    known : what was computed already
    progress : says in one line what is being done
    campaign : keeps the chunks of long jobs on a disk, and knows who computes them; in memory and here without one
    """

    experiments: Mapping[str, Loaded[Experiment]]
    parameters: Sequence[AbstractParameter]
    progress: Callable[[str], None]
    interest: Sequence[Sequence[AbstractParameter]] = ()
    tolerance: float = 1e-6
    known: dict[Any, Any] = field(default_factory=dict)
    campaign: Campaign | None = None

    def counts(self, name: str) -> Counts:
        """Expected counts of one experiment, computed once."""
        if name not in self.known:
            self.progress(f"expected counts of {name}")
            self.known[name] = self.experiments[name].noun.expected()
        return self.known[name]

    def likelihood(
        self, names: Sequence[str], parameters: Sequence[AbstractParameter], without: Sequence[str] = ()
    ) -> Likelihood:
        """Likelihood of these experiments in a task's parameters and the nuisances, `without` some by name.

        The data are what was observed, or, where nothing was, what is expected (Asimov). It holds more where another
        task asks about all of these parameters and others: expansions are then shared.
        """
        nouns, wanted = self.nouns(names), {identity(one) for one in parameters}
        sets = [one for one in (*self.interest, parameters) if wanted <= {identity(each) for each in one}]
        widest = [widened(one, self.interest) for one in max(sets, key=len)]
        nuisances = [one for one in self.nuisances(names) if one.name not in without]
        return likelihood(nouns, [*widest, *nuisances], tolerance=self.tolerance, known=self.known)

    def complete(self, key: str, job: AbstractJob, title: str) -> Done:
        """All chunks of a job; `key` names it within the study, `title` stands before the progress."""
        if self.campaign is not None:
            return self.campaign.complete(key, job, title, self.progress)
        said = [0.0]

        def tell(done: float) -> None:
            if done - said[0] > 0.1 or done < said[0]:
                said[0] = done
                self.progress(f"{title}: {100 * done:.0f} %")

        return complete(job, tell)

    def nuisances(self, names: Sequence[str] | None = None) -> list[AbstractParameter]:
        """The study's parameters that touch these experiments, each with those of its addresses that do."""
        nouns, every = tuple(self.nouns(names)), tuple(self.nouns())
        return [found for one in self.parameters if (found := narrowed(one, nouns, every)) is not None]

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`function` of every item, a few at a time (compilation runs beside Python), in the order of the items."""
        with ThreadPoolExecutor(max_workers=min(4, cores())) as pool:
            return list(pool.map(function, items))

    def nouns(self, names: Sequence[str] | None = None) -> list[Experiment]:
        """The experiments of these names (all of them by default)."""
        return [self.experiments[name].noun for name in (self.experiments if names is None else names)]


def identity(parameter: AbstractParameter) -> tuple[Any, ...]:
    """What makes two parameters of two tasks the same: all but the box."""
    return type(parameter), parameter.name, parameter.address, str(parameter.start), str(parameter.prior)


def widened(parameter: AbstractParameter, sets: Sequence[Sequence[AbstractParameter]]) -> AbstractParameter:
    """A parameter with a box that holds the boxes of all that are the same."""
    same = [one for each in sets for one in each if identity(one) == identity(parameter)] or [parameter]
    low, high = min(float(one.low) for one in same), max(float(one.high) for one in same)
    return dataclasses.replace(parameter, low=low, high=high)
