"""What of an experiment or a study can be handed to others: a likelihood, and the experiments that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from ontarget.ground.address import addresses
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.inference.likelihood import AbstractParameter, Gaussian, Likelihood, Parameter, Scale, likelihood
from ontarget.io import Loaded
from ontarget.io.entry import load_experiment
from ontarget.study.parameters.coverage import Coverage
from ontarget.study.parameters.measurement import Measurement
from ontarget.study.study import context_of, load_experiments, load_study
from ontarget.study.task import AbstractTask

PULLS = 3.0
"""Standard deviations on each side to which what is uncertain in an experiment is free."""


class Exchanged(NamedTuple):
    """A likelihood and the experiments that it was made of."""

    likelihood: Likelihood
    experiments: Sequence[Any]


def of_experiment(
    name: str | Path, set: Mapping[str, Any] | None = None, trust: bool = False, *, parameters: Sequence[str] = ()
) -> Exchanged:
    """An experiment with what it says of its own errors: numbers that have one, and the amounts of its variations.

    parameters : which of these are free, all by default
    """
    loaded = load_experiment(name, set, trust)
    known = {one.name: one for one in uncertain(loaded)}
    free = [known[one] for one in _chosen("parameters", parameters, list(known))]
    return Exchanged(likelihood([loaded.noun], free), [loaded.noun])


def uncertain(loaded: Loaded[Any]) -> list[AbstractParameter]:
    """A parameter for every number of an experiment that has an error, and for the amount of every variation.

    What a sideband says is left out: the likelihood knows it otherwise.
    """
    noun = loaded.noun
    leaves, aside = addresses(noun), list(noun.sidebands()) if hasattr(noun, "sidebands") else []
    found: dict[str, AbstractParameter] = {}
    for address, leaf in leaves.items():
        words, record = address.split("."), loaded.provenance.get(address)
        if np.shape(leaf) != () or any(f".backgrounds.{one}." in address for one in aside):
            continue
        shown = [one for one in words if one != "variations"]
        word = "_".join(shown[-3:-1] if words[-1] == "amount" else shown[-2:])
        word = word if word not in found else "_".join(words)
        where, error = f"{noun.name}.{address}", None if record is None else record.error
        if words[-1] == "amount":
            prior = Gaussian(jnp.asarray(0.0), jnp.asarray(1.0))
            found[word] = Parameter(word, where, jnp.asarray(-PULLS), jnp.asarray(PULLS), prior=prior)
        elif error is not None and float(error) > 0 and float(leaf) != 0:
            share = abs(float(error) / float(leaf))
            low, high = max(0.0, 1 - PULLS * share), 1 + PULLS * share
            prior = Gaussian(jnp.asarray(1.0), jnp.asarray(share))
            found[word] = Scale(word, where, jnp.asarray(low), jnp.asarray(high), prior=prior)
    return list(found.values())


def of_study(
    name: str | Path,
    set: Mapping[str, Any] | None = None,
    trust: bool = False,
    *,
    task: str = "",
    parameters: Sequence[str] = (),
    experiments: Sequence[str] = (),
) -> Exchanged:
    """The likelihood of one task of a study.

    Parameters
    ----------
    task : its key; may be left out where there is one only that has a likelihood
    parameters : which of the task's parameters are free, all by default; the others stay at their start
    experiments : which are taken, all by default
    """
    study = load_study(name, trust)
    context = context_of(study.noun, load_experiments(study, set, trust))
    asked = _task(context.tasks, task)
    asked.check(context)
    own = _question(asked)
    names = _chosen("experiments", experiments, [own.experiment] if own.experiment else list(context.experiments))
    known = {one.name: one for one in own.parameters}
    free = [known[one] for one in _chosen("parameters", parameters, list(known))]
    free += [] if own.experiment else context.nuisances(names)
    nouns = context.nouns(names)
    return Exchanged(context.likelihood_of(nouns, free), nouns)


class Question(NamedTuple):
    """What a task fits.

    Attributes
    ----------
    parameters : its own
    experiment : the one it asks about, with no parameters but its own; empty where those of the study come on top
    """

    parameters: Sequence[AbstractParameter]
    experiment: str = ""


def _question(task: AbstractTask) -> Question:
    if isinstance(task, Measurement):
        return Question((task.strength, *task.backgrounds, *task.systematics), task.experiment)
    if isinstance(task, Coverage):
        return Question((task.parameter, *task.nuisances), task.experiment)
    return Question(task.interest())


def _task(tasks: Sequence[AbstractTask], key: str) -> AbstractTask:
    """The task of this key, or the only one with parameters."""
    found = {one.key: one for one in tasks if _question(one).parameters}
    if not found:
        truth = "None of its tasks has a likelihood in parameters."
        raise InputError("study", "no task to export", truth, "Add a task such as Bounds.")
    if not key and len(found) > 1:
        raise InputError("--task", "none", "The study has several.", f"Name one: {', '.join(sorted(found))}.")
    if key and key not in found:
        raise InputError("--task", repr(key), "The study has no such one.", did_you_mean(key, found))
    return found[key] if key else next(iter(found.values()))


def _chosen(what: str, given: Sequence[str], known: Sequence[str]) -> list[str]:
    for one in given:
        if one not in known:
            raise InputError(f"--{what}", repr(one), "It is none of them.", did_you_mean(one, known))
    return list(dict.fromkeys(given)) or list(known)
