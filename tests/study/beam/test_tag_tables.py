"""Tables and figures of tags, from numbers made up here."""

from dataclasses import fields

import numpy as np
import pytest

from ontarget.analysis.tags.tag_energy import (
    EnergyGoal,
    EnergyScan,
    ErrorContributions,
    ErrorParts,
    ErrorSensitivities,
    PlanesForGoal,
)
from ontarget.analysis.tags.tag_scans import ApertureScan, PlaneScan, TimeScan, VertexScan, performances
from ontarget.ground.units import GeV, cm, m, mrad, ns
from ontarget.study.beam.tag_energy import (
    contribution_rows,
    energy_picture,
    energy_rows,
    goal_picture,
    goal_rows,
    sensitivity_rows,
)
from ontarget.study.beam.tag_performance import (
    aperture_picture,
    aperture_rows,
    performance_columns,
    performance_rows,
    plane_rows,
    response_rows,
    time_pictures,
    time_rows,
    vertex_picture,
    vertex_rows,
)
from ontarget.tagging.performance import Performance
from ontarget.tagging.tag_response import TagResponse


def point(number):
    """Every number of a performance is another; `number` tells points apart."""
    given = {one.name: 0.001 * i + 0.1 * number for i, one in enumerate(fields(Performance))}
    return Performance(**(given | {"events": 100 + number}))


def grid(*shape):
    return performances([point(i) for i in range(int(np.prod(shape)))], shape)


