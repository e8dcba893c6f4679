"""The cut on the prompt share of the light, against the binomial that it stands for."""

import numpy as np
import pytest
from scipy.stats import binom

from ontarget.detector import ConstantQuenching, ElectronEquivalent, PulseShapeCut
from ontarget.ground.errors import InputError
from ontarget.ground.units import keV


def test_leakage_and_efficiency_against_the_binomial():
    """400 quanta, 40 % against 30 % prompt: a leakage of 1.3e-5, and what is kept of 70 % above 68 %."""
    scale = ElectronEquivalent(ConstantQuenching(0.25))
    electrons = PulseShapeCut(10 / keV, 0.3, 0.4, scale)
    found = float(electrons.kept(160.0 * keV))
    assert found == pytest.approx(binom.sf(159.5, 400, 0.3), rel=0.1)
    nuclear = PulseShapeCut(10 / keV, 0.7, 0.68, scale)
    # between whole numbers the binomial steps by 4 %
    assert float(nuclear.kept(160.0 * keV)) == pytest.approx(binom.sf(271.5, 400, 0.7), abs=0.02)


def test_cells_are_averages():
    cut = PulseShapeCut(5 / keV, 0.3, 0.5)
    edges = np.linspace(10.0, 12.0, 2001)
    fine = np.asarray(cut.kept((edges[1:] + edges[:-1]) / 2 * keV))
    found = np.asarray(cut.weight(np.array([10.0, 11.0, 12.0]) * keV))
    np.testing.assert_allclose(found, fine.reshape(2, 1000).mean(axis=1), rtol=1e-6)  # four nodes


@pytest.mark.parametrize(
    ("fields", "where"),
    [((0 / keV, 0.3, 0.5), "light_yield"), ((1 / keV, 1.3, 0.5), "prompt"), ((1 / keV, 0.3, 0.0), "cut")],
)
def test_impossible_cuts_are_refused(fields, where):
    with pytest.raises(InputError) as caught:
        PulseShapeCut(*fields)
    assert caught.value.where == where
