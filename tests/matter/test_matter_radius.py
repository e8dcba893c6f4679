"""Radii nuclide by nuclide: what is measured, what a skin adds, what a table puts in its place."""

import jax
import numpy as np
import pytest

from ontarget.ground.address import addresses, match
from ontarget.ground.errors import InputError
from ontarget.ground.units import MeV, fm
from ontarget.interaction import CEvNS, LightScalar, MagneticMoment
from ontarget.interaction.interaction import AbstractInteraction
from ontarget.io.load import load
from ontarget.matter import Helm, HelmLewinSmith, MeasuredRadii, NeutronRadii, NuclideRadius, Nuclides, RadiusTable

CSI = Nuclides.of("Cs133", "I127", "Ar40")


def test_neutrons_are_protons_plus_a_skin():
    np.testing.assert_allclose(MeasuredRadii().rms(CSI) / fm, [4.8041, 4.7500, 3.4274], rtol=1e-14)
    skin = -0.04 + 1.01 * np.array([23 / 133, 21 / 127, 4 / 40])
    np.testing.assert_allclose((NeutronRadii().rms(CSI) - MeasuredRadii().rms(CSI)) / fm, skin, rtol=1e-12)
    np.testing.assert_allclose(NeutronRadii(0.2 * fm, 0.0).rms(CSI) / fm, [5.0041, 4.9500, 3.6274], rtol=1e-14)


def test_they_are_the_default():
    for model in (CEvNS(), LightScalar(mass=1 * MeV)):
        assert model.proton == Helm(MeasuredRadii())
        assert model.neutron == Helm(NeutronRadii())
    assert MagneticMoment().charge == Helm(MeasuredRadii())


def test_a_table_by_nuclide():
    table = RadiusTable((NuclideRadius(5.10 * fm, "Cs133"), NuclideRadius(5.05 * fm, "I127")), NeutronRadii())
    np.testing.assert_allclose(table.rms(CSI) / fm, [5.10, 5.05, 3.4274 - 0.04 + 0.101], rtol=1e-12)
    one = jax.tree.map(lambda array: array[1], CSI)
    assert float(table.rms(one) / fm) == pytest.approx(5.05, rel=1e-14)
    # one radius per nuclide is a number with an address of its own
    assert match(Helm(table), "*.Cs133.radius") == ("radii.nuclides.Cs133.radius",)
    assert "radii.skin" in addresses(Helm(NeutronRadii()))


def test_a_name_that_is_no_nuclide_is_refused():
    with pytest.raises(InputError, match="No such natural isotope is in the table"):
        NuclideRadius(5.1 * fm, "133Cs")
    with pytest.raises(InputError):
        NuclideRadius(-5.1 * fm, "Cs133")


TANK = """
type: CEvNS
neutron:
  type: Helm
  radii:
    type: RadiusTable
    nuclides: {Cs133: 5.104 fm, I127: {radius: {value: 5.050 fm, error: 0.1 fm}}}
    others: {type: NeutronRadii, skin: 0.05 fm}
proton: {type: HelmLewinSmith}
"""


def test_from_a_file(tmp_path):
    (tmp_path / "interaction.yaml").write_text(TANK)
    found = load(AbstractInteraction, tmp_path / "interaction.yaml").noun
    assert found.proton == HelmLewinSmith()
    np.testing.assert_allclose(found.neutron.rms(CSI) / fm, [5.104, 5.050, 3.4274 + 0.05 + 0.101], rtol=1e-12)
