"""A chain knows what it carries: an energy or a number of quanta, checked when it is put together."""

import re

import pytest

from ontarget.detector import (
    BetaDecays,
    Channel,
    ConstantCountResolution,
    ConstantQuenching,
    ConstantResolution,
    CountThreshold,
    Detector,
    GaussianSmearing,
    HistogramBackground,
    InterpolatedEfficiency,
    LightYield,
    Lindhard,
    LogisticEfficiency,
    PoissonSmearing,
    SmoothCountThreshold,
    SmoothThreshold,
    SquareRootCountResolution,
    SteadyState,
    StepEfficiency,
    TabulatedCountEfficiency,
    TabulatedEfficiency,
    Threshold,
    UniqueFirstForbidden,
)
from ontarget.ground.errors import InputError
from ontarget.ground.units import day, g, keV, kg, m, mm, s, us
from ontarget.interaction import CEvNS
from ontarget.matter.material import Material
from ontarget.numerics import CountAxis, EnergyAxis, LengthAxis, TimeAxis
from ontarget.source import BeamSite, Site, UprightCylinder

TRUTH = EnergyAxis(0.0, 150 * keV, 30)
KEV, QUANTA = EnergyAxis(20 * keV, 100 * keV, 8), CountAxis(20.0, 100.0, 8)
QUENCHED, LIGHT = ConstantQuenching(0.25, name="q"), LightYield(4 / keV, name="l")
COUNTED = PoissonSmearing(axis=CountAxis(0.0, 200.0, 200), name="s")
QUANTA_STAGES = (QUENCHED, LIGHT, COUNTED)


def channel(*response, truth=TRUTH):
    return Channel(CEvNS(), truth, response, name="recoils")


def detector(*response, seen=KEV, backgrounds=(), site=None, mass=1000 * kg, material="Ar", density=None):
    what = Material(material, density=density)
    return Detector(site or Site(20 * m), mass, what, seen, (channel(*response),), backgrounds)


def says(make, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)) as refused:
        make()
    return str(refused.value)


