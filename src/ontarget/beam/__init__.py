"""Floor 4: from protons on a target to decays in flight: production, beam line, decays. No detector in here."""

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.decay import AbstractDecay, Emission
from ontarget.beam.production import AbstractProduction
from ontarget.beam.segment import Decays, Segments

__all__ = [
    "AbstractBeam",
    "AbstractDecay",
    "AbstractProduction",
    "Decays",
    "Emission",
    "Segments",
    "Tunnel",
]
