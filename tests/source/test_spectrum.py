import jax
import numpy as np
import pytest
from scipy.integrate import quad

from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV
from ontarget.matter.flavour import FLAVOURS
from ontarget.source.spectrum import (
    ENDPOINT,
    LINE,
    NegativeMuonDecay,
    PionDecayInFlight,
    decay_at_rest,
    michel_nue,
    michel_numubar,
)

MUON, PION = 105.6583755, 139.57039  # MeV, PDG
NODES = decay_at_rest(256)


def row(values, flavour):
    return np.asarray(values)[FLAVOURS.index(flavour)]


def test_line_and_end_point():
    assert pytest.approx(29.792, abs=5e-4) == LINE / MeV  # printed to 1 keV
    assert pytest.approx(MUON / 2, rel=1e-12) == ENDPOINT / MeV
    assert float(np.max(NODES.energy)) < ENDPOINT


@pytest.mark.parametrize(("shape", "mean"), [(michel_nue, 0.30), (michel_numubar, 0.35)])
def test_michel_spectra_have_unit_area_and_their_means(shape, mean):
    def density(energy):
        return shape(energy * MeV) * MeV

    # cubics: adaptive quadrature is exact to rounding
    assert quad(density, 0, MUON / 2)[0] == pytest.approx(1.0, rel=1e-12)
    assert quad(lambda e: e * density(e), 0, MUON / 2)[0] == pytest.approx(mean * MUON, rel=1e-12)


def test_michel_spectra_at_the_end_point():
    assert float(michel_nue(ENDPOINT) * MUON * MeV) == pytest.approx(0.0, abs=1e-12)
    assert float(michel_numubar(ENDPOINT) * MUON * MeV) == pytest.approx(64 / 4 / 4, rel=1e-12)


@pytest.mark.parametrize(("flavour", "mean"), [("nu_e", 0.30), ("nubar_mu", 0.35)])
def test_nodes_carry_area_and_mean(flavour, mean):
    weights = row(NODES.delayed, flavour)
    # Gauss-Legendre is exact for these polynomials: rounding of 256 terms
    assert weights.sum() == pytest.approx(1.0, rel=1e-13)
    assert weights @ np.asarray(NODES.energy) / MeV == pytest.approx(mean * MUON, rel=1e-13)
    assert (weights >= 0).all()


def test_the_line_is_one_node():
    prompt = row(NODES.prompt, "nu_mu")
    assert (prompt > 0).sum() == 1
    assert prompt.sum() == 1.0
    assert float(NODES.energy[prompt.argmax()]) == LINE
    assert float(np.asarray(NODES.prompt).sum()) == 1.0
    for flavour in ("nu_mu", "nu_tau", "nubar_e", "nubar_tau"):
        assert not row(NODES.delayed, flavour).any()


def test_negative_muons_give_the_other_flavours():
    spectrum = NegativeMuonDecay(0.01).spectrum(64)
    assert row(spectrum.delayed, "nubar_e") @ np.asarray(spectrum.energy) / MeV == pytest.approx(0.01 * 0.30 * MUON)
    assert row(spectrum.delayed, "nu_mu") @ np.asarray(spectrum.energy) / MeV == pytest.approx(0.01 * 0.35 * MUON)
    assert float(np.asarray(spectrum.delayed).sum()) == pytest.approx(0.02)
    assert not np.asarray(spectrum.prompt).any()


@pytest.mark.parametrize("kinetic", [1e-3, 20.0, 300.0])
def test_pions_in_flight_give_a_flat_spectrum_between_boosted_ends(kinetic):
    spectrum = PionDecayInFlight(0.02, kinetic * MeV).spectrum(64)
    gamma = 1 + kinetic / PION
    beta = np.sqrt(1 - 1 / gamma**2)
    energy, weights = np.asarray(spectrum.energy) / MeV, row(spectrum.prompt, "nu_mu") / 0.02
    low, high = (LINE / MeV * gamma * (1 + sign * beta) for sign in (-1, 1))
    # moments of a flat distribution: Gauss-Legendre is exact
    assert weights.sum() == pytest.approx(1.0, rel=1e-13)
    assert weights @ energy == pytest.approx(gamma * LINE / MeV, rel=1e-12)
    assert weights @ energy**2 == pytest.approx((low**2 + low * high + high**2) / 3, rel=1e-12)
    assert low < energy.min()
    assert energy.max() < high
    assert (high - energy.max()) / (high - low) < 2e-3  # the outermost of 32 nodes


def test_in_flight_energies_have_a_derivative():
    def mean(kinetic):
        spectrum = PionDecayInFlight(1.0, kinetic * MeV).spectrum(64)
        return (spectrum.prompt[1] * spectrum.energy).sum() / MeV

    assert float(jax.jit(jax.grad(mean))(20.0)) == pytest.approx(LINE / MeV / PION, rel=1e-12)  # gamma E0


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: NegativeMuonDecay(-0.1), "ratio"),
        (lambda: NegativeMuonDecay(float("nan")), "ratio"),
        (lambda: PionDecayInFlight(1.1, 20 * MeV), "ratio"),
        (lambda: PionDecayInFlight(0.1, 0 * MeV), "kinetic_energy"),
    ],
)
def test_impossible_contaminations_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
