"""Global fits: two minima, degeneracies, edges, and a sentence for each."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import NEUTRON, PROTON, Line, Pair, single

from ontarget.ground.errors import InputError
from ontarget.inference.fit.fit import fit
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Flat, Gaussian

UP = Parameter("up", "*.couplings.ee_u", -1.0, 1.0)
NORM = Scale("norm", "*.source.scale", 0.5, 1.5, prior=Gaussian(1.0, 0.1))
Z, N = 32.0, 41.0
GERMANIUM = single("ge", Z, N, exposure=0.05)


def test_errors_are_those_of_the_closed_form():
    """Signal and background with separate bins: Poisson errors combined with the priors."""
    experiment = Line("line", np.array([100.0, 0.0]), np.array([0.0, 400.0]))
    parameters = [
        Scale("s", "*.signal_scale", 0.1, 3.0, prior=Gaussian(1.0, 0.1)),
        Scale("b", "*.background_scale", 0.1, 3.0, prior=Flat()),
    ]
    found = fit(likelihood(experiment, parameters))
    assert found.converged
    assert found.message == ""
    assert found.errors["s"] == pytest.approx((100.0 + 1 / 0.1**2) ** -0.5, rel=1e-6)
    assert found.errors["b"] == pytest.approx(1 / 20.0, rel=1e-6)
    assert found.covariance[0, 1] == pytest.approx(0.0, abs=1e-12)


def test_the_global_minimum_is_found_from_the_wrong_basin():
    """Data made in the second basin, beside the mirror of the standard coupling; the start lies in the first."""
    mirror = -2 * (Z * PROTON + N * NEUTRON) / (2 * Z + N)  # ee_u there turns the amplitude's sign
    truth = mirror + 0.02
    found = fit(likelihood(GERMANIUM, [UP, NORM]).asimov(up=truth))
    assert found.minimum == pytest.approx(0.0, abs=1e-6)
    # both basins hold an exact solution: truth, and its mirror image
    assert min(abs(found.values["up"] - truth), abs(found.values["up"] - (mirror - truth))) < 1e-4


def test_what_is_not_determined_is_said():
    down = Parameter("down", "*.couplings.ee_d", -1.0, 1.0)
    found = fit(likelihood(GERMANIUM, [UP, down, NORM]))
    assert "do not determine a combination of up, down" in found.message
    assert np.isinf([found.errors["up"], found.errors["down"]]).all()
    assert np.isfinite(found.errors["norm"])
    alone = fit(likelihood(GERMANIUM, [UP, down, NORM]), {"down": 0.0})
    assert np.isfinite(list(alone.errors.values())).all()
    assert alone.values["down"] == 0.0


def test_what_does_nothing_is_said():
    """Bins without signal know nothing of its scale: no count depends on it, and nothing is to be combined."""
    experiment = Line("line", np.zeros(2), np.array([100.0, 400.0]))
    parameters = [Scale("L", "*.signal_scale", 0.5, 2.0), Scale("b", "*.background_scale", 0.5, 2.0)]
    found = fit(likelihood(experiment, parameters))
    assert found.message == "L does nothing: no count depends on it."
    assert np.isinf(found.errors["L"])
    assert found.errors["b"] == pytest.approx(500**-0.5, rel=1e-6)


def test_an_edge_is_said():
    experiment = Line("line", np.full(3, 10.0), np.full(3, 1.0))
    wide = likelihood(experiment, [Scale("s", "*.signal_scale", 0.5, 1.2)], [np.full(3, 30.0)])
    found = fit(wide)
    assert found.at_edge == ("s",)
    assert found.values["s"] == pytest.approx(1.2)
    assert "edge of the box" in found.message


def test_counts_where_none_are_expected_are_said():
    experiment = Line("line", np.array([10.0, 0.0]), np.zeros(2))
    found = fit(likelihood(experiment, [Scale("s", "*.signal_scale", 0.5, 2.0)], [np.array([12.0, 3.0])]))
    assert np.isfinite(found.minimum)
    assert found.values["s"] == pytest.approx(1.2, abs=1e-3)
    assert "none are expected" in found.message


def test_all_fixed_is_an_evaluation():
    both = likelihood(GERMANIUM, [UP, NORM])
    found = fit(both, {"up": 0.1, "norm": 1.1})
    assert found.minimum == pytest.approx(float(both.minus_two_log(np.array([0.1, 1.1]))))
    assert found.errors == {}


def test_wrong_names_are_refused():
    with pytest.raises(InputError, match="Did you mean 'norm'"):
        fit(likelihood(GERMANIUM, [UP, NORM]), {"nrom": 1.0})


def test_what_a_slope_holds_at_an_edge_is_determined():
    """None seen on three: -2 ln L rises by two with each event, from zero on, without any curvature."""
    found = likelihood(Pair("pair", 3.0, y=0.0), [Scale("x", "*.x", 0.0, 20.0)], [np.array([0.0, 3.0])])
    best = fit(found)
    assert best.values["x"] == 0.0
    assert best.at_edge == ("x",)
    assert "do not determine" not in best.message


@pytest.mark.parametrize("prior", [Flat(), Gaussian(1.0, 60.0)])
def test_an_error_larger_than_the_box_is_none(prior):
    """One event on a thousand, known to 33: in a box of width 2 nothing is known."""
    parameters = [Scale("s", "*.signal_scale", 0.0, 2.0, prior=prior), Scale("b", "*.background_scale", 0.5, 1.5)]
    experiment = Line("line", np.array([1.0, 0.0]), np.array([1000.0, 1e6]))
    found = fit(likelihood(experiment, parameters))
    assert found.converged
    assert found.errors["s"] == np.inf
    assert found.covariance[0, 0] == np.inf
    assert found.errors["b"] == pytest.approx(1e-3, rel=1e-2)
    assert found.message == "The data do not determine s."
