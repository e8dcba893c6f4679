import numpy as np
import pytest
from beam_rays import RAYS, born, numbers, same

from ontarget.beam import PARENTS, daughters_of, decays_of
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.matter import FLAVOURS, PARTICLES


@pytest.mark.parametrize("name", PARENTS)
def test_charges_and_flavours(name):
    """Charge is conserved; a positive lepton of a meson comes with a neutrino, of its own family."""
    for decay in decays_of(name):
        assert decay.parent == name
        assert decay.neutrino in FLAVOURS
        assert PARTICLES[decay.lepton].charge == PARTICLES[name].charge
        if not name.startswith("mu"):
            sign = "nu_" if name.endswith("+") else "nubar_"
            assert decay.neutrino == sign + decay.lepton[:-1]


def test_flavours_of_muons():
    assert [one.neutrino for one in decays_of("mu+")] == ["nu_e", "nubar_mu"]
    assert [one.neutrino for one in decays_of("mu-")] == ["nubar_e", "nu_mu"]


@pytest.mark.parametrize("name", ["pi+", "pi-", "K+", "K-"])
def test_branchings_add_to_one(name):
    """What is left of pions is 1e-6 or less, of kaons 3e-5 and the uncertainty of their average, 2e-3."""
    hadronic = {
        tuple(sorted(one.products)): float(one.branching) for one in daughters_of(name) if hasattr(one, "products")
    }
    total = sum(float(one.branching) for one in decays_of(name)) + sum(hadronic.values())
    assert total == pytest.approx(1.0, abs=2e-3 if name.startswith("K") else 2e-6)


def test_masses_are_those_of_the_particle_package():
    """Of PDG, within their errors."""
    particle = pytest.importorskip("particle")
    from ontarget.ground.units import MeV, ns

    for one in PARTICLES.values():
        other = particle.Particle.from_pdgid(one.pdg)
        assert one.mass / MeV == pytest.approx(other.mass, rel=1e-5), one.name  # errors: 13 keV or less of 494 MeV
        if np.isfinite(one.lifetime):
            assert one.lifetime / ns == pytest.approx(other.lifetime, rel=1e-3), one.name


def test_daughters():
    kinds = {name: sorted({one.daughter for one in daughters_of(name)}) for name in PARENTS}
    assert kinds["K+"] == ["mu+", "pi+", "pi-"]
    assert kinds["K-"] == ["mu-", "pi+", "pi-"]
    assert kinds["pi-"] == ["mu-"]
    assert kinds["mu+"] == []
    muons = sum(float(one.number) for one in daughters_of("K+") if one.daughter == "mu+")
    assert muons == pytest.approx(0.6356 + 0.0335, abs=1e-4)


def test_muons_of_kaons_are_polarised_apart():
    """Those of two-body decays spin backwards, those of K_mu3 mostly forwards: in the kaon's frame."""
    along = []
    for one in daughters_of("K+")[:2]:
        muons = born(one, same((0, 0, 0), RAYS), numbers(3, RAYS, one.dimensions))
        np.testing.assert_allclose(np.linalg.norm(muons.spin, axis=1), 1.0, rtol=1e-12)
        flight = np.asarray(muons.momentum) / np.linalg.norm(muons.momentum, axis=1, keepdims=True)
        along.append((flight * muons.spin).sum(axis=1))
    np.testing.assert_allclose(along[0], -1.0, rtol=1e-12)
    assert 0.2 < along[1].mean() < 0.9


def test_pions_have_no_spin():
    for one in daughters_of("K-"):
        if one.daughter.startswith("pi"):
            assert one.parent == "K-"
            found = born(one, same((0, 0, 8.5 * GeV), RAYS), numbers(1, RAYS, one.dimensions))
            np.testing.assert_array_equal(found.spin, 0.0)


def test_unknown_parent():
    with pytest.raises(InputError, match="Did you mean 'K\\+'"):
        decays_of("K0+")
