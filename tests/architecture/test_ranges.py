"""Every number has a range: of each class, scalars or arrays, less than zero is refused or has a meaning."""

import dataclasses

import numpy as np
import pytest
from specimens import CHAIN

from ontarget.ground.address import is_float
from ontarget.ground.errors import InputError

COMPUTED = (
    "Nodes Series Quantiles PolynomialFit Nuclides Emission Born Segments Decays Rays Pieces Spread Orbit Hits Raster "
    "Coming Spectrum Flux Grid Importance VariedFlux Running RecoilKernel Component PrecomputedFlux Sideband Counts "
    "LeptonTemplate PrecomputedLeptons ChannelCounts BackgroundCounts LeptonCounts"
)
"""Made by the program, not by a user."""

SIGNED = {
    "axes may start below zero; those of energy are looked at where they stand": (
        "TimeAxis.start LengthAxis.start BeamEnergyAxis.start CountAxis.start EnergyAxis.start"
    ),
    "powers and slopes of fitted forms": (
        "MesonSpectrum.alpha MesonSpectrum.beta MesonSpectrum.gamma MesonSpectrum.delta MesonSpectrum.r1 "
        "MesonSpectrum.r2 BMPT.flat BMPT.slope BMPT.curvature BMPT.offset BMPT.rise SemileptonicDecay.lambda_plus "
        "SemileptonicDecay.lambda_0 PolynomialQuenching.coefficients"
    ),
    "fields, bends and places on either side": (
        "Quadrupole.gradient Dipole.angle Dipole.entrance Dipole.exit Twiss.alpha_x Twiss.alpha_y Twiss.dispersion "
        "Twiss.slope Roll.angle ThinLens.focus_x ThinLens.focus_y BeamSite.x BeamSite.y ArmPlane.place LinePlane.place"
    ),
    "pulls, and what is added": "Pull.value Variation.up Variation.down Variation.amount InterpolatedEfficiency.amount",
    "times against another clock": "GaussianPulse.mean ArrivalTime.offset ExponentialLoss.start",
    "phases, splittings, differences of masses": (
        "ThreeFlavour.delta ThreeFlavour.dm2_31 AllowedTransitions.mass_difference CrossSection.asymmetry "
        "ChargedCurrent.excess"
    ),
    "couplings and what is measured of them": (
        "RadiativeCouplings NSI RadiativeElectronCouplings ElectronNSI MagneticMoments ChargeRadii Millicharges "
        "LightVector.coupling ElectronLightVector.coupling LightScalar.coupling LightScalar.per_proton "
        "LightScalar.per_neutron ElectronLightScalar.coupling"
    ),
    "neutrons within the protons": "NeutronRadii.skin NeutronRadii.skin_per_excess",
    "the middle and the offset of a curve": "LogisticEfficiency.middle LogisticEfficiency.offset",
}
MEANT = {word for words in SIGNED.values() for word in words.split()}


def leaves():
    """(class, field) of every number of a class that a user writes."""
    return [
        (cls, field.name)
        for cls, one in CHAIN.items()
        for field in dataclasses.fields(one)
        if field.init and cls.__name__ not in COMPUTED.split() and is_float(getattr(one, field.name))
    ]


def negated(cls, name):
    """The specimen of a class with a number, or all of an array, below zero."""
    values = np.abs(np.asarray(getattr(CHAIN[cls], name)))
    return dataclasses.replace(CHAIN[cls], **{name: -np.where(values > 0, values, 1.0)})


def test_what_is_below_zero_is_refused_or_has_a_meaning():
    taken = set()
    for cls, name in leaves():
        if f"{cls.__name__}.{name}" in MEANT or cls.__name__ in MEANT:
            continue
        try:
            negated(cls, name)
        except InputError:
            continue
        taken.add(f"{cls.__name__}.{name}")
    assert not taken, f"below zero without a word, neither refused nor in SIGNED: {sorted(taken)}"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_refused(value):
    """In arrays as well, of all classes that a user writes and that say anything of their arrays."""
    taken = set()
    for cls, name in leaves():
        values = np.array(getattr(CHAIN[cls], name))
        if values.size < 2:  # scalars are tried in their own tests, and one number cannot be out of order
            continue
        values.flat[-1] = value
        try:
            dataclasses.replace(CHAIN[cls], **{name: values})
        except InputError:
            continue
        taken.add(f"{cls.__name__}.{name}")
    assert not taken, f"{value} without a word: {sorted(taken)}"