def test_points_of_a_grid_are_rows_in_its_order():
    axes = np.array([0.5, 2.0]), np.array([0.1, 0.3, 1.0])
    each = (
        (time_rows(TimeScan(axes[0], axes[1] * ns, grid(2, 3))), "intensity", "time (ns)", 1),
        (
            aperture_rows(ApertureScan(axes[0] * mrad, axes[1] * m, grid(2, 3))),
            "divergence (mrad)",
            "aperture (m)",
            1,
        ),
        (plane_rows(PlaneScan(axes[0], axes[1] * m, grid(2, 3))), "thickness (% X0)", "baseline (m)", 100),
    )
    for rows, first, second, percent in each:
        for k, row in enumerate(rows):
            assert row[first] == pytest.approx(percent * axes[0][k // 3])
            assert row[second] == pytest.approx(axes[1][k % 3])
            one = point(k)
            assert row["efficiency (%)"] == pytest.approx(100 * one.efficiency)
            assert row["window purity (%)"] == pytest.approx(100 * one.window_purity)
            assert (row["events"], row["pull"], row["pairs"]) == pytest.approx((one.events, one.pull, one.pairs))
            error = np.sqrt(max(one.efficiency * (1 - one.efficiency), 1 / one.events) / one.events)
            assert row["error of efficiency (%)"] == pytest.approx(100 * error)
    (first, second) = vertex_rows(VertexScan(np.array([1.0, 3.0]) * cm, grid(2)))
    assert (first["vertex (cm)"], second["vertex (cm)"]) == pytest.approx((1, 3))


def test_nothing_tagged_rightly_has_no_error_of_the_energy():
    nothing = Performance(**{one.name: 0 if one.name == "events" else 0.0 for one in fields(Performance)})
    (row,) = performance_rows({"k_munu": nothing})
    assert row["interactions of"] == "K -> mu nu"
    assert row["core (%)"] is None is row["pull"]
    columns = performance_columns({"pi_munu": point(1), "k_munu": point(2)})
    assert [row[""] for row in columns][:3] == ["events", "acceptance (%)", "efficiency (%)"]
    assert columns[0] == {"": "events", "pi -> mu nu": 101, "K -> mu nu": 102}


def test_figures_are_of_the_arrays():
    scan = TimeScan(np.array([0.5, 2.0]), np.array([0.1, 0.3, 1.0]) * ns, grid(2, 3))
    pictures = time_pictures("other", scan, [])
    assert [one.name for one in pictures] == ["other_efficiency", "other_purity", "other_unique"]
    lines = pictures[0].figure.axes[0].lines
    assert len(lines) == 4
    np.testing.assert_allclose(lines[1].get_xdata(), [0.1, 0.3, 1.0])
    np.testing.assert_allclose(lines[1].get_ydata(), 100 * scan.performance.efficiency[1])
    np.testing.assert_allclose(lines[2].get_ydata(), 100 * scan.performance.window_efficiency[0])
    np.testing.assert_allclose(pictures[1].figure.axes[0].lines[3].get_ydata(), 100 * scan.performance.window_purity[1])
    wide = aperture_picture("other", ApertureScan(np.array([4.0]) * mrad, np.array([0.3, 0.6]) * m, grid(1, 2)))
    np.testing.assert_allclose(wide.figure.axes[0].lines[0].get_xdata(), [0.3, 0.6])
    place = vertex_picture("other", VertexScan(np.array([1.0, 3.0]) * cm, grid(2)))
    np.testing.assert_allclose(place.figure.axes[0].lines[2].get_ydata(), 100 * grid(2).unique)


PARTS = ErrorParts(momentum=0.01, points=0.02, scattering=0.03, angle=0.04, vertex=0.05, decay_point=0.06)
NAMES = ["momentum", "angle: points", "angle: scattering", "angle: both", "vertex", "decay point"]


def test_causes_of_the_error():
    rows = contribution_rows(ErrorContributions(0.07, PARTS.each(lambda one: one / 2), PARTS))
    assert [row["what"] for row in rows] == ["all", *NAMES]
    assert [row["core of it alone (%)"] for row in rows] == pytest.approx([7, 1, 2, 3, 4, 5, 6])
    assert [row["core without it (%)"] for row in rows[1:]] == pytest.approx([0.5, 1, 1.5, 2, 2.5, 3])
    (row,) = sensitivity_rows(ErrorSensitivities(0.07, ("vertex",), np.array([0.3])))
    assert row == {"number": "vertex", "d ln core / d ln": 0.3}


def test_planes_that_reach_the_goal():
    given = PlanesForGoal(np.array([np.nan, 0.004]), np.array([0.012, 0.006]))
    found = EnergyGoal(0.01, np.array([1.0, 3.0]) * m, given, PlanesForGoal(np.array([0.001, 0.008]), np.zeros(2)))
    first, second = goal_rows(found)
    assert first["thickness, momenta as given (% X0)"] is None
    assert second["thickness, momenta as given (% X0)"] == pytest.approx(0.4)
    assert second["core without matter, momenta as given (%)"] == pytest.approx(0.6)
    assert first["thickness, momenta twice as well (% X0)"] == pytest.approx(0.1)
    picture = goal_picture("other", found)
    assert (picture.name, picture.caption) == ("other_goal", "Thickness of planes that knows the energy to 1 %.")
    np.testing.assert_allclose(picture.figure.axes[0].lines[0].get_xdata(), [3.0])
    np.testing.assert_allclose(picture.figure.axes[0].lines[1].get_ydata(), [0.1, 0.8])


def test_steps_of_energy():
    one = np.array([0.02, 0.03])
    scan = EnergyScan(
        low=np.array([0.5, 1.0]) * GeV,
        high=np.array([1.0, 1.5]) * GeV,
        tags=np.array([100, 400]),
        core=one,
        tails=one / 2,
        bias=-one,
        pull=50 * one,
        linear_core=one / 4,
        alone=PARTS.each(lambda part: part * np.ones(2)),
    )
    row = energy_rows(scan)[1]
    assert (row["low (GeV)"], row["high (GeV)"], row["tags"]) == pytest.approx((1.0, 1.5, 400))
    assert (row["core (%)"], row["beyond 3 cores (%)"], row["bias (%)"]) == pytest.approx((3, 1.5, -3))
    assert (row["pull"], row["linear core (%)"]) == pytest.approx((1.5, 0.75))
    assert [row[f"{name} alone (%)"] for name in NAMES] == pytest.approx([1, 2, 3, 4, 5, 6])
    axes = energy_picture("other", scan).figure.axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xdata(), [0.75, 1.25])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [1, 1])
    bars = axes.collections[0].get_segments()  # a share of the tags: 2 % over 10, 3 % over 20
    np.testing.assert_allclose([top[1] - bottom[1] for bottom, top in bars], [0.4, 0.3])


def test_responses_have_a_column_for_each_bin():
    values = np.array([[0.2, 0.3, 0.5], [0.1, 0.0, 0.9]])
    made = TagResponse(
        np.array([1.0, 2.0]) * GeV, np.array([0.5, 1.5, 2.5]) * GeV, values, values / 10, np.array([8.0, 9.0])
    )
    first, second = response_rows({"nu_mu": made})
    assert (first["neutrinos"], first["energy_GeV"], second["events"]) == ("nu_mu", 1.0, 9.0)
    assert (first["0.5-1.5"], first["1.5-2.5"], second["untagged"]) == (0.2, 0.3, 0.9)
    assert first["error untagged"] == 0.05
