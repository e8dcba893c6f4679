import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from ontarget.detector import (
    Channel,
    ConstantEfficiency,
    ConstantQuenching,
    DecayingShape,
    Detector,
    ElectronEquivalent,
    GammaSmearing,
    GaussianSmearing,
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
from ontarget.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.units import MW, GeV, Hz, MeV, day, keV, kg, m, ms, ns, us, year
from ontarget.interaction import NSI, AxialCEvNS, CEvNS, RadiativeCouplings
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.form_factor import Helm, KleinNystrand
from ontarget.matter.material import Material
from ontarget.numerics import CountAxis, EnergyAxis, Linear, SquareRoot, TimeAxis
from ontarget.source import (
    ArrivalTime,
    DoublePulse,
    ExponentialLoss,
    Facility,
    GaussianPulse,
    ProtonsOnTarget,
    RunningTime,
    Site,
    StoppedPion,
    TriangularPulse,
    UniformPulse,
    Untagged,
)
from ontarget.source.spectrum import NegativeMuonDecay, PionDecayInFlight

NU_E, NU_MU, NUBAR_MU = (FLAVOURS.index(name) for name in ("nu_e", "nu_mu", "nubar_mu"))
TIMES = ArrivalTime(TimeAxis(0 * us, 6 * us, 6), 20 * ns)
CKKD = 1 / (keV * kg * day)


def experiment(
    response=(),
    seen=None,
    material="Ar",
    interaction=None,
    tag=None,
    pulse=None,
    source=None,
    top=170,
    spacing=None,
    backgrounds=(),
    exposure=None,
    mass=10 * kg,
):
    facility = Facility(1 * GeV, 1.4 * MW, 60 * Hz, pulse or UniformPulse(700 * ns), operation=0.6)
    truth = EnergyAxis(0 * keV, top * keV, 60, spacing or SquareRoot())
    channel = Channel(interaction or CEvNS(), truth, response, name="recoils")
    seen = seen or EnergyAxis(5 * keV, 60 * keV, 6)
    detector = Detector(Site(27.5 * m), mass, Material(material), seen, (channel,), backgrounds, tag or Untagged())
    source = source or StoppedPion(0.09, nodes=64)
    return Experiment(facility, source, detector=detector, exposure=exposure or RunningTime(1 * year), name="trial")


def test_everything_inside_or_outside_without_an_efficiency():
    smeared = (ConstantQuenching(0.25), GaussianSmearing(SquareRootResolution(0.3, 1 * keV)))
    for response, top, tag in (((), 170, TIMES), ((), 30, TIMES), (smeared, 170, TIMES), (smeared, 50, TIMES)):
        channel = (
            experiment(response, tag=tag, top=top, material="Ge").counted().channels[0]
        )  # unchecked: some are short
        accounted = channel.values.sum(axis=(1, 2)) + channel.outside
        # sums of the same numbers in another order
        np.testing.assert_allclose(accounted, channel.interactions, rtol=1e-12)


def test_interactions_do_not_depend_on_the_truth_axis_or_the_tag():
    reference = experiment().expected().channels[0].interactions
    for other in (experiment(top=20), experiment(tag=TIMES), experiment(spacing=Linear())):
        np.testing.assert_allclose(other.counted().channels[0].interactions, reference, rtol=1e-10)


def test_time_bins_add_up():
    tagged = experiment(tag=ArrivalTime(TimeAxis(0 * us, 60 * us, 9))).expected()
    plain = experiment().expected()
    # beyond 60 us lie exp(-27) of the muons
    np.testing.assert_allclose(tagged.signal().sum(axis=0), plain.signal()[0], rtol=1e-10)
    assert tagged.tag.bins == 9
    assert plain.tag is None


def test_prompt_neutrinos_are_muon_neutrinos():
    tag = ArrivalTime(TimeAxis(0 * ns, 10 * ns, 1), 27.5 / 0.299792458 * ns)  # as the first neutrinos arrive
    values = np.asarray(experiment(tag=tag, pulse=UniformPulse(1 * ns)).expected().channels[0].values).sum(axis=(1, 2))
    assert values[NU_E] + values[NUBAR_MU] < 0.02 * values[NU_MU]
    late = ArrivalTime(TimeAxis(2 * us, 6 * us, 1))
    values = np.asarray(experiment(tag=late, pulse=UniformPulse(1 * ns)).expected().channels[0].values).sum(axis=(1, 2))
    assert values[NU_MU] < 1e-12 * values[NU_E]
    assert not values[[2, 3, 5]].any()


@eqx.filter_jit
def total(trial):
    return trial.bins().sum()


def test_counts_scale_with_what_they_should():
    one = float(total(experiment()))
    assert float(total(experiment(mass=25 * kg))) == pytest.approx(2.5 * one, rel=1e-12)
    assert float(total(experiment(exposure=RunningTime(3 * year)))) == pytest.approx(3 * one, rel=1e-12)
    protons = 1.4e6 / (1e9 * 1.602176634e-19) * 0.6 * 365.25 * 86400
    assert float(total(experiment(exposure=ProtonsOnTarget(protons)))) == pytest.approx(one, rel=1e-12)


def test_backgrounds_follow_the_live_time():
    backgrounds = (SteadyState(10 * CKKD, 0.04, name="flat"), SteadyStateIntegrated(2 / (kg * day), 0.5, name="all"))
    counts = experiment(backgrounds=backgrounds, tag=TIMES).expected()
    live = 0.6 * 365.25
    assert [background.name for background in counts.backgrounds] == ["flat", "all"]
    assert float(counts.backgrounds[0].values.sum()) == pytest.approx(10 * 10 * live * 0.04 * 55, rel=1e-12)
    assert float(counts.backgrounds[1].values.sum()) == pytest.approx(2 * 10 * live * 0.5, rel=1e-12)
    np.testing.assert_allclose(counts.total(), counts.signal() + counts.background(), rtol=1e-15)
    assert counts.total().shape == (6, 6)


def test_a_threshold_above_the_end_point_is_one_sentence():
    with pytest.raises(InputError) as caught:
        experiment((Threshold(200 * keV),), seen=EnergyAxis(200 * keV, 209 * keV, 3), top=220).expected()
    said = str(caught.value)
    assert said.startswith("trial, channel recoils: got no event between 200 and 209 keV.")
    assert "recoils up to 166." in said  # argon-36 at the end point of the muon's neutrinos
    assert "\n" not in said


@pytest.mark.parametrize(
    "make",
    [
        lambda: experiment(mass=-1 * kg),
        lambda: experiment(mass=float("nan") * kg),
        lambda: experiment(exposure=RunningTime(-1 * year)),
        lambda: experiment(material="Xx"),
        lambda: experiment((Threshold(-1 * keV),)),
        lambda: experiment(seen=EnergyAxis(5 * keV, 1 * keV, 3)),
        lambda: experiment(source=StoppedPion(-0.09)),
    ],
)
def test_impossible_experiments_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_windows_that_overlap_are_refused():
    """Backgrounds and neutrinos of the next pulse would count twice."""
    long = ArrivalTime(TimeAxis(0 * us, 20 * ms, 2))
    for backgrounds in ((), (SteadyState(1 * CKKD),)):
        with pytest.raises(InputError, match="Windows longer than the time between two pulses overlap"):
            experiment(backgrounds=backgrounds, tag=long)


def test_expected_and_bins_agree():
    one = experiment(tag=TIMES, backgrounds=(SteadyState(1 * CKKD, 1.0),))
    np.testing.assert_allclose(
        eqx.filter_jit(Experiment.bins)(one), np.asarray(one.expected().total()).ravel(), rtol=1e-12
    )


def caesium():
    """Photo-electrons by time and a second observable, with a variation of everything that can have one."""
    axis, rise = CountAxis(0.0, 60.0, 30), LogisticEfficiency(1.3, 0.29, 10.9, -0.33)
    varied = InterpolatedEfficiency(rise, LogisticEfficiency(1.3, 0.28, 9.8, -0.35), ConstantEfficiency(0.6), -0.6)
    light = Variation([0.07, 2e-3], [0.06, 2.4e-3], 0.4, name="fit")
    table = np.stack([np.linspace(1.0, 2.0, 5), np.linspace(3.0, 1.0, 5)], axis=1)
    shares = TabulatedConditional(table, (Variation(table**1.5, amount=0.2, name="table"),))
    shape = np.outer(np.linspace(1.0, 2.0, 6), np.linspace(1.0, 3.0, 10))
    backgrounds = (
        TemplateBackground(50.0, shape, (Variation(shape**2, shape**0.5, 0.3, name="width"),), name="template"),
        MeasuredBackground(np.linspace(5.0, 9.0, 10), 0.2, DecayingShape(20 * us), name="off"),
    )
    trial = experiment(
        (
            PolynomialQuenching([0.065, 2.2e-3], (light,)),
            LightYield(13.35 / keV),
            GammaSmearing(1.0, 0.716, axis=axis),
            StepEfficiency([5.2, 6.3], [0.5], above=1.0),
            varied,
        ),
        seen=CountAxis(5.0, 45.0, 5),
        material="CsI",
        top=40,
        pulse=GaussianPulse(400 * ns, 150 * ns),
        tag=ArrivalTime(TIMES.times, 20 * ns, ExponentialLoss(0.52 * us, 0.0494 / us)),
    )
    (plain,) = trial.detector.channels
    channel = Channel(plain.interaction, plain.truth, plain.response, shares, name="recoils")
    detector = Detector(
        trial.detector.site,
        14.6 * kg,
        trial.detector.material,
        trial.detector.seen,
        (channel,),
        backgrounds,
        trial.detector.tag,
        CountAxis(0.5, 0.9, 2),
    )
    return Experiment(trial.facility, trial.source, detector=detector, exposure=trial.exposure, name="caesium")


def test_a_second_observable_shares_the_first():
    """Summed over the second, counts are those without it, but for what a variation of its rows adds."""
    both = caesium()
    (channel,), old = both.detector.channels, both.detector
    bare = Channel(channel.interaction, channel.truth, channel.response)
    alone = Detector(old.site, old.mass, old.material, old.seen, (bare,), tag=old.tag)
    first = Experiment(both.facility, both.source, detector=alone, exposure=both.exposure).expected()
    counts, rows = both.expected(), np.asarray(channel.second.matrix()).sum(axis=1)
    assert counts.total().shape == (6, 10)
    assert abs(rows - 1).max() > 0.01
    # sums of the same numbers in another order
    np.testing.assert_allclose(counts.along_seen(counts.signal()), first.signal() * rows, rtol=1e-12)


RESOLUTION = SquareRootResolution(0.3, 1 * keV)
KINDS = {
    "threshold and truncated Gaussian": lambda: experiment(
        (Threshold(5 * keV), TruncatedGaussianSmearing(RESOLUTION)),
        spacing=Linear(),
        top=180,  # a truth edge at 6 keV, none at 5
        backgrounds=(SteadyState(10 * CKKD, 0.04, ElectronEquivalent(Lindhard(0.11, 18.0))),),
    ),
    "threshold on a truth edge": lambda: experiment((Threshold(9 * keV),), spacing=Linear(), top=180, material="Ge"),
    "Gaussian after quenching, in time": lambda: experiment(
        (
            Lindhard(0.157, 32.0),
            GaussianSmearing(RESOLUTION, axis=EnergyAxis(0.01 * keV, 40 * keV, 80)),
            SmoothThreshold(2 * keV, 1 * keV),
        ),
        seen=EnergyAxis(0.5 * keV, 15 * keV, 4),
        material="Ge",
        tag=TIMES,
        pulse=GaussianPulse(440 * ns, 150 * ns),
        interaction=CEvNS(NSI(RadiativeCouplings(), eps_ee_u=0.1, eps_emu_d=0.2), Helm(), KleinNystrand()),
    ),
    "photo-electrons, Poisson": lambda: experiment(
        (ConstantQuenching(0.0878), LightYield(13.35 / keV), PoissonSmearing()),
        seen=CountAxis(4.5, 32.5, 4),  # edges between whole numbers, where counts do not jump
        material="CsI",
        pulse=DoublePulse(100 * ns, 600 * ns),
        tag=TIMES,
    ),
    "photo-electrons, gamma": lambda: experiment(
        (ConstantQuenching(0.0878), LightYield(13.35 / keV), GammaSmearing(1.0, 0.7)),
        seen=CountAxis(4.0, 30.0, 4),
        material="CsI",
        pulse=TriangularPulse(270 * ns),
    ),
    "efficiency table, axial, contamination": lambda: experiment(
        (TabulatedEfficiency(np.array([7.0, 14.0, 31.0]) * keV, [0.1, 0.8, 1.0]),),
        material="CF4",
        top=600,
        interaction=AxialCEvNS(),
        source=StoppedPion(0.09, (NegativeMuonDecay(0.01), PionDecayInFlight(0.02, 20 * MeV)), nodes=64),
        pulse=UniformPulse(2.86 * ms),
        backgrounds=(SteadyStateIntegrated(1 / (kg * day), 0.2),),  # of 60 Hz times 2.86 ms, 0.17
    ),
}


def in_haste(function):
    """Compiled with little optimisation: its compilation is most of the work."""
    return jax.jit(function, compiler_options={"xla_backend_optimization_level": 0})


# as in experiments of the catalog, or nearly
LONG = ("threshold and truncated Gaussian", "photo-electrons, gamma", "Gaussian after quenching, in time")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [pytest.param(one, marks=[pytest.mark.long] * (one in LONG)) for one in KINDS])
def test_derivatives_by_every_leaf(kind):
    """Every float leaf, scaled by its size, against central differences with Richardson's extrapolation."""
    arrays, rest = eqx.partition(KINDS[kind](), eqx.is_inexact_array)
    flat, rebuild = ravel_pytree(arrays)
    scale = jnp.where(flat == 0, 1.0, flat)
    names = [
        f"{jax.tree_util.keystr(path)}[{i}]"
        for path, leaf in jax.tree_util.tree_flatten_with_path(arrays)[0]
        for i in range(leaf.size)
    ]

    @jax.jit  # traced once for both programs
    def answer(x):
        bins = eqx.combine(rebuild(x * scale), rest).bins()
        return bins @ (1 + jnp.cos(jnp.arange(len(bins), dtype=float)))

    start = flat / scale
    value, gradient = in_haste(jax.value_and_grad(answer))(start)
    assert jnp.isfinite(gradient).all()
    step = 2e-5  # small, because end points of single energy nodes make kinks; rounding is 1e-13 / 2e-5
    batch = in_haste(lambda rows: jax.lax.map(answer, rows))
    moves = [sign * h * jnp.eye(len(flat)) for h in (step, step / 2) for sign in (1, -1)]
    up, down, half_up, half_down = (batch(start + move) for move in moves)
    slopes = (4 * (half_up - half_down) / step - (up - down) / (2 * step)) / 3
    wrong = {
        name: (float(exact), float(found))
        for name, exact, found in zip(names, gradient, slopes, strict=True)
        # relative 1e-6 of the derivative, or 1e-7 of the answer where it is smaller than a tenth of that
        if not abs(exact - found) < 1e-6 * abs(exact) + 1e-7 * value and not one_sided(name)
    }
    assert not wrong


def one_sided(name: str) -> bool:
    """Ends of the truth axis: counts change on one side only (start) or by nothing but the cells (stop)."""
    return ".truth." in name
