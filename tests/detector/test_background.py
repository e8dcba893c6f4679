import numpy as np
import pytest
from detector_toys import running

from ontarget.detector import (
    Channel,
    ConstantQuenching,
    Detector,
    ElectronEquivalent,
    Lindhard,
    SteadyState,
    SteadyStateIntegrated,
    TabulatedBackground,
)
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import day, keV, kg, m, us
from ontarget.interaction import CEvNS
from ontarget.matter.material import Material
from ontarget.numerics import EnergyAxis, Explicit, TimeAxis
from ontarget.source import ArrivalTime, Site, Untagged

SEEN = EnergyAxis(1 * keV, 11 * keV, 4)
CKKD = 1 / (keV * kg * day)
TIMES = ArrivalTime(TimeAxis(0 * us, 10 * us, 3, Explicit([0.0, 0.1, 0.3, 1.0])))


def test_a_flat_rate_gives_rate_times_exposure_times_duty():
    found = SteadyState(10 * CKKD, 0.04).expected(as_array(22.5 * kg), running(208 * day), Untagged(), SEEN.edges)
    assert found.shape == (1, 4)
    np.testing.assert_allclose(found, 10 * 22.5 * 208 * 0.04 * 2.5, rtol=1e-12)


def test_electron_equivalent_rates_count_visible_energy():
    by_constant = SteadyState(10 * CKKD, 1.0, ElectronEquivalent(ConstantQuenching(0.1)))
    np.testing.assert_allclose(
        by_constant.expected(as_array(1 * kg), running(1 * day), Untagged(), SEEN.edges),
        10 * 0.1 * 2.5,
        rtol=1e-12,
    )
    model = Lindhard(0.157, 32.0)
    total = (
        SteadyState(10 * CKKD, 1.0, ElectronEquivalent(model))
        .expected(as_array(1 * kg), running(1 * day), Untagged(), SEEN.edges)
        .sum()
    )
    ends = np.asarray(model.image(SEEN.edges)) / keV
    assert float(total) == pytest.approx(10 * (ends[-1] - ends[0]), rel=1e-12)


def test_an_integrated_rate_is_spread_over_the_seen_axis():
    found = SteadyStateIntegrated(0.1 / (kg * day), 0.04).expected(
        as_array(10 * kg), running(208 * day), TIMES, SEEN.edges
    )
    found = np.asarray(found)
    assert found.sum() == pytest.approx(0.1 * 10 * 208 * 0.04, rel=1e-12)
    np.testing.assert_allclose(found.sum(axis=1) / found.sum(), [0.1, 0.2, 0.7], rtol=1e-12)
    np.testing.assert_allclose(found.sum(axis=0) / found.sum(), 0.25, rtol=1e-12)


def test_a_table_is_per_time_with_the_window_open():
    rates = np.array([1.0, 2.0, 0.0, 4.0])
    found = TabulatedBackground(rates / day, 0.5).expected(as_array(99 * kg), running(10 * day), TIMES, SEEN.edges)
    np.testing.assert_allclose(found, np.array([0.1, 0.2, 0.7])[:, None] * rates * 5, rtol=1e-12)


def detector(**changes):
    fields = {
        "site": Site(20 * m),
        "mass": 1 * kg,
        "material": Material("Ge"),
        "seen": SEEN,
        "channels": (Channel(CEvNS(), EnergyAxis(0 * keV, 90 * keV, 10)),),
    }
    return Detector(**(fields | changes))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: SteadyState(-1 * CKKD, 0.04), "rate"),
        (lambda: SteadyState(1 * CKKD, 1.5), "duty"),
        (lambda: SteadyStateIntegrated(1 / (kg * day), 0.0), "duty"),
        (lambda: TabulatedBackground(np.array([1.0, -1.0]) / day, 1.0), "rates"),
        (lambda: TabulatedBackground(np.array([1.0, float("nan")]) / day, 1.0), "rates"),
        (lambda: detector(mass=-1 * kg), "mass"),
        (lambda: detector(mass=float("nan") * kg), "mass"),
        (lambda: detector(channels=()), "channels"),
        (
            lambda: detector(backgrounds=(TabulatedBackground(np.ones(3) / day, 1.0, name="off"),)),
            "backgrounds.off.rates",
        ),
    ],
)
def test_impossible_detectors_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
