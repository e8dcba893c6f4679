"""Events and fluxes by origin from made-up numbers, summed by hand."""

import beam_toys
import numpy as np
import pytest

import ontarget as ot
from ontarget.analysis.beam.by_origin import beam_events, beam_fluxes

FLUX = beam_toys.by_hand()
NOUN = beam_toys.loaded().noun


@pytest.fixture(scope="module")
def events():
    return beam_events(NOUN, flux=FLUX)


@pytest.fixture(scope="module")
def fluxes():
    return beam_fluxes(NOUN, flux=FLUX)


def test_equal_origins_are_one(events):
    """Seven rows, of which the last two are two ways to the same; what is outside of the rings counts too."""
    assert list(events.origins) == list(beam_toys.ORIGINS[:6])
    sums = [sum(FLUX.events[i, k, p] for k in range(4) for p in range(3)) for i in range(7)]
    assert events.events == pytest.approx([*sums[:5], sums[5] + sums[6]])


def test_mean_energy_of_events(events):
    spectrum = FLUX.events[2].sum(axis=1)
    assert events.mean_energy[2] == pytest.approx((spectrum * np.array([1.0, 2.0, 4.0, 5.0])).sum() / spectrum.sum())


def test_totals_of_what_is_wanted(events):
    every = FLUX.events.sum(axis=(1, 2))
    assert events.total() == pytest.approx(every.sum())
    assert events.total(neutrino="nu_mu") == pytest.approx(every[[0, 1, 2, 4]].sum())
    assert events.total(neutrino="nu_mu", parent="pi+", region="tunnel") == pytest.approx(every[0])
    assert events.total(mode="mu_nue") == pytest.approx(every[5] + every[6])
    assert events.total(parent="mu+") == 0


def test_what_has_no_events_has_no_mean_energy():
    none = beam_toys.by_hand()
    none = type(none)(none.origins, none.energy, none.radius, 0 * none.flux, none.error, 0 * none.events, 1)
    assert np.isnan(beam_events(NOUN, flux=none).mean_energy).all()
    assert np.isnan(beam_fluxes(NOUN, flux=none).mean_energy).all()


def test_flux_and_its_error(fluxes):
    """All origins as they are; errors of nodes and places in quadrature."""
    assert len(fluxes.origins) == 7
    assert fluxes.flux == pytest.approx(FLUX.flux.sum(axis=(1, 2)))
    assert fluxes.error[3] == pytest.approx(np.sqrt(sum(x**2 for x in FLUX.error[3].ravel())))
    spectrum = FLUX.flux[3].sum(axis=1)
    assert fluxes.mean_energy[3] == pytest.approx(spectrum @ [1.0, 2.0, 4.0, 5.0] / spectrum.sum())
    assert fluxes.rays == 7000


def test_parents_and_what_was_followed(fluxes):
    """Regions of one parent are one, its daughters are apart; the largest first. Cells are 0.5, 1.5, 1.5, 0.5 GeV."""
    cells = np.array([0.5, 1.5, 1.5, 0.5])
    by = {(one.parent, one.through): one.density for one in fluxes.parents["nu_mu"]}
    wanted = {("pi+", ""): [0, 1], ("K+", ""): [2], ("K+", "pions"): [4]}
    assert by.keys() == wanted.keys()
    for key, rows in wanted.items():
        assert by[key] == pytest.approx(FLUX.flux[rows].sum(axis=(0, 2)) / cells)
    sizes = [(one.density * cells).sum() for one in fluxes.parents["nu_mu"]]
    assert sizes == sorted(sizes, reverse=True)
    assert {(one.parent, one.through) for one in fluxes.parents["nu_e"]} == {("K+", ""), ("pi+", "muons")}
    assert fluxes.density("nu_e") == pytest.approx(FLUX.flux[[3, 5, 6]].sum(axis=(0, 2)) / cells)


def test_a_shape_is_scaled_to_ours(fluxes):
    """At 2 and 3 GeV: our density there is the node's, and the mean of two neighbours."""
    ours = fluxes.density("nu_mu")
    at = np.array([ours[1], (ours[1] + ours[2]) / 2])
    scaled = fluxes.scaled("nu_mu", np.array([2.0, 3.0]), np.array([30.0, 10.0]))
    assert scaled == pytest.approx(at.sum() * np.array([0.75, 0.25]))


def test_from_python_alone():
    """Without a flux it is simulated: three names and an experiment are all it takes."""
    noun = beam_toys.loaded().noun
    flux = ot.analysis.simulated_flux(noun, 0.5)
    assert ot.analysis.beam_events(noun, 0.5).total() == pytest.approx(flux.events.sum())
    assert ot.analysis.beam_fluxes(noun, 0.5).flux.sum() == pytest.approx(flux.flux.sum())
