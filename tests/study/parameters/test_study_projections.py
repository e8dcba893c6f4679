"""Pictures of projections: labels with units, layers in their order, data with the sideband subtracted."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.analysis.parameters.projected_fit import FittedPart, ProjectedFit
from ontarget.ground.units import keV, us
from ontarget.numerics import EnergyAxis, TimeAxis
from ontarget.plot import residual
from ontarget.study.parameters.projections import projection, projection_pictures

ENERGY, TIME = EnergyAxis(5 * keV, 45 * keV, 4), TimeAxis(0 * us, 6 * us, 3)
OBSERVED, STEADY, NEUTRONS = np.array([50.0, 30.0, 20.0, 0.0]), np.array([30.0, 10.0, 5.0, 0.0]), np.ones(4)


def fitted(axis=ENERGY, bins=slice(None), sideband=True):
    signal = np.array([18.0, 19.0, 13.0, 1.0])
    parts = (
        FittedPart("prompt_neutrons", "background", "", NEUTRONS[bins]),
        FittedPart("steady_state", "steady", "", STEADY[bins]),
        FittedPart("cevns", "signal", "nu_e", 0.4 * signal[bins]),
        FittedPart("cevns", "signal", "nubar_e", 5e-4 * signal[bins]),
        FittedPart("cevns", "signal", "nu_mu", 0.6 * signal[bins]),
    )
    aside = (1.1 * STEADY[bins], np.sqrt(STEADY[bins])) if sideband else (None, None)
    return ProjectedFit("seen", axis, OBSERVED[bins], parts, *aside)


def test_axes_have_their_units():
    one, other = projection(fitted(), "energy"), projection(fitted(TIME, slice(3)), "time")
    assert (one.x_label, other.x_label) == ("energy (keV)", "time (µs)")
    np.testing.assert_allclose(one.edges, [5, 15, 25, 35, 45], rtol=1e-12)
    np.testing.assert_allclose(other.edges, [0, 2, 4, 6], atol=1e-12)
    assert one.per is None  # equal widths


def test_layers_and_labels():
    """A flavour with less than a thousandth of the signal is left out."""
    layers = {one.label: one.layer for one in projection(fitted(), "energy").components}
    assert layers == {
        "prompt neutrons": "background",
        "steady state": "steady",
        r"CEvNS $\nu_e$": "signal",
        r"CEvNS $\nu_\mu$": "signal",
    }


def test_the_sideband_is_subtracted():
    one = fitted()
    shown = projection(one, "energy")
    without = residual(shown, one.sideband, one.sideband_error)
    np.testing.assert_allclose(without.observed.values, OBSERVED - 1.1 * STEADY)
    np.testing.assert_allclose(without.observed.above, np.sqrt(shown.observed.above**2 + STEADY))
    assert "steady" not in [component.layer for component in without.components]


@pytest.mark.parametrize(("sideband", "names"), [(True, ["a_projections", "a_residuals"]), (False, ["a_projections"])])
def test_pictures(sideband, names):
    found = projection_pictures([fitted(sideband=sideband)], "a", "A crystal")
    assert [one.name for one in found] == names
    axes = found[0].figure.axes
    assert "observable (keV)" in [one.get_xlabel() for one in axes]
