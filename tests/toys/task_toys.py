"""A task with a long job; apart from the jobs, so that workers need no reports."""

from __future__ import annotations

import numpy as np
from work_toys import Draws

from ontarget.ground.noun import Number, quantity, static
from ontarget.report.section import Section, Table
from ontarget.study.task import AbstractTask


class Drawing(AbstractTask):
    """A task of a study with one long job."""

    scale: Number = quantity(default=2.0)
    key: str = static(default="a drawing")

    def run(self, context):
        done = context.complete(self.key, Draws(self.scale), "numbers drawn")
        rows = [{"chunk": int(i), "first": float(done.arrays["draws"][i, 0])} for i in np.flatnonzero(done.status)]
        return Section("Numbers", "", (Table("draws", "Numbers", rows),))
