"""Floor 6: what stands at the site: target, channels, response, backgrounds."""

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
from ontarget.detector.channel import Channel
from ontarget.detector.counting import GammaSmearing, PoissonSmearing
from ontarget.detector.detector import Detector
from ontarget.detector.efficiency import ConstantEfficiency, SmoothThreshold, TabulatedEfficiency, Threshold
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
from ontarget.detector.variation import Variation

__all__ = [
    "AbstractBackground",
    "AbstractEnergyScale",
    "AbstractQuenching",
    "AbstractResolution",
    "AbstractStage",
    "Channel",
    "ConstantEfficiency",
    "ConstantQuenching",
    "ConstantResolution",
    "Detector",
    "ElectronEquivalent",
    "GammaSmearing",
    "GaussianSmearing",
    "InterpolatedEfficiency",
    "LightYield",
    "Lindhard",
    "LogisticEfficiency",
    "NuclearEquivalent",
    "PoissonSmearing",
    "PolynomialQuenching",
    "Sideband",
    "SmoothThreshold",
    "SquareRootResolution",
    "SteadyState",
    "SteadyStateIntegrated",
    "StepEfficiency",
    "TabulatedBackground",
    "TabulatedEfficiency",
    "TabulatedQuenching",
    "Threshold",
    "TruncatedGaussianSmearing",
    "Variation",
]
