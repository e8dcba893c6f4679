"""Profiles on grids: degeneracy bands, two basins, joint detectors, edges, and speed."""

from __future__ import annotations

import numpy as np
import pytest
from inference_toys import NEUTRON, PROTON, csi, single

from ontarget.ground.errors import InputError
from ontarget.inference.fit.batch import fit_many
from ontarget.inference.fit.profile import profile
from ontarget.inference.likelihood.build import likelihood
from ontarget.inference.likelihood.parameter import Parameter, Scale
from ontarget.inference.likelihood.prior import Gaussian

UP = Parameter("up", "*.couplings.ee_u", -1.0, 1.0)
DOWN = Parameter("down", "*.couplings.ee_d", -1.0, 1.0)
NORM = Scale("norm", "*.source.scale", 0.3, 1.7, prior=Gaussian(1.0, 0.1))
Z, N = 32.0, 41.0
GERMANIUM = single("ge", Z, N, exposure=0.05)
XENON = single("xe", 54.0, 77.0, exposure=0.05)


def on_the_band(protons, neutrons, up, charge):
    """The down coupling that gives the non-standard weak charge Z (2u + d) + N (u + 2d) this value."""
    return (charge - up * (2 * protons + neutrons)) / (protons + 2 * neutrons)


@pytest.mark.parametrize("charge", [0.0, -2 * (Z * PROTON + N * NEUTRON)])
def test_one_detector_cannot_tell_points_of_its_bands_apart(charge):
    found = likelihood(GERMANIUM, [UP, DOWN, NORM])
    up = np.linspace(-0.3, 0.5, 9)
    thetas = np.stack([up, on_the_band(Z, N, up, charge), np.ones(9)], axis=1)
    # exactly: nothing but rounding of counts of about a thousand
    np.testing.assert_allclose(found.minus_two_log(thetas), 0.0, atol=1e-9)
    np.testing.assert_allclose(fit_many(found, ["norm"], thetas).value, 0.0, atol=1e-6)


def test_two_detectors_of_different_composition_break_the_degeneracy():
    both = likelihood((GERMANIUM, XENON, single("si", 14.0, 14.0, exposure=1.0)), [UP, DOWN, NORM])
    up = np.array([-0.3, 0.3, 0.5])
    thetas = np.stack([up, on_the_band(Z, N, up, 0.0), np.ones(3)], axis=1)
    assert (fit_many(both, ["norm"], thetas).value > 1.0).all()
    assert fit_many(both, ["norm"], np.array([[0.0, 0.0, 1.0]])).value[0] < 1e-6


def test_a_profile_is_the_lowest_over_what_it_profiles():
    found = likelihood(GERMANIUM, [UP, DOWN, NORM]).asimov(up=0.05)
    grid = np.linspace(-0.5, 0.5, 41)
    scan = profile(found, {"up": grid})
    assert scan.converged.all()
    # down makes up for any up along the band
    inside = np.abs(on_the_band(Z, N, grid, 0.05 * (2 * Z + N))) < 1
    assert inside.all()
    np.testing.assert_allclose(scan.values, 0.0, atol=1e-5)
    fixed = profile(found, {"up": grid}, fixed={"down": 0.0})
    assert set(fixed.nuisances) == {"norm"}
    assert fixed.values.max() > 50.0
    assert fixed.best.values["down"] == 0.0


def test_no_point_is_left_in_the_wrong_basin():
    """Profile down and norm on up, for two detectors: the lowest over a fine grid of down may not be beaten."""
    both = likelihood((GERMANIUM, single("si", 14.0, 14.0, exposure=1.0)), [UP, DOWN, NORM])
    grid = np.linspace(-0.9, 0.9, 25)
    scan = profile(both, {"up": grid})
    down = np.linspace(-1, 1, 201)
    mesh = np.stack([np.repeat(grid, 201), np.tile(down, 25), np.ones(25 * 201)], axis=1)
    fine = fit_many(both, ["norm"], mesh).value.reshape(25, 201).min(axis=1)
    assert scan.converged.all()
    assert (scan.values <= fine + 1e-6).all()
    assert scan.values.min() >= -1e-6


def test_grids_of_any_dimension_agree_point_by_point():
    found = likelihood(GERMANIUM, [UP, DOWN, NORM])
    scan = profile(found, {"down": np.linspace(-1, 1, 5), "up": np.linspace(-1, 1, 7)})
    assert scan.values.shape == (5, 7)
    for i, j in ((0, 0), (2, 3), (4, 6), (1, 5)):
        theta = np.array([[np.linspace(-1, 1, 7)[j], np.linspace(-1, 1, 5)[i], 1.0]])
        assert scan.values[i, j] == pytest.approx(
            fit_many(found, ["norm"], theta).value[0] - scan.best.minimum, abs=1e-6
        )
    cube = profile(found, {"down": [-1, 1], "up": [-1, 0, 1], "norm": [0.9, 1.0]})
    assert cube.values.shape == (2, 3, 2)
    assert cube.nuisances == {}


WRONG = [
    ({"upp": [0, 1]}, {}, "Did you mean 'up'"),
    ({"up": [0, 2]}, {}, "Its box is"),
    ({"up": [1, 0]}, {}, "does not rise"),
    ({"up": [0.0]}, {}, "two or more"),
    ({"up": [0, 1]}, {"up": 0.0}, "also fixed"),
    ({}, {}, "no axis"),
]


@pytest.mark.parametrize(("grids", "fixed", "sentence"), WRONG)
def test_wrong_requests_are_refused(grids, fixed, sentence):
    with pytest.raises(InputError, match=sentence):
        profile(likelihood(GERMANIUM, [UP, NORM]), grids, fixed=fixed)


def test_ten_thousand_points_converge():
    """How fast, `make bench` says."""
    found = likelihood(csi(), [UP, DOWN, NORM])
    grid = np.linspace(-1, 1, 100)
    assert profile(found, {"up": grid, "down": grid}).converged.all()


def test_progress_is_told_and_may_stop_the_scan():
    found = likelihood(GERMANIUM, [UP, NORM])
    seen = []
    profile(found, {"up": np.linspace(-1, 1, 30)}, progress=seen.append)
    assert seen[-1] == 1.0

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        profile(found, {"up": np.linspace(-1, 1, 30)}, progress=stop)
