"""The door for units: agreement of its own table with pint, every dimension, every refusal."""

import functools
import math

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from io_toys import outcome

from ontarget.ground import units as u
from ontarget.ground.errors import InputError
from ontarget.io.quantity import UNITS, measure, parse, parse_array

EXACT = 1e-14  # products and quotients of a few doubles


@functools.cache
def registry():
    """An independent table of units, with the field's own defined as numbers and energies."""
    known = pint.UnitRegistry(cache_folder=None)
    for one in ("POT = count", "PE = count = pe = phe", "event = count", "cpd = 1 / day", "dru = 1 / (keV kg day)"):
        known.define(one)
    known.define("electronvolt_ee = electron_volt = eVee")
    known.define("electronvolt_nr = electron_volt = eVnr")
    return known


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("20 m", u.LENGTH, 20 * u.m),
        ("20m", u.LENGTH, 20 * u.m),
        ("2.5e-3 km", u.LENGTH, 2.5 * u.m),
        ("3 yr", u.DURATION, 3 * 365.25 * 86400 * u.s),
        ("5000 h/yr", u.NUMBER, 5000 * 3600 / (365.25 * 86400)),
        ("2.8e23 / yr", u.FREQUENCY, 2.8e23 / u.year),
        ("2.8e23/yr", u.FREQUENCY, 2.8e23 / u.year),
        ("2.8e23 POT/yr", u.FREQUENCY, 2.8e23 / u.year),
        ("14 Hz", u.FREQUENCY, 14 / u.s),
        ("15 1/(keV kg day)", u.RATE_PER_ENERGY_MASS, 15 / (u.keV * u.kg * u.day)),
        ("15 counts/keVee/kg/d", u.RATE_PER_ENERGY_MASS, 15 / (u.keV * u.kg * u.day)),
        ("15 keV^-1 kg**-1 d^-1", u.RATE_PER_ENERGY_MASS, 15 / (u.keV * u.kg * u.day)),
        ("10 %", u.NUMBER, 0.1),
        ("10%", u.NUMBER, 0.1),
        ("0.3", u.NUMBER, 0.3),
        (0.3, u.NUMBER, 0.3),
        (3, u.NUMBER, 3.0),
        ("13.35 PE/keVee", u.PER_ENERGY, 13.35 / u.keV),
        ("5 MW", u.POWER, 5e6 * u.joule / u.s),
        ("20 keVnr", u.ENERGY, 20 * u.keV),
        ("1 MeVnr", u.ENERGY, u.MeV),
        ("14.6 kg", u.MASS, 14.6 * u.kg),
        ("10 t", u.MASS, 1e4 * u.kg),
        ("3 lb", u.MASS, 3 * 0.45359237 * u.kg),
        ("1 inch", u.LENGTH, 25.4 * u.mm),
        ("2 µs", u.TIME, 2 * u.us),
        ("1 (m/s) s", u.LENGTH, u.m),
        ("1 T m", u.ENERGY, 0.299792458 * u.GeV),
        ("8.5 GeV/c", u.MOMENTUM, 8500 * u.MeV),
        ("10 dru", u.RATE_PER_ENERGY_MASS, 10 / (u.keV * u.kg * u.day)),
        ("10 cpd/keV/kg", u.RATE_PER_ENERGY_MASS, 10 / (u.keV * u.kg * u.day)),
        ("1 cm2", u.AREA, u.cm**2),
        ("1 eV2", u.MASS_SQUARED, u.eV**2),
        ("3 1/m2", u.PER_AREA, 3 / u.m**2),
        ("2.8 g/cm3", u.DENSITY, 2.8 * u.g / u.cm**3),
        ("13.35 phe/keVee", u.PER_ENERGY, 13.35 / u.keV),
        ("7.48 GWh", u.ENERGY, 7.48e9 * 3600 * u.joule),
        ("270 deg", u.ANGLE, 270 * math.pi / 180),
        ("4.712 rad", u.ANGLE, 4.712),
        ("3 mrad deg/rad", u.ANGLE, 3 * 1e-3 * math.pi / 180),
        ("30 deg/deg", u.NUMBER, 30.0),
    ],
)
def test_values(text, dimension, value):
    assert parse(text, dimension, "here") == pytest.approx(value, rel=EXACT)


# kt is a knot to pint; momenta are energies here, and a magnetic field is what bends one: times e c
@pytest.mark.parametrize(
    "name", [name for name in UNITS if name not in ("", "1", "kt", "T", "mT") and "/c" not in name]
)
def test_own_table_agrees_with_pint(name):
    known = registry()
    factor, (mass, length, time) = measure(name)
    quantity = known.Quantity(1.0, known.parse_units(name)).to_base_units()
    internal = float(quantity.magnitude) * u.kg**mass * u.m**length * u.s**time
    assert factor == pytest.approx(internal, rel=1e-13)
    wanted = {"[mass]": mass, "[length]": length, "[time]": time}
    assert dict(quantity.dimensionality) == {key: power for key, power in wanted.items() if power}


