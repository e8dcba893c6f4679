"""Words in units that say more than a dimension: they meet their field and their scale, or are refused."""

import pytest

from ontarget.detector import Detector
from ontarget.ground.errors import InputError
from ontarget.io.meaning import said_in
from ontarget.io.structure import structure
from ontarget.io.yaml import parse_yaml
from ontarget.source import AbstractExposure, AbstractSource, Facility

DETECTOR = """\
site: {baseline: 20 m}
mass: 1 t
material: Ar
seen: {type: EnergyAxis, start: SEEN, stop: 100 keV, bins: 2}
channels:
  cevns:
    interaction: {type: INTERACTION}
    truth: {type: EnergyAxis, start: 0 keV, stop: 150 keV, bins: 4}
    response: RESPONSE
backgrounds: {steady: {type: SteadyState, rate: RATE, duty: 1e-3SCALE}}
"""
USUAL = {"SEEN": "20 keV", "INTERACTION": "CEvNS", "RESPONSE": "[]", "RATE": "10 dru", "SCALE": ""}
ELECTRONS = ", scale: {type: ElectronEquivalent, quenching: {type: ConstantQuenching, value: 0.25}}"
QUENCHED = "{q: {type: ConstantQuenching, value: 0.25}}"


def before(energy):
    return f"{{t: {{type: Threshold, energy: {energy}}}, q: {{type: ConstantQuenching, value: 0.25}}}}"


def behind(energy):
    return f"{{q: {{type: ConstantQuenching, value: 0.25}}, t: {{type: Threshold, energy: {energy}}}}}"


def detector(**changed):
    text = DETECTOR
    for word, given in {**USUAL, **changed}.items():
        text = text.replace(word, given)
    return structure(Detector, parse_yaml(text, "d.yaml")).noun


@pytest.mark.parametrize(
    "changed",
    [
        {"SEEN": "20 keVnr"},
        {"SEEN": "20 keVee", "RESPONSE": QUENCHED},
        {"SEEN": "20 keVee", "INTERACTION": "ElectronScattering"},
        {"RATE": "10 / keVnr / kg / day"},
        {"RATE": "10 / keVee / kg / day", "SCALE": ELECTRONS},
        {"RATE": "10 / keVee / kg / day", "RESPONSE": QUENCHED},
        {"RATE": "{value: 10, unit: counts/keVee/kg/day}", "SCALE": ELECTRONS},
        {"RESPONSE": before("5 keVnr")},
        {"RESPONSE": behind("5 keVee")},
        {"RESPONSE": "{q: {type: TabulatedQuenching, energies: [0 keVnr, 9 keVnr], factors: [0.1, 0.2]}}"},
    ],
)  # fmt: skip
def test_a_word_that_meets_its_scale(changed):
    assert detector(**changed).mass > 0


QUANTA = "{q: {type: ConstantQuenching, value: 0.2}, l: {type: LightYield, per_energy: 4 PE/keVee}}"


