"""Prints, as JSON, dimensionless answers of the chain and of every catalog experiment, in whatever base units are set.

Run by the test in other base units in a fresh interpreter: base units are read once, when ontarget is imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np

from ontarget.beam import MesonYield, Yields
from ontarget.detector import (
    Channel,
    ConstantEfficiency,
    ConstantQuenching,
    DecayingShape,
    Detector,
    ElectronEquivalent,
    GammaSmearing,
    GaussianSmearing,
    HistogramBackground,
    InterpolatedEfficiency,
    LightYield,
    Lindhard,
    LogisticEfficiency,
    MeasuredBackground,
    PoissonSmearing,
    PolynomialQuenching,
    SmoothThreshold,
    SquareRootResolution,
    SteadyState,
    SteadyStateIntegrated,
    StepEfficiency,
    TabulatedConditional,
    TabulatedEfficiency,
    TemplateBackground,
    Threshold,
    TruncatedGaussianSmearing,
    Variation,
)
from ontarget.experiment import Counts, Experiment
from ontarget.ground.units import MW, GeV, Hz, MeV, day, fm, keV, kg, m, mrad, ms, ns, us, year
from ontarget.interaction import NSI, AxialCEvNS, CEvNS, RadiativeCouplings
from ontarget.matter import Helm, KleinNystrand, Material, NeutronRadii, NuclideRadius, RadiusTable
from ontarget.numerics import CountAxis, EnergyAxis, SquareRoot, TimeAxis
from ontarget.source import (
    ArrivalTime,
    ExponentialLoss,
    Facility,
    GaussianPulse,
    ProtonsOnTarget,
    RunningTime,
    Site,
    StoppedPion,
    UniformPulse,
)
from ontarget.source.spectrum import NegativeMuonDecay, PionDecayInFlight

ESS = Facility(2 * GeV, 5 * MW, 14 * Hz, UniformPulse(2.86 * ms), operation=0.57)
SNS = Facility(1 * GeV, 1.4 * MW, 60 * Hz, GaussianPulse(700 * ns, 150 * ns))
CONTAMINATED = StoppedPion(0.09, (NegativeMuonDecay(1e-3), PionDecayInFlight(1e-2, 60 * MeV)))


def iodide() -> Experiment:
    """Photo-electrons by arrival time: quenching, light, two smearings, a tabulated efficiency, a tag."""
    quanta = CountAxis(0.0, 110.0, 110)
    stages = (
        Lindhard(0.13, 54.0),
        LightYield(13.35 / keV),
        PoissonSmearing(axis=quanta),
        GammaSmearing(1.0, 0.716),
        ConstantEfficiency(0.7),
    )
    radii = RadiusTable((NuclideRadius(5.1 * fm, "Cs133"),), NeutronRadii())
    vector = CEvNS(RadiativeCouplings(), Helm(), Helm(radii))
    channel = Channel(vector, EnergyAxis(0.0, 60 * keV, 200, SquareRoot()), stages, name="cevns")
    background = SteadyStateIntegrated(3 / (kg * day), 6e-4, name="steady")
    tag = ArrivalTime(TimeAxis(0.0, 6 * us, 4), 100 * ns)
    seen = CountAxis(5.0, 50.0, 9)
    detector = Detector(Site(19.3 * m), 14.6 * kg, Material("CsI"), seen, (channel,), (background,), tag)
    return Experiment(SNS, CONTAMINATED, detector=detector, exposure=ProtonsOnTarget(3e23))


def caesium() -> Experiment:
    """Photo-electrons by time and a second observable: variations, losses in time, measured backgrounds."""
    quanta, second = CountAxis(0.0, 60.0, 30), CountAxis(0.5, 0.9, 2)
    rise = LogisticEfficiency(1.3, 0.29, 10.9, -0.33)
    light = Variation([0.07, 2e-3], [0.06, 2.4e-3], 0.4, name="fit")
    stages = (
        PolynomialQuenching([0.065, 2.2e-3], (light,)),
        LightYield(13.35 / keV),
        GammaSmearing(1.0, 0.716, axis=quanta),
        StepEfficiency([5.2, 6.2], [0.5], above=1.0),
        InterpolatedEfficiency(rise, LogisticEfficiency(1.3, 0.29, 9.8, -0.33), rise, -0.6),
    )
    table = np.stack([np.linspace(1.0, 2.0, 15), np.linspace(3.0, 1.0, 15)], axis=1)
    shares = TabulatedConditional(table, (Variation(table[:, ::-1], amount=0.2, name="table"),))
    channel = Channel(CEvNS(), EnergyAxis(0.0, 40 * keV, 200, SquareRoot()), stages, shares, name="cevns")
    backgrounds = (
        TemplateBackground(50.0, np.outer([1.0, 2.0, 3.0, 4.0], np.linspace(1.0, 2.0, 30)), name="template"),
        MeasuredBackground(np.linspace(5.0, 9.0, 30), 0.2, DecayingShape(20 * us), name="off"),
        MeasuredBackground(np.linspace(5.0, 9.0, 30), 0.2, name="steady"),
    )
    tag = ArrivalTime(TimeAxis(0.0, 6 * us, 4), 100 * ns, ExponentialLoss(0.52 * us, 0.0494 / us))
    seen = CountAxis(5.0, 50.0, 15)
    detector = Detector(Site(19.3 * m), 14.6 * kg, Material("CsI"), seen, (channel,), backgrounds, tag, second)
    return Experiment(SNS, StoppedPion(0.09), detector=detector, exposure=ProtonsOnTarget(3e23))


def sodium() -> Experiment:
    """Photo-electrons without a second observable: a background of two histograms, under an efficiency."""
    light = (ConstantQuenching(0.15), LightYield(3 / keV), PoissonSmearing())
    channel = Channel(CEvNS(), EnergyAxis(0.0, 200 * keV, 200, SquareRoot()), light, name="cevns")
    rise = LogisticEfficiency(0.67, 0.49, 10.9)
    times = TimeAxis(0.0, 7 * us, 3)
    neutrons = HistogramBackground(7.5, CountAxis(0.0, 60.0, 15), np.arange(1.0, 16), times, [1.0, 3.0, 0.2], (rise,))
    tag = ArrivalTime(TimeAxis(0.0, 6 * us, 4), 100 * ns, ExponentialLoss(0.52 * us, 0.0494 / us))
    seen = CountAxis(5.5, 50.5, 15)
    detector = Detector(Site(22 * m), 185 * kg, Material("NaI"), seen, (channel,), (neutrons,), tag)
    return Experiment(SNS, StoppedPion(0.09), detector=detector, exposure=RunningTime(1 * year))


def germanium() -> Experiment:
    """Recoil energies: sharp and smooth thresholds, two Gaussian smearings, non-standard couplings."""
    resolution = SquareRootResolution(0.15, 0.6 * keV)
    energies = np.array([0.6, 2.0, 20.0]) * keV
    stages = (
        Threshold(0.6 * keV),
        TabulatedEfficiency(energies, [0.5, 0.8, 0.9]),
        GaussianSmearing(resolution, axis=EnergyAxis(0.0, 60 * keV, 200, SquareRoot())),
        SmoothThreshold(1 * keV, 0.5 * keV),
        TruncatedGaussianSmearing(resolution),
    )
    sphere = KleinNystrand()
    channel = Channel(
        CEvNS(NSI(eps_ee_u=0.1, eps_emu_d=-0.05), sphere, sphere), EnergyAxis(0.0, 100 * keV, 250, SquareRoot()), stages
    )
    scale = ElectronEquivalent(Lindhard(0.157, 32.0))
    background = SteadyState(10 / (keV * kg * day), 0.04, scale, name="steady")
    seen = EnergyAxis(1 * keV, 50 * keV, 10, SquareRoot())
    detector = Detector(Site(20 * m), 7 * kg, Material("Ge"), seen, (channel,), (background,))
    return Experiment(ESS, StoppedPion(0.3), detector=detector, exposure=RunningTime(1 * year))


def fluoride() -> Experiment:
    """A bubble chamber: the axial current, one sharp threshold."""
    channel = Channel(AxialCEvNS(), EnergyAxis(0.0, 200 * keV, 200, SquareRoot()), (Threshold(2 * keV),))
    seen = EnergyAxis(2 * keV, 200 * keV, 1)
    detector = Detector(Site(20 * m), 10 * kg, Material("C3F8"), seen, (channel,))
    return Experiment(ESS, StoppedPion(0.3), detector=detector, exposure=RunningTime(1 * year))


def answers(counts: Counts) -> list[float]:
    """All numbers in counts: they are pure numbers."""
    rows = [counts.total()]
    rows += [part for channel in counts.channels for part in (channel.values, channel.outside, channel.interactions)]
    return np.concatenate([np.ravel(row) for row in rows]).tolist()


def yields() -> list[float]:
    """How well hadrons are known: a covariance between energies and angles, with lengths by default."""
    given = MesonYield(jnp.array([4.0, 8.0, 13.0]) * GeV, jnp.array([0.0, 20.0, 40.0]) * mrad, name="pi+")
    found = Yields((given,))
    place = found.bin_of("pi+", jnp.array([5.0, 9.0, 20.0]) * GeV, jnp.array([5.0, 25.0, 5.0]) * mrad)
    return [*np.ravel(found.covariance()).tolist(), *np.ravel(found.modes("pi+")).tolist(), *place.tolist()]


def trackers() -> list[float]:
    """Peak rate, dose and fluence at planes before and behind the tunnel, and the resolution of a spectrometer."""
    import dataclasses

    import ontarget
    from ontarget.analysis.tracker_loads import load_on, planes_of
    from ontarget.ground.units import MHz, cm, gray, mm
    from ontarget.matter import PARTICLES
    from ontarget.monitor import spectrometer_resolution

    experiment, every = ontarget.load("nuscope_lar"), ontarget.load("trackers/nuscope")
    some = dataclasses.replace(every, planes=tuple(one for one in every.planes if one.name in ("T6", "T7")))
    loads = [load_on(experiment, one) for one in planes_of(experiment, some, 1024, 2)]
    found = [x for one in loads for x in (one.rate / (MHz / mm**2), one.dose / gray, one.fluence * cm**2, one.error)]
    return [*found, float(spectrometer_resolution(every.arm, every.planes[6:], PARTICLES["mu+"]))]


sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "regression"))  # frozen numbers, in ordinary units


def specimens() -> dict[str, Any]:
    """Answers of what is built here, in whatever base units are set."""
    found = {build.__name__: answers(build().expected()) for build in (iodide, caesium, sodium, germanium, fluoride)}
    return found | {"yields": yields(), "trackers": trackers()}


def main() -> None:
    """Of what is built here, and of experiments, as the command line names them."""
    from freeze import compute, flat_parts

    from ontarget.io import MissingRelease

    found: dict[str, Any] = {}
    for name in sys.argv[1:]:
        try:
            found |= specimens() if name == "specimens" else {name: flat_parts(compute(name))}
        except MissingRelease as error:
            found[name] = str(error)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
