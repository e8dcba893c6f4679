"""Floor 4: from protons on a target to decays in flight: production, beam line, decays. No detector in here."""

from ontarget.beam.beam import AbstractBeam, Tunnel
from ontarget.beam.bmpt import BMPT, MesonSpectrum
from ontarget.beam.decay import AbstractDecay, Emission
from ontarget.beam.production import AbstractProduction
from ontarget.beam.reinteraction import AbstractReinteraction, LeadingNucleon, NoReinteraction
from ontarget.beam.segment import Decays, Segments
from ontarget.beam.tabulated_yield import AbstractMesonTable, CountTable, DensityTable, TabulatedYield
from ontarget.beam.target import RodTarget

__all__ = [
    "BMPT",
    "AbstractBeam",
    "AbstractDecay",
    "AbstractMesonTable",
    "AbstractProduction",
    "AbstractReinteraction",
    "CountTable",
    "Decays",
    "DensityTable",
    "Emission",
    "LeadingNucleon",
    "MesonSpectrum",
    "NoReinteraction",
    "RodTarget",
    "Segments",
    "TabulatedYield",
    "Tunnel",
]
