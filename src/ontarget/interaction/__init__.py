"""Floor 6: one process on one target."""

from ontarget.interaction.allowed import AllowedTransitions, Strengths
from ontarget.interaction.axial import AxialCEvNS
from ontarget.interaction.binned import BinnedScale, Factor
from ontarget.interaction.cevns import CEvNS
from ontarget.interaction.charged_current import ChargedCurrent, CrossSection
from ontarget.interaction.coulomb import AbstractCoulomb, EffectiveMomentum, FermiFunction, NoCoulomb, SmallerOfBoth
from ontarget.interaction.coupling import NSI, AbstractCouplings, RadiativeCouplings, TreeCouplings
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.inverse_beta import InverseBetaDecay
from ontarget.interaction.nuclear_table import NuclearTable

__all__ = [
    "NSI",
    "AbstractCoulomb",
    "AbstractCouplings",
    "AbstractInteraction",
    "AllowedTransitions",
    "AxialCEvNS",
    "BinnedScale",
    "CEvNS",
    "ChargedCurrent",
    "CrossSection",
    "EffectiveMomentum",
    "Factor",
    "FermiFunction",
    "InverseBetaDecay",
    "NoCoulomb",
    "NuclearTable",
    "RadiativeCouplings",
    "SmallerOfBoth",
    "Strengths",
    "TreeCouplings",
]
