"""Flux-averaged cross-sections: against Freedman's formula for a point, and the chain's own interactions."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from study_toys import written

from ontarget.analysis import average_cross_section, cross_section_trend
from ontarget.analysis.parameters.flux_average import (
    VALLEY,
    coherent_scattering,
    cross_sections_on,
    mean_neutron_number,
)
from ontarget.ground.address import replace
from ontarget.ground.constants import fermi_constant, hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import cm
from ontarget.interaction import CEvNS, InverseBetaDecay
from ontarget.io.entry import load_experiment
from ontarget.matter.nuclide import Nuclides

UNIT = 1e-40 * cm**2


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = written(tmp_path_factory.mktemp("average"))
    return {name: load_experiment(folder / f"{name}.yaml").noun for name in ("crystal", "tank")}


@pytest.fixture(scope="module")
def trend(toys):
    return cross_section_trend(toys["crystal"], VALLEY[::-1])


def test_without_form_factor_it_grows_as_the_charge_squared(toys, trend):
    r"""Freedman: :math:`G_F^2 E^2 Q_w^2/4\pi` but for E/M, 1e-3 on argon; the square of E averaged over the flux."""
    flux = toys["crystal"].flux()
    values = np.asarray(flux.values).sum(axis=(0, 2, 3))
    square = float((values * np.asarray(flux.energy) ** 2).sum() / values.sum())
    proton, neutron = (float(matrix[0, 0]) for matrix in CEvNS().couplings.matrices())
    for name, Z, N in (("Ar40", 18, 22), ("Cs133", 55, 78)):
        charge = 2 * (proton * Z + neutron * N)
        expected = (fermi_constant * hbar_c) ** 2 * square * charge**2 / (4 * np.pi)
        found = trend.point_like[trend.nuclides.index(name)]
        assert found / expected == pytest.approx(1.0, rel=4e-3)  # 2 E/M; areas are smaller than any absolute tolerance


def test_the_average_is_that_of_the_isotopes(toys):
    """Isotope by isotope; kernels are integrated to 1e-12 of the total, whatever the cells."""
    tank = toys["tank"]
    material = tank.detector.material
    alone = cross_sections_on(tank, coherent_scattering(tank), material.nuclides())
    ours = np.average(alone, weights=np.asarray(material.nuclei_per_mass()))
    assert average_cross_section(tank) / ours == pytest.approx(1.0, rel=1e-9)


def test_of_caesium_iodide(toys):
    """COHERENT give 189 (1e-40 cm2), and conventions differ by some per cent."""
    assert 150 < average_cross_section(toys["crystal"]) / UNIT < 230
    assert mean_neutron_number(toys["crystal"]) == pytest.approx(76.0, rel=1e-12)  # 78 of Cs, 74 of I


def test_mean_neutrons_of_argon(toys):
    """Argon 36, 38 and 40, by the abundances that IUPAC print: 0.3336, 0.0629 and 99.6035 per cent."""
    expected = (0.3336 * 18 + 0.0629 * 20 + 99.6035 * 22) / 100
    assert mean_neutron_number(toys["tank"]) == pytest.approx(expected, abs=1e-4)  # abundances vary in the last digits


def test_the_trend_rises_with_the_neutrons(trend):
    assert sorted(trend.nuclides) == sorted(VALLEY)
    np.testing.assert_array_equal(trend.neutrons, np.asarray(Nuclides.of(*trend.nuclides).N))
    steps = np.diff(trend.neutrons)
    assert (steps >= 0).all()  # aluminium and silicon have as many, xenon and caesium too
    assert (np.diff(trend.extended)[steps > 0] > 0).all()


def test_the_form_factor_lowers_all_of_them(trend):
    """Most where the nucleus is largest: q R is then nearest to the first zero."""
    ratios = trend.extended / trend.point_like
    assert ratios.max() < 1
    masses = np.asarray(Nuclides.of(*trend.nuclides).A)
    assert (ratios[masses.argmin()], ratios[masses.argmax()]) == (ratios.max(), ratios.min())


@pytest.mark.parametrize("density", ["proton", "neutron"])
def test_a_point_knows_no_radius(toys, trend, density):
    larger = replace(toys["crystal"], {f"detector.channels.cevns.interaction.{density}.scale": 1.3})
    other = cross_section_trend(larger, VALLEY[::-1])
    np.testing.assert_allclose(other.point_like, trend.point_like, rtol=1e-12)
    assert (np.abs(other.extended / trend.extended - 1) > 1e-5).all()


def test_flavours_without_flux_have_no_weight(toys):
    """The average is over what arrives: a standard cross-section is the same for any share of the flavours."""
    tank = toys["tank"]
    twice = dataclasses.replace(tank, source=dataclasses.replace(tank.source, neutrinos_per_proton=0.5))
    isotopes, interaction = Nuclides.of("Ar40"), coherent_scattering(tank)
    before, after = (cross_sections_on(one, interaction, isotopes) for one in (tank, twice))
    np.testing.assert_allclose(after, before, rtol=1e-12)


def test_refusals(toys):
    tank = toys["tank"]
    other = dataclasses.replace(tank.detector.channels[0], interaction=InverseBetaDecay())
    for channels, got in (((), "no channel"), ((other,), "InverseBetaDecay")):
        wrong = dataclasses.replace(tank, detector=dataclasses.replace(tank.detector, channels=channels))
        with pytest.raises(InputError, match=f"first channel: got {got}"):
            coherent_scattering(wrong)
