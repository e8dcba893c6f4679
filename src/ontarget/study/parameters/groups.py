"""Experiments that are fitted together, by label, and their likelihoods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ontarget.ground.errors import InputError
from ontarget.inference.likelihood import AbstractParameter, Likelihood
from ontarget.study.context import Context


def grouped(groups: Mapping[str, tuple[str, ...]], context: Context) -> dict[str, tuple[str, ...]]:
    """Experiments by label: the groups given, or each experiment alone under its title."""
    for label, names in groups.items():
        for name in names:
            if name not in context.experiments:
                raise InputError(f"groups.{label}", repr(name), "The study has no such experiment.", "List it there.")
    if groups:
        return {label: tuple(names) for label, names in groups.items()}
    return {context.label(name): (name,) for name in context.experiments}


def check_targets(
    parameters: Sequence[AbstractParameter], groups: Mapping[str, tuple[str, ...]], context: Context
) -> None:
    """Refuse parameters, of the task or of the study, whose address or start does not fit a group of experiments."""
    for names in groups.values():
        for parameter in (*parameters, *context.nuisances(names)):
            parameter.initial(context.nouns(names))


def likelihoods(
    context: Context,
    title: str,
    groups: Mapping[str, tuple[str, ...]],
    parameters: Sequence[AbstractParameter],
    without: Sequence[str] = (),
) -> dict[str, Likelihood]:
    """The likelihood of each group in a task's parameters and the study's nuisances, `without` some by name."""

    def made(label: str) -> Likelihood:
        context.progress(f"{title}: {label}")
        return context.likelihood(groups[label], parameters, without)

    return dict(zip(groups, context.each(made, groups), strict=True))


def nuisances(context: Context, likelihood: Likelihood) -> list[str]:
    """Which parameters of a likelihood are the study's own: they are profiled in every task."""
    own = {one.name for one in context.parameters}
    return [name for name in likelihood.names if name in own]
