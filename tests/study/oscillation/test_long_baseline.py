"""Appearance far from stopped pions: against the chain, against a formula, and windows against a search."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.appearance import Windows, furthest, significance, spectra
from ontarget.ground.constants import hbar_c, pion_lifetime
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm, km, ns, us
from ontarget.io.entry import load_experiment
from ontarget.matter import FLAVOURS
from ontarget.source import UniformPulse
from ontarget.source.spectrum import LINE
from ontarget.source.stopped_pion import delayed_cumulative
from ontarget.study.context import Context
from ontarget.study.oscillation.long_baseline import LongBaseline

FEW = {"source.nodes": 16, "detector.channels.nue_cc.truth.bins": 110, "detector.seen.bins": 10}


@pytest.fixture(scope="module")
def far():
    return load_experiment("dar_argon", FEW)


@pytest.fixture(scope="module")
def section(far):
    task = LongBaseline("dar_argon", ("pip2_bar", "jparc_mlf"), 5 * km, 29 * km, points=3, resolutions=(0.02, 0.3))
    return task.run(Context({"dar_argon": far}, (), lambda line: None))


def rows(section, name):
    return next(one for one in section.tables if one.name == name).rows


def test_counts_are_those_of_the_chain(far):
    """At the experiment's own distance and phase: prompt and late electron neutrinos, whenever they come."""
    noun = far.noun
    signal, late = spectra(
        noun, np.array([float(noun.detector.site.baseline)]), np.array([float(noun.propagation.delta)])
    )
    found = noun.expected().channels[0].values[FLAVOURS.index("nu_e")].sum(axis=0)
    # the chain's tag ends after 10 us, when 1 % of the muons still live; late muon neutrinos do not appear
    np.testing.assert_allclose(found, signal[0, 0] + late[0] * (1 - np.exp(-9.8 * us / (2197 * ns))), rtol=3e-3)


def test_signal_by_hand(section):
    """Decays over the sphere, nuclei, 2.5e-40 cm2, and the leading terms of the appearance in vacuum."""
    row = next(one for one in rows(section, "appearance") if one["distance (km)"] == pytest.approx(17))
    L, s12, s13, s23 = 17 * km, 0.308, 0.02215, 0.470
    slow, fast = (dm2 * 1e-12 * MeV**2 * L / (4 * LINE * hbar_c) for dm2 in (7.49e-5, 2.513e-3))
    first = np.sqrt(s23 * 4 * s13 * (1 - s13)) * np.sin(fast - s12 * slow)
    second = np.sqrt((1 - s23) * (1 - s13) * 4 * s12 * (1 - s12)) * np.sin(slow)
    size = 1e23 / (4 * np.pi * L**2) * 6.0e32 * 2.5e-40 * cm**2
    for name, phase in (("δ = -0.5 π", -np.pi / 2), ("δ = 1 π", np.pi)):
        expected = size * (first**2 + second**2 + 2 * first * second * np.cos(fast + phase))
        assert row[name] == pytest.approx(expected, rel=0.06)  # higher orders of slow/fast; 0.5 % below 5 MeV


def test_windows(section):
    """J-PARC's shorter bunches let less in; better resolution helps; a window is never better than none at all."""
    found = {row["facility"]: row for row in rows(section, "prompt_windows")}
    assert found["jparc_mlf"]["late let in (%)"] < found["pip2_bar"]["late let in (%)"]
    for row in found.values():
        assert row["significance, energies"] >= row["significance, counts"]
        assert row["furthest phases (sigma)"] < row["furthest phases without late ones (sigma)"]
    sharp, blurred = rows(section, "electron_resolution")
    assert sharp["pip2_bar"] > blurred["pip2_bar"]


def test_window_of_a_uniform_pulse():
    """The best one is a single stretch: found again by trying all ends."""
    pulse, signal, late = UniformPulse(320 * ns), np.full((1, 1, 1), 40.0), np.full((1, 1), 1700.0)
    found = Windows.of(pulse, signal, late)
    ends = jnp.linspace(1.0, 900.0, 900) * ns
    kept, leak = np.asarray(pulse.cumulative(ends, pion_lifetime)), np.asarray(delayed_cumulative(pulse, ends))
    worth = 40 * kept / np.sqrt(40 * kept + 1700 * leak)
    assert found.significance[0] == pytest.approx(worth.max(), rel=1e-3)
    assert found.length[0] / ns == pytest.approx(ends[worth.argmax()] / ns, abs=10)


def test_significance_and_differences():
    assert significance(np.array([4.0, 0.0]), np.array([0.0, 0.0])) == pytest.approx(2)
    assert furthest(np.array([16.0, 20.0])) == pytest.approx(1)


def test_what_does_not_fit_is_told(far):
    task = LongBaseline("elsewhere", ("pip2_bar",))
    with pytest.raises(InputError, match="The study has dar_argon"):
        task.check(Context({"dar_argon": far}, (), lambda line: None))
    still = load_experiment("dar_argon", {"propagation": {"type": "NoOscillation"}})
    with pytest.raises(InputError, match="ThreeFlavour"):
        LongBaseline("dar_argon", ("pip2_bar",)).check(Context({"dar_argon": still}, (), lambda line: None))
