"""One instance of every final noun that asks questions of the chain: inference and report."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from specimens import behind, in_flight
from specimens import rings as of_radius

from ontarget.analysis.beam.beam_variation import BeamError
from ontarget.analysis.design.band_merit import BandEvents, BandWidth
from ontarget.analysis.design.bands import Bands
from ontarget.analysis.design.merit import AtLeast, AtMost, JointError, UpperLimit
from ontarget.analysis.design.problem import DesignAddresses
from ontarget.analysis.facility.window import BestSignificance, MostAtPurity
from ontarget.analysis.monitored.cross_section_templates import Bilinear
from ontarget.analysis.oscillation.oscillated import Oscillated
from ontarget.analysis.oscillation.sterile_counts import (
    Disappearance,
    DisappearanceTemplates,
    Distances,
    Rates,
    Summed,
    SummedDistances,
)
from ontarget.beam import Beamline, Drift
from ontarget.detector import ConstantQuenching, Sideband
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.ground.units import GeV, Hz, MeV, MHz, cm, gray, keV, kg, m, mm, ns
from ontarget.inference import fit as fi
from ontarget.inference import likelihood as li
from ontarget.inference import posterior as po
from ontarget.inference import toys as to
from ontarget.inference.design.forecast import forecast
from ontarget.inference.fit.profile import Critical
from ontarget.inference.likelihood.parametrised import ParametrisedExperiment
from ontarget.inference.toys.interval_construction import Toys, Wilks
from ontarget.monitor import Trackers
from ontarget.study.beam.beam_events import BeamEvents, PublishedEvents
from ontarget.study.beam.beam_fluxes import BeamFluxes, PublishedShape
from ontarget.study.beam.counters import Counters
from ontarget.study.beam.cross_section_measurement import CrossSectionMeasurement, Method
from ontarget.study.beam.entrance import Entrance
from ontarget.study.beam.monitor_rates import MonitorRates
from ontarget.study.beam.monitoring import FluxFromLeptons
from ontarget.study.beam.off_axis import OffAxis
from ontarget.study.beam.simulated_tags import SimulatedTags
from ontarget.study.beam.tagging import Tagging
from ontarget.study.beam.trackers import PublishedLoad, TrackerSpecification
from ontarget.study.design.design import Design
from ontarget.study.design.design_space import DesignNumber, Tie, design_space
from ontarget.study.design.formula import Formula
from ontarget.study.facility.activity import Activity, TargetActivity
from ontarget.study.facility.baselines import BaselineScan
from ontarget.study.facility.expect import Expect
from ontarget.study.facility.facility_yields import FacilityYields
from ontarget.study.facility.quenching import QuenchingFit, QuenchingPoints
from ontarget.study.facility.thresholds import ThresholdScan
from ontarget.study.facility.timing import Timing
from ontarget.study.oscillation.long_baseline import LongBaseline
from ontarget.study.oscillation.short_baseline import Search, ShortBaseline
from ontarget.study.oscillation.sterile_product import SterileProduct
from ontarget.study.oscillation.sterile_reach import SterileReach
from ontarget.study.parameters.bounds import Bounds
from ontarget.study.parameters.coverage import Coverage
from ontarget.study.parameters.cross_sections import CrossSections
from ontarget.study.parameters.measurement import Measurement, PublishedNumber
from ontarget.study.parameters.plane import Plane
from ontarget.study.parameters.posterior import Posterior
from ontarget.study.parameters.profiles import Profiles, PublishedRange
from ontarget.study.parameters.radius import Radius
from ontarget.study.parameters.upper_limits import PublishedLimit, UpperLimits
from ontarget.study.published import PublishedPrecision
from ontarget.study.study import Study
from ontarget.tagging import Arm, Tagger
from ontarget.validation import quantity as q
from ontarget.validation.beam_quantity import EventsByOrigin
from ontarget.validation.cross_section_quantity import CrossSectionAt, FlavourAverage
from ontarget.validation.electron_quantity import ElectronCrossSection
from ontarget.validation.tracker_quantity import PeakDose, PeakFluence, PeakRate


class Toy(Noun):
    """Three bins that grow with a signal, on a background."""

    name: str = static(default="toy")
    signal: Scalar = quantity(default=1.0)
    noise: Scalar = quantity(default=5.0)

    def bins(self):
        return self.signal * jnp.array([9.0, 4.0, 1.0]) + self.noise


class Beside(Noun):
    """The same, and a steady background that was counted in a sideband."""

    name: str = static(default="beside")
    toy: Toy = Toy()
    sideband: Sideband = Sideband(jnp.array([40.0, 0.0, 12.0]), 0.25)

    def sidebands(self):
        return {"steady": (self.sideband, (self.sideband.ratio * self.sideband.counts)[None])}

    def bins(self):
        return self.toy.bins() + self.sideband.ratio * self.sideband.counts


planes = Arm(1 * m, 0.3 * mm, 0.01, 0.04 * ns, 0.007, 100 * mm, 0.97)
muon_arm = Beamline((Drift(1 * m, name="T7_T8"),), 8.5 * GeV)
parameter = li.Parameter("signal", "*.signal", 0.1, 4.0, 1.0, li.LogNormal(1.0, 0.3))
nuisance = li.Scale("noise", "*.noise", 0.5, 1.5, prior=li.Gaussian(1.0, 0.1))
likelihood = li.likelihood(Toy(), [parameter, nuisance])
beside = li.likelihood(Beside(), [li.Scale("signal", "*.signal", 0.1, 4.0)])
scan = fi.profile(likelihood, {"signal": np.linspace(0.5, 2.0, 9)})
searched = po.target(likelihood)
chains = po.NUTS(chains=2).job(searched)
nested = po.Nested(live=50, runs=1)
told = po.Diagnostics(np.ones(2), np.full(2, 20.0), 0, 0.9, 100, (1, 1))
lump = po.Mode({"signal": 1.0, "noise": 1.0}, 0.0, 1.0, 0.0, 20)
points = np.stack([np.linspace(0.5, 1.5, 20), np.linspace(0.8, 1.2, 20)], axis=1)
drawn = po.Draws(
    *(searched.names, points, np.full(20, 0.05), np.zeros(20), np.zeros(20, int), *searched.box),
    *((lump,), -5.0, 0.1, told),
    "",
)
intervals = fi.intervals(scan, 0.68)
best = fi.fit(likelihood)
published_shape = PublishedShape([2 * GeV, 3 * GeV], [75.0, 72.0], 0.1 * GeV)
rings = Method("nuscope_lar", 0.005, (BeamError("beam.momentum", 0.002, "momentum"),), name="rings")
tagger = Tagger(planes, planes, 0.3 * ns, 10 * mm, 0.25 * m, 0.6 * ns)
search = Search("nuscope_lar_short_baseline", "nu_mu disappearance", 0.01, 0.05, name="muons")
lost = Disappearance((0,), ("nu_mu",), name="lost")
strength = li.Scale("strength", "*.source.neutrinos_per_proton", 0.0, 3.0)
factors = QuenchingPoints([5.0 * keV, 10.0 * keV], [1.0 * keV, 1.0 * keV], [0.08, 0.09], [0.01, 0.01], name="lab")
free = DesignNumber(1.0, 9.0, "toy.noise", name="noise")
tie = Tie("noise / 5", "toy.signal", name="signal")
space = design_space((free,), (tie,), (Toy(),))
planned = forecast((Toy(),), (li.Scale("strength", "*.signal", 0.1, 4.0),), space, [5.0])

_rows: list[Noun] = [
    # inference
    li.Flat(),
    li.Gaussian(1.0, 0.1),
    li.LogNormal(1.0, 0.1),
    parameter,
    nuisance,
    ParametrisedExperiment(Toy(), (parameter,), (("toy.signal",),)),
    likelihood,
    likelihood.expansion,
    best,
    Critical({"signal": np.array([0.8, 1.3])}, np.array([2.7, 2.8]), 2.7),
    to.feldman_cousins(likelihood, "signal", [0.8, 1.0, 1.3], 1, toys=20),
    to.construction(likelihood, {"signal": [0.8, 1.0, 1.3]}, 1, toys=20),
    to.goodness_of_fit(likelihood, best, 1, toys=20),
    to.significance(likelihood, "signal", 0.5, key=1, toys=20),
    beside.sideband,
    fi.sideband_fit(beside, fi.fit(beside)),
    scan,
    intervals,
    intervals.pieces[0],
    searched,
    nested,
    nested.job(searched),
    po.NUTS(),
    chains,
    drawn,
    told,
    lump,
    po.marginal(drawn, "signal"),
    fi.Polyline(np.array([[0.0, 1.0], [1.0, 1.0]]), False),
    # report
    *(
        kind("ess_csi")
        for kind in (
            q.Fluence,
            q.TargetNuclei,
            q.Scatters,
            q.AverageCrossSection,
            q.CountsPerYear,
            q.ExpectedSignal,
            q.ObservedCounts,
            q.SidebandCounts,
            q.NeutrinosPerYear,
        )
    ),
    q.BeamPower("pip2_bar_100t"),
    q.FluxOfFlavour("pip2_bar_100t", flavour="nu_mu"),
    q.FluencePerProton("pip2_bar_100t", flavour="nu_e"),
    Expect(),
    ThresholdScan(1 * keV, 10 * keV),
    EventsByOrigin("nuscope_lar", neutrino="nu_mu"),
    ElectronCrossSection("lsnd_nu_e", neutrino="nu_e"),
    PublishedLimit(6.8, "signal"),
    UpperLimits("A limit", "limit", (parameter,), "signal", published={"others": PublishedLimit(6.8, "signal")}),
    CrossSectionAt("dar_argon", energy=30 * MeV),
    FlavourAverage("dar_argon"),
    published_shape,
    BeamFluxes("nuscope_lar", shape=published_shape),
    PublishedEvents(1.3e6, "nu_mu", name="all"),
    SimulatedTags(tagger),
    Tagging(
        tagger,
        "nuscope_lar",
        jnp.array([0.3]) * ns,
        jnp.array([1.0]),
        jnp.array([10.0]) * mm,
        jnp.array([0.5]) * m,
        jnp.array([7e-3]),
        jnp.array([0.01]),
        jnp.array([1.0]) * m,
    ),
    BeamEvents(("nuscope_lar",), published=(PublishedEvents(1.3e6, "nu_mu", name="all"),)),
    OffAxis("nuscope_lar", [0.1, 0.01], [7e-3]),
    FluxFromLeptons("nuscope_lar_varied", ("nuscope_tunnel",)),
    Counters(("nuscope_tunnel",), 0.01),
    MonitorRates(("nuscope_tunnel",)),
    Entrance(("nuscope_lar",)),
    FacilityYields(("ess",)),
    *(
        quantity("nuscope_lar", trackers="trackers/nuscope", planes=("T6",))
        for quantity in (PeakRate, PeakDose, PeakFluence)
    ),
    PublishedLoad(("T6",), 20 * MHz / mm**2, 7e6 * gray, 1e16 / cm**2, name="beam spectrometer"),
    TrackerSpecification(("nuscope_lar",), Trackers((), muon_arm)),
    Activity(1 * Hz / kg, name="atmospheric"),
    TargetActivity("pip2_bar_100t", (Activity(1 * Hz / kg, name="atmospheric"),)),
    BaselineScan(("ess_csi",), jnp.array([20.0, 30.0]) * m),
    BestSignificance(),
    MostAtPurity(0.9),
    Timing("ess_csi", ("ess",)),
    BeamError("beam.momentum", 0.002, "momentum"),
    rings,
    PublishedPrecision(0.01, "aim"),
    Bilinear(jnp.ones((2, 3, 4)), (jnp.ones(()),) * 2, (jnp.zeros(()),)),
    CrossSectionMeasurement((rings,), [1 * GeV, 2 * GeV, 3 * GeV, 4 * GeV]),
    Oscillated(*jnp.ones((3, 4)), jnp.ones((1, 4)), (jnp.ones(()),) * 2, (jnp.zeros(()),) * 3),
    search,
    ShortBaseline((search,)),
    lost,
    Rates(),
    Distances(),
    Summed(),
    SummedDistances(),
    DisappearanceTemplates(jnp.ones((6, 4)), jnp.ones((3, 6, 4))),
    SterileReach((lost,)),
    SterileProduct((lost,)),
    Bounds("Bounds", "bounds", (parameter,)),
    Posterior("Posterior", "posterior", (parameter,)),
    Plane("Plane", "plane", parameter, li.Parameter("other", "*.other", 0.0, 1.0, 0.5)),
    Radius("Radius", "radius"),
    PublishedNumber(134.0, 22.0),
    LongBaseline("dar_argon", ("pip2_bar", "lujan"), points=3),
    Measurement("Measurement", "measurement", "ess_csi", strength, published={"observed": PublishedNumber(9.0, 3.0)}),
    CrossSections(("measurement",)),
    PublishedRange(0.22, 0.026, 0.028),
    Profiles("Profiles", "profiles", parameter, "signal", published={"others": PublishedRange(1.0, 0.1, 0.2)}),
    Coverage("Coverage", "coverage", "ess_csi", strength),
    Wilks(),
    Toys(),
    factors,
    QuenchingFit("Quenching", "quenching", (factors,), 1, (ConstantQuenching(0.0878),)),
    free,
    tie,
    space,
    DesignAddresses((("toy.noise",),)),
    planned,
    planned.planned[0],
    JointError(),
    UpperLimit(),
    BandWidth("nuscope_lar"),
    BandEvents("nuscope_lar"),
    Bands(in_flight, behind, of_radius, space, jnp.ones(11), "nuscope_lar"),
    Formula("2 * noise"),
    AtMost(Formula("noise"), 4.0),
    AtLeast(Formula("noise"), 2.0),
    Design("Design", "design", (free,), JointError(), (tie,), AtMost(Formula("noise"), 4.0), parameters=(strength,)),
    Study(("ess_csi",), (Expect(),)),
]

STUDY: dict[type[Noun], Noun] = {type(row): row for row in _rows}
