"""The product of two mixings as a task: its tables and its figure hold what the analysis finds."""

import numpy as np
import pytest
from oscillation_toys import POINTS, SPLITTINGS, detectors

from ontarget import analysis
from ontarget.ground.errors import InputError
from ontarget.ground.units import eV
from ontarget.study.context import Context
from ontarget.study.oscillation.sterile_product import SterileProduct

SEARCHES = (
    analysis.Disappearance((0, 1), ("nu_mu",), name="rates"),
    analysis.Disappearance((0, 1), ("nu_mu",), uncorrelated=0.01, name="each"),
)


def test_tables_and_figure_are_the_result():
    """The analysis is held against brute force in its own test; here every number of the task reaches it."""
    context = Context(detectors(), (), lambda line: None)
    task = SterileProduct(SEARCHES, 0.5 * eV**2, 100 * eV**2, POINTS, 0.07, 0.5, 0.95, "both")
    task.check(context)
    section = task.run(context)
    both = [one.noun for one in detectors().values()]
    result = analysis.sterile_product(both, SEARCHES, SPLITTINGS, 0.07, 0.5, 0.95)
    assert [one.name for one in (*section.tables, *section.pictures)] == ["both", "both_curves", "both"]
    summary, curves = (one.rows for one in section.tables)
    shown, listed = SPLITTINGS / float(eV**2), [1.0, 3.0, 10.0, 30.0]  # 0.3 lies below the lowest
    for i, search in enumerate(result.searches):
        np.testing.assert_allclose([row[search] for row in curves], result.appearance[i], rtol=1e-9)
        mine = [row for row in summary if row["search"] == search]
        assert [row["dm2 (eV2)"] for row in mine] == listed
        columns = ("muon to sterile alone", "electron to sterile alone", "muon to electron")
        for column, limits in zip(columns, (result.muon, result.electron, result.appearance), strict=True):
            expected = np.exp(np.interp(np.log(listed), np.log(shown), np.log(limits[i])))
            np.testing.assert_allclose([row[column] for row in mine], expected, rtol=1e-9)
    lines = [one for one in section.pictures[0].figure.axes[0].lines if len(one.get_xdata()) == POINTS]
    np.testing.assert_allclose([one.get_xdata() for one in lines], result.appearance)
    np.testing.assert_allclose(lines[0].get_ydata(), shown)
    assert (result.appearance[1] > result.appearance[0]).all()  # what is not known of each window costs


def test_refusals():
    context = Context(detectors(), (), lambda line: None)
    with pytest.raises(InputError, match="has 2 windows"):
        SterileProduct((analysis.Disappearance((2,), ("nu_mu",), name="late"),)).check(context)
