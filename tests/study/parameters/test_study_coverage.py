"""The coverage task: its rows are those of the belt of the same seed, and Wilks' interval is that of the profile."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import NEUTRONS, STRENGTH, table

from ontarget.ground.errors import InputError
from ontarget.inference.likelihood import Parameter, likelihood
from ontarget.inference.toys import feldman_cousins
from ontarget.study import Coverage

TASK = Coverage("Coverage", "coverage", "crystal", STRENGTH, (NEUTRONS,), points=5, toys=40, level=0.68)


def test_rows_are_those_of_the_belt(context):
    section = TASK.run(context)
    nll = likelihood(context.experiments["crystal"].noun, [STRENGTH, NEUTRONS], known=context.expansions)
    grid = np.linspace(0.0, 3.0, 5)
    belt = feldman_cousins(nll, "strength", grid, TASK.seed, toys=40, more=40, levels=(0.68,))
    rows = next(one for one in section.tables if one.name == "coverage_coverage").rows
    assert [row["strength"] for row in rows] == grid.tolist()
    assert [row["critical value"] for row in rows] == belt.critical[0].tolist()
    assert [row["p-value"] for row in rows] == belt.p_values.tolist()
    assert [row["toys"] for row in rows] == belt.toys.tolist()
    methods = table(section, "coverage_intervals")
    for name, (piece,) in (("toys (Feldman-Cousins)", belt.intervals[0].pieces), ("Wilks", belt.asymptotic[0].pieces)):
        assert (methods[name]["low"], methods[name]["high"]) == (piece.low, piece.high)
    # the data lie at a strength near one, and a strength of three or of none is far away
    assert methods["Wilks"]["low"] < belt.scan.best.values["strength"] < methods["Wilks"]["high"]
    assert rows[0]["p-value"] == rows[-1]["p-value"] == 0.0
    assert 0 < rows[1]["critical value"] < 4  # of chi squared 0.99; the scatter of 40 toys


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"experiment": "cristal"}, "The study has crystal, tank"),
        ({"nuisances": (Parameter("b", "*.no_such.total", 0.0, 1.0),)}, "It matches no input"),
    ],
)
def test_refusals(context, changes, sentence):
    with pytest.raises(InputError, match=sentence):
        dataclasses.replace(TASK, **changes).check(context)


@pytest.mark.parametrize("changes", [{"points": 4}, {"level": 1.5}, {"level": 0.0}])
def test_what_cannot_be_is_refused(changes):
    with pytest.raises(InputError):
        dataclasses.replace(TASK, **changes)
