"""A small beam of pions with its tagger, for tests."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from ontarget.beam import ParametrisedBeam, Species, Tunnel, decays_of
from ontarget.ground.units import GeV, cm, m, mm, ns
from ontarget.numerics import EnergyAxis
from ontarget.source import BeamSite, DecayTunnel
from ontarget.tagging import Arm, Campaign, Drawing, Stream, Tagger, WorkingPoint, stream

PS = 1e-3 * ns
TUNNEL = Tunnel(40 * m, 1 * m, 2 * m)
SITE = BeamSite(27 * m, 4 * m, 4 * m, 22 * m)
BEAM = ParametrisedBeam(8.4 * GeV, 0.075, 6.6e-3, 18 * mm, (Species(0.038, name="pi+"),))
ENERGIES = EnergyAxis(0.0, 10 * GeV, 50)
RATE = 1042 / ns
PIONS = Arm(1 * m, 0.3 * mm, 0.01, 40 * PS, 0.007, 100 * mm, 0.97)
MUONS = Arm(1 * m, 0.3 * mm, 0.01, 100 * PS, 0.01, 0.5 * m, 0.97)
TAGGER = Tagger(PIONS, MUONS, 300 * PS, 1 * cm, 250 * mm, 600 * PS)


def beam_of(modes: tuple[str, ...] = ("pi_munu",), **given) -> DecayTunnel:
    """Pions to muon neutrinos, unless something else is asked for."""
    decays = tuple(one for one in decays_of("pi+") if one.name in modes)
    return DecayTunnel(BEAM, TUNNEL, ENERGIES, decays, (), rays=256, repeats=2, **given)


@cache
def drawing(seed: int = 3) -> Drawing:
    """Interactions with a cross-section that grows with the energy."""
    energy = np.asarray(ENERGIES.edges)
    return Drawing(beam_of(), SITE, energy, np.ones((6, 1)) * energy / energy[-1] * 1e-5 * cm**2, seed)


@cache
def flow() -> Stream:
    """What passes T6 at the working point."""
    return stream(beam_of(), WorkingPoint(RATE, 0.2))


def campaign(tagger: Tagger = TAGGER, intensity: float = 1.0) -> Campaign:
    """A campaign of the toy beam."""
    return Campaign(drawing(), flow().times(intensity), tagger)


def perfect(share: float = 1e-9) -> Tagger:
    """Everything is measured, `share` as badly as usual, without matter; everything is found."""
    arms = (
        dataclasses.replace(
            arm,
            pitch=share * arm.pitch,
            thickness=0.0 * arm.thickness,
            time=share * arm.time,
            momentum=share * arm.momentum,
            aperture=100 * arm.aperture,
            efficiency=arm.efficiency / 0.97,
        )
        for arm in (PIONS, MUONS)
    )
    pions, muons = arms
    clock, place = share * TAGGER.time, share * TAGGER.vertex
    return dataclasses.replace(TAGGER, pions=pions, muons=muons, time=clock, vertex=place, energies=10.0)
