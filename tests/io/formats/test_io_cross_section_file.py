"""Cross-sections in two columns: units in the head or given, sigma or sigma/E, per nucleon or nucleus."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, MeV, cm, m
from ontarget.io.formats.cross_section_file import read_cross_section, unit_with_numbers

ROWS = "0.5 0.3\n1 0.8\n2 1.5\n"


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        path = tmp_path / "sigma.txt"
        path.write_text(text)
        return path

    return write


def per_nucleon(table) -> np.ndarray:
    return np.asarray(table.per_nucleon(jnp.array([0.5, 1.0, 2.0]) * GeV) / (1e-38 * cm**2))


@pytest.mark.parametrize("head", ["# E [GeV]  sigma [1e-38 cm^2]\n", "# E (GeV), sigma (10 fb)\n"])
def test_units_in_the_head(written, head):
    table = read_cross_section(written(head + ROWS), "nu_mu")
    assert table.name == "nu_mu"
    np.testing.assert_allclose(per_nucleon(table), [0.3, 0.8, 1.5], rtol=1e-12)


def test_units_given_and_a_nucleus(written):
    table = read_cross_section(written(ROWS), "nu_e", 40, "GeV", "1e-38 cm^2")
    np.testing.assert_allclose(per_nucleon(table) * 40, [0.3, 0.8, 1.5], rtol=1e-12)


def test_sigma_over_energy(written):
    table = read_cross_section(written(ROWS), "nu_mu", 1, "GeV", "1e-38 cm^2/GeV")
    np.testing.assert_allclose(per_nucleon(table), [0.15, 0.8, 3.0], rtol=1e-12)
    in_MeV = read_cross_section(written("500 0.3\n1000 0.8\n2000 1.5\n"), "nu_mu", 1, "MeV", "fb / MeV")
    np.testing.assert_allclose(per_nucleon(in_MeV), [15, 80, 300], rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "value", "powers"),
    [
        ("1e-6/(m^2 GeV)", 1e-6 / (m**2 * GeV), (-1, -4, 2)),
        ("1/(m^2 50 MeV)", 1 / (50 * m**2 * MeV), (-1, -4, 2)),
        ("1/(m2 GeV)", 1 / (m**2 * GeV), (-1, -4, 2)),
        ("nu/m^2/POT", 1 / m**2, (0, -2, 0)),
        ("nu/m2/POT/50 MeV", 1 / (50 * m**2 * MeV), (-1, -4, 2)),
        ("neutrinos/cm^2/50MeV", 1 / (50 * cm**2 * MeV), (-1, -4, 2)),
        ("1/m^2 per 50 MeV", 1 / (50 * m**2 * MeV), (-1, -4, 2)),
        ("1/(cm^2 0.05 GeV 1e20 POT)", 1e-20 / (0.05 * cm**2 * GeV), (-1, -4, 2)),
        ("cm^-2 GeV^-1", 1 / (cm**2 * GeV), (-1, -4, 2)),
        ("1e-38 cm2/GeV", 1e-38 * cm**2 / GeV, (-1, 0, 2)),
        ("1e-38 cm^2", 1e-38 * cm**2, (0, 2, 0)),
        ("m^-2", m**-2, (0, -2, 0)),
    ],
)
def test_numbers_within_units(text, value, powers):
    factor, found = unit_with_numbers(text, "unit")
    assert factor == pytest.approx(value, rel=1e-12)
    assert found == powers


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        (ROWS, ("", ""), "no units"),
        ("1 2 3\n2 3 4\n", ("GeV", "fb"), "3 columns"),
        (ROWS, ("m", "fb"), "It is energy"),
        (ROWS, ("GeV", "GeV"), "It is area or area/energy"),
        ("1 0.8\n0.5 0.3\n", ("GeV", "fb"), "do not increase"),
        ("0 0\n0.5 0.3\n", ("GeV", "fb"), "do not increase from above 0"),
        ("0.5 0.3\n1 -1\n", ("GeV", "fb"), "at least 0"),
        ("", ("GeV", "fb"), "no numbers"),
    ],
)
def test_refused(written, text, given, said):
    with pytest.raises(InputError, match=said):
        read_cross_section(written(text), "nu_mu", 1, *given)


def test_no_nucleons(written):
    with pytest.raises(InputError, match="nucleons"):
        read_cross_section(written(ROWS), "nu_mu", 0, "GeV", "fb")
