"""From protons on a target to decays in flight: production, beam line, decays. No detector in here."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.beam.aperture import AbstractAperture, Elliptical, Open, Rectangular, Round
    from ontarget.beam.beam import AbstractBeam, Tunnel
    from ontarget.beam.bmpt import BMPT, MesonSpectrum
    from ontarget.beam.decays.daughter import AbstractDaughter, Born, LeptonDaughter
    from ontarget.beam.decays.decay import AbstractDecay, Emission
    from ontarget.beam.decays.hadronic import HadronicThreeBody, HadronicTwoBody
    from ontarget.beam.decays.mode import PARENTS, daughters_of, decays_of
    from ontarget.beam.decays.muon import MuonToElectronNeutrino, MuonToMuonNeutrino
    from ontarget.beam.decays.semileptonic import SemileptonicDecay
    from ontarget.beam.decays.two_body import TwoBodyDecay
    from ontarget.beam.element import AbstractElement, Collimator, Dipole, Drift, Quadrupole, Roll, ThinLens
    from ontarget.beam.line import Beamline, Orbit, Pieces
    from ontarget.beam.parametrised import ParametrisedBeam, Species
    from ontarget.beam.production import AbstractProduction
    from ontarget.beam.ray import Rays, on_axis
    from ontarget.beam.reinteraction import AbstractReinteraction, LeadingNucleon, NoReinteraction
    from ontarget.beam.scattering import highland
    from ontarget.beam.segment import Decays, Segments
    from ontarget.beam.tabulated_yield import AbstractMesonTable, CountTable, DensityTable, TabulatedYield
    from ontarget.beam.target import RodTarget
    from ontarget.beam.tracked import TrackedBeam
    from ontarget.beam.twiss import Spread, Twiss, spread
    from ontarget.beam.yields import AbstractPulls, MesonYield, Pull, Yields

lazy(
    __name__,
    {
        ".aperture": "AbstractAperture Elliptical Open Rectangular Round",
        ".beam": "AbstractBeam Tunnel",
        ".bmpt": "BMPT MesonSpectrum",
        ".decays.daughter": "AbstractDaughter Born LeptonDaughter",
        ".decays.decay": "AbstractDecay Emission",
        ".decays.hadronic": "HadronicThreeBody HadronicTwoBody",
        ".decays.mode": "PARENTS daughters_of decays_of",
        ".decays.muon": "MuonToElectronNeutrino MuonToMuonNeutrino",
        ".decays.semileptonic": "SemileptonicDecay",
        ".decays.two_body": "TwoBodyDecay",
        ".element": "AbstractElement Collimator Dipole Drift Quadrupole Roll ThinLens",
        ".line": "Beamline Orbit Pieces",
        ".parametrised": "ParametrisedBeam Species",
        ".production": "AbstractProduction",
        ".ray": "Rays on_axis",
        ".reinteraction": "AbstractReinteraction LeadingNucleon NoReinteraction",
        ".scattering": "highland",
        ".segment": "Decays Segments",
        ".tabulated_yield": "AbstractMesonTable CountTable DensityTable TabulatedYield",
        ".target": "RodTarget",
        ".tracked": "TrackedBeam",
        ".twiss": "Spread Twiss spread",
        ".yields": "AbstractPulls MesonYield Pull Yields",
    },
)
