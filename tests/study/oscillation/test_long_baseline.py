"""The task of appearance far from stopped pions: against a formula, and its tables against the answer's arrays."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.analysis.oscillation.appearance import long_baseline
from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm, km, ns
from ontarget.io.entry import load_entry, load_experiment
from ontarget.source.spectrum import LINE
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


def test_rows_are_those_of_the_result(far, section):
    """Every table again from the arrays of the answer, at the best distance of each pulse."""
    pulses = {name: load_entry(f"facilities/{name}").noun.pulse for name in ("pip2_bar", "jparc_mlf")}
    phases = np.array([-1, 0, 1, 2]) * np.pi / 2
    result = long_baseline(far.noun, np.array([5.0, 17.0, 29.0]) * km, phases, pulses, np.array([0.02, 0.3]))
    for name, row in ((row["facility"], row) for row in rows(section, "prompt_windows")):
        one = result.at_best(name)
        assert row["distance (km)"] == pytest.approx(one.distance / km)
        assert row["window (ns)"] == pytest.approx(one.length / ns)
        assert (row["prompt kept (%)"], row["late let in (%)"]) == pytest.approx((100 * one.kept, 100 * one.leak))
        assert (row["signal"], row["background"]) == pytest.approx((one.signal.sum(), one.background.sum()))
        assert row["furthest phases (sigma)"] == pytest.approx(one.phases)
        assert [each[name] for each in rows(section, "electron_resolution")] == pytest.approx(result.sharper[name])
    for j, row in enumerate(rows(section, "appearance")):
        assert row["late nu_e, all"] == pytest.approx(result.late[j].sum())
        assert row["δ = 0.5 π"] == pytest.approx(result.signal[2, j].sum())
        one = result.windows["jparc_mlf"]
        assert row["late nu_e, jparc_mlf"] == pytest.approx(one.leak[j] * result.late[j].sum())
        assert row["significance, jparc_mlf"] == pytest.approx(one.significance[j])
    assert "Exposure 1e+23 pion decays" in section.text


def test_a_key_names_tables_and_figures(far, section):
    assert [one.name for one in section.tables] == ["prompt_windows", "electron_resolution", "appearance"]
    names = ["appearance", "appearance_and_late", "appearance_significance", "appearance_spectrum"]
    assert [one.name for one in section.pictures] == names
    task = LongBaseline("dar_argon", ("pip2_bar",), 5 * km, 29 * km, points=3, resolutions=(0.02, 0.3), key="other")
    again = task.run(Context({"dar_argon": far}, (), lambda line: None))
    assert [one.name for one in again.tables] == ["other_prompt_windows", "other_electron_resolution", "other"]


def test_what_does_not_fit_is_told(far):
    task = LongBaseline("elsewhere", ("pip2_bar",))
    with pytest.raises(InputError, match="The study has dar_argon"):
        task.check(Context({"dar_argon": far}, (), lambda line: None))
    still = load_experiment("dar_argon", {"propagation": {"type": "NoOscillation"}})
    with pytest.raises(InputError, match="ThreeFlavour"):
        LongBaseline("dar_argon", ("pip2_bar",)).check(Context({"dar_argon": still}, (), lambda line: None))
