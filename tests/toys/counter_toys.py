"""Small instruments behind a small tunnel."""

from __future__ import annotations

import numpy as np

from ontarget.beam import ParametrisedBeam, Species, Tunnel, decays_of
from ontarget.beam.yields import MesonYield, Yields
from ontarget.ground.units import GeV, cm, g, m, mm, mrad
from ontarget.monitor import Block, EnergyResponse, Halo, RangeMeter, Sample, TunnelCalorimeter
from ontarget.numerics import BeamEnergyAxis, EnergyAxis, LengthAxis
from ontarget.source import DecayTunnel

TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)
YIELDS = Yields(
    (
        MesonYield(np.array([5.0, 8.0, 12.0]) * GeV, np.array([0.0, 100.0]) * mrad, name="pi+"),
        MesonYield(np.array([5.0, 8.0, 12.0]) * GeV, np.array([0.0, 100.0]) * mrad, own=0.03, name="K+"),
    )
)


FEW_MODES = tuple(
    one for parent in ("pi+", "K+") for one in decays_of(parent) if one.name in ("pi_munu", "k_munu", "ke3")
)
"""One for each kind of lepton and parent: each mode is a program of its own, and takes seconds to compile."""


PIONS, KAONS = Species(0.038, name="pi+"), Species(0.0025, name="K+")


def source(*species: Species, **given) -> DecayTunnel:
    """Pions and kaons of 8.5 GeV/c, of few rays."""
    beam = ParametrisedBeam(
        given.pop("momentum", 8.5 * GeV),
        given.pop("spread", 0.075),
        given.pop("divergence", 6.7e-3),
        18 * mm,
        species or (PIONS, KAONS),
    )
    usual = {"rays": 256, "repeats": 2, "precision": 1.0, "yields": YIELDS, "decays": FEW_MODES, "daughters": ()}
    return DecayTunnel(beam, TUNNEL, EnergyAxis(0.0, 11 * GeV, 22), **(usual | given))


def calorimeter(**given) -> TunnelCalorimeter:
    """Two samples, four places, two classes of angle."""
    samples = (
        Sample(0.5, 1e-3, 0.03, Halo(1e-6, 1 * GeV), name="positrons"),
        Sample(1e-3, 0.85, 0.05, Halo(2e-6, 1 * GeV), name="muons"),
    )
    usual = {"particles": ("e+", "mu+")}
    return TunnelCalorimeter(
        LengthAxis(0.0, 40 * m, 4),
        np.array([80.0]) * mrad,
        BeamEnergyAxis(0.5 * GeV, 8.5 * GeV, 4),
        BeamEnergyAxis(0.0, 12 * GeV, 24),
        33 * cm,
        5.7 * g / cm**3,
        EnergyResponse(0.17),
        EnergyResponse(0.2),
        EnergyResponse(0.6, 0.05, 0.8),
        samples,
        3 * cm,
        5 * mrad,
        **(usual | given),
    )


def range_meter(**given) -> RangeMeter:
    """Graphite and iron, a plane, one more block, and another plane."""
    iron = Block(1 * m, 7.874 * g / cm**3, "iron")
    absorber = (Block(3 * m, 2.21 * g / cm**3, "graphite", name="core"), iron)
    return RangeMeter(absorber, (iron,), LengthAxis(0.0, 1.5 * m, 3), 1 * cm, efficiency=0.95, **given)
