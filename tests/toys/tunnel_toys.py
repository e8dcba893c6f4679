"""A small decay tunnel for tests: few modes, few rays, nothing followed."""

from __future__ import annotations

from ontarget.beam import ParametrisedBeam, Species, Tunnel, decays_of
from ontarget.ground.units import GeV, m, mm
from ontarget.numerics import EnergyAxis
from ontarget.source import BeamSite, DecayTunnel, Facility, UniformPulse

SITE = BeamSite(27 * m, 4 * m, 4 * m, 22 * m)
TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)
ENERGIES = EnergyAxis(0.0, 11 * GeV, 22)
FACILITY = Facility(399 * GeV, 4.4e-2, 0.07e-9, UniformPulse(9.6e9))


def modes(*names: str):
    """Decays of positive mesons by the names of their modes."""
    return tuple(one for parent in ("pi+", "K+", "mu+") for one in decays_of(parent) if one.name in names)


def beam(*species: Species, **given) -> ParametrisedBeam:
    """The beam of the catalog, in round numbers, or another."""
    usual = {"momentum": 8.5 * GeV, "spread": 0.075, "divergence": 6.7e-3, "size": 18 * mm}
    return ParametrisedBeam(species=species or (Species(0.038, name="pi+"),), **(usual | given))


def source(of=None, **given) -> DecayTunnel:
    """Pions to muon neutrinos, unless something else is asked for."""
    usual = {"decays": modes("pi_munu"), "daughters": (), "rays": 256, "repeats": 4}
    return DecayTunnel(of or beam(), given.pop("tunnel", TUNNEL), given.pop("energies", ENERGIES), **(usual | given))
