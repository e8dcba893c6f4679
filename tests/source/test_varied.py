"""A flux with the uncertainty of its yields: linear exactly, its parts, its covariance, what a measurement leaves."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tunnel_toys import FACILITY, SITE, beam, modes, source

from ontarget.beam import (
    BMPT,
    AbstractProduction,
    MesonYield,
    NoReinteraction,
    RodTarget,
    Species,
    TrackedBeam,
    Yields,
    daughters_of,
)
from ontarget.beam.element import Drift
from ontarget.beam.line import Beamline
from ontarget.detector import Channel, Detector
from ontarget.experiment import Experiment
from ontarget.ground.address import replace
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, kg, m, mm, mrad
from ontarget.inference.fit import fit
from ontarget.inference.likelihood import Gaussian, Parameter, likelihood
from ontarget.interaction import ChargedCurrent, CrossSection
from ontarget.matter import FLAVOURS, Material
from ontarget.numerics import EnergyAxis, LengthAxis
from ontarget.source import (
    Eigenmodes,
    Flux,
    ProtonsOnTarget,
    Radius,
    Untagged,
    VariedFlux,
    covariance_of,
)
from ontarget.source.tunnel.decay_tunnel import compiled_flux, compiled_modes

RINGS = Radius(LengthAxis(0.0, 2.8 * m, 3))
NU_MU = FLAVOURS.index("nu_mu")
PIONS = MesonYield(jnp.array([5.0, 8.0, 8.7, 12.0]) * GeV, jnp.array([0.0, 8.0, 60.0]) * mrad, name="pi+")
KAONS = MesonYield(jnp.array([7.5, 9.0]) * GeV, jnp.array([0.0, 60.0]) * mrad, own=0.03, name="K+")  # not all of them
YIELDS = Yields((PIONS, KAONS))
PULLS = np.random.default_rng(6).normal(size=7)
GIVEN = {
    "decays": modes("pi_munu", "ke3"),
    "daughters": tuple(one for one in daughters_of("K+") if one.daughter == "pi+")[:1],
    "precision": 0.9,
}


def addressed(z, prefix=""):
    """Values of the pulls by address."""
    return {f"{prefix}pulls.{name}.value": value for name, value in zip(YIELDS.names, z, strict=True)}


@pytest.fixture(scope="module")
def without():
    of = beam(Species(0.038, name="pi+"), Species(0.0025, name="K+"))
    return source(of, **GIVEN)


@pytest.fixture(scope="module")
def precomputed(without):
    return source(without.beam, **GIVEN, yields=YIELDS).precomputed(FACILITY, SITE, RINGS)


def test_parts_add_to_the_flux(without, precomputed):
    """Pulls at zero change nothing, though the rays are counted in other sums."""
    plain = compiled_flux(without, FACILITY, SITE, RINGS)
    np.testing.assert_allclose(precomputed.given.values, plain.values, rtol=1e-12)
    np.testing.assert_allclose(precomputed.given.error, plain.error, rtol=1e-9)  # a difference of squares
    assert precomputed.modes.shape == (7, 6, 23, 1, 4)


def test_precomputed_is_the_flux_at_any_pulls(without, precomputed):
    """The modes of a pass over the rays, beside a flux for which the rays are drawn anew with these pulls."""
    drawn_anew = source(without.beam, **GIVEN, yields=replace(YIELDS, addressed(PULLS)))
    direct, _ = compiled_modes(drawn_anew, SITE, RINGS)
    found = replace(precomputed, addressed(PULLS, "yields.")).flux(FACILITY, SITE, RINGS)
    np.testing.assert_allclose(found.values, direct.values, rtol=1e-12)
    assert (
        np.abs(np.asarray(found.values / jnp.where(precomputed.given.values > 0, precomputed.given.values, 1))).max()
        > 1.02
    )


class Changed(AbstractProduction):
    """Another production: that of BMPT, times the scale of each bin."""

    scales: tuple = eqx.field(static=True)

    def density(self, particle, proton, momentum, angle):
        factor = jnp.ones(jnp.shape(momentum))
        for row, (low, high) in enumerate(((5, 8), (8, 8.7), (8.7, 12))):
            for column, (near, far) in enumerate(((0, 8), (8, 60))):
                inside = (momentum >= low * GeV) & (momentum < high * GeV)
                inside = inside & (angle >= near * mrad) & (angle < far * mrad)
                factor = jnp.where(inside, self.scales[2 * row + column], factor)
        return factor * BMPT().density(particle, proton, momentum, angle)


def test_tracked_beam_with_another_production():
    """The neutrinos of mesons from another production, tracked through the line, are those of the pulls."""
    scales = tuple((1 + PULLS @ np.asarray(YIELDS.modes("pi+"))).tolist())
    rod = RodTarget(70 * cm, 3 * cm, reinteraction=NoReinteraction())
    line = Beamline((Drift(7 * m),), 8.5 * GeV)
    given = {"proton": 400 * GeV, "spot": 1 * mm, "lowest": 7 * GeV, "highest": 12.5 * GeV, "widest": 20 * mrad}
    beams = [TrackedBeam(one, rod, line, **given, species=("pi+",)) for one in (BMPT(), Changed(scales))]
    direct = compiled_flux(source(beams[1], rays=64), FACILITY, SITE, RINGS)
    flux, each = compiled_modes(source(beams[0], rays=64, yields=YIELDS), SITE, RINGS)
    found = flux.values + jnp.tensordot(PULLS, each, axes=1)
    np.testing.assert_allclose(found, direct.values, rtol=1e-12)
    assert abs(float(found.sum() / flux.values.sum()) - 1) > 0.01


def test_pions_of_kaons_have_the_yield_of_the_kaon(without):
    """With pions of the beam exact, every neutrino moves as the kaons do, those through pions of K -> pi pi0 too."""
    whole = MesonYield(jnp.array([1.0, 20.0]) * GeV, jnp.array([0.0, 300.0]) * mrad, own=0.03, name="K+")
    of = source(beam(Species(0.0025, name="K+")), **GIVEN, yields=Yields((whole,)))
    found = of.precomputed(FACILITY, SITE, RINGS)
    assert len(of.components()[0].followed) > 0
    sigma = np.sqrt(0.06**2 + 0.03**2 + 0.04**2)
    np.testing.assert_allclose(found.modes[0], sigma * found.given.values, rtol=1e-12)


def test_covariance_against_toys(precomputed):
    """4000 fluxes with pulls drawn at random, in bins of energy and radius."""
    mean, each = precomputed.by_energy_and_tag("nu_mu")
    wanted, toys = covariance_of(each), 4000
    draws = np.random.default_rng(7).normal(size=(toys, 7))

    def one(z):
        moved = eqx.tree_at(lambda flux: [pull.value for pull in flux.yields.pulls], precomputed, list(z))
        return moved.flux(FACILITY, SITE, RINGS).values[NU_MU].sum(axis=1).ravel()

    found = np.asarray(jax.jit(jax.vmap(one))(draws))
    held = mean > 1e-3 * mean.sum()
    found, wanted = np.cov(found[:, held].T), wanted[np.ix_(held, held)]
    sigma = np.sqrt((np.outer(np.diag(wanted), np.diag(wanted)) + wanted**2) / toys)
    assert held.sum() > 20
    assert np.abs((found - wanted) / sigma).max() < 5  # of some thousand numbers
    # by energy alone: the same, tags summed
    total, added = precomputed.by_energy("nu_mu")
    np.testing.assert_allclose(total.sum(), mean.sum(), rtol=1e-13)
    np.testing.assert_allclose(added, each.reshape(7, -1, 4).sum(axis=2), rtol=1e-13, atol=1e-30)
    relative = np.sqrt(np.diag(covariance_of(added)))[total > 1e-3 * total.sum()] / total[total > 1e-3 * total.sum()]
    assert 0.05 < relative.min() < relative.max() < 0.09


def test_what_a_measurement_leaves(precomputed):
    """Eigenmodes after it: the same covariance of every bin as that of the pulls gives, up to what is left out."""
    random = np.random.default_rng(8).normal(size=(7, 7)) / 6
    after, mean = random @ random.T + 0.01 * np.eye(7), np.linspace(-1, 1, 7)
    for lost, most in ((0.0, 1e-11), (1e-3, 0.1)):
        left = precomputed.constrained(mean, after, lost)
        moved = replace(precomputed, addressed(mean, "yields.")).flux(FACILITY, SITE, RINGS)
        np.testing.assert_allclose(left.given.values, moved.values, rtol=1e-12)
        for flavour in ("nu_mu", "nu_e"):
            wanted = covariance_of(precomputed.by_energy_and_tag(flavour)[1], after)
            found = covariance_of(left.by_energy_and_tag(flavour)[1])
            assert np.abs(found - wanted).max() < most * wanted.max()
    assert len(left.yields.pulls) < 7
    sizes = [
        (np.asarray(one) ** 2 / np.maximum(np.asarray(precomputed.given.values), 1e-30)).sum() for one in left.modes
    ]
    assert (np.diff(sizes) < 0).all()
    # nothing measured: nothing changes
    same = precomputed.constrained(np.zeros(7), np.eye(7), 0.0)
    assert len(same.yields.pulls) == 7


@pytest.fixture(scope="module")
def experiment(without):
    per_energy = jnp.array([0.7, 0.7]) * 1e-38 * cm**2 / GeV
    of = [CrossSection(jnp.array([0.1, 20.0]) * GeV, per_energy, [1.0, 1.0], name=one) for one in ("nu_mu", "nu_e")]
    channels = [Channel(ChargedCurrent((one,)), EnergyAxis(0.0, 10 * GeV, 10), name=one.name) for one in of]
    detector = Detector(SITE, 5e5 * kg, Material("Ar"), EnergyAxis(0.0, 10 * GeV, 5), tuple(channels), tag=RINGS)
    given = source(without.beam, **GIVEN, yields=YIELDS)
    return Experiment(FACILITY, given, detector=detector, exposure=ProtonsOnTarget(1.4e19), name="argon")


def test_pulls_as_parameters(experiment, monkeypatch):
    """The flux is computed once; counts are of the first degree in each pull, and a fit finds what was put in."""
    asked = []
    original = type(experiment.source).varied
    monkeypatch.setattr(type(experiment.source), "varied", lambda *given: asked.append(1) or original(*given))
    pulls = [
        Parameter(name, f"argon.source.yields.pulls.{name}.value", -4.0, 4.0, prior=Gaussian(0.0, 1.0))
        for name in YIELDS.names
    ]
    found = likelihood(experiment, pulls)
    assert len(asked) <= 1  # traced once
    assert found.expansion.orders.max() == 1
    assert np.asarray(found.expansion.orders).sum(axis=1).max() == 1
    moved = replace(experiment, addressed(PULLS, "source.yields."))
    np.testing.assert_allclose(
        found.expected(**dict(zip(YIELDS.names, PULLS, strict=True)))[0], moved.expected().total().ravel(), rtol=1e-9
    )
    best = fit(found.with_data([moved.expected().total().ravel()]))
    assert best.converged
    before, after = np.eye(7), best.covariance
    each = experiment.precomputed().source.by_energy("nu_mu")[1]
    assert np.diag(covariance_of(each, after)).sum() < 0.01 * np.diag(covariance_of(each, before)).sum()


def test_another_tag_is_refused(precomputed):
    with pytest.raises(InputError, match=r"detector\.tag: got 1 bins of a tag\. This flux was made for 3, and for one"):
        precomputed.flux(FACILITY, SITE, Untagged())


def test_modes_that_do_not_fit_are_refused(precomputed):
    with pytest.raises(InputError, match=r"modes: got modes of shape \[7, 6, 23, 1, 4\]\. There are 2 pulls"):
        VariedFlux(precomputed.given, precomputed.modes, Eigenmodes.of(2))
    three = Flux(precomputed.given.energy, precomputed.given.path, precomputed.given.values[:3])
    with pytest.raises(InputError, match=r"given\.values: got 3 flavours\. They are"):
        VariedFlux(three, precomputed.modes[:, :3], YIELDS)