def test_photo_electrons_are_counted_along_their_axis():
    text = DETECTOR[: DETECTOR.index("backgrounds")].replace("INTERACTION", "CEvNS").replace("RESPONSE", QUANTA)
    text = text.replace("EnergyAxis, start: SEEN, stop: 100 keV", "CountAxis, start: 2 PE, stop: 90 PE")
    assert structure(Detector, parse_yaml(text, "d.yaml")).noun.seen.bins == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"RATE": "10 / keVee / kg / day"}, "backgrounds.steady.rate: got '10 / keVee / kg / day'."
         " It is per electron-equivalent energy, and the background is per energy of a nuclear recoil. Write keVnr, or"
         " give the background 'scale: {type: ElectronEquivalent, quenching: ...}'."),
        ({"RATE": "10 / keVnr / kg / day", "SCALE": ELECTRONS}, "Write keVee, or give the background"),
        ({"RATE": "{value: 10, unit: 1/(keVee kg day)}"}, "rate: got '1 1/(keVee kg day)'. It is per electron"),
        ({"RATE": "10 / keVnr / kg / day", "RESPONSE": QUENCHED}, "the background is per electron-equivalent energy"),
        ({"RATE": "10 PE / keV / kg / day"}, "It says photo-electrons, and 'rate' is no number of these."),
        ({"RATE": "10 POT / keV / kg / day"}, "It says protons on target, and 'rate' is no number of these."),
        ({"SEEN": "20 keVee"}, "seen.start: got '20 keVee'. It says electron-equivalent energy, and here stands energy"
         " of a nuclear recoil. Write it in keVnr, or move it behind the quenching."),
        ({"SEEN": "20 keVnr", "RESPONSE": QUENCHED}, "Write it in keVee, or move it before the quenching."),
        ({"SEEN": "20 keVnr", "INTERACTION": "ElectronScattering"}, "here stands electron-equivalent energy"),
        ({"RESPONSE": before("5 keVee")}, "response.t.energy: got '5 keVee'. It says electron-equivalent energy"),
        ({"RESPONSE": behind("5 keVnr")}, "response.t.energy: got '5 keVnr'. It says energy of a nuclear recoil"),
        ({"RESPONSE": "{q: {type: TabulatedQuenching, energies: {values: [0, 9], unit: keVee}, factors: [0.1, 0.2]}}"},
         "response.q.energies: got '1 keVee'."),
        ({"INTERACTION": "CEvNS, couplings: {type: LightVector, mass: 1 MeVnr, coupling: 1e-4}"}, "'mass' is no"),
        ({"RESPONSE": "{e: {type: ConstantEfficiency, fraction: 0.9 PE}}"}, "'fraction' is no number of these"),
    ],
)  # fmt: skip
def test_a_word_that_does_not(changed, words):
    with pytest.raises(InputError) as caught:
        detector(**changed)
    assert words in str(caught.value)


SOURCE = "{{type: StoppedPion, neutrinos_per_proton: {}}}"
FACILITY = "{{proton_energy: {}, power: 1 MW, repetition: 60 Hz, pulse: {{type: UniformPulse, width: 350 ns}}}}"


@pytest.mark.parametrize("given", ["0.09", "9 %", "0.09 / POT", "0.09 1/POT"])
def test_numbers_per_proton(given):
    assert (
        float(structure(AbstractSource, parse_yaml(SOURCE.format(given), "s.yaml")).noun.neutrinos_per_proton) == 0.09
    )


@pytest.mark.parametrize(
    ("cls", "text", "words"),
    [
        (
            AbstractSource,
            SOURCE.format("0.09 PE"),
            "got '0.09 PE'. It says photo-electrons, and",
        ),
        (AbstractSource, SOURCE.format("0.09 POT"), "It says protons on target, and"),
        (AbstractSource, SOURCE.format("0.09 count/POT"), "It says counted events, and"),
        (AbstractSource, SOURCE.format("5 deg"), "got '5 deg', an angle."),
        (
            Facility,
            FACILITY.format("1000 MeVee"),
            "'proton_energy' is no energy that a detector sees",
        ),
        (AbstractExposure, "{type: RunningTime, time: 3 yr event}", "It says counted events, and 'time' is no number"),
        (AbstractExposure, "{type: ProtonsOnTarget, number: 1e23 PE}", "It says photo-electrons, and 'number' is"),
    ],
)
def test_a_word_out_of_place(cls, text, words):
    with pytest.raises(InputError) as caught:
        structure(cls, parse_yaml(text, "s.yaml"))
    assert words in str(caught.value)


def test_plain_units_say_nothing():
    for given in ("20 keV", "0.3", 3, {"values": [1, 2], "unit": "m"}, ["3 keV", 4], None, "270 deg"):
        assert not list(said_in(given))
    assert list(said_in([["1 keVee", 2]])) == [("1 keVee", {"ee": 1.0})]
