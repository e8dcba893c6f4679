"""The quenching task: its tables are those of the fit, and its figure names all that is in it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib.text import Text
from quenching_toys import ENERGIES, TRUTH, lab
from study_toys import table

from ontarget.detector import ConstantQuenching
from ontarget.ground.errors import InputError
from ontarget.study import QuenchingFit

TASK = QuenchingFit(
    "Quenching", "q", (lab("first"), lab("second", ENERGIES + 2)), 2, (ConstantQuenching(0.09, name="flat"),)
)


@pytest.fixture(scope="module")
def section(context):
    return TASK.run(context)


def test_a_polynomial_comes_back(section):
    rows = list(table(section, "q_fit").values())
    assert [row["coefficient"] for row in rows] == pytest.approx(TRUTH.tolist(), rel=1e-7)
    assert rows[0]["chi2"] == pytest.approx(0.0, abs=1e-12)
    assert rows[0]["degrees of freedom"] == 7
    assert rows[0]["errors enlarged by"] == 1.0  # points that scatter less do not make errors smaller
    values = table(section, "q_values")
    assert values["10.0"]["quenching factor"] == pytest.approx(0.06 + 0.02 - 0.002, rel=1e-7)


def test_errors_and_variations_are_those_of_the_covariance(section):
    """The variations are independent: the sum of their squares is the variance."""
    for row in table(section, "q_fit").values():
        assert row["error"] == pytest.approx(np.sqrt(sum(row[f"variation {k}"] ** 2 for k in (1, 2, 3))), rel=1e-9)


def test_points_are_drawn_in_keV_with_both_errors(context):
    low = {"factor_errors_low": np.full(5, 0.002)}
    (picture,) = dataclasses.replace(TASK, points=(lab("first", **low),)).run(context).pictures
    axes = picture.figure.axes[0]
    (bars,) = axes.containers
    line, _, (across, upright) = bars
    np.testing.assert_allclose(line.get_xdata(), ENERGIES, rtol=1e-14)
    assert line.get_ydata()[0] == pytest.approx(0.0695)
    ends = np.array(upright.get_segments())[:, :, 1] - line.get_ydata()[:, None]
    np.testing.assert_allclose(ends, [[-0.002, 0.004]] * 5, atol=1e-12)  # downwards, upwards
    ends = np.array(across.get_segments())[:, :, 0] - ENERGIES[:, None]
    np.testing.assert_allclose(ends, [[-0.5, 0.5]] * 5, atol=1e-12)


def test_models_are_drawn_under_their_names(section):
    (picture,) = section.pictures
    shown = {one.get_text() for one in picture.figure.findobj(Text)}
    assert {"fit of degree 2", "flat", "first", "second"} <= shown


def test_too_high_a_degree():
    with pytest.raises(InputError, match="6 are taken"):
        dataclasses.replace(TASK, degree=7)
