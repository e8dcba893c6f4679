"""Rings around the axis of a beam, from made-up numbers by hand; real beams are among the tasks of studies."""

import beam_toys
import equinox as eqx
import numpy as np
import pytest

from ontarget.analysis.beam.beam_flux import BeamFlux
from ontarget.analysis.beam.off_axis_rings import in_rings, narrow_band, ring_peaks
from ontarget.ground.errors import InputError
from ontarget.ground.units import mrad
from ontarget.io.entry import load_experiment
from ontarget.source.tag import Untagged

FLUX = beam_toys.by_hand()
ENERGY = np.arange(0.0, 6.0, 0.02)
MIDDLES, SIGMAS, SIZES = (3.0, 2.0), (0.4, 0.3), (5.0, 7.0)


def gaussians() -> BeamFlux:
    """Pions of two origins, half the events each, in two rings with a Gaussian each; outside is what must not count."""
    rings = [
        size * 0.02 / np.sqrt(2 * np.pi) / sigma * np.exp(-((ENERGY - middle) ** 2) / 2 / sigma**2)
        for middle, sigma, size in zip(MIDDLES, SIGMAS, SIZES, strict=True)
    ]
    events = np.stack([*rings, np.full(len(ENERGY), 1e3)], axis=1)
    half = np.stack([events, events]) / 2
    return BeamFlux(beam_toys.ORIGINS[:2], ENERGY, np.array([0.0, 0.5, 2.0]), half, half, half, 1)


@pytest.fixture(scope="module")
def peaks():
    return ring_peaks(gaussians(), 0.05, 3 * mrad)


def test_peaks_of_gaussians(peaks):
    """Tolerances as for one peak (`test_peak_of_a_gaussian`): smoothing over five nodes of 0.02 GeV."""
    assert (peaks.spread, peaks.divergence) == (0.05, pytest.approx(3.0))
    assert peaks.events == pytest.approx(SIZES, rel=1e-6)
    assert peaks.energy == pytest.approx(MIDDLES, abs=0.011)
    assert peaks.width == pytest.approx(SIGMAS, rel=0.015)
    assert peaks.middle == pytest.approx(0.994 * np.array(SIGMAS), rel=0.01)


def test_rings_of_muon_neutrinos(peaks):
    """Rows 0, 1, 2 and 4 are muon neutrinos, the last two of kaons. Nodes at 1, 2, 4, 5 GeV."""
    found = in_rings(FLUX, peaks, (peaks,))
    spectra = FLUX.events[[0, 1, 2, 4]].sum(axis=0)
    for ring in range(2):
        total = spectra[:, ring].sum()
        assert found.density[ring] == pytest.approx(spectra[:, ring] / np.array([0.5, 1.5, 1.5, 0.5]))
        assert found.events[ring] == pytest.approx(total)
        assert found.mean_energy[ring] == pytest.approx(spectra[:, ring] @ [1.0, 2.0, 4.0, 5.0] / total)
        assert found.kaon_share[ring] == pytest.approx(FLUX.events[[2, 4]][:, :, ring].sum() / total)
    assert found.events.shape == (2,)
    assert found.own is peaks
    assert found.tried == (peaks,)


def test_no_kaons_no_share(peaks):
    assert in_rings(gaussians(), peaks, ()).kaon_share == pytest.approx([0.0, 0.0])


def test_refusals(peaks):
    noun = beam_toys.loaded().noun
    with pytest.raises(InputError, match="needs a DecayTunnel and the radius"):
        narrow_band(load_experiment("ess_csi").noun)
    with pytest.raises(InputError, match=r"needs a DecayTunnel and the radius .* 'tag: \{type: Radius"):
        narrow_band(eqx.tree_at(lambda one: one.detector.tag, noun, Untagged()))
    with pytest.raises(InputError, match="numbers of a ParametrisedBeam"):
        narrow_band(load_experiment("nuscope_lar_line").noun)
    hidden = BeamFlux(FLUX.origins, FLUX.energy, None, FLUX.flux, FLUX.error, FLUX.events, 1)
    with pytest.raises(InputError, match="The rings of the flux are not known"):
        in_rings(hidden, peaks, ())
