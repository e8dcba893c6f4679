"""What a study hands to its tasks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

import jax
import numpy as np

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.counts import Counts
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import Noun
from ontarget.inference.likelihood import AbstractParameter, Expansions, Likelihood, likelihood
from ontarget.inference.likelihood.narrowed import narrowed
from ontarget.io import Loaded
from ontarget.numerics.cores import cores
from ontarget.numerics.job import AbstractJob, Done, complete
from ontarget.work.campaign import Campaign

if TYPE_CHECKING:  # tasks are handed a context
    from ontarget.study.task import AbstractTask

T = TypeVar("T")
R = TypeVar("R")
E = TypeVar("E", bound=AbstractExperiment)
K = TypeVar("K", bound="AbstractTask")
P = ParamSpec("P")


@dataclass(frozen=True)
class Context:
    """What a study hands to its tasks.

    Attributes
    ----------
    experiments : by name, with the provenance of their numbers
    parameters : freed in every fit, with their priors (the nuisances)
    interest : the parameters that each task asks about
    tolerance : largest error of an expansion, in Poisson standard deviations
    tasks : all questions of the study
    progress : says in one line what is being done
    campaign : keeps the chunks of long jobs on a disk, and knows who computes them; in memory and here without one
    """

    experiments: Mapping[str, Loaded[AbstractExperiment]]
    parameters: Sequence[AbstractParameter]
    progress: Callable[[str], None]
    interest: Sequence[Sequence[AbstractParameter]] = ()
    tolerance: float = 1e-6
    campaign: Campaign | None = None
    tasks: Sequence[AbstractTask] = ()
    expansions: Expansions = field(default_factory=Expansions, repr=False)
    _once: dict[Any, Any] = field(default_factory=dict, repr=False)

    @overload
    def experiment(self, name: str, where: str) -> Experiment: ...
    @overload
    def experiment(self, name: str, where: str, kind: type[E]) -> E: ...
    def experiment(self, name: str, where: str, kind: type[Any] = Experiment) -> Any:
        """The experiment of this name, of this kind; `where` is the field that names it, for the message."""
        if name not in self.experiments:
            truth = f"The study has {', '.join(self.experiments)}."
            raise InputError(where, repr(name), truth, nearby(name, self.experiments))
        found = self.experiments[name].noun
        if not isinstance(found, kind):
            truth = f"It is of type {type(found).__name__}, and {article(kind.__name__)} is asked for."
            raise InputError(where, repr(name), truth, "Name another.")
        return found

    def listed(self, names: Sequence[str] | None = None, where: str = "experiments") -> list[Experiment]:
        """Neutrino experiments by name: those given, or all of the study."""
        return [self.experiment(name, where) for name in (self.experiments if names is None else names)]

    def task(self, key: str, where: str, kind: type[K]) -> K:
        """The task of this key and kind; `where` is the field that names it."""
        same = {one.key: one for one in self.tasks if isinstance(one, kind)}
        if key not in same:
            truth = f"The study's tasks of type {kind.__name__}: {', '.join(same) or 'none'}."
            raise InputError(where, repr(key), truth, "Name one of these.")
        return same[key]

    def once(self, function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
        """`function` of these arguments, computed once in the study, whichever tasks ask for it."""
        key = function, *map(same_as, arguments), *((name, same_as(one)) for name, one in sorted(named.items()))
        if key not in self._once:
            self._once[key] = function(*arguments, **named), (arguments, named)  # kept, so that their id stays theirs
        return self._once[key][0]

    def counts(self, name: str) -> Counts:
        """Expected counts of one experiment, computed once."""
        return self.once(self._counts, name)

    def _counts(self, name: str) -> Counts:
        self.progress(f"expected counts of {name}")
        return self.experiments[name].noun.expected()

    def label(self, name: str) -> str:
        """An experiment as tables and figures call it: its title without the words that all titles begin with."""
        titles = [one.noun.title or one_name for one_name, one in self.experiments.items()]
        return unshared(self.experiments[name].noun.title or name, titles)

    def likelihood(
        self, names: Sequence[str], parameters: Sequence[AbstractParameter], without: Sequence[str] = ()
    ) -> Likelihood:
        """Likelihood of these experiments in a task's parameters and the nuisances, `without` some by name.

        The data are what was observed, or, where nothing was, what is expected (Asimov). It holds more where another
        task asks about all of these parameters and others: expansions are then shared.
        """
        wanted = {identity(one) for one in parameters}
        sets = [one for one in (*self.interest, parameters) if wanted <= {identity(each) for each in one}]
        widest = [widened(one, self.interest) for one in max(sets, key=len)]
        nuisances = [one for one in self.nuisances(names) if one.name not in without]
        return self.likelihood_of(self.nouns(names), [*widest, *nuisances])

    def likelihood_of(
        self, experiments: Sequence[AbstractExperiment], parameters: Sequence[AbstractParameter]
    ) -> Likelihood:
        """Likelihood of experiments in exactly these parameters; expansions that the study has are used."""
        return likelihood(experiments, parameters, tolerance=self.tolerance, known=self.expansions)

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

    def nouns(self, names: Sequence[str] | None = None) -> list[AbstractExperiment]:
        """The experiments of these names (all of them by default), of whatever kind."""
        return [self.experiments[name].noun for name in (self.experiments if names is None else names)]


def same_as(argument: Any) -> Any:
    """What tells an argument of `Context.once` from others: its value, or for what has none the object itself."""
    if isinstance(argument, tuple):
        return tuple(map(same_as, argument))
    if isinstance(argument, Noun):
        leaves, structure = jax.tree.flatten(argument)
        return structure, *(np.asarray(leaf).tobytes() for leaf in leaves)
    if isinstance(argument, np.ndarray):
        return argument.shape, argument.tobytes()
    return argument if isinstance(argument, (str, int, float, bytes, type(None))) else id(argument)


def nearby(name: str, known: Iterable[str]) -> str:
    """A remedy for a name that is not among a few that the sentence before it lists."""
    found = did_you_mean(name, known)
    return found if found.startswith("Did") else "Name one of these."


def article(name: str) -> str:
    """A class as a message says it: 'an Experiment'."""
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def unshared(title: str, titles: Sequence[str]) -> str:
    """A title without the words that all of several titles begin with; a title that stands alone is left whole."""
    every = [one.split() for one in {*titles, title}]
    shared = 0
    while len(every) > 1 and all(len(one) > shared + 1 for one in every) and len({one[shared] for one in every}) == 1:
        shared += 1
    return " ".join(title.split()[shared:])


def identity(parameter: AbstractParameter) -> tuple[Any, ...]:
    """What makes two parameters of two tasks the same: all but the box."""
    return (
        type(parameter),
        parameter.name,
        parameter.address,
        str(parameter.start),
        str(parameter.prior),
        parameter.unit,
    )


def widened(parameter: AbstractParameter, sets: Sequence[Sequence[AbstractParameter]]) -> AbstractParameter:
    """A parameter with a box that holds the boxes of all that are the same."""
    same = [one for each in sets for one in each if identity(one) == identity(parameter)] or [parameter]
    low, high = min(float(one.low) for one in same), max(float(one.high) for one in same)
    return dataclasses.replace(parameter, low=low, high=high)
