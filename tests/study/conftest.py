"""What the tasks' tests share: one folder, one context, so that nothing is compiled twice."""

from __future__ import annotations

import math

import pytest
from study_toys import FLUX, MASS, asked

from ontarget import study
from ontarget.report.screen import screen
from ontarget.report.text_table import text_table

TASKS = [
    found
    for name in study.__all__
    if isinstance(found := getattr(study, name), type)
    and issubclass(found, study.AbstractTask)
    and found is not study.AbstractTask
]


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """Crystal and tank; the flux touches both, the mass the crystal only."""
    return asked(tmp_path_factory.mktemp("toys"), (FLUX, MASS))


@pytest.fixture(scope="module", autouse=True)
def checked_sections():
    """Every section that any task answers with has headlines, and says nothing of columns that are not there."""

    def checked(run):
        def answer(task, context):
            section = run(task, context)
            assert section.headline, "a task says its main numbers first"
            for one in section.headline:
                assert one.label
                assert one.ours() or one.others()
                numbers = (one.value, one.error, one.published)
                assert not any(isinstance(number, float) and math.isnan(number) for number in numbers), one
            assert len(screen("", [section], 80)) <= 24
            for table in section.tables:
                known = {name for row in table.rows for name in row}
                for name, column in table.columns.items():
                    if name in known:
                        assert not column.error_of or column.error_of in known, table.name
                assert str(text_table(table.title, table.rows, table.columns, 80))
            return section

        return answer

    with pytest.MonkeyPatch.context() as patch:
        for kind in TASKS:
            patch.setattr(kind, "run", checked(kind.run))
        yield
