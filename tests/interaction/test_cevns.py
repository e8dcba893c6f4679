import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm2, fm, keV
from ontarget.interaction import NSI, AxialCEvNS, CEvNS, RadiativeCouplings, TreeCouplings
from ontarget.matter.flavour import FLAVOURS
from ontarget.matter.form_factor import Helm, HelmLewinSmith, KleinNystrand, SymmetrisedFermi
from ontarget.matter.material import Material
from ontarget.matter.nuclide import Nuclides
from ontarget.matter.radius import NeutronRadii, NuclideRadius, RadiusTable
from ontarget.source.spectrum import decay_at_rest

FIELDS = ("Z", "N", "mass", "spin", "proton_spin", "neutron_spin", "charge_radius")
EDGES = jnp.asarray(np.linspace(0.0, 1.0, 41) ** 2 * 0.36 * MeV)
ENERGY = jnp.asarray(np.array([10.0, 29.792, 52.0]) * MeV)
NU_E, NU_MU, NUBAR_MU = (FLAVOURS.index(name) for name in ("nu_e", "nu_mu", "nubar_mu"))


def one(nuclides, index=0):
    """A single nuclide, its arrays scalars; all share a name, so that one compiled kernel serves them."""
    return Nuclides(("one",), *(getattr(nuclides, field)[index] for field in FIELDS))


AR40, CS133, F19 = (one(Nuclides.of(name)) for name in ("Ar40", "Cs133", "F19"))
CSI = Nuclides(("one",), 54.0, 76.0, 0.5 * (CS133.mass + one(Nuclides.of("I127")).mass), 0.0, 0.0, 0.0, 4.777 * fm)


@eqx.filter_jit
def fold(interaction, nuclide, energy, weights):
    return interaction.fold(nuclide, energy, weights, EDGES)


@eqx.filter_jit
def cells(interaction, nuclide):
    return interaction.kernel(nuclide, ENERGY, EDGES) / cm2


def averaged(interaction, nuclides, fractions):
    """Cross-section averaged over the stopped-pion spectra, by flavour, in 1e-40 cm2."""
    spectrum = decay_at_rest(256)
    weights = jnp.asarray((np.asarray(spectrum.prompt) + np.asarray(spectrum.delayed))[:, :, None])
    total = sum(
        fraction * np.asarray(fold(interaction, nuclide, spectrum.energy, weights)).sum(axis=(1, 2))
        for nuclide, fraction in zip(nuclides, fractions, strict=True)
    )
    return np.asarray(total)[[NU_E, NU_MU, NUBAR_MU]] / (1e-40 * cm2)


def natural(symbol):
    material = Material(symbol)
    nuclides, per_mass = material.nuclides(), np.asarray(material.nuclei_per_mass())
    return [one(nuclides, index) for index in range(len(per_mass))], per_mass / per_mass.sum()


def model(couplings, factor):
    return CEvNS(couplings, factor, factor)


@pytest.mark.parametrize(
    ("couplings", "factor", "argon", "csi"),
    [
        (TreeCouplings(), HelmLewinSmith(), 18.2, 187.4),
        (RadiativeCouplings(), HelmLewinSmith(), 18.5, 191.1),
        (TreeCouplings(), KleinNystrand(), 17.8, 181.7),
        (RadiativeCouplings(), KleinNystrand(), 18.1, 185.3),
    ],
)
def test_flux_averaged_cross_sections(couplings, factor, argon, csi):
    # another code's values, printed to three or four digits: 0.3 % of rounding, 0.5 % with constants
    assert averaged(model(couplings, factor), *natural("Ar")).mean() == pytest.approx(argon, rel=5e-3)
    assert averaged(model(couplings, factor), [CSI], [1.0]).mean() == pytest.approx(csi, rel=5e-3)


def test_flux_averaged_cross_sections_by_flavour():
    by_flavour = averaged(model(TreeCouplings(), HelmLewinSmith()), *natural("Ar"))
    # nu_mu, nu_e, nubar_mu: printed to three digits
    np.testing.assert_allclose(by_flavour[[1, 0, 2]], [14.9, 17.5, 22.3], rtol=5e-3)