WRONG = {
    "keV behind photo-electrons": (
        (*QUANTA_STAGES, Threshold(30 * keV, name="t")),
        "response.t: got a Threshold, which takes an energy. Behind 's' there is a number of quanta. "
        "Use a CountThreshold.",
    ),
    "photo-electrons before there are any": (
        (CountThreshold(30.0, name="t"),),
        "response.t: got a CountThreshold, which takes a number of quanta. Behind the interaction there is an energy. "
        "Use a Threshold.",
    ),
    "logistic": ((LogisticEfficiency(0.66, 0.49, 10.8, name="e"),), "Use a SmoothThreshold or a TabulatedEfficiency."),
    "steps": ((StepEfficiency([5.0, 6.0], [0.5], name="e"),), "Use a Threshold or a TabulatedEfficiency."),
    "table": ((*QUANTA_STAGES, TabulatedEfficiency([1 * keV, 2 * keV], [0, 1], name="e")), "TabulatedCountEfficiency."),
    "count table": ((TabulatedCountEfficiency([1, 2], [0, 1], name="e"),), "Use a TabulatedEfficiency."),
    "smooth": ((LIGHT, SmoothThreshold(1 * keV, 1 * keV, name="e")), "Use a SmoothCountThreshold."),
    "smooth count": ((SmoothCountThreshold(9, 2, name="e"),), "Use a SmoothThreshold."),
    "resolution": (
        (LIGHT, GaussianSmearing(ConstantResolution(5 * keV), name="g")),
        "Behind 'l' there is a number of quanta. Give it a resolution of the other kind",
    ),
    "count resolution": ((GaussianSmearing(SquareRootCountResolution(0.1, 10), name="g"),), "of the other kind"),
    "Poisson": ((PoissonSmearing(name="s"),), "Behind the interaction there is an energy. Put a LightYield before it."),
    "quenching": ((LIGHT, Lindhard(0.11, 18.0, name="q")), "Put it before the light yield."),
    "two light yields": ((LIGHT, LightYield(4 / keV, name="b")), "One light yield is enough: leave it out."),
    "axis": (
        (QUENCHED, LIGHT, PoissonSmearing(axis=TRUTH, name="s")),
        "response.s.axis: got an axis of an energy. What 's' gives is a number of quanta. Give a CountAxis.",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_stage_behind_what_it_does_not_take(kind):
    response, sentence = WRONG[kind]
    says(lambda: channel(*response), sentence)


def test_both_kinds_stand_where_they_belong():
    ends = [
        channel(*QUANTA_STAGES, CountThreshold(30.0)).ends_in(),
        channel(
            LIGHT, GaussianSmearing(ConstantCountResolution(2.0)), TabulatedCountEfficiency([1, 2], [0, 1])
        ).ends_in(),
        channel(Threshold(1 * keV), GaussianSmearing(ConstantResolution(1 * keV)), QUENCHED).ends_in(),
    ]
    assert ends == ["a number of quanta", "a number of quanta", "an energy"]


def test_an_interpolated_efficiency_is_of_one_kind():
    count, energy = CountThreshold(3.0), Threshold(3 * keV)
    says(lambda: InterpolatedEfficiency(count, energy, count), "up: got an energy and a number of quanta.")
    says(lambda: channel(InterpolatedEfficiency(count, count, count, name="e")), "takes a number of quanta")


def test_what_is_seen_is_what_the_response_gives():
    sentence = "seen: got an axis of an energy. What the response of 'recoils' ends in is a number of quanta."
    says(lambda: detector(*QUANTA_STAGES), sentence + " Give a CountAxis.")
    says(lambda: detector(seen=CountAxis(0.02, 0.1, 8)), "is an energy. Give an EnergyAxis.")
    says(lambda: detector(seen=TimeAxis(0.0, 1 * us, 8)), "seen: got an axis of a time.")
    says(lambda: detector(seen=LengthAxis(0.0, 1 * m, 8)), "seen: got an axis of a length.")
    says(lambda: channel(truth=CountAxis(0.0, 0.15, 300)), "truth: got an axis of a number of quanta. The truth is an")


def test_a_seen_axis_below_zero():
    says(
        lambda: detector(seen=EnergyAxis(-21 * keV, 100 * keV, 8)),
        "seen.start: got -21 keV. Nothing is seen at an energy below zero. Start at 0 or above.",
    )
    says(lambda: detector(*QUANTA_STAGES, seen=CountAxis(-1.0, 100.0, 8)), "seen.start: got -1.")


def test_backgrounds_know_what_is_seen():
    rate = 10 / (keV * kg * day)
    flat = SteadyState(rate, 1e-3, name="steady")
    sentence = "What a SteadyState is given along is an energy. Give an EnergyAxis."
    says(lambda: detector(*QUANTA_STAGES, seen=QUANTA, backgrounds=(flat,)), sentence)
    beta = BetaDecays(1 / (kg * s), UniqueFirstForbidden(565 * keV, 19), efficiency=(CountThreshold(3.0, name="t"),))
    says(lambda: detector(backgrounds=(beta,)), "efficiency.t: got a CountThreshold, which takes a number of quanta.")
    times = TimeAxis(0.0, 1 * us, 1)
    quanta = HistogramBackground(1.0, CountAxis(0.0, 9.0, 1), [1.0], times, [1.0], name="neutrons")
    says(lambda: detector(backgrounds=(quanta,)), "What a HistogramBackground is given along is a number of quanta.")


OWN = {
    "ends early": (60, 0, "axis.stop: got 60. What is seen comes from up to 100: what lies above would be lost. "),
    "starts late": (130, 30, "axis.start: got 30. What is seen comes from 20 upwards: what lies below would be lost. "),
}


@pytest.mark.parametrize("kind", OWN)
def test_the_own_axis_of_a_smearing_reaches_what_is_seen(kind):
    stop, start, sentence = OWN[kind]
    short = PoissonSmearing(axis=CountAxis(start, stop, stop - start), name="s")
    says(lambda: detector(QUENCHED, LIGHT, short, seen=QUANTA), f"channels.recoils.response.s.{sentence}")
    energy = GaussianSmearing(ConstantResolution(2 * keV), axis=EnergyAxis(0.0, 60 * keV, 60), name="g")
    says(lambda: detector(energy), "response.g.axis.stop: got 60 keV. What is seen comes from up to 100 keV")
    # through a map: 100 photo-electrons are 25 keV
    before = GaussianSmearing(ConstantResolution(0.2 * keV), axis=EnergyAxis(0.0, 24 * keV, 60), name="g")
    says(
        lambda: detector(QUENCHED, before, LIGHT, seen=QUANTA),
        "axis.stop: got 24 keV. What is seen comes from up to 25",
    )
    # a later smearing widens what is needed
    two = PoissonSmearing(axis=CountAxis(0, 110, 110), name="s"), GaussianSmearing(ConstantCountResolution(8.0))
    says(lambda: detector(QUENCHED, LIGHT, *two, seen=QUANTA), "axis.stop: got 110. What is seen comes from up to 124")


def test_resolutions_without_end_are_refused():
    says(lambda: SquareRootCountResolution(1e150, 1.0), "fraction: got 1e+150. It must be finite, above 0 and at most")
    says(lambda: ConstantResolution(1e300 * keV), "width: got 1e+300 keV.")


def test_mass_size_and_material_agree():
    box = BeamSite(27 * m, 40 * m, 40 * m, 22.3 * m)
    argon = {"mass": 5e5 * kg, "density": 1.396 * g / (10 * mm) ** 3}
    says(
        lambda: detector(site=box, **argon),
        "mass: got 500000 kg, which are 0.0140135 g/cm3 in the 3.568e+04 m3 of the site. "
        "The material has 1.396 g/cm3. Mend the mass or the size of the site, or the material's density.",
    )
    assert detector(site=BeamSite(27 * m, 4 * m, 4 * m, 22.3 * m), **argon)
    assert detector(site=box, mass=5e5 * kg)  # of no density known: a gas
    tank = Site(20 * m, UprightCylinder(1 * m, 1 * m))
    says(lambda: detector(site=tank, mass=1e5 * kg), "Nothing is denser than osmium, 22.6 g/cm3.")
    says(lambda: detector(site=tank, **argon), "The material has 1.396 g/cm3.")
