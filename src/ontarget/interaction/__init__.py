"""Floor 6: one process on one target."""

from ontarget.interaction.axial import AxialCEvNS
from ontarget.interaction.binned import BinnedScale, Factor
from ontarget.interaction.cevns import CEvNS
from ontarget.interaction.charged_current import ChargedCurrent, CrossSection
from ontarget.interaction.coupling import NSI, AbstractCouplings, RadiativeCouplings, TreeCouplings
from ontarget.interaction.interaction import AbstractInteraction

__all__ = [
    "NSI",
    "AbstractCouplings",
    "AbstractInteraction",
    "AxialCEvNS",
    "BinnedScale",
    "CEvNS",
    "ChargedCurrent",
    "CrossSection",
    "Factor",
    "RadiativeCouplings",
    "TreeCouplings",
]
