"""Rows and bars of intervals: what the typed result holds, in the order of groups, methods and pieces."""

from __future__ import annotations

import numpy as np
import pytest
from study_toys import STRENGTH

from ontarget.analysis import ParameterIntervals
from ontarget.ground.errors import InputError
from ontarget.inference.fit import Fit, Intervals, Piece, Scan
from ontarget.plot import Interval
from ontarget.study import Bounds
from ontarget.study.parameters.bounds import allowed, bar, figure, headline, rows, symbol

FALSE = np.zeros(5, bool)
BEST = Fit({"eps_ee_u": 0.1}, {"eps_ee_u": 0.1}, np.ones((1, 1)), 0.0, True, (), "")
SCAN = Scan({"eps_ee_u": np.linspace(-1, 1, 5)}, np.arange(5.0), {}, np.arange(5) > 1, np.arange(5) > 3, BEST, "")
TWO = Intervals("eps_ee_u", 0.9, 2.7, (Piece(-0.5, -0.25, True, False), Piece(0.25, 0.5, False, False)), "")
ONE = ParameterIntervals((0.9,), SCAN, (TWO,), (TWO,))


def test_a_row_for_each_piece():
    first, second = rows([("CsI", ONE)])
    assert (first["experiments"], first["parameter"], first["piece"], first["of"]) == ("CsI", "eps_ee_u", 1, 2)
    assert (first["low"], first["high"], first["reaches end of grid"]) == (-0.5, -0.25, True)
    assert (second["piece"], second["low"], second["high"], second["reaches end of grid"]) == (2, 0.25, 0.5, False)
    assert (first["points not converged"], first["points with a nuisance at its edge"]) == (2, 1)


def test_a_headline_has_all_pieces_and_one_end_where_the_grid_ends():
    (one,) = headline([("alone", ONE), ("CsI", ONE)], 0.9)
    assert (one.label, one.ours(), one.others()) == (
        *("eps_ee_u, CsI", "below -0.250 or 0.250 to 0.500"),
        "90 % CL",
    )
    assert allowed([Piece(0.25, 1.0, False, True)]) == "above 0.250"
    assert allowed([Piece(-1.0, 1.0, True, True)]) == "all values tried"
    assert allowed([]) == "nothing"


def test_bars_are_the_pieces():
    expected = Interval(r"$\varepsilon_{ee}^{u}$", "CsI", [(-0.5, -0.25), (0.25, 0.5)], True, False)
    assert bar("CsI", ONE) == expected
    assert len(figure([("CsI", ONE), ("argon", ONE)], "coupling").figure.axes) == 1


def test_symbols():
    assert symbol("eps_mutau_d") == r"$\varepsilon_{\mu \tau }^{d}$"
    assert symbol("umu4") == r"$|U_{\mu4}|^2$"
    assert symbol("mass_in_MeV") == "mass in MeV"


def test_unknown_experiments_are_refused(context):
    with pytest.raises(InputError, match=r"groups.all: got 'tonk'. The study has no such experiment"):
        Bounds("Strength", "strength", (STRENGTH,), groups={"all": ("tonk",)}).check(context)
