"""One process on one target."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
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

lazy(
    __name__,
    {
        ".axial": "AxialCEvNS",
        ".binned": "BinnedScale Factor",
        ".cevns": "CEvNS",
        ".charge_radius": "ChargeRadii ChargeRadius ElectronChargeRadius",
        ".charged.allowed": "AllowedTransitions Strengths",
        ".charged.charged_current": "ChargedCurrent CrossSection",
        ".charged.coulomb": "AbstractCoulomb EffectiveMomentum FermiFunction NoCoulomb SmallerOfBoth",
        ".charged.inverse_beta": "InverseBetaDecay",
        ".charged.nuclear_table": "NuclearTable",
        ".coupling": "NSI AbstractCouplings RadiativeCouplings TreeCouplings",
        ".electron": "ElectronScattering",
        ".electron_coupling": "AbstractElectronCouplings ElectronNSI RadiativeElectronCouplings TreeElectronCouplings",
        ".electron_photon": "PhotonCorrection",
        ".interaction": "AbstractInteraction",
        ".magnetic_moment": "ElectronMagneticMoment MagneticMoment MagneticMoments",
        ".millicharge": "ElectronMillicharge Millicharge Millicharges",
        ".scalar_mediator": "ElectronLightScalar LightScalar",
        ".vector_mediator": "AbstractCharges BMinusL ElectronLightVector LightVector LMuMinusLTau Universal",
    },
)
