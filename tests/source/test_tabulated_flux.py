"""A flux from a table: what comes out is what went in, moved to the site, and run through the chain."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ontarget as ot
from ontarget.detector import Channel, Detector
from ontarget.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, Hz, kW, m, s, tonne, us
from ontarget.matter import Material
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import EnergyAxis, TimeAxis
from ontarget.source import (
    ArrivalTime,
    BeamSite,
    Facility,
    InverseSquare,
    ProtonsOnTarget,
    Site,
    TabulatedFlux,
    TabulatedSpectrum,
    UniformPulse,
    Untagged,
    UprightCylinder,
)

EDGES = jnp.asarray(np.array([0.0, 1.0, 2.0, 4.0]) * GeV)
FACILITY = Facility(400 * GeV, 100 * kW, 0.1 * Hz, UniformPulse(4.8 * s))
NUMU = TabulatedSpectrum(jnp.array([1.0, 3.0, 2.0]) * 1e-6 / m**2, name="nu_mu")
NUE = TabulatedSpectrum(jnp.array([0.0, 2.0, 1.0]) * 1e-8 / m**2, scale=0.5, name="nu_e")


def table(**changed) -> TabulatedFlux:
    return TabulatedFlux(**{"edges": EDGES, "flavours": (NUE, NUMU), "distance": 60 * m, **changed})


def bins_of(flux):
    """[flavour bin] of the table, inside the tag."""
    return flux.values[:, :, 0, 0].reshape(6, 3, -1).sum(axis=-1)


def test_what_goes_in_comes_out():
    flux = table().flux(FACILITY, BeamSite(25 * m, 4 * m, 4 * m, 22 * m), Untagged())
    energy, cell, by_bin = (np.asarray(one) for one in (flux.energy, flux.energy_cell, bins_of(flux)))
    np.testing.assert_allclose(np.reshape(energy, (3, -1)).mean(axis=1) / GeV, [0.5, 1.5, 3.0])
    np.testing.assert_allclose(np.reshape(cell, (3, -1)).sum(axis=1) / GeV, [1, 1, 2])
    assert flux.even
    assert float(flux.path[0] / m) == pytest.approx(60)
    assert flux.values.shape == (6, 3 * 86, 1, 2)
    np.testing.assert_allclose(by_bin[FLAVOURS.index("nu_mu")] * m**2, [1e-6, 3e-6, 2e-6])
    np.testing.assert_allclose(by_bin[FLAVOURS.index("nu_e")] * m**2, [0, 1e-8, 0.5e-8])
    assert float(flux.values.sum() * m**2) == pytest.approx(6e-6 + 1.5e-8)


def test_inverse_square():
    flux = table(spreading=InverseSquare()).flux(FACILITY, Site(120 * m), Untagged())
    assert float(bins_of(flux)[1, 1] * m**2) == pytest.approx(3e-6 / 4)
    assert float(flux.path[0] / m) == pytest.approx(120)
    with pytest.raises(InputError, match="neutrinos to a Site"):
        table(spreading=InverseSquare()).flux(FACILITY, BeamSite(25 * m, 4 * m, 4 * m, 22 * m), Untagged())


def test_through_the_chain():
    """Events are the sum over cells of flux, cross-section and nuclei, to rounding."""
    charged = ot.load("cross_sections/ar23")
    axis = EnergyAxis(0.0, 4 * GeV, 8)
    channel = Channel(charged, axis, name="cc")
    detector = Detector(Site(60 * m), 500 * tonne, Material("Ar"), axis, (channel,))
    exposure = ProtonsOnTarget(1e19)
    expected = Experiment(FACILITY, table(), detector=detector, exposure=exposure).expected()
    argon = Material("Ar")
    middles = np.concatenate([np.linspace(a, b, 173)[1::2] for a, b in ((0, 1), (1, 2), (2, 4))])
    nuclei, energy = 500 * tonne * np.asarray(argon.nuclei_per_mass()), jnp.asarray(middles * GeV)
    direct = 0.0
    for index in range(len(nuclei)):
        sigma = charged.per_nucleus(jax.tree.map(lambda leaf, i=index: leaf[i], argon.nuclides()), energy)
        flux = 1e19 * np.repeat(np.stack([0.5 * np.asarray(NUE.values), np.asarray(NUMU.values)]) / 86, 86, axis=1)
        direct += float(nuclei[index] * (np.asarray(sigma)[:2] * flux).sum())
    found = float(np.sum(expected.channels[0].values) + np.sum(expected.channels[0].outside))
    assert found == pytest.approx(direct, rel=1e-10)
    assert 1e4 < found < 1e9


def test_derivative_by_scale():
    def total(scale):
        flavours = (TabulatedSpectrum(NUMU.values, scale, name="nu_mu"),)
        return table(flavours=flavours).flux(FACILITY, Site(60 * m), Untagged()).values.sum() * m**2

    assert float(jax.jit(jax.grad(total))(1.3)) == pytest.approx(6e-6)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"edges": EDGES[:3]}, "one edge more"),
        ({"edges": jnp.array([0.0, 2.0, 1.0, 4.0]) * GeV}, "do not increase"),
        ({"edges": jnp.array([-1.0, 0.0, 1.0, 4.0]) * GeV}, "do not increase from 0"),
        ({"flavours": (NUMU, NUMU)}, "2 times"),
        ({"flavours": (TabulatedSpectrum(NUMU.values, name="numu"),)}, "Did you mean 'nu_mu'"),
        ({"distance": 0.0}, "distance"),
    ],
)
def test_tables_that_cannot_be(changed, said):
    with pytest.raises(InputError, match=said):
        table(**changed)


def test_values_that_cannot_be():
    for values in ([1.0, -1.0], [1.0, float("nan")]):
        with pytest.raises(InputError, match="finite and not negative"):
            TabulatedSpectrum(values, name="nu_mu")


def test_no_tag():
    with pytest.raises(InputError, match="neither when nor where"):
        table().flux(FACILITY, Site(60 * m), ArrivalTime(TimeAxis(0.0, 6 * us, 3)))


def test_the_inverse_square_is_averaged_over_a_volume():
    """A value by integration: the mean of (20 m / L)^2 over a cylinder of 15 m radius and 5 m height at 20 m."""
    site = Site(20 * m, UprightCylinder(15 * m, 5 * m))
    flux = table(distance=20 * m, spreading=InverseSquare()).flux(FACILITY, site, Untagged())
    point = table(distance=20 * m).flux(FACILITY, Site(20 * m), Untagged())
    found = float(flux.values.sum() / point.values.sum())
    assert found == pytest.approx(1.4435, rel=1e-3)  # two levels of height, 24 rings
    assert flux.path.shape == flux.path_cell.shape == (48,)


@pytest.mark.parametrize(
    ("site", "words"),
    [
        (Site(120 * m), "detector.site.baseline: got 120 m. The flux was made for 60 m. Give the flux 'spreading"),
        (Site(60.1 * m), "The flux was made for 60 m"),
        (
            BeamSite(70 * m, 4 * m, 4 * m, 22 * m),
            "distance: got 70 m. The flux was made for 60 m. That is",
        ),
    ],
)
def test_a_table_is_of_its_place(site, words):
    with pytest.raises(InputError) as caught:
        table().check_detector(site)
    assert words in str(caught.value)


@pytest.mark.parametrize("site", [Site(60 * m), Site(60.01 * m), BeamSite(25 * m, 4 * m, 4 * m, 22 * m)])
def test_a_table_of_the_place(site):
    assert table().check_detector(site) is None
    assert table(spreading=InverseSquare()).check_detector(Site(120 * m)) is None