NAMES = st.sampled_from(["m", "cm", "kg", "keV", "yr", "h", "s", "MW", "POT"])
FACTORS = st.lists(st.tuples(st.sampled_from(["*", "/"]), NAMES, st.integers(-3, 3)), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(NAMES, FACTORS)
def test_own_grammar_agrees_with_pint(first, factors):
    text = first + "".join(f" {sign} {name}**{power}" for sign, name, power in factors)
    factor, (mass, length, time) = measure(text)
    quantity = registry().parse_expression(text)
    quantity = registry().Quantity(quantity).to_base_units()
    internal = float(quantity.magnitude) * u.kg**mass * u.m**length * u.s**time
    assert factor == pytest.approx(internal, rel=1e-12)  # up to sixteen factors


@pytest.mark.parametrize(
    ("given_", "dimension", "part"),
    [
        (3, u.DURATION, "exposure: got 3 with no unit. It is a time. Write e.g. '3 yr'."),
        ("3", u.DURATION, "with no unit"),
        (0, u.LENGTH, "with no unit"),
        ("20 m", u.MASS, "exposure: got '20 m', a length. It must be a mass. Write e.g. '3 kg'."),
        ("20 m", u.NUMBER, "a length. It must be a dimensionless number"),
        (
            "400 GeV/c",
            u.BEAM_ENERGY,
            "got '400 GeV/c', a momentum. It must be an energy; of a particle, the k",
        ),
        ("3 1/(cm^2 MeV)", u.PER_AREA, "per energy is to be multiplied by the widths of the bins."),
        (270, u.ANGLE, "exposure: got 270 with no unit. It is an angle, in degrees or in radians. Write '270 deg' or"),
        ("0", u.ANGLE, "with no unit"),
        ("3 %", u.ANGLE, "exposure: got '3 %', no angle. It must be an angle. Write e.g. '30 deg'."),
        ("90 deg", u.NUMBER, "exposure: got '90 deg', an angle. It must be a dimensionless number. Write e.g. '3'."),
        ("30 deg m", u.ANGLE, "a length. It must be an angle"),
        ("30 deg^2", u.ANGLE, "It must be an angle"),
        ("1 cq2", u.AREA, "the unit 'cq2'"),
        ("20 keV/c", u.MASS, "It must be a mass"),
        ("3 kq", u.MASS, "the unit 'kq'"),
        ("3 kev", u.ENERGY, "Did you mean 'keV'?"),
        ("3 KeV", u.ENERGY, "Did you mean 'keV'?"),
        ("3 yers", u.DURATION, "Did you mean 'year"),
        ("3 ton", u.MASS, "Write 'tonne'"),
        ("nan kg", u.MASS, "finite"),
        ("inf", u.NUMBER, "finite"),
        (math.nan, u.NUMBER, "finite"),
        (-math.inf, u.LENGTH, "finite"),
        ("1e999 kg", u.MASS, "finite"),
        (10**400, u.NUMBER, "finite"),
        ("1e308 kt", u.MASS, ""),
        ("", u.MASS, "It must be a mass"),
        ("kg", u.MASS, "It must be a mass"),
        (True, u.NUMBER, "True"),
        (None, u.MASS, "nothing"),
        ([1], u.MASS, "a list of 1"),
        ({}, u.MASS, "a mapping"),
        ("3 kg/", u.MASS, "ends too early"),
        ("3 (kg", u.MASS, "parenthesis"),
        ("3 kg)", u.MASS, "out of place"),
        ("3 kg^99", u.MASS, "power"),
        ("3 kg^0.5", u.MASS, ""),
        ("3 1/keV kg day", u.RATE_PER_ENERGY_MASS, "ambiguous"),
        ("3 degC", u.NUMBER, "degC"),
        ("3 __import__('os').system('true')", u.MASS, ""),
        ("9**9**9**9 m", u.LENGTH, ""),
        ("3.2.1 kg", u.MASS, ""),
        ("3 " + "(" * 10_000 + "kg", u.MASS, ""),
        ("3 kg\nkg", u.MASS, "\\n"),
    ],
)
def test_refusals(given_, dimension, part):
    with pytest.raises(InputError) as error:
        parse(given_, dimension, "exposure")
    text = str(error.value)
    assert text.startswith("exposure: got ")
    assert part in text
    assert len(text.splitlines()) == 1


def test_arrays():
    assert parse_array(["1 m", "2 km"], u.LENGTH, "x") == pytest.approx([u.m, 2 * u.km])
    assert parse_array([[1, 2.5], ["3", 4]], u.ENERGY, "x", "keV")[1] == pytest.approx([3 * u.keV, 4 * u.keV])
    for wrong in ([1, 2], ["1 m", [1]], [["1 m"], ["1 m", "2 m"]], ["1 m", None], ["1 m", "1 s"]):
        with pytest.raises(InputError) as error:
            parse_array(wrong, u.LENGTH, "x")
        assert len(str(error.value).splitlines()) == 1


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=30), st.text("0123456789.eE+-*/^() kgmsVPT%nai", max_size=20), st.floats(), st.integers()
    )
)
def test_anything_gives_a_float_or_a_sentence(anything):
    for dimension in (u.LENGTH, u.NUMBER):
        found = outcome(functools.partial(parse, anything, dimension, "x"))
        assert len(str(found).splitlines()) == 1
        assert isinstance(found, InputError) or math.isfinite(found)


def test_phases_without_a_unit_are_refused():
    """A list of angles too: -90 would be radians."""
    with pytest.raises(InputError, match=r"phases\.0: got -90 with no unit\. It is an angle"):
        parse_array([-90, 0, 90, 180], u.ANGLE, "phases")
    assert parse_array([-90, 0], u.ANGLE, "phases", "deg") == pytest.approx([-math.pi / 2, 0])
