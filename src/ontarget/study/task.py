"""The contract of a task: one question of a study."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun
from ontarget.inference.likelihood import AbstractParameter
from ontarget.report.section import Section
from ontarget.study.context import Context


class AbstractTask(Noun):
    """One question of a study, answered with tables and figures.

    `key` names its tables, figures and stored chunks, and other tasks that build on its result name it by that.
    """

    if TYPE_CHECKING:  # a field of the final classes, in an order of their own
        key: str

    def check(self, context: Context) -> None:
        """Refuse, before anything is computed, what does not fit the study's experiments."""
        return

    def interest(self) -> Sequence[AbstractParameter]:
        """The parameters that the task asks about."""
        return ()

    @abstractmethod
    def run(self, context: Context) -> Section:
        """Answer it."""


def prefixed(key: str, name: str) -> str:
    """The name of a table or a figure of a task that stands in a study once or, then with a key, several times."""
    return f"{key}_{name}" if key else name


def check_points(points: int, least: int, most: int) -> None:
    """Refuse a grid that is too coarse to mean anything, or too fine to be computed."""
    if not least <= points <= most:
        truth = f"At least {least} and at most {most} are taken."
        raise InputError("points", str(points), truth, "Leave it out for the usual number.")
