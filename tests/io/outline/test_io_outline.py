"""What an outline leaves to be built, and what it knows."""

from __future__ import annotations

import pytest

from ontarget.io.outline.outline import Unknown, outline
from ontarget.io.yaml import parse_yaml

FACILITY = """
name: A toy
proton_energy: {value: 1 GeV, cite: A:2001aa, note: here}
power: 1 MW
repetition: 10 Hz
pulse: {type: UniformPulse, width: 1 us}
"""


def of(text: str, name: str = "Facility"):
    return outline(name, parse_yaml(text, "f.yaml"))


def test_numbers_labels_and_defaults():
    found = of(FACILITY)
    leaves = {one.address: one for one in found.leaves()}
    energy, width = leaves["proton_energy"], leaves["pulse.width"]
    assert (energy.value, energy.cite, energy.note, energy.default) == ("1 GeV", ("A:2001aa",), "here", False)
    assert (width.value, width.unit, width.classes) == ("1 us", "us", ("UniformPulse",))
    assert found.title == "A toy"
    assert "A:2001aa" in found.cited()


def test_arrays_by_their_ends():
    pulse = "{type: TabulatedPulse, edges: [0 us, 1 us, 2.5 us], current: [1, 2]}"
    found = of(FACILITY.replace("{type: UniformPulse, width: 1 us}", pulse))
    leaves = {one.address: one.value for one in found.leaves()}
    assert leaves["pulse.edges"] == "3 values from 0 to 2.5 us"
    assert leaves["pulse.current"] == "2 values from 1 to 2"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("power: 1 MW", "power: 1 m"),
        ("power: 1 MW", "powr: 1 MW"),
        ("power: 1 MW", "power: {type: MW}"),
        ("power: 1 MW", "power: 1 MW\nmore: 1"),
        ("repetition: 10 Hz\n", ""),
        ("UniformPulse", "UniformPuls"),
        ("UniformPulse", "mine:UniformPulse"),
        ("{type: UniformPulse, width: 1 us}", "3"),
        ("{type: UniformPulse, width: 1 us}", "[3]"),
    ],
)
def test_what_it_does_not_know_is_to_be_built(written, instead):
    assert written in FACILITY
    with pytest.raises(Unknown):
        of(FACILITY.replace(written, instead))


@pytest.mark.parametrize("text", ["{type: MadX, file: x.madx}", "{elements: []}"])
def test_files_of_others_and_classes_that_change_their_fields_are_built(text):
    with pytest.raises(Unknown):
        of(text, "Beamline")