def test_symmetrised_fermi_agrees_with_helm():
    fermi, helm = (
        averaged(model(TreeCouplings(), one), *natural("Ar")) for one in (SymmetrisedFermi(), HelmLewinSmith())
    )
    # two shapes of equal radius differ by 0.1 to 0.2 %
    assert fermi.mean() == pytest.approx(helm.mean(), rel=3e-3)


def kernel(couplings, nuclide=AR40):
    """With equal densities of protons and neutrons."""
    return np.asarray(cells(model(couplings, HelmLewinSmith()), nuclide))


def test_radiative_couplings_split_the_flavours():
    radiative = kernel(RadiativeCouplings())
    tree = kernel(TreeCouplings())
    charge = {name: 18 * g_p - 22 * 0.5117 for name, g_p in (("nu_e", 0.0382), ("nu_mu", 0.0300), ("nu_tau", 0.0257))}
    for name, found in charge.items():
        # equal proton and neutron densities: the ratio is that of the charges at every recoil
        ratio = (found / (18 * (0.5 - 2 * 0.23868) - 11)) ** 2
        row = FLAVOURS.index(name)
        np.testing.assert_allclose(radiative[row], tree[row] * ratio, rtol=1e-11)
        np.testing.assert_array_equal(radiative[row], radiative[FLAVOURS.index(name.replace("nu", "nubar"))])


@pytest.mark.parametrize("nuclide", [AR40, CS133])
def test_only_one_combination_of_diagonal_couplings_is_seen(nuclide):
    z, n = float(nuclide.Z), float(nuclide.N)
    up = 0.17
    down = -up * (2 * z + n) / (z + 2 * n)  # Z(2u + d) + N(u + 2d) = 0
    invisible = kernel(NSI(eps_ee_u=up, eps_ee_d=down), nuclide)
    # cancellation of terms of the size of the standard ones: rounding
    np.testing.assert_allclose(invisible, kernel(TreeCouplings(), nuclide), rtol=1e-12)


@pytest.mark.parametrize("nuclide", [AR40, CS133])
def test_the_flipped_charge_is_a_second_solution(nuclide):
    z, n = float(nuclide.Z), float(nuclide.N)
    charge = z * (0.5 - 2 * 0.23868) - n / 2
    flipped = kernel(NSI(eps_mumu_u=-2 * charge / (2 * z + n)), nuclide)
    np.testing.assert_allclose(flipped, kernel(TreeCouplings(), nuclide), rtol=1e-12)
    other = CS133 if nuclide is AR40 else AR40  # another N/Z separates the two
    moved = kernel(NSI(eps_mumu_u=-2 * charge / (2 * z + n)), other)[NU_MU].sum()
    assert moved != pytest.approx(kernel(TreeCouplings(), other)[NU_MU].sum(), rel=0.1, abs=0)


def test_flavour_change_adds_incoherently():
    z, n = 18.0, 22.0
    standard = z * (0.5 - 2 * 0.23868) - n / 2
    eps = {"ee": (0.02, -0.03), "emu": (0.11, 0.04), "etau": (-0.07, 0.09), "mumu": (0.01, 0.02), "mutau": (0.2, -0.05)}
    found = kernel(NSI(**{f"eps_{ab}_{quark}": pair[i] for ab, pair in eps.items() for i, quark in enumerate("ud")}))
    seen = {ab: z * (2 * u + d) + n * (u + 2 * d) for ab, (u, d) in eps.items()}
    ratio = {
        "nu_e": (standard + seen["ee"]) ** 2 + seen["emu"] ** 2 + seen["etau"] ** 2,
        "nu_mu": (standard + seen["mumu"]) ** 2 + seen["emu"] ** 2 + seen["mutau"] ** 2,
        "nu_tau": standard**2 + seen["etau"] ** 2 + seen["mutau"] ** 2,
    }
    tree = kernel(TreeCouplings())
    for name, squared in ratio.items():
        row = FLAVOURS.index(name)
        np.testing.assert_allclose(found[row], tree[row] * squared / standard**2, rtol=1e-11)


