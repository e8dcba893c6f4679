"""What stands at the site: target, channels, response, backgrounds."""

from ontarget.detector.acceptance import InterpolatedEfficiency, LogisticEfficiency, StepEfficiency
from ontarget.detector.background import (
    AbstractBackground,
    AbstractEnergyScale,
    ElectronEquivalent,
    NuclearEquivalent,
    SteadyState,
    SteadyStateIntegrated,
    TabulatedBackground,
)
from ontarget.detector.beam_off import BeamOff
from ontarget.detector.beta import AbstractBetaSpectrum, BetaDecays, UniqueFirstForbidden
from ontarget.detector.channel import Channel
from ontarget.detector.conditional import AbstractConditional, TabulatedConditional
from ontarget.detector.counting import GammaSmearing, PoissonSmearing
from ontarget.detector.detector import Detector
from ontarget.detector.efficiency import ConstantEfficiency, SmoothThreshold, TabulatedEfficiency, Threshold
from ontarget.detector.factored import FactoredBackground
from ontarget.detector.histogram import HistogramBackground
from ontarget.detector.measured import AbstractTagShape, DecayingShape, MeasuredBackground, SteadyShape
from ontarget.detector.neutrons import (
    AbstractArrival,
    AbstractRecoils,
    AfterPulse,
    BeamNeutrons,
    ExponentialRecoils,
    GaussianArrival,
)
from ontarget.detector.pulse_shape import PulseShapeCut
from ontarget.detector.quenching import (
    AbstractQuenching,
    ConstantQuenching,
    LightYield,
    Lindhard,
    PolynomialQuenching,
    TabulatedQuenching,
)
from ontarget.detector.sideband import Sideband
from ontarget.detector.smearing import (
    AbstractResolution,
    ConstantResolution,
    GaussianSmearing,
    SquareRootResolution,
    TruncatedGaussianSmearing,
)
from ontarget.detector.stage import AbstractStage
from ontarget.detector.template import TemplateBackground
from ontarget.detector.variation import Variation

__all__ = [
    "AbstractArrival",
    "AbstractBackground",
    "AbstractBetaSpectrum",
    "AbstractConditional",
    "AbstractEnergyScale",
    "AbstractQuenching",
    "AbstractRecoils",
    "AbstractResolution",
    "AbstractStage",
    "AbstractTagShape",
    "AfterPulse",
    "BeamNeutrons",
    "BeamOff",
    "BetaDecays",
    "Channel",
    "ConstantEfficiency",
    "ConstantQuenching",
    "ConstantResolution",
    "DecayingShape",
    "Detector",
    "ElectronEquivalent",
    "ExponentialRecoils",
    "FactoredBackground",
    "GammaSmearing",
    "GaussianArrival",
    "GaussianSmearing",
    "HistogramBackground",
    "InterpolatedEfficiency",
    "LightYield",
    "Lindhard",
    "LogisticEfficiency",
    "MeasuredBackground",
    "NuclearEquivalent",
    "PoissonSmearing",
    "PolynomialQuenching",
    "PulseShapeCut",
    "Sideband",
    "SmoothThreshold",
    "SquareRootResolution",
    "SteadyShape",
    "SteadyState",
    "SteadyStateIntegrated",
    "StepEfficiency",
    "TabulatedBackground",
    "TabulatedConditional",
    "TabulatedEfficiency",
    "TabulatedQuenching",
    "TemplateBackground",
    "Threshold",
    "TruncatedGaussianSmearing",
    "UniqueFirstForbidden",
    "Variation",
]
