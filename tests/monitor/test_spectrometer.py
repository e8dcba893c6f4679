"""Momentum resolution against a simulation of the measurement, and in its limits."""

from itertools import pairwise

import jax
import numpy as np
import pytest

from ontarget.beam import Beamline, Dipole, Drift, Quadrupole, Rays
from ontarget.beam.scattering import highland
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV, m, mm, ns, tesla, um
from ontarget.matter.particle import PARTICLES
from ontarget.monitor import (
    ArmPlane,
    EntrancePlane,
    LinePlane,
    Sensor,
    fitted_resolution,
    momentum_resolution,
    spectrometer_resolution,
)
from ontarget.monitor.spectrometer import bending, between, place_in

PION = PARTICLES["pi+"].mass
USUAL = {"kick": 1.7 * tesla * 0.936 * m, "pitch": 300 * um, "thickness": 0.01, "before": 2.0 * m, "after": 1.5 * m}


@jax.jit
def resolutions(momentum, numbers):
    return momentum_resolution(momentum[None], PION, **numbers)[0]


slopes_at = jax.jit(jax.grad(resolutions, argnums=1))


def resolution_at(momentum, **numbers):
    return float(resolutions(momentum, numbers))


def measured(momentum, number, kick, pitch, thickness, before, after):
    """Momenta from the slopes of straight lines through pixels, for tracks that scatter in every plane."""
    random = np.random.default_rng(5)
    angle = float(highland(np.array([momentum]), PION, thickness)[0])
    bend, slope, place = kick / momentum, random.normal(0, 1e-3, number), random.normal(0, 20.0 * m / 1000, number)
    ends = [place]
    scattered = [random.normal(0, angle, number) for _ in range(3)]
    slope = slope + scattered[0]
    ends.append(ends[-1] + before * slope)
    slope = slope + scattered[1] + bend
    ends.append(ends[-1] + 1.0 * m * slope)
    slope = slope + scattered[2]
    ends.append(ends[-1] + after * slope)
    pixels = [np.round(one / pitch) * pitch for one in ends]
    return kick / ((pixels[3] - pixels[2]) / after - (pixels[1] - pixels[0]) / before)


@pytest.mark.parametrize("momentum", [2.0, 8.5])
def test_formula_against_simulation(momentum):
    """2e5 tracks: the standard deviation has an error of 0.16 %, taken at three sigma."""
    found = measured(momentum * GeV, 200_000, **USUAL) / (momentum * GeV) - 1
    formula = resolution_at(momentum * GeV, **USUAL)
    assert found.std() == pytest.approx(formula, rel=0.005)


def test_pixels_alone():
    """Without scattering (1e-12 in squares): p over kick, times the slopes' errors by hand."""
    thin = USUAL | {"thickness": 1e-12}
    sigma = 300 * um / np.sqrt(12) * np.sqrt(2 / (2 * m) ** 2 + 2 / (1.5 * m) ** 2)
    found = resolution_at(8.5 * GeV, **thin)
    assert found == pytest.approx(
        8.5 * GeV / USUAL["kick"] * sigma, rel=1e-6
    )  # scattering of 1e-12 is 1e-12 in squares


def test_scattering_alone_does_not_depend_on_momentum():
    """At beta of one both bend and scattering go as 1/p."""
    fine = USUAL | {"pitch": 1e-6 * um}
    low, high = (resolution_at(one * GeV, **fine) for one in (20.0, 200.0))
    assert low == pytest.approx(high, rel=1e-4)  # (m/p)^2 / 2 = 2.4e-5


@pytest.mark.parametrize("name", list(USUAL))
def test_derivatives(name):
    """Central differences of a step of 1e-5: relative error 1e-10 of the third derivative, and rounding 1e-11."""

    value = USUAL[name]
    step = 1e-5 * value
    up, down = (resolution_at(8.5 * GeV, **(USUAL | {name: value + one})) for one in (step, -step))
    found = float(slopes_at(8.5 * GeV, USUAL)[name])
    assert found == pytest.approx((up - down) / (2 * step), rel=1e-7)
    assert found != 0


SENSOR = Sensor(300 * um, 0.04 * ns, 0.01)
MAGNET = Dipole(0.9 * m, 0.05, 0.025, 0.025, name="R4")
LENS = Quadrupole(1 * m, 3 * tesla / m, name="Q5")
LINE = Beamline((Drift(2.2 * m, name="a"), MAGNET, Drift(2.2 * m, name="b"), LENS, Drift(2.2 * m, name="c")), 8.5 * GeV)
FOUR = tuple(
    LinePlane(SENSOR, place * m, element=one) for one, place in (("a", 0.1), ("a", 2.1), ("b", 0.1), ("b", 2.1))
)
SIX = (*FOUR, EntrancePlane(SENSOR, 2.1 * m), EntrancePlane(SENSOR, 0.1 * m))


