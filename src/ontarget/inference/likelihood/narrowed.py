"""Parameters narrowed to the experiments that they touch."""

from __future__ import annotations

import dataclasses

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.ground.address import match
from ontarget.ground.errors import InputError
from ontarget.inference.likelihood import AbstractParameter


def narrowed(
    parameter: AbstractParameter, some: tuple[AbstractExperiment, ...], every: tuple[AbstractExperiment, ...]
) -> AbstractParameter | None:
    """A parameter with those of its addresses that fit some of the experiments; None where none does.

    An address that fits none of all the experiments is an error.
    """
    parameter.targets(every)
    globs = (parameter.address,) if isinstance(parameter.address, str) else parameter.address
    fitting = tuple(glob for glob in globs if any_match(some, glob))
    return dataclasses.replace(parameter, address=fitting) if fitting else None


def any_match(experiments: tuple[AbstractExperiment, ...], glob: str) -> bool:
    """Whether an address fits a number of any of the experiments."""
    try:
        return bool(match(experiments, glob))
    except InputError:
        return False
