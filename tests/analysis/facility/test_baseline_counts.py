"""Events above thresholds at distances, by sums written out."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from facility_toys import PROTONS, counts_of, tank

from ontarget import analysis
from ontarget.ground.errors import InputError
from ontarget.ground.units import m
from ontarget.source import BeamSite


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return tank(tmp_path_factory.mktemp("toys"))


def test_neutrinos_fall_and_backgrounds_stay(experiment):
    found = analysis.baselines(experiment, np.array([10.0, 40.0]) * m, counts_of(experiment))
    years = 3e23 / (PROTONS * 5000 * 3600)
    signal = 3.5 * np.array([105.0, 53, 24, 8])  # three flavours above each edge, all times
    background = np.array([18 + 12 + 6 + 12 + 8 + 4.0, 12 + 6 + 8 + 4, 6 + 4, 0])
    assert found.unit == "keV"
    assert found.thresholds == pytest.approx([5, 15, 25, 35], rel=1e-14)
    assert found.baselines == pytest.approx([10, 40], rel=1e-14)
    assert found.signal * years == pytest.approx(np.outer([4, 0.25], signal), rel=1e-12)
    assert found.backgrounds["argon39"] * years == pytest.approx([36, 18, 6, 0], rel=1e-12)
    assert found.background * years == pytest.approx(background, rel=1e-12)
    for place, nearer in enumerate((4, 0.25)):
        for index in range(4):
            S, B = nearer * signal[index] / years, background[index] / years
            assert found.significance[place, index] == pytest.approx(S / math.sqrt(S + B), rel=1e-12)
            if B:
                assert found.signal_to_background[place, index] == pytest.approx(S / B, rel=1e-12)
    assert np.isnan(found.signal_to_background[:, 3]).all()


def test_its_own_place_by_default(experiment):
    found = analysis.baselines(experiment, counts=counts_of(experiment))
    assert found.baselines == pytest.approx([20])
    assert found.signal[0, 0] == pytest.approx(367.5 / (3e23 / (PROTONS * 5000 * 3600)), rel=1e-12)


def test_nothing_is_seen_above_the_last_edges(experiment):
    counts = counts_of(experiment)
    none = dataclasses.replace(counts.channels[0], values=0 * counts.channels[0].values)
    found = analysis.baselines(experiment, counts=dataclasses.replace(counts, channels=(none,)))
    assert found.significance[0, :3].tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(found.significance[0, 3])


def test_a_beam_is_no_point(experiment):
    box = BeamSite(25 * m, 0.2 * m, 0.2 * m, 1.1 * m)  # which 60 kg of argon fill
    behind = dataclasses.replace(experiment, detector=dataclasses.replace(experiment.detector, site=box))
    with pytest.raises(InputError, match="square of the distance") as caught:
        analysis.baselines(behind)
    assert caught.value.where == "tank.detector.site"
