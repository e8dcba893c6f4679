"""Floor 6: one process on one target."""

from ontarget.interaction.axial import AxialCEvNS
from ontarget.interaction.binned import BinnedScale, Factor
from ontarget.interaction.cevns import CEvNS
from ontarget.interaction.charged_current import ChargedCurrent, CrossSection
from ontarget.interaction.coupling import NSI, AbstractCouplings, RadiativeCouplings, TreeCouplings
from ontarget.interaction.electron import ElectronScattering
from ontarget.interaction.electron_coupling import (
    AbstractElectronCouplings,
    ElectronNSI,
    RadiativeElectronCouplings,
    TreeElectronCouplings,
)
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.interaction.magnetic_moment import ElectronMagneticMoment, MagneticMoment, MagneticMoments

__all__ = [
    "NSI",
    "AbstractCouplings",
    "AbstractElectronCouplings",
    "AbstractInteraction",
    "AxialCEvNS",
    "BinnedScale",
    "CEvNS",
    "ChargedCurrent",
    "CrossSection",
    "ElectronMagneticMoment",
    "ElectronNSI",
    "ElectronScattering",
    "Factor",
    "MagneticMoment",
    "MagneticMoments",
    "RadiativeCouplings",
    "RadiativeElectronCouplings",
    "TreeCouplings",
    "TreeElectronCouplings",
]
