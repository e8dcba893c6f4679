"""One instance of every final noun of the chain. A new class gets one row; a missing row fails, with its name."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ontarget import beam as b
from ontarget import detector as d
from ontarget import experiment as x
from ontarget import interaction as i
from ontarget import matter as mt
from ontarget import monitor as mo
from ontarget import numerics as nu
from ontarget import propagation as p
from ontarget import source as so
from ontarget import tagging as tg
from ontarget.beam import aperture as ap
from ontarget.beam import element as el
from ontarget.beam.line import Beamline, Orbit
from ontarget.beam.ray import Rays, on_axis
from ontarget.beam.twiss import Twiss, spread
from ontarget.ground.noun import Noun, as_array
from ontarget.ground.units import MW, GeV, Hz, MeV, cm, day, eV, fm, g, keV, kg, m, mm, ms, ns, tesla, um, us, year
from ontarget.numerics.nodes import Nodes, Series
from ontarget.numerics.quantile import Quantiles
from ontarget.numerics.regression import fit_polynomial
from ontarget.source.spectrum import NegativeMuonDecay, PionDecayInFlight, decay_at_rest
from ontarget.source.tunnel.importance import evenly

energy = nu.EnergyAxis(0.0, 50 * keV, 20, nu.SquareRoot())
seen = nu.EnergyAxis(5 * keV, 50 * keV, 6)
times = nu.TimeAxis(0.0, 6 * us, 3)
quanta = nu.CountAxis(0.0, 60.0, 12)
argon = mt.Nuclides.of("Ar40")
one_argon = jax.tree.map(lambda leaf: leaf[0], argon)
resolution = d.SquareRootResolution(0.2, 10 * keV)
facility = so.Facility(2 * GeV, 5 * MW, 14 * Hz, so.UniformPulse(2.86 * ms), operation=0.57, name="facility")
source = so.StoppedPion(0.3, (NegativeMuonDecay(1e-3), PionDecayInFlight(1e-2, 60 * MeV)), nodes=16)
site = so.Site(20 * m)
per_energy = jnp.array([0.0, 0.7, 0.6]) * 1e-38 * cm**2 / GeV
cross_section = i.CrossSection(jnp.array([0.2, 1.0, 5.0]) * GeV, per_energy, [1.0, 0.4, 0.3], name="nu_mu")
tag = so.ArrivalTime(times, 100 * ns)
flux = source.flux(facility, site, tag)
logistic = d.LogisticEfficiency(1.2, 0.3, 11.0, -0.25)
stages = (d.Threshold(8 * keV), d.TruncatedGaussianSmearing(resolution))
channel = d.Channel(i.CEvNS(), energy, stages, name="cevns")
steady = d.SteadyState(10 / (keV * kg * day), 0.04, name="steady")
detector = d.Detector(site, 22.5 * kg, mt.Material("CsI"), seen, (channel,), (steady,), tag, name="detector")
exposure = so.RunningTime(1 * year)
experiment = x.Experiment(facility, source, detector=detector, exposure=exposure, name="experiment")
counts = eqx.filter_jit(x.Experiment.counts)(experiment)
density_table = b.DensityTable("pi+", [0.0, 5 * GeV, 9 * GeV], [0.0, 0.01, 0.03], jnp.ones((2, 2)) / GeV)

kaon = jnp.array([[0.1, 0.0, 8.5]]) * GeV
one_ray = jnp.ones(1)
drift = el.Drift(1.83 * m, name="first")
line = Beamline((drift, el.Quadrupole(1.2 * m, -10 * tesla / m, aperture=ap.Round(150 * mm))), 8.5 * GeV)
tunnel = b.Tunnel(40 * m, 1 * m, 2 * m)
behind = so.BeamSite(27 * m, 4 * m, 4 * m, 22 * m)
entering = b.ParametrisedBeam(8.4 * GeV, 0.075, 6.7e-3, 18 * mm, (b.Species(0.038, name="pi+"),))
meson_yield = b.MesonYield([4 * GeV, 8 * GeV, 13 * GeV], [0.0, 0.1], name="pi+")
yields = b.Yields((meson_yield,))
in_flight = so.DecayTunnel(entering, tunnel, nu.EnergyAxis(0.0, 10 * GeV, 10), rays=16, repeats=2, name="in_flight")
planes = tg.Arm(1 * m, 0.3 * mm, 0.01, 0.04 * ns, 0.007, 100 * mm, 0.97)
rings = so.Radius(nu.LengthAxis(0.0, 2.8 * m, 14))
matching = so.GaussianMatching(0.8, 0.02)
tagged = so.TaggedEnergy(nu.BeamEnergyAxis(0.5 * GeV, 4 * GeV, 4), matching)
pions = in_flight.components()[0]
rays = on_axis(8.5 * GeV * jnp.ones(4))
sensor = mo.Sensor(300 * um, 0.04 * ns, 0.01)
arm_plane = mo.ArmPlane(sensor, 1 * m, element="first", name="T7")
coming = mo.Coming(
    rays, in_flight.beam.segments("pi+", "tunnel", tunnel, jnp.full((4, 5), 0.4)), line, tunnel, line, "pi+"
)

wall = mo.TunnelCalorimeter(
    nu.LengthAxis(0.0, 40 * m, 4),
    jnp.array([0.08]),
    nu.BeamEnergyAxis(0.5 * GeV, 8.5 * GeV, 4),
    nu.BeamEnergyAxis(0.0, 12 * GeV, 24),
    33 * cm,
    5.7 * g / cm**3,
    mo.EnergyResponse(0.17),
    mo.EnergyResponse(0.2),
    mo.EnergyResponse(0.6, 0.05, 0.8),
    (mo.Sample(0.5, 1e-3, 0.03, mo.Halo(1e-6, 1 * GeV), name="positrons"),),
    3 * cm,
    5e-3,
)
iron = mo.Block(1 * m, 7.874 * g / cm**3, "iron")
meter = mo.RangeMeter((iron,), (iron,), nu.LengthAxis(0.0, 1.5 * m, 2), 1 * cm)
arrived = mo.LeptonTemplate(jnp.ones((1, *meter.shape)), 0.1 * jnp.ones(meter.shape), "pi+", "mu+", "pi_munu")
given_leptons = mo.PrecomputedLeptons((arrived,))
analogue = i.Strengths([4.38 * MeV], [4.0])

_rows: list[Noun] = [
    # numerics
    Nodes(as_array([1.0, 2.0]), as_array([1.0, 1.0])),
    Series(as_array(np.ones((2, 1, 3)))),
    Quantiles(jnp.ones((4, 2))),
    nu.Linear(),
    nu.Logarithmic(),
    nu.SquareRoot(),
    nu.Explicit([0.0, 0.2, 1.0]),
    energy,
    times,
    nu.LengthAxis(0.0, 2.8 * m, 14),
    nu.BeamEnergyAxis(0.0, 10 * GeV, 10),
    quanta,
    fit_polynomial(np.arange(1.0, 6.0), np.array([1.0, 2.1, 2.9, 4.2, 5.0]), np.full(5, 0.1), np.full(5, 0.2), 1),
    # matter
    argon,
    mt.Material("GeO2", {"Ge76": 0.87, "Ge74": 0.13}),
    mt.HelmLewinSmith(),
    mt.Helm(),
    mt.MeasuredRadii(),
    mt.NeutronRadii(),
    mt.NuclideRadius(5.1 * fm, "Cs133"),
    mt.RadiusTable((mt.NuclideRadius(5.1 * fm, "Cs133"),), mt.NeutronRadii()),
    mt.KleinNystrand(),
    mt.SymmetrisedFermi(),
    mt.PointLike(),
    # beam: production and target
    b.BMPT().pion,
    b.BMPT(),
    density_table,
    b.CountTable("K-", [0.0, 5 * GeV, 9 * GeV], [0.0, 0.01, 0.03], [[1.0, 2.0], [0.0, 3.0]]),
    b.TabulatedYield(400 * GeV, (density_table,)),
    b.NoReinteraction(),
    b.LeadingNucleon(),
    b.RodTarget(70 * cm, 3 * cm),
    # beam
    b.TwoBodyDecay(0.9999, "pi+", "nu_mu", "mu+", name="pi_munu"),
    b.Emission(kaon, kaon, jnp.ones(1)),
    b.SemileptonicDecay(0.0507, "K+", "nu_e", "e+", 0.03, 0.018, name="ke3"),
    b.MuonToElectronNeutrino(1.0, "mu+", "nu_e", "e+"),
    b.MuonToMuonNeutrino(1.0, "mu+", "nubar_mu", "e+"),
    b.LeptonDaughter(b.TwoBodyDecay(0.6356, "K+", "nu_mu", "mu+")),
    b.Born(kaon, 0 * kaon),
    b.HadronicTwoBody(0.2067, "K+", ("pi+", "pi0")),
    b.HadronicThreeBody(0.0558, "K+", ("pi+", "pi+", "pi-")),
    b.Segments(0 * kaon, kaon, one_ray * 40 * m, 0 * one_ray, one_ray, 0 * kaon),
    b.Decays(0 * kaon, 0 * one_ray, kaon, kaon, kaon, one_ray),
    # beam: what is in a line, and the beams
    ap.Open(),
    ap.Round(150 * mm),
    ap.Elliptical(170 * mm, 100 * mm),
    ap.Rectangular(170 * mm, 100 * mm),
    *line.elements,
    el.Collimator(0.5 * m, aperture=ap.Round(150 * mm)),
    el.Dipole(1.8 * m, 0.087),
    el.Roll(angle=0.3),
    el.ThinLens(focus_x=0.2 * tesla, focus_y=-0.1 * tesla),
    line,
    rays,
    line.piece(rays, jnp.array([0.1, 0.4, 0.6, 0.9])),
    Twiss(10 * m, 0.3, 8 * m, -0.2, 0.1 * m, 0.02),
    spread(Rays(*np.random.default_rng(1).uniform(1.0, 2.0, (7, 8)))),
    Orbit(as_array(np.eye(3)), as_array(np.array([0.1, -1.0, -2.0]))),
    tunnel,
    b.Species(0.038, name="pi+"),
    entering,
    b.TrackedBeam(b.BMPT(), b.RodTarget(70 * cm, 3 * cm), line, 400 * GeV, 1 * mm, 7 * GeV, 10 * GeV, 0.02),
    b.Pull(0.3, name="pi+_0_0"),
    meson_yield,
    yields,
    # source
    facility,
    site,
    source,
    NegativeMuonDecay(1e-3),
    PionDecayInFlight(1e-2, 60 * MeV),
    decay_at_rest(16),
    source.flux(facility, site, tag),
    so.UniformPulse(2.86 * ms),
    so.TriangularPulse(290 * ns),
    so.DoublePulse(100 * ns, 600 * ns),
    so.GaussianPulse(700 * ns, 150 * ns),
    facility.train,
    so.TabulatedPulse(jnp.array([0.0, 0.2, 0.7]) * us, [1.0, 2.0]),
    so.TabulatedSpectrum(jnp.ones(3) / m**2, name="nu_mu"),
    so.TabulatedFlux(jnp.arange(4.0) * GeV, (so.TabulatedSpectrum(jnp.ones(3) / m**2, name="nu_e"),), 60 * m),
    so.AsTabulated(),
    so.InverseSquare(),
    so.Untagged(),
    so.PointVolume(),
    so.UprightCylinder(2.25 * m, 4.5 * m),
    so.TimeAndDistance(tag, nu.LengthAxis(15 * m, 25 * m, 2), 0.36 * m),
    behind,
    rings,
    in_flight,
    pions.direct[0],
    pions,
    in_flight.grid(behind, rings),
    evenly(3),
    so.Forced(),
    so.Analogue(),
    so.PrecomputedFlux(source.flux(facility, site, tag)),
    so.Eigenmodes.of(2),
    so.VariedFlux(flux, jnp.ones((2, *flux.values.shape)) / m**2, so.Eigenmodes.of(2)),
    so.Association(accidental=0.02),
    matching,
    so.TabulatedMatching(jnp.array([1.0, 3.0]) * GeV, [[0.7, 0.1], [0.0, 0.8]]),
    so.SimulatedMatching(("one",), jnp.array([1.0, 3.0]) * GeV, [[[0.7, 0.1], [0.0, 0.8]]]),
    tagged,
    so.TaggedPath(nu.LengthAxis(25 * m, 89 * m, 4), 0.8, 1 * m),
    so.Remainder(tagged),
    tag,
    so.AlwaysOpen(),
    so.ExponentialLoss(0.52 * us, 0.0494 / us),
    exposure,
    so.ProtonsOnTarget(1e23),
    so.EnergyOnTarget(1e22 * GeV),
    exposure.running(facility),
    # propagation
    p.NoOscillation(),
    p.Sterile31(1 * eV**2, 0.01, 0.02, 0.03, 0.5 * m),
    p.ThreeFlavour(density=2.8 * g / cm**3),
    # interaction
    i.CEvNS(),
    i.NoCoulomb(),
    i.FermiFunction(),
    i.EffectiveMomentum(1.1 * fm),
    i.SmallerOfBoth(),
    analogue,
    i.AllowedTransitions("Ar40", 0.99 * MeV, analogue, i.Strengths([2.3 * MeV, 6 * MeV], [1.6, 3.0])),
    i.InverseBetaDecay(),
    i.NuclearTable("C12", jnp.array([19.0, 30.0, 60.0]) * MeV, jnp.array([0.0, 5.0, 130.0]) * 1e-42 * cm**2),
    i.AxialCEvNS(),
    i.TreeCouplings(),
    i.RadiativeCouplings(),
    i.NSI(eps_ee_u=0.1, eps_emu_d=-0.2),
    cross_section,
    i.ChargedCurrent((cross_section,), 0.1),
    i.Factor(1.1, "bin0"),
    i.BinnedScale.over(i.ChargedCurrent((cross_section,), 0.1), nu.BeamEnergyAxis(1 * GeV, 4 * GeV, 3)),
    i.ElectronScattering(),
    i.PhotonCorrection(),
    i.TreeElectronCouplings(),
    i.RadiativeElectronCouplings(),
    i.ElectronNSI(eps_ee_L=0.1, eps_mutau_R=-0.2),
    i.MagneticMoments(1e-10, 2e-10, 3e-10),
    i.MagneticMoment(moments=i.MagneticMoments(1e-10)),
    i.ElectronMagneticMoment(moments=i.MagneticMoments(1e-10)),
    i.ChargeRadii(mumu=1e-32 * cm**2),
    i.ChargeRadius(radii=i.ChargeRadii(mumu=1e-32 * cm**2)),
    i.ElectronChargeRadius(radii=i.ChargeRadii(ee=1e-32 * cm**2)),
    i.Millicharges(mumu=1e-9),
    i.Millicharge(charges=i.Millicharges(ee=1e-9)),
    i.ElectronMillicharge(charges=i.Millicharges(ee=1e-9)),
    i.Universal(),
    i.BMinusL(),
    i.LMuMinusLTau(),
    i.LightVector(mass=10 * MeV, coupling=1e-4),
    i.ElectronLightVector(mass=10 * MeV, coupling=1e-4),
    i.LightScalar(mass=10 * MeV, coupling=1e-5),
    i.ElectronLightScalar(mass=10 * MeV, coupling=1e-5),
    i.CEvNS().factors(one_argon, jnp.array([10.0, 30.0]) * MeV, energy.edges),
    # monitor
    planes,
    tg.Tagger(planes, planes, 0.3 * ns, 10 * mm, 0.25 * m, 0.6 * ns),
    tg.WorkingPoint(1042 / ns),
    # detector
    d.Threshold(8 * keV),
    d.SmoothThreshold(8 * keV, 2 * keV),
    d.CountThreshold(8.0),
    d.SmoothCountThreshold(8.0, 2.0),
    d.TabulatedCountEfficiency([5.0, 10.0, 40.0], [0.0, 0.5, 0.9]),
    d.ConstantEfficiency(0.8),
    d.TabulatedEfficiency(jnp.array([5.0, 10.0, 40.0]) * keV, [0.0, 0.5, 0.9]),
    logistic,
    d.StepEfficiency([5.0, 6.0], [0.5], above=1.0),
    d.InterpolatedEfficiency(logistic, d.ConstantEfficiency(0.9), d.ConstantEfficiency(0.7), 0.3),
    d.Variation([1.0, 2.0], [3.0, 1.0], 0.3, name="shape"),
    d.TabulatedConditional([[1.0, 2.0], [0.0, 0.0]], (d.Variation([[1.0, 1.0], [0.0, 0.0]], name="shape"),)),
    d.ConstantQuenching(0.2),
    d.Lindhard(0.157, 32.0),
    d.PolynomialQuenching([0.1, 1e-3]),
    d.TabulatedQuenching(jnp.array([5.0, 10.0, 40.0]) * keV, [0.05, 0.07, 0.1]),
    d.LightYield(1.3 / keV),
    d.ConstantResolution(2 * keV),
    d.ConstantCountResolution(2.0),
    d.SquareRootCountResolution(0.2, 10.0),
    resolution,
    d.GaussianSmearing(resolution),
    d.TruncatedGaussianSmearing(resolution),
    d.PoissonSmearing(axis=quanta),
    d.GammaSmearing(5.0, 0.2),
    d.NuclearEquivalent(),
    d.ElectronEquivalent(d.ConstantQuenching(0.2)),
    steady,
    d.SteadyStateIntegrated(3 / (kg * day), 0.04),
    d.TabulatedBackground(jnp.arange(1.0, 7.0) / day, 0.04),
    d.TemplateBackground(30.0, jnp.ones((3, 6))),
    d.HistogramBackground(
        2.0, nu.CountAxis(0.0, 60.0, 2), [1.0, 2.0], nu.TimeAxis(0.0, 5 * us, 2), [2.0, 1.0], (logistic,)
    ),
    d.FactoredBackground(100.0, jnp.arange(1.0, 7.0), d.DecayingShape(20 * us)),
    d.MeasuredBackground(jnp.arange(1.0, 7.0), 0.5, d.DecayingShape(20 * us)),
    d.UniqueFirstForbidden(565 * keV, 19.0),
    d.BetaDecays(1 * Hz / kg, d.UniqueFirstForbidden(565 * keV, 19.0)),
    d.ExponentialRecoils(10 * keV),
    d.AfterPulse(200 * ns, 500 * ns),
    d.GaussianArrival(0.5 * us, 0.2 * us),
    d.BeamNeutrons(1e-22 / kg, d.ExponentialRecoils(10 * keV), d.AfterPulse(200 * ns, 500 * ns)),
    d.BeamOff(jnp.arange(1.0, 7.0), 20 * day),
    d.PulseShapeCut(4.6 / keV, 0.3, 0.6),
    d.SteadyShape(),
    d.DecayingShape(20 * us),
    d.Sideband(jnp.arange(1.0, 7.0), 0.2),
    channel,
    detector,
    # monitor
    sensor,
    arm_plane,
    mo.LinePlane(sensor, 1 * m, element="first"),
    mo.EntrancePlane(sensor, 2 * m),
    mo.Trackers((arm_plane,), line),
    coming,
    arm_plane.passing(coming),
    mo.Raster(jnp.arange(3.0) * mm, jnp.arange(4.0) * mm),
    wall.electromagnetic,
    wall.samples[0].halo,
    wall.samples[0],
    wall,
    iron,
    meter,
    given_leptons,
    given_leptons.flows[0],
    # experiment
    x.LeptonMonitor(facility, given_leptons, meter, exposure, name="meter"),
    experiment,
    counts,
    counts.channels[0],
    counts.backgrounds[0],
    x.LeptonCounts("pi+_pi_munu_mu+", jnp.ones((1, 2))),
]

CHAIN: dict[type[Noun], Noun] = {type(row): row for row in _rows}
