"""Floor 6: one process on one target."""

from ontarget.interaction.axial import AxialCEvNS
from ontarget.interaction.binned import BinnedScale, Factor
from ontarget.interaction.cevns import CEvNS
from ontarget.interaction.charge_radius import ChargeRadii, ChargeRadius, ElectronChargeRadius
from ontarget.interaction.charged.allowed import AllowedTransitions, Strengths
from ontarget.interaction.charged.charged_current import ChargedCurrent, CrossSection
from ontarget.interaction.charged.coulomb import (
    AbstractCoulomb,
    EffectiveMomentum,
    FermiFunction,
    NoCoulomb,
    SmallerOfBoth,
)
from ontarget.interaction.charged.inverse_beta import InverseBetaDecay
from ontarget.interaction.charged.nuclear_table import NuclearTable
from ontarget.interaction.coupling import NSI, AbstractCouplings, RadiativeCouplings, TreeCouplings
from ontarget.interaction.electron import ElectronScattering
from ontarget.interaction.electron_coupling import (
    AbstractElectronCouplings,
    ElectronNSI,
    RadiativeElectronCouplings,
    TreeElectronCouplings,
)
from ontarget.interaction.electron_photon import PhotonCorrection
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.magnetic_moment import ElectronMagneticMoment, MagneticMoment, MagneticMoments
from ontarget.interaction.millicharge import ElectronMillicharge, Millicharge, Millicharges
from ontarget.interaction.scalar_mediator import ElectronLightScalar, LightScalar
from ontarget.interaction.vector_mediator import (
    AbstractCharges,
    BMinusL,
    ElectronLightVector,
    LightVector,
    LMuMinusLTau,
    Universal,
)

__all__ = [
    "NSI",
    "AbstractCharges",
    "AbstractCoulomb",
    "AbstractCouplings",
    "AbstractElectronCouplings",
    "AbstractInteraction",
    "AllowedTransitions",
    "AxialCEvNS",
    "BMinusL",
    "BinnedScale",
    "CEvNS",
    "ChargeRadii",
    "ChargeRadius",
    "ChargedCurrent",
    "CrossSection",
    "EffectiveMomentum",
    "ElectronChargeRadius",
    "ElectronLightScalar",
    "ElectronLightVector",
    "ElectronMagneticMoment",
    "ElectronMillicharge",
    "ElectronNSI",
    "ElectronScattering",
    "Factor",
    "FermiFunction",
    "InverseBetaDecay",
    "LMuMinusLTau",
    "LightScalar",
    "LightVector",
    "MagneticMoment",
    "MagneticMoments",
    "Millicharge",
    "Millicharges",
    "NoCoulomb",
    "NuclearTable",
    "PhotonCorrection",
    "RadiativeCouplings",
    "RadiativeElectronCouplings",
    "SmallerOfBoth",
    "Strengths",
    "TreeCouplings",
    "TreeElectronCouplings",
    "Universal",
]
