"""The contract of a task: one question of a study."""

from __future__ import annotations

from abc import abstractmethod

from ontarget.ground.noun import Noun
from ontarget.report.section import Context, Section


class AbstractTask(Noun):
    """One question of a study, answered with tables and figures."""

    @abstractmethod
    def run(self, context: Context) -> Section:
        """Answer it."""
