"""Form factors against the Fourier transforms of their densities, limits, and quoted numbers."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, fm, keV
from ontarget.matter import (
    Helm,
    HelmLewinSmith,
    KleinNystrand,
    NeutronRadii,
    NuclideRadius,
    Nuclides,
    PointLike,
    RadiusTable,
    SymmetrisedFermi,
)

SCALED = [Helm, HelmLewinSmith, KleinNystrand, SymmetrisedFermi]
EXTENDED = [
    HelmLewinSmith(),
    Helm(),
    Helm(NeutronRadii(skin=0.1 * fm), scale=0.9),
    Helm(RadiusTable((NuclideRadius(4.2 * fm, "Ge74"),), NeutronRadii()), thickness=0.8 * fm),
    HelmLewinSmith(thickness=0.7 * fm, diffuseness=0.6 * fm, scale=1.1),
    KleinNystrand(radius=1.3 * fm, range=0.5 * fm, scale=0.95),
    SymmetrisedFermi(diffuseness=0.45 * fm, scale=1.1),
]
EVERY = [*EXTENDED, PointLike()]
NUCLEI = Nuclides.of("F19", "Ar40", "Ge74", "Xe131", "Pb208")


def nucleus(name):
    """One nuclide as scalars."""
    return jax.tree.map(lambda array: array[0], Nuclides.of(name))


AR40, GE74 = nucleus("Ar40"), nucleus("Ge74")
BY_NUMBER = {19.0: "F19", 40.0: "Ar40", 133.0: "Cs133"}


def name(value):
    return type(value).__name__


@pytest.mark.parametrize("form_factor", EVERY, ids=name)
def test_is_one_at_zero_and_broadcasts(form_factor):
    q = jnp.asarray(np.array([0.0, 10.0, 60.0]) * MeV)
    values = np.asarray(eqx.filter_jit(form_factor)(q[:, None], NUCLEI))
    assert values.shape == (3, 5)
    np.testing.assert_allclose(values[0], 1, rtol=1e-15)
    assert eqx.filter_eval_shape(form_factor, q[:, None, None], NUCLEI).shape == (3, 1, 5)
    assert eqx.filter_eval_shape(form_factor, 0.0, AR40).shape == ()
    assert eqx.filter_eval_shape(form_factor.rms, NUCLEI).shape == (5,)
    assert eqx.filter_eval_shape(form_factor.rms, AR40).shape == ()


@pytest.mark.parametrize("form_factor", EVERY, ids=name)
def test_slope_in_q_squared_is_the_rms_radius(form_factor):
    """F = 1 - q^2 R^2/6 + ..., to rounding: the slope by automatic differentiation in q^2, at exactly q = 0."""

    curvature = jax.jit(jax.vmap(jax.grad(jax.grad(form_factor)), in_axes=(None, 0)))(0.0, NUCLEI)
    slope = np.asarray(curvature) / 2 * hbar_c**2  # F is even in q
    rms = np.asarray(form_factor.rms(NUCLEI))
    np.testing.assert_allclose(-6 * slope / fm**2, rms**2 / fm**2, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cls", SCALED)
@pytest.mark.parametrize("scale", [0.9, 1.0, 1.25])
def test_scale_multiplies_the_rms_radius(cls, scale):
    np.testing.assert_allclose(cls(scale=scale).rms(NUCLEI), scale * np.asarray(cls().rms(NUCLEI)), rtol=1e-14)


def transform(profile, k, reach):
    """Normalised Fourier transform of a spherical density, by adaptive quadrature; `k` and `reach` in fm."""
    above = quad(lambda r: r * np.sin(k * r) / k * profile(r), 0, reach, epsabs=1e-13, epsrel=1e-12, limit=400)[0]
    return above / quad(lambda r: r**2 * profile(r), 0, reach, epsabs=1e-13, epsrel=1e-12, limit=400)[0]


def half_density(A):
    return 1.23 * A ** (1 / 3) - 0.60


@pytest.mark.parametrize("A", [19.0, 40.0, 133.0])
@pytest.mark.parametrize("k", [0.05, 0.3, 0.9, 2.0])
def test_symmetrised_fermi_is_the_transform_of_its_density(A, k):
    a, c = 0.52, half_density(A)
    want = transform(lambda r: np.sinh(c / a) / (np.cosh(r / a) + np.cosh(c / a)), k, c + 45 * a)
    # quadrature to 1e-12 of the integral of |integrand|
    assert SymmetrisedFermi()(k / fm * hbar_c, nucleus(BY_NUMBER[A])) == pytest.approx(want, abs=1e-10)


@pytest.mark.parametrize("A", [19.0, 40.0, 133.0])
@pytest.mark.parametrize("k", [0.05, 0.3, 0.9, 2.0])
def test_helm_is_the_transform_of_a_box_folded_with_a_gaussian(A, k):
    s = 0.9
    box = np.sqrt(half_density(A) ** 2 + 7 / 3 * np.pi**2 * 0.52**2 - 5 * s**2)
    root = np.sqrt(2) * s

    def folded(r):  # the radial convolution in closed form; the limit at r = 0 is never asked for
        from scipy.special import erf

        edges = erf((r + box) / root) - erf((r - box) / root)
        tails = np.exp(-((r - box) ** 2) / root**2) - np.exp(-((r + box) ** 2) / root**2)
        return edges / 2 - s / (np.sqrt(2 * np.pi) * r) * tails

    want = transform(folded, k, box + 12 * s)
    assert HelmLewinSmith()(k / fm * hbar_c, nucleus(BY_NUMBER[A])) == pytest.approx(want, abs=1e-10)
    rms = np.sqrt(3 / 5 * box**2 + 3 * s**2)
    given = Helm(RadiusTable((NuclideRadius(rms * fm, BY_NUMBER[A]),), NeutronRadii()))
    assert given(k / fm * hbar_c, nucleus(BY_NUMBER[A])) == pytest.approx(want, abs=1e-10)


@pytest.mark.parametrize("A", [19.0, 40.0, 133.0])
@pytest.mark.parametrize("k", [0.05, 0.3, 0.9, 2.0])
def test_klein_nystrand_is_the_transform_of_a_box_folded_with_a_yukawa(A, k):
    a, box = 0.7, 1.2 * A ** (1 / 3)

    def folded(r):  # solves (1 - a^2 Laplace) rho = box, so that 1/(1 + k^2 a^2) is its transform
        inside = 1 - (1 + box / a) * np.exp(-box / a) * np.sinh(r / a) * a / r
        outside = (box / a * np.cosh(box / a) - np.sinh(box / a)) * np.exp(-r / a) * a / r
        return inside if r < box else outside

    parts = [
        quad(lambda r: r * np.sin(k * r) / k * folded(r), low, high, epsabs=1e-13, epsrel=1e-12, limit=400)[0]
        for low, high in ((0, box), (box, box + 45 * a))
    ]
    want = sum(parts) / (box**3 / 3)
    assert KleinNystrand()(k / fm * hbar_c, nucleus(BY_NUMBER[A])) == pytest.approx(want, abs=1e-10)


@pytest.mark.parametrize(("form_factor", "want"), [(SymmetrisedFermi(), 0.8626), (HelmLewinSmith(), 0.8624)])
def test_argon_at_20_keV(form_factor, want):
    """Quoted to four digits by two independent codes for 40Ar at 20 keV recoil energy."""
    mass, recoil = float(np.asarray(Nuclides.of("Ar40").mass)[0]), 20 * keV
    q = np.sqrt(2 * mass * recoil + recoil**2)
    assert float(form_factor(q, AR40)) ** 2 == pytest.approx(want, abs=5e-5)


def test_sphere_limits():
    """Without a surface Helm and Klein-Nystrand are the same sphere, and symmetrised Fermi is one too."""
    q = jnp.asarray(np.linspace(0, 300, 31) * MeV)
    sphere = KleinNystrand(radius=1.2 * fm, range=0.0)
    radius = np.sqrt(3 / 5) * 1.2 * fm * np.cbrt(40.0)
    given = RadiusTable((NuclideRadius(radius, "Ar40"),), NeutronRadii())
    np.testing.assert_allclose(Helm(given, thickness=0.0)(q, AR40), sphere(q, AR40), rtol=1e-12, atol=1e-14)
    lewin = HelmLewinSmith(thickness=0.0, diffuseness=0.0)
    np.testing.assert_allclose(SymmetrisedFermi(diffuseness=0.0)(q, AR40), lewin(q, AR40), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("form_factor", EXTENDED, ids=name)
def test_gradients_agree_with_finite_differences(form_factor):
    """Every float leaf and q itself; central differences of step 1e-5 are good to 1e-9 of the scale of F."""
    q = np.array([0.0, 30.0, 80.0, 200.0]) * MeV

    values = jax.jit(lambda noun, q: noun(q, GE74))
    leaves, tree = jax.tree.flatten(jax.tree.map(np.asarray, form_factor))
    exact = map(np.asarray, jax.tree.leaves(jax.jit(jax.jacfwd(values))(form_factor, q)))
    for place, (leaf, slope) in enumerate(zip(leaves, exact, strict=True)):

        def at(value, place=place):
            moved = [*leaves[:place], jnp.asarray(value), *leaves[place + 1 :]]
            return np.asarray(values(jax.tree.unflatten(tree, moved), q))

        numeric = (at(leaf * (1 + 1e-5)) - at(leaf * (1 - 1e-5))) / 2e-5
        np.testing.assert_allclose(slope * leaf, numeric, rtol=1e-6, atol=1e-9)
    step = 1e-4 * MeV
    up, down = (np.asarray(values(form_factor, q + sign * step)) for sign in (1, -1))
    numeric = (up - down) / (2 * step)
    exact = jax.jit(jax.vmap(jax.grad(values, argnums=1), in_axes=(None, 0)))(form_factor, q)
    np.testing.assert_allclose(np.asarray(exact) * MeV, numeric * MeV, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("cls", SCALED)
def test_reverse_mode_is_finite_everywhere(cls):
    """Also at q = 0, and for a scale so small that the surface exceeds the wanted radius."""
    q = jnp.asarray(np.linspace(0, 500, 26)[:, None] * MeV)
    slope = jax.jit(jax.grad(lambda noun: jnp.sum(noun(q, NUCLEI))))
    for scale in (1.0, 0.3):
        assert all(np.isfinite(leaf) for leaf in jax.tree.leaves(slope(cls(scale=scale))))


def test_traces_under_jit_and_vmap():
    q = jnp.asarray(np.linspace(0, 100, 5) * MeV)
    scales = np.array([0.9, 1.0, 1.1])
    batched = jax.jit(jax.vmap(lambda scale: HelmLewinSmith(scale=scale)(q, AR40)))(scales)
    np.testing.assert_allclose(batched[1], HelmLewinSmith()(q, AR40), rtol=1e-13)
    skins = jax.jit(jax.vmap(lambda skin: Helm(NeutronRadii(skin=skin))(q, AR40)))(scales * 0.1 * fm)
    np.testing.assert_allclose(skins[1], Helm(NeutronRadii(skin=0.1 * fm))(q, AR40), rtol=1e-13)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Helm(scale=-1.0),
        lambda: Helm(thickness=-0.9 * fm),
        lambda: HelmLewinSmith(thickness=-0.9 * fm),
        lambda: HelmLewinSmith(scale=0.0),
        lambda: KleinNystrand(radius=0.0),
        lambda: SymmetrisedFermi(diffuseness=float("nan")),
    ],
)
def test_impossible_values_are_refused(make):
    with pytest.raises(InputError):
        make()
