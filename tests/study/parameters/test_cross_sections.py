"""The ladder of cross-sections: against Freedman's formula for a point, and the order of tasks."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from ontarget.ground.constants import fermi_constant, hbar_c
from ontarget.ground.errors import InputError
from ontarget.ground.units import cm
from ontarget.interaction import CEvNS
from ontarget.matter.form_factor import PointLike
from ontarget.matter.nuclide import Nuclides
from ontarget.study import CrossSections
from ontarget.study.parameters.cross_sections import LADDER, average, coherent
from ontarget.validation.quantity import AverageCrossSection


def test_without_form_factor_it_grows_as_the_charge_squared(context):
    r"""Freedman: :math:`G_F^2 E^2 Q_w^2/4\pi` but for E/M, 1e-3 on argon; the square of E averaged over the flux."""
    noun = context.experiments["crystal"].noun
    point = CEvNS(proton=PointLike(), neutron=PointLike())
    flux = noun.flux()
    values = np.asarray(flux.values).sum(axis=(0, 2, 3))
    square = float((values * np.asarray(flux.energy) ** 2).sum() / values.sum())
    proton, neutron = (float(matrix[0, 0]) for matrix in point.couplings.matrices())
    for name, Z, N in (("Ar40", 18, 22), ("Cs133", 55, 78)):
        charge = 2 * (proton * Z + neutron * N)
        expected = (fermi_constant * hbar_c) ** 2 * square * charge**2 / (4 * np.pi) / (1e-40 * cm**2)
        assert average(noun, point, Nuclides.of(name)) == pytest.approx(expected, rel=4e-3)  # 2 E/M


def test_one_nuclide_is_what_an_experiment_of_it_averages(context):
    """Isotope by isotope; kernels are integrated exactly, whatever the cells."""
    tank = context.experiments["tank"].noun
    material = tank.detector.material
    isotopes, weights = material.nuclides(), np.asarray(material.nuclei_per_mass())
    alone = [jax.tree.map(lambda leaf, i=i: leaf[i : i + 1], isotopes) for i in range(len(weights))]
    ours = np.average([average(tank, coherent(tank), one) for one in alone], weights=weights)
    assert ours == pytest.approx(AverageCrossSection("tank").of(tank) / (1e-40 * cm**2), rel=1e-6)


def test_the_form_factor_lowers_all_of_the_ladder(context):
    noun = context.experiments["crystal"].noun
    bare = dataclasses.replace(coherent(noun), proton=PointLike(), neutron=PointLike())
    ratios = [average(noun, coherent(noun), one) / average(noun, bare, one) for one in map(Nuclides.of, LADDER)]
    heavy = np.argsort([float(Nuclides.of(name).N[0]) for name in LADDER])
    assert max(ratios) < 1
    assert ratios[heavy[-1]] == min(ratios)
    assert ratios[heavy[0]] == max(ratios)


def test_measurements_come_first(context):
    with pytest.raises(InputError, match=r"measurements: got 'later'. No measurement with this key stands before"):
        CrossSections(("later",)).run(context)
