"""Light scalar bosons, against integrals by many nodes."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.constants import electron_mass, hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, cm2, keV
from ontarget.interaction import CEvNS, ElectronLightScalar, ElectronScattering, LightScalar
from ontarget.matter.form_factor import Helm
from ontarget.matter.nuclide import Nuclides
from ontarget.matter.radius import NeutronRadii

ARGON = jax.tree.map(lambda leaf: leaf[0], Nuclides.of("Ar40"))
ENERGY = 30.0 * MeV
DENSITIES = Helm(), Helm(NeutronRadii())
UNIT = 1e-40 * cm2


@pytest.mark.parametrize("mass", [0.5 * MeV, 40.0 * MeV])
def test_on_nuclei(mass):
    edges = jnp.linspace(0.0, 60.0, 41) * keV
    found = added(LightScalar, CEvNS(), mass, edges)
    target, end = float(ARGON.mass), 2 * ENERGY**2 / (float(ARGON.mass) + 2 * ENERGY)
    recoil, measure = nodes(1 * keV * 1.5, end)
    proton, neutron = (np.asarray(one(jnp.asarray(np.sqrt(2 * target * recoil)), ARGON)) for one in DENSITIES)
    shape = target**2 * recoil / (4 * np.pi * ENERGY**2 * (2 * target * recoil + mass**2) ** 2)
    exact = 1e-20 * hbar_c**2 * 17.3**2 * (shape * (18 * proton + 22 * neutron) ** 2 * measure).sum() / UNIT
    assert found == pytest.approx(exact, rel=1e-9)  # 8 nodes in each cell of smooth functions


def test_on_electrons():
    mass, edges = 2.0 * MeV, jnp.linspace(0.0, 60.0, 41) * MeV
    found = added(ElectronLightScalar, ElectronScattering(), mass, edges)
    end = 2 * ENERGY**2 / (electron_mass + 2 * ENERGY)
    recoil, measure = nodes(1.5 * MeV, end)
    # the amplitude squared, before anything cancels: 2 m T of the neutrinos, 4 m^2 + 2 m T of the electrons
    amplitude = 2 * electron_mass * recoil * (4 * electron_mass**2 + 2 * electron_mass * recoil)
    shape = amplitude / (2 * electron_mass * recoil + mass**2) ** 2 / (32 * np.pi * electron_mass * ENERGY**2)
    exact = 18 * 1e-20 * hbar_c**2 * (shape * measure).sum() / UNIT
    assert found == pytest.approx(exact, rel=1e-9)


@eqx.filter_jit
def both(process, standard, mass, edges):
    energy = jnp.array([ENERGY])
    together = process(standard, mass=mass, coupling=1e-5).kernel(ARGON, energy, edges)
    return (together - standard.kernel(ARGON, energy, edges))[0, 0, 1:].sum() / UNIT


def added(process, standard, mass, edges):
    """What a process adds to the standard one above the first cell."""
    return float(both(process, standard, jnp.asarray(mass), edges))


def nodes(low, high):
    x, w = np.polynomial.legendre.leggauss(400)
    return low + (high - low) * (x + 1) / 2, w * (high - low) / 2


def test_a_boson_without_mass_is_refused():
    with pytest.raises(InputError) as caught:
        LightScalar(mass=0.0)
    assert caught.value.where == "mass"
