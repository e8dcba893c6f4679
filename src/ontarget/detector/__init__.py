"""What stands at the site: target, channels, response, backgrounds."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.detector.acceptance import (
        CountThreshold,
        InterpolatedEfficiency,
        LogisticEfficiency,
        SmoothCountThreshold,
        StepEfficiency,
        TabulatedCountEfficiency,
    )
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
        ConstantCountResolution,
        ConstantResolution,
        GaussianSmearing,
        SquareRootCountResolution,
        SquareRootResolution,
        TruncatedGaussianSmearing,
    )
    from ontarget.detector.stage import AbstractStage
    from ontarget.detector.template import TemplateBackground
    from ontarget.detector.variation import Variation

lazy(
    __name__,
    {
        ".acceptance": (
            "CountThreshold InterpolatedEfficiency LogisticEfficiency SmoothCountThreshold StepEfficiency "
            "TabulatedCountEfficiency"
        ),
        ".background": (
            "AbstractBackground AbstractEnergyScale ElectronEquivalent NuclearEquivalent SteadyState "
            "SteadyStateIntegrated TabulatedBackground"
        ),
        ".beam_off": "BeamOff",
        ".beta": "AbstractBetaSpectrum BetaDecays UniqueFirstForbidden",
        ".channel": "Channel",
        ".conditional": "AbstractConditional TabulatedConditional",
        ".counting": "GammaSmearing PoissonSmearing",
        ".detector": "Detector",
        ".efficiency": "ConstantEfficiency SmoothThreshold TabulatedEfficiency Threshold",
        ".factored": "FactoredBackground",
        ".histogram": "HistogramBackground",
        ".measured": "AbstractTagShape DecayingShape MeasuredBackground SteadyShape",
        ".neutrons": "AbstractArrival AbstractRecoils AfterPulse BeamNeutrons ExponentialRecoils GaussianArrival",
        ".pulse_shape": "PulseShapeCut",
        ".quenching": "AbstractQuenching ConstantQuenching LightYield Lindhard PolynomialQuenching TabulatedQuenching",
        ".sideband": "Sideband",
        ".smearing": (
            "AbstractResolution ConstantCountResolution ConstantResolution GaussianSmearing SquareRootCountResolution "
            "SquareRootResolution TruncatedGaussianSmearing"
        ),
        ".stage": "AbstractStage",
        ".template": "TemplateBackground",
        ".variation": "Variation",
    },
)
