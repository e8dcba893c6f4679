"""Nuclei or electrons.

A magnetic moment lets a neutrino scatter by exchange of a photon, with a spectrum that falls as 1/T. Nuclei have the
square of their charge on their side, electrons a lower standard rate. Which sees it first, in one detector at one
source?
"""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import ontarget as ot
from ontarget.ground.units import MeV, cm, keV
from ontarget.interaction import (
    CEvNS,
    ElectronMagneticMoment,
    ElectronScattering,
    MagneticMoment,
    MagneticMoments,
    TreeElectronCouplings,
)
from ontarget.matter import Material
from ontarget.plot import Curve, curves_figure, to_svg

# Neutrino-electron scattering first, against what is known. The cross-section grows as the energy; LSND measured
# (10.1 +- 1.1 +- 1.0)e-45 cm2 per MeV for electron neutrinos.

argon = jax.tree.map(lambda leaf: leaf[-1], Material("Ar").nuclides())  # 40Ar
energy = jnp.array([30.0]) * MeV
edges = jnp.concatenate([jnp.zeros(1), jnp.geomspace(1e-3, 30.0, 200) * MeV])
names = ("nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau")
total = ElectronScattering().kernel(argon, energy, edges).sum(axis=(1, 2)) / argon.Z
for name, value in zip(names, total, strict=True):
    print(f"{name:10s} {float(value / cm**2) / 30:.3g} cm2 per MeV of neutrino energy, on one electron")

# The sign of the term with both couplings matters: for electron neutrinos it takes some away. Radiative corrections
# of the couplings take a few per cent off.

tree = ElectronScattering(TreeElectronCouplings()).kernel(argon, energy, edges).sum(axis=(1, 2)) / argon.Z
print(f"tree level: {100 * float(tree[0] / total[0] - 1):+.2f} % for electron neutrinos")

# Now the moment, 1e-10 Bohr magnetons, for muon neutrinos: what it adds to the recoils above a threshold.

moments = MagneticMoments(mu=jnp.asarray(1e-10))
recoils = {
    "nuclei": (CEvNS(), MagneticMoment(CEvNS(), moments), jnp.geomspace(0.1, 47.6, 120) * keV),
    "electrons": (
        ElectronScattering(),
        ElectronMagneticMoment(ElectronScattering(), moments),
        jnp.geomspace(1e-3, 29.0, 120) * MeV,
    ),
}
line = jnp.array([29.79]) * MeV
curves = []
for group, (what, (standard, moved, cells)) in enumerate(recoils.items()):
    plain, more = (np.asarray(one.kernel(argon, line, cells)[1, 0]) for one in (standard, moved))
    low = np.asarray(cells[:-1] / keV)
    added = np.array([more[i:].sum() / plain[i:].sum() - 1 for i in range(len(low))])
    for threshold in (1.0, 20.0) if what == "nuclei" else (10.0, 600.0):
        print(f"{what}: above {threshold:g} keV the moment adds {100 * np.interp(threshold, low, added):.3g} %")
    curves.append(Curve(f"{what} of argon", low, added, group=group))

# Nuclei see Z2 photons and N2 neutrons; electrons see few of either, but their standard rate is lower yet, and their
# thresholds can be. The study `ontarget run pip2_magnetic_moment` fits both with their backgrounds: for five years at
# PIP-II electrons are three to four times better, although charged currents on argon are fifty times as many.

experiments = {name: ot.load(name) for name in ("pip2_bar_100t", "pip2_bar_100t_electrons")}
for name, experiment in experiments.items():
    counts = experiment.expected()
    shown = ", ".join(f"{one.name} {float(one.values.sum()):.4g}" for one in counts.channels)
    print(f"{name}: {shown} a year")

# A moment that is no number gives a one-line message.

try:
    MagneticMoment(CEvNS(), MagneticMoments(mu=jnp.asarray(float("nan"))))
except ot.InputError as error:
    print(f"\n{error}")

figure = curves_figure(
    curves, [], "threshold on recoil energy (keV)", "added by 1e-10 Bohr magnetons, of the rate above", "log", "log"
)
Path("moments.svg").write_text(to_svg(figure), encoding="utf-8")
