"""Numbers that contradict each other are refused, and a channel without counts says why it has none."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.detector import (
    BeamOff,
    Channel,
    ConstantEfficiency,
    Detector,
    SteadyState,
    SteadyStateIntegrated,
    Threshold,
)
from ontarget.experiment import ChannelCounts, Experiment
from ontarget.experiment.consistency import check_table
from ontarget.experiment.emptiness import not_finite, nothing_through
from ontarget.ground.errors import InputError
from ontarget.ground.units import MW, GeV, Hz, MeV, cm, day, keV, kg, m, ms, ns, tonne, year
from ontarget.interaction import BinnedScale, CEvNS, ChargedCurrent, CrossSection, NuclearTable
from ontarget.matter import Material
from ontarget.numerics import BeamEnergyAxis, CountAxis, EnergyAxis, TimeAxis
from ontarget.source import ArrivalTime, Facility, RunningTime, Site, StoppedPion, UniformPulse, Untagged

SNS = Facility(1 * GeV, 1 * MW, 60 * Hz, UniformPulse(350 * ns))
ESS = Facility(2 * GeV, 5 * MW, 14 * Hz, UniformPulse(2.86 * ms))
RATE = 10 / (keV * kg * day)
TABLE = NuclearTable("C12", jnp.array([19.0, 30.0, 60.0]) * MeV, jnp.array([0.0, 5.0, 130.0]) * 1e-42 * cm**2)

LOW = Threshold(70 * MeV, name="low")


def experiment(facility=SNS, backgrounds=(), tag=None, seen=None, interaction=TABLE, response=(), material="C"):
    seen = EnergyAxis(0.0, 60 * MeV, 6) if seen is None else seen
    truth = EnergyAxis(0.0, 60 * MeV, 6)
    channel = Channel(interaction, truth, response, name="carbon")
    tag = Untagged() if tag is None else tag
    detector = Detector(Site(20 * m), 1 * tonne, Material(material), seen, (channel,), backgrounds, tag)
    source = StoppedPion(0.09, nodes=8)
    return Experiment(facility, source, detector=detector, exposure=RunningTime(1 * year), name="trial")


def window(stop, start=0.0, offset=0.0):
    return ArrivalTime(TimeAxis(start, stop, 1), offset)


@pytest.mark.parametrize("kind", [SteadyState(RATE, 0.04), SteadyStateIntegrated(1 / (kg * day), 0.04)])
@pytest.mark.parametrize(
    "changed", [{"repetition": 19.18 * Hz}, {"pulse": UniformPulse(3.9 * ms)}], ids=["repetition", "width"]
)
def test_a_duty_holds_the_pulse(kind, changed):
    """0.04 is 14 Hz times 2.86 ms, rounded: one of the two cannot change alone."""
    background = dataclasses.replace(kind, name="steady")
    assert experiment(ESS, (background,)).name == "trial"
    facility = dataclasses.replace(
        ESS, **{name: jnp.asarray(v) if name == "repetition" else v for name, v in changed.items()}
    )
    with pytest.raises(InputError) as caught:
        experiment(facility, (background,))
    words = r"detector.backgrounds.steady.duty: got 0.04. Repetition times pulse is 0.054"
    assert words in str(caught.value)
    assert "Give 0.054" in str(caught.value)


def test_a_duty_holds_the_window_and_may_be_larger():
    tag = window(1 * ms)
    assert experiment(backgrounds=(SteadyState(RATE, 0.06, name="a"),), tag=tag).name == "trial"  # 60 Hz times 1 ms
    assert experiment(backgrounds=(SteadyState(RATE, 1e-3, name="a"),)).name == "trial"  # longer than 60 Hz x 350 ns
    with pytest.raises(InputError, match=r"Repetition times window is 0\.06, and all neutrinos of that time"):
        experiment(backgrounds=(BeamOff(jnp.ones(6), 1 * day, 0.05, name="a"),), tag=tag)


def test_a_window_is_shorter_than_the_period():
    with pytest.raises(InputError, match=r"detector\.tag: got a window open 300 % of the time"):
        experiment(tag=window(50 * ms))


def counted(one: Experiment, truth) -> ChannelCounts:
    """Counts of no event, with so many interactions by truth cell."""
    cells = np.append(np.linspace(0, 60, 7), 60.1) * MeV
    return ChannelCounts("carbon", np.zeros((6, 1, 6)), np.zeros(6), cells, np.tile(truth, (6, 1)) / 6)


@pytest.mark.parametrize(
    ("given", "truth", "words"),
    [
        ({"material": "O"}, 0.0, "got no interaction. It is on C12, and the material has O16, O17, O18. Mend the"),
        ({"interaction": dataclasses.replace(TABLE, flavour="nu_tau")}, 0.0, " keV, and none interacts."),
        ({"tag": window(50 * ns)}, 1.0, "got no event in any bin of the tag. No neutrino comes while the window"),
        ({"response": (ConstantEfficiency(1e-300, name="cut"), LOW)}, 1.0, "Look at the numbers of cut, low or of the"),
        ({"seen": EnergyAxis(60 * MeV, 70 * MeV, 2)}, 1.0, " keV. Lower the threshold, or move the axes"),
    ],
)  # fmt: skip
def test_why_nothing_is_counted(given, truth, words):
    one = experiment(**given)
    said = str(nothing_through(one, one.detector.channels[0], counted(one, np.full(7, truth))))
    assert said.startswith("trial, channel carbon: got no ")
    assert words in said
    assert "\n" not in said


def test_energies_are_not_seen_along_an_axis_of_quanta():
    with pytest.raises(InputError, match="What the response of 'carbon' ends in is an energy"):
        experiment(seen=CountAxis(0.0, 1.0, 2))


def test_no_number_is_not_a_large_number():
    one = experiment()
    channel = one.detector.channels[0]
    assert "smaller" not in str(not_finite(one, channel, float("nan")))
    assert "The detector has 1000 kg" in str(not_finite(one, channel, float("inf")))


def test_a_table_that_ends_early_says_what_is_continued():
    """Of ten events by cells of 10 MeV, those above 30 MeV are in three of six."""
    one, short = experiment(), dataclasses.replace(TABLE, energies=jnp.array([19.0, 25.0, 30.0]) * MeV)
    found = counted(one, np.array([0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 0.0]))
    check_table("trial, channels.carbon", TABLE, found)
    for table in (short, BinnedScale.over(short, BeamEnergyAxis(1 * MeV, 60 * MeV, 2))):
        with pytest.raises(InputError) as caught:
            check_table("trial, channels.carbon", table, found)
        assert str(caught.value) == (
            "trial, channels.carbon.interaction: got a table that ends at 30000 keV. 80 % of the events are of "
            "neutrinos above, where it is only continued. Give points up to the highest energy of the source."
        )
    section = CrossSection(jnp.array([0.01, 0.055]) * GeV, jnp.array([1e-38, 1e-38]) * cm**2 / GeV, name="nu_e")
    with pytest.raises(InputError, match="15 % of the events"):
        check_table("", ChargedCurrent((section,)), found)  # half of the last three
    check_table("", CEvNS(), found)
    less = counted(one, np.array([0.0, 5.0, 5.0, 2.0, 3.0, 1.0, 0.0]))
    check_table("", ChargedCurrent((section,)), less)  # 3 %, and scaling is physics
