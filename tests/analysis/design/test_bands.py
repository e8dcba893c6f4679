"""Bands of a small tunnel: what they are proportional to, and their derivatives."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.analysis.design.band_merit import BandWidth
from ontarget.analysis.design.bands import Bands, moving
from ontarget.beam import ParametrisedBeam, Species, Tunnel
from ontarget.beam.mode import decays_of
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m, mm
from ontarget.numerics import BeamEnergyAxis, LengthAxis
from ontarget.source import BeamSite, DecayTunnel, Radius
from ontarget.study.design.design_space import DesignNumber, DesignSpace, planned

DESIGN = DesignSpace(
    ("spread", "number", "tunnel"),
    ("%", "", "m"),
    (),
    (("lar.source.beam.spread",), ("lar.source.beam.species.pi+.number",), ("lar.source.tunnel.length",)),
    (0.01, 1.0, 1.0 * m),
)


@pytest.fixture(scope="module")
def bands():
    beam = ParametrisedBeam(8.4 * GeV, 0.075, 1e-3, 18 * mm, (Species(0.038, name="pi+"),))
    modes = tuple(one for one in decays_of("pi+") if one.neutrino == "nu_mu")
    axis = BeamEnergyAxis(0.0, 10 * GeV, 100)
    source = DecayTunnel(beam, Tunnel(40 * m, 1 * m, 2 * m), axis, modes, (), rays=8192, repeats=2)
    tag = Radius(LengthAxis(0.0, 2.8 * m, 7))
    return Bands(source, BeamSite(27 * m, 4 * m, 4 * m, 22 * m), tag, DESIGN, jnp.ones(101), "lar")


def test_width_and_events_and_their_slopes(bands):
    """Events go as the pions, the width knows nothing of them; a wider bite makes wider bands."""
    at = np.array([10.0, 0.04, 40.0])
    value, slope = (np.asarray(one) for one in moving(bands, jnp.asarray(at)))
    assert slope[1] == pytest.approx([0.0, value[1] / 0.04], rel=1e-12, abs=1e-12)
    assert slope[0, 0] > 0
    for index, step in ((0, 0.02), (2, 0.1)):
        up, down = (np.asarray(moving(bands, jnp.asarray(at + sign * step * np.eye(3)[index]))[0]) for sign in (1, -1))
        width, events = (up - down) / (2 * step)
        # the width has small kinks where a quantile passes a node of energy; the events have none
        assert slope[index, 0] == pytest.approx(width, rel=0.02)
        assert slope[index, 1] == pytest.approx(events, rel=1e-3, abs=1e-6 * value[1])


def test_no_tunnel_has_no_bands():
    class Shed:
        name = "shed"

    with pytest.raises(InputError, match="DecayTunnel"):
        BandWidth("shed").check(planned([Shed()], [], [], [DesignNumber(0.0, 1.0, today=0.5, name="x")]))
