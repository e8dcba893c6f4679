import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import MW, GeV, Hz, day, hour, ms, s, year
from ontarget.source import AbstractExposure, EnergyOnTarget, Facility, ProtonsOnTarget, RunningTime, UniformPulse

ELEMENTARY = 1.602176634e-19  # C


def ess(**changes):
    fields = {"proton_energy": 2 * GeV, "power": 5 * MW, "repetition": 14 * Hz, "pulse": UniformPulse(2.86 * ms)}
    return Facility(**(fields | changes))


def test_proton_rate_is_power_over_energy():
    rate = 5e6 / (2e9 * ELEMENTARY)
    assert float(ess().protons_while_running * s) == pytest.approx(rate, rel=1e-12)
    assert float(ess(operation=0.5).protons_per_time * s) == pytest.approx(rate / 2, rel=1e-12)


def test_ess_delivers_its_protons_per_year():
    facility = ess(operation=5000 * hour / year)
    # the reference number is printed to three or four digits
    assert float(facility.protons_per_time * year) == pytest.approx(2.809e23, rel=5e-4)


def test_given_protons_are_used_where_they_agree():
    facility = ess(operation=5000 * hour / year, protons=2.8e23 / year)
    assert float(facility.protons_per_time * year) == pytest.approx(2.8e23, rel=1e-12)


def test_given_protons_that_contradict_the_power_are_refused():
    with pytest.raises(
        InputError, match=r"protons: got 3e\+23 1/yr\. Power, proton energy and operation give"
    ) as caught:
        ess(operation=5000 * hour / year, protons=3e23 / year)
    assert caught.value.where == "protons"


@pytest.mark.parametrize("field", ["proton_energy", "power", "repetition", "operation"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_facilities_are_refused(field, value):
    with pytest.raises(InputError) as caught:
        ess(**{field: value})
    assert caught.value.where == field


def test_operation_is_at_most_one():
    with pytest.raises(InputError):
        ess(operation=1.1)


def test_pulses_make_the_power():
    facility = ess(protons_per_pulse=5e6 / (2e9 * ELEMENTARY) / 14)
    assert float(facility.power_of_pulses / MW) == pytest.approx(5, rel=1e-12)
    for make, where in (
        (lambda: ess(protons_per_pulse=1e15), "protons_per_pulse"),
        (lambda: ess().power_of_pulses, "protons_per_pulse"),
    ):
        with pytest.raises(InputError) as caught:
            make()
        assert caught.value.where == where


def test_running_time():
    facility = ess(operation=0.25)
    three = RunningTime(3 * year)
    assert float(three.calendar(facility) / year) == pytest.approx(3)
    assert float(three.live(facility) / year) == pytest.approx(0.75)
    expected = 5e6 / (2e9 * ELEMENTARY) * 0.75 * 365.25 * 86400
    assert float(three.protons(facility)) == pytest.approx(expected, rel=1e-12)


def test_energy_on_target():
    """7.48 GWh at 1 GeV are 1.6807e23 protons; 1.4 MW yr of 1.4 MW is a year of beam."""
    exposure = EnergyOnTarget(7.48e9 * 3600 / ELEMENTARY * 1e-9 * GeV)
    assert float(exposure.protons(ess(proton_energy=1 * GeV))) == pytest.approx(1.6807e23, rel=3e-5)  # as printed
    facility = ess(operation=0.25)
    year_of_beam = EnergyOnTarget(5 * MW * year)
    assert float(year_of_beam.live(facility) / year) == pytest.approx(1)
    assert float(year_of_beam.calendar(facility) / year) == pytest.approx(4)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("3 yr", {"type": "RunningTime", "time": "3 yr"}),
        ("1.76e23POT", {"type": "ProtonsOnTarget", "number": "1.76e23POT"}),
        ("13.8e22 POT", {"type": "ProtonsOnTarget", "number": "13.8e22 POT"}),
        ("7.48 GWh", {"type": "EnergyOnTarget", "energy": "7.48 GWh"}),
        ("1.4 MW yr", {"type": "EnergyOnTarget", "energy": "1.4 MW yr"}),
        ("1.4MW*yr", {"type": "EnergyOnTarget", "energy": "1.4MW*yr"}),
    ],
)
def test_what_a_text_of_exposure_stands_for(text, made):
    assert AbstractExposure.read(text) == made


def test_an_exposure_has_no_mass():
    with pytest.raises(InputError, match=r"An exposure has no mass in it: that of the target is detector\.mass\."):
        AbstractExposure.read("1 kt MW yr")


def test_protons_on_target():
    facility = ess(operation=0.25)
    exposure = ProtonsOnTarget(1e23)
    assert float(exposure.protons(facility)) == 1e23
    seconds = 1e23 * 2e9 * ELEMENTARY / 5e6
    assert float(exposure.live(facility) / day) == pytest.approx(seconds / 86400, rel=1e-12)
    assert float(exposure.calendar(facility) / day) == pytest.approx(4 * seconds / 86400, rel=1e-12)


@pytest.mark.parametrize("make", [lambda: RunningTime(-1 * year), lambda: ProtonsOnTarget(0.0)])
def test_impossible_exposures_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_live_time_of_given_protons_is_within_their_tolerance():
    facility = ess(operation=0.5, protons=0.504 * 5e6 / (2e9 * ELEMENTARY) / s)
    np.testing.assert_allclose(float(RunningTime(1 * year).live(facility) / year), 0.504, rtol=1e-12)
