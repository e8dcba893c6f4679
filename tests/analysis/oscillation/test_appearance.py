"""Appearance far from stopped pions: against the chain, and a result's numbers by hand."""

from __future__ import annotations

import numpy as np
import pytest

import ontarget as ot
from ontarget.analysis.oscillation.appearance import Appearance, long_baseline, spectra
from ontarget.analysis.oscillation.prompt_window import Windows
from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, km, ns, us
from ontarget.io.entry import load_experiment
from ontarget.matter import FLAVOURS
from ontarget.source import UniformPulse
from ontarget.source.spectrum import LINE

FEW = {"source.nodes": 16, "detector.channels.nue_cc.truth.bins": 110, "detector.seen.bins": 10}


@pytest.fixture(scope="module")
def far():
    return load_experiment("dar_argon", FEW).noun


@pytest.fixture(scope="module")
def result(far):
    """Two distances; the second width of the electron's energy is the experiment's own."""
    distances, widths = np.array([5.0, 17.0]) * km, np.array([0.3, 0.11])
    pulses = {"short": UniformPulse(100 * ns), "long": UniformPulse(1 * us)}
    return long_baseline(far, distances, np.array([-np.pi / 2, np.pi]), pulses, widths)


def test_counts_are_those_of_the_chain(far):
    """At the experiment's own distance and phase: prompt and late electron neutrinos, whenever they come."""
    place = np.array([float(far.detector.site.baseline)])
    signal, late = spectra(far, place, np.array([float(far.propagation.delta)]))
    found = far.expected().channels[0].values[FLAVOURS.index("nu_e")].sum(axis=0)
    # the chain's tag ends after 10 us, when 1 % of the muons still live; late muon neutrinos do not appear
    np.testing.assert_allclose(found, signal[0, 0] + late[0] * (1 - np.exp(-9.8 * us / (2197 * ns))), rtol=3e-3)


def test_decays_distances_and_phases(result):
    """1e23 decays; late neutrinos are diluted as the square of the distance, but for 8 % that change flavour."""
    assert result.decays == pytest.approx(1e23, rel=1e-6)
    near, away = result.late.sum(axis=1)
    assert near / away == pytest.approx((17 / 5) ** 2, rel=0.2)
    assert result.signal.shape == (2, 2, 10)
    np.testing.assert_allclose(result.seen, np.linspace(5, 55, 11) * MeV)


def test_phases_interfere(result):
    """Leading terms in vacuum, as in the task's test: the ratio of -90 to 180 degrees, without decays and nuclei."""
    L, s12, s13, s23 = result.distances, 0.308, 0.02215, 0.470
    slow, fast = (dm2 * 1e-12 * MeV**2 * L / (4 * LINE * hbar_c) for dm2 in (7.49e-5, 2.513e-3))
    first = np.sqrt(s23 * 4 * s13 * (1 - s13)) * np.sin(fast - s12 * slow)
    second = np.sqrt((1 - s23) * (1 - s13) * 4 * s12 * (1 - s12)) * np.sin(slow)
    size = [first**2 + second**2 + 2 * first * second * np.cos(fast + phase) for phase in result.phases]
    found = result.signal.sum(axis=-1)
    np.testing.assert_allclose(found[0] / found[1], size[0] / size[1], rtol=0.06)  # higher orders of slow/fast, matter


def test_windows_are_those_of_the_first_phase(result):
    """Chosen again for that phase alone; shorter pulses let fewer late neutrinos in."""
    again = Windows.of(UniformPulse(100 * ns), result.signal[0], result.late)
    for name in ("length", "kept", "leak", "significance"):
        np.testing.assert_array_equal(getattr(result.windows["short"], name), getattr(again, name))
    assert (result.windows["short"].leak < result.windows["long"].leak).all()


def test_its_own_resolution_changes_nothing(result):
    """With the width that the experiment has, the significance is that of the window; a worse one loses some."""
    for name, one in result.windows.items():
        worse, own = result.sharper[name]
        assert own == pytest.approx(one.significance.max(), rel=1e-12)
        assert worse < own


def test_a_pulse_at_its_best_distance_by_hand():
    """Two phases, two distances, two bins: every number from shares and counts."""
    windows = Windows(np.array([3.0, 5.0]), np.array([0.5, 0.8]), np.array([0.1, 0.25]), np.array([1.0, 2.0]))
    signal = np.array([[[9.0, 9.0], [10.0, 5.0]], [[9.0, 9.0], [20.0, 5.0]]])
    late = np.array([[50.0, 50.0], [8.0, 16.0]])
    none = np.zeros(0)
    made = Appearance(
        np.array([1.0, 7.0]), np.array([0.0, 1.0]), np.arange(3.0), 1.0, signal, late, {"one": windows}, none, {}
    )
    found = made.at_best("one")
    assert (found.distance, found.length, found.kept, found.leak) == (7.0, 5.0, 0.8, 0.25)
    np.testing.assert_allclose(found.signal, [8.0, 4.0])
    np.testing.assert_allclose(found.background, [2.0, 4.0])
    assert found.counts == pytest.approx(12 / np.sqrt(18))
    assert found.energies == pytest.approx(np.sqrt(64 / 10 + 16 / 8))
    # the phases differ by eight in the first bin, where the smaller one has ten counts in all
    assert found.phases == pytest.approx(8 / np.sqrt(10))
    assert found.phases_alone == pytest.approx(10 / np.sqrt(15))


def test_from_a_notebook(far):
    """The pulse is that of the facility by default, phases are four, and nothing else is asked for."""
    said = []
    found = ot.analysis.long_baseline(far, np.array([17.0]) * km, progress=said.append)
    assert list(found.windows) == [far.facility.name]
    np.testing.assert_allclose(found.phases, np.array([-1, 0, 1, 2]) * np.pi / 2)
    assert found.sharper[far.facility.name].shape == (0,)
    assert said == ["Far argon, 1e23 stopped pions: 1 distances"] or said == ["dar_argon: 1 distances"]


def test_other_sources_and_propagations_are_refused():
    still = load_experiment("dar_argon", {"propagation": {"type": "NoOscillation"}}).noun
    with pytest.raises(InputError, match="ThreeFlavour"):
        long_baseline(still)
    with pytest.raises(InputError, match="propagation"):
        long_baseline(load_experiment("ess_csi").noun)