def test_couplings_of_new_physics_stand_on_those_they_hold():
    proton, neutron = NSI(RadiativeCouplings(), eps_ee_u=0.1).matrices()
    np.testing.assert_allclose(np.diag(proton), [0.2382, 0.0300, 0.0257], rtol=1e-12)
    np.testing.assert_allclose(np.diag(neutron), [-0.4117, -0.5117, -0.5117], rtol=1e-12)


def test_axial_part_of_fluorine_and_argon():
    share = averaged(AxialCEvNS(), [F19], [1.0]).mean() / averaged(CEvNS(), [F19], [1.0]).mean() - 1
    # without structure: F_A(0) / Q_W^2 times 3, the ratio of the integrals of 1 + x and 1 - x over the range
    at_rest = 4 / 3 * 1.2754**2 * 3 * (0.478 + 0.002) ** 2 / (10 - 9 * (1 - 4 * 0.23868)) ** 2
    # the form factors take the upper end from the axial part, which grows with the recoil: some tenths of it
    assert 0.7 * 3 * at_rest < share < 3 * at_rest
    vector, both = (np.asarray(cells(i, AR40)) for i in (CEvNS(), AxialCEvNS()))
    np.testing.assert_allclose(both, vector, rtol=1e-14, atol=0)  # compiled apart: rounding


RADII = RadiusTable((NuclideRadius(3.1 * fm, "F19"),), NeutronRadii())
MODELS = {
    "tree": CEvNS(),
    "radiative": CEvNS(RadiativeCouplings(), KleinNystrand(), SymmetrisedFermi()),
    "NSI": AxialCEvNS(CEvNS(NSI(TreeCouplings(), *(0.03 * (k - 4) for k in range(12))), Helm(), Helm(RADII))),
}


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_by_every_leaf(name):
    flat, rebuild = ravel_pytree(MODELS[name])
    weights = np.cos(np.arange(6.0))[:, None, None] * np.sin(np.arange(40.0))

    @jax.jit
    def answer(leaves):
        return (rebuild(leaves).kernel(F19, ENERGY, EDGES) * weights).sum() / (1e-40 * cm2)

    gradient, flat = np.asarray(jax.jit(jax.grad(answer))(flat)), np.asarray(flat)
    assert np.isfinite(gradient).all()
    for index, (value, unit) in enumerate(zip(flat, np.eye(len(flat)), strict=True)):
        step = 1e-3 * (abs(value) or 0.1)
        slopes = [(float(answer(flat + h * unit)) - float(answer(flat - h * unit))) / (2 * h) for h in (step, step / 2)]
        # Richardson leaves step^4 of the scale, 1e-12; rounding 1e-13 of the answer over the step
        scale = max(abs(gradient[index]), 1e-3 * abs(float(answer(flat)) / max(abs(value), 0.1)))
        assert (4 * slopes[1] - slopes[0]) / 3 == pytest.approx(gradient[index], abs=1e-6 * scale)


def test_zero_recoil_has_a_derivative():
    def low(edge):
        return CEvNS().kernel(AR40, ENERGY, jnp.stack([edge, edge, 1.0 * keV])).sum() / (1e-40 * cm2)

    assert np.isfinite(jax.jit(jax.grad(low))(jnp.asarray(0.0)))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: TreeCouplings(-0.1), "sin2_theta_w"),
        (lambda: TreeCouplings(float("nan")), "sin2_theta_w"),
        (lambda: RadiativeCouplings(neutron=float("inf")), "neutron"),
        (lambda: NSI(eps_emu_d=float("nan")), "eps_emu_d"),
        (lambda: AxialCEvNS(axial_coupling=0.0), "axial_coupling"),
    ],
)
def test_impossible_couplings_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