def test_sagitta_of_three_planes():
    """In a field all along: sigma_p / p = sqrt(3/2) sigma_x 8 p / (B L^2) (PDG, detectors at accelerators); the maps
    of a sector differ from a parabola by the bend squared."""
    half = Dipole(1 * m, 0.01)
    one = np.asarray(bending(half, as_array(8.5 * GeV)))
    maps = np.stack([np.eye(3), one, one @ one])
    found = float(fitted_resolution(maps, np.full(3, 0.1 * mm), np.full(3, 1e-15)))
    field = 8.5 * GeV * 0.01 / m
    formula = np.sqrt(1.5) * 0.1 * mm * 8 * 8.5 * GeV / (field * (2 * m) ** 2)
    assert found == pytest.approx(formula, rel=1e-3)


def test_four_planes_are_a_little_better_than_their_slopes():
    """The fit also knows where the straight lines meet; slopes alone are the formula. Nothing linear beats the fit."""
    numbers = {"kick": 0.05 * 8.5 * GeV, "pitch": 300 * um, "thickness": 0.01, "before": 2 * m, "after": 2 * m}
    formula = resolution_at(8.5 * GeV, **numbers)
    found = float(spectrometer_resolution(LINE, FOUR, PARTICLES["pi+"]))
    assert 0.97 * formula < found < formula
    assert float(spectrometer_resolution(LINE, SIX, PARTICLES["pi+"])) < found


def test_the_fit_against_tracks_through_the_line():
    """Tracks with kicks in every plane, read in pixels, fitted by least squares with the same covariance: 2e5 of them,
    so 0.16 % of the width at three sigma. Momenta are spread by 1e-4 only, for the fit is linear."""
    random, number = np.random.default_rng(3), 200_000
    angle = float(highland(np.array([8.5 * GeV]), PION, 0.01)[0])
    delta = random.normal(0, 1e-4, number)
    ones = np.ones(number)
    rays = Rays(
        random.normal(0, 5 * mm, number), 0 * ones, random.normal(0, 1e-3, number), 0 * ones,
        8.5 * GeV * (1 + delta), 0 * ones, ones,
    )  # fmt: skip
    places = [place_in(LINE, plane) for plane in SIX]
    hits, maps = [rays.x], [np.eye(3)]
    for first, last in pairwise(places):
        kick = random.normal(0, angle, number)
        rays = Rays(
            rays.x, rays.y, np.asarray(rays.slope_x) + kick, rays.slope_y, rays.momentum, rays.path, rays.number
        )
        maps.append(maps[-1])
        for element in between(LINE, first, last):
            rays = element.enter(rays, LINE.momentum)
            rays = element.leave(element.carry(rays, LINE.momentum, as_array(ones)), LINE.momentum)
            maps[-1] = np.asarray(bending(element, LINE.momentum)) @ maps[-1]
        hits.append(rays.x)
    pixels = np.round(np.asarray(hits) / (300 * um)) * 300 * um
    found = fitted(pixels, np.array(maps), 300 * um / np.sqrt(12), angle)
    resolution = spectrometer_resolution(LINE, SIX, PARTICLES["pi+"])
    assert (found - delta).std() == pytest.approx(float(resolution), rel=0.005)


def fitted(pixels, maps, error, angle):
    """dp/p of every track by generalised least squares, with numpy."""
    covariance = np.eye(len(maps)) * error**2
    for j in range(len(maps)):
        moved = np.array([(m @ np.linalg.inv(maps[j]))[0, 1] if i > j else 0.0 for i, m in enumerate(maps)])
        covariance += angle**2 * np.outer(moved, moved)
    design, inverse = maps[:, 0, :], np.linalg.inv(covariance)
    return (np.linalg.inv(design.T @ inverse @ design) @ design.T @ inverse @ pixels)[2]


def test_derivatives_of_the_fit():
    """By a thickness, by a place and by the field, against central differences of a step of 1e-4 of each."""

    def resolution(row):
        thickness, place, angle = row
        sensor = Sensor(300 * um, 0.04 * ns, thickness)
        planes = (FOUR[0], LinePlane(sensor, place, element="a"), FOUR[2], FOUR[3])
        magnet = Dipole(0.9 * m, angle, 0.025, 0.025, name="R4")
        line = Beamline((LINE.elements[0], magnet, *LINE.elements[2:]), 8.5 * GeV)
        return spectrometer_resolution(line, planes, PARTICLES["pi+"])

    row = np.array([0.01, 2.1 * m, 0.05])
    both = jax.jit(jax.value_and_grad(resolution))
    gradient = np.asarray(both(row)[1])
    for i in range(3):
        step = 1e-4 * row[i] * np.eye(3)[i]
        slope = (float(both(row + step)[0]) - float(both(row - step)[0])) / (2e-4 * row[i])
        assert gradient[i] == pytest.approx(slope, rel=1e-5)
    assert gradient[0] > 0 > gradient[1]
    assert gradient[2] < 0


def test_a_plane_at_the_entrance_wants_a_drift():
    short = Beamline(LINE.elements[:2], 8.5 * GeV)
    with pytest.raises(InputError, match="does not end in a drift"):
        spectrometer_resolution(short, (FOUR[0], FOUR[1], SIX[4]), PARTICLES["pi+"])


def test_planes_of_an_arm_stand_in_it():
    same = tuple(ArmPlane(SENSOR, plane.place, element=plane.element) for plane in FOUR)
    ours, line = (spectrometer_resolution(LINE, planes, PARTICLES["mu+"]) for planes in (same, FOUR))
    assert float(ours) == float(line)
