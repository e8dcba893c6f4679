"""Cells of what falls as a power of the recoil: light bosons and charges, against adaptive quadrature in log T."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from ontarget.ground.units import MeV, cm2, eV, keV
from ontarget.interaction import (
    NSI,
    CEvNS,
    ElectronLightScalar,
    ElectronLightVector,
    ElectronMillicharge,
    ElectronScattering,
    LightScalar,
    LightVector,
    Millicharge,
    Millicharges,
    TreeElectronCouplings,
)
from ontarget.matter.form_factor import PointLike
from ontarget.matter.nuclide import Nuclides

ARGON = jax.tree.map(lambda leaf: leaf[0], Nuclides.of("Ar40"))
ENERGY = 50.0 * MeV
EDGES = np.array([0.0, 0.01, 1.0, 20.0, 100.0])  # keV; the first holds all of a soft pole
POINT = {"proton": PointLike(), "neutron": PointLike()}


def density(couplings):
    """d sigma / dT over the constants in front, by the couplings' own values at one recoil."""
    mass = float(ARGON.mass)
    at = jax.jit(lambda recoil: [one[1, 1] for one in couplings.at(jnp.sqrt(2 * mass * recoil))])

    def one(log):
        recoil = np.exp(log)
        proton, neutron = (float(value) for value in at(recoil))
        return recoil * (18 * proton + 22 * neutron) ** 2 * (1 - recoil / ENERGY - mass * recoil / (2 * ENERGY**2))

    return one


@pytest.mark.parametrize(
    "couplings",
    [
        LightVector(mass=0.1 * MeV, coupling=1e-5),
        LightVector(mass=1 * MeV, coupling=-3e-5),
        LightVector(mass=10_000 * MeV, coupling=0.1),
        NSI(LightVector(mass=1 * MeV, coupling=3e-5), eps_mumu_u=0.1),
        Millicharge(charges=Millicharges(mumu=1e-9)),
    ],
    ids=["vector, 0.1 MeV", "vector, 1 MeV", "vector, 10 GeV", "inside NSI", "charge"],
)
def test_cells_on_nuclei(couplings):
    model = CEvNS(couplings, **POINT)
    found = np.asarray(model.kernel(ARGON, jnp.array([ENERGY]), jnp.asarray(EDGES * keV)))[1, 0]
    one = density(couplings)
    lows = np.log(np.maximum(EDGES[:-1], 1e-15) * keV)  # 1e-12 eV: below lies 1e-8 of the first cell at most
    wanted = np.array(
        [quad(one, a, b, epsrel=1e-11, limit=400)[0] for a, b in zip(lows, np.log(EDGES[1:] * keV), strict=True)]
    )
    scale = found[2] / wanted[2]
    # quadrature and quadrature; the first cell lacks what lies below 1e-12 eV
    np.testing.assert_allclose(found[1:] / scale, wanted[1:], rtol=1e-9)
    assert found[0] / scale == pytest.approx(wanted[0], rel=1e-7)


ON_ELECTRONS = {
    "vector": lambda: ElectronScattering(ElectronLightVector(TreeElectronCouplings(), mass=0.01 * MeV, coupling=1e-6)),
    "charge": lambda: ElectronScattering(ElectronMillicharge(TreeElectronCouplings(), Millicharges(mumu=1e-11))),
    "scalar": lambda: ElectronLightScalar(ElectronScattering(TreeElectronCouplings()), mass=0.01 * MeV, coupling=1e-5),
    "scalar on nuclei": lambda: LightScalar(CEvNS(**POINT), mass=0.1 * MeV, coupling=1e-5, **POINT),
}


@pytest.mark.parametrize("name", ON_ELECTRONS)
def test_cells_do_not_depend_on_how_finely_they_are_cut(name):
    """From zero to the end in one cell, and in a thousand: each of these is a polynomial."""
    model, top = ON_ELECTRONS[name](), 0.1 * MeV
    kernel = jax.jit(lambda edges: model.kernel(ARGON, jnp.array([ENERGY]), edges)[1, 0].sum() / cm2)
    cuts = np.concatenate([[0.0], np.geomspace(1e-6 * eV, top, 1000)])
    coarse, fine = (float(kernel(jnp.asarray(edges))) for edges in (np.array([0.0, top]), cuts))
    # 0.1 MeV is a million times the softest recoil of an electron
    assert coarse == pytest.approx(fine, rel=3e-10)
