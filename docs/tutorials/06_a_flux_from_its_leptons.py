"""A flux from its leptons.

Every neutrino of a decay tunnel has a charged lepton. Count the leptons, and the flux is known: how well hadron
production leaves it, what a calorimeter on the wall adds, how few protons that takes, and what is left in the end.
"""

import dataclasses
from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.ground.units import GeV
from ontarget.inference.fit import pull_parameters, pulls_after
from ontarget.plot import Curve, curves_figure, to_svg
from ontarget.source import ProtonsOnTarget

# Hadron production is known to some per cent, more alike for mesons of like momentum. That is a covariance, and here it
# is carried by standard-normal numbers, the pulls, in which the flux is exactly linear.

few = {
    "source.rays": 2048,
    "source.precision": "100 %",
}  # enough for a letter; the study `nuscope_monitoring` takes more
beam = ot.load("nuscope_lar_varied", set=few | {"source.daughters": []}).precomputed()
flux = beam.source
print(f"{len(flux.yields.pulls)} pulls: {', '.join(flux.yields.names[:3])}, ...")


def known(flavour, covariance):
    """Relative error of the whole flux of one flavour."""
    mean, modes = flux.by_energy(flavour)
    total = modes.sum(axis=1)
    return np.sqrt(total @ covariance @ total) / mean.sum()


before = np.eye(len(flux.yields.pulls))
for flavour in ("nu_mu", "nu_e"):
    print(f"{flavour:6s} known to {100 * known(flavour, before):.1f} % before anything is counted")

# The calorimeter is an experiment on the same source. It has the same pulls, and nothing else ties the two together.

wall = ot.load("nuscope_tunnel", set=few | {"source.repeats": 4}).precomputed()
counts = wall.counts()
print(f"\nin {float(wall.exposure.protons(wall.facility)):.2g} protons on target, on the wall:")
for part in sorted((*counts.leptons, *counts.backgrounds), key=lambda one: -one.values.sum())[:6]:
    print(f"{part.name:22s} {float(part.values.sum()):10.2g}")

# If we knew what the calorimeter makes of each particle, a flash of the beam would do: here from ten million protons,
# a millionth of one spill, up to the spill itself. Then the same with efficiencies known to 1 %, and last with
# misidentification known to 20 % and halo to 30 %.

pulls = pull_parameters(wall)


def scale(address, low, high, sigma):
    """A factor on one number of the calorimeter, known to sigma."""
    return ot.Scale(address, f"nuscope_tunnel.instrument.samples.{address}", low, high, prior=ot.Gaussian(1, sigma))


efficiencies = [scale(one, 0.9, 1.1, 0.01) for one in ("positrons.positron", "muons.muon")]
wrong = ("positrons.muon", "positrons.hadron", "muons.positron", "muons.hadron")
rest = [scale(one, 0.1, 2, 0.2) for one in wrong]
rest += [scale(f"{one}.halo.number", 0.1, 3, 0.3) for one in ("positrons", "muons")]
assumed = {"known": [], "efficiencies": efficiencies, "all": [*efficiencies, *rest]}
print("\nerror of nu_mu, nu_e (%)" + "".join(f"{label:>20s}" for label in assumed))
found = {}
for protons in (1e7, 1e10, 1e13):
    short = dataclasses.replace(wall, exposure=ProtonsOnTarget(protons))
    row = f"{protons:7.0e} protons         "
    for label, more in assumed.items():
        best = ot.fit(ot.likelihood(short, [*pulls, *more]))
        _, found[protons, label] = pulls_after(best, flux.yields.names)
        row += "".join(f"{100 * known(flavour, found[protons, label]):10.3f}" for flavour in ("nu_mu", "nu_e"))
    print(row)

# Statistics is soon no question. And mind the middle: with efficiencies uncertain the flux seems to stay known to a
# fraction of a per mille, for muons among the positrons, held fixed, count the beam absolutely. A number that is held
# exact anywhere does that. With nothing exact the flux is as well known as the counters, and no better.
# The study `nuscope_monitoring` adds the range meter, energy scales, and an error of 1 % in each bin.

# An experiment that wants the measured flux takes the eigenmodes that were left, as a source.

left = flux.constrained(np.zeros(len(before)), found[1e13, "all"])
print(f"\n{len(left.yields.pulls)} modes hold what is left of the flux's uncertainty")

# The picture: the relative error against the energy, before and after.

energy = np.asarray(flux.given.energy) / GeV
curves = []
for label, covariance in (
    ("before", before),
    ("10 million protons, response known", found[1e7, "known"]),
    ("one spill, response as assumed", found[1e13, "all"]),
):
    mean, modes = flux.by_energy("nu_mu")
    held = mean > 1e-3 * mean.max()
    error = np.sqrt(np.einsum("ib,ij,jb->b", modes, covariance, modes))[held] / mean[held]
    curves.append(Curve(label, energy[held], 100 * error))
figure = curves_figure(curves, [], "neutrino energy (GeV)", "error of the muon neutrinos' flux (%)")
figure.axes[0].set_ylim(0, 9)
Path("precision.svg").write_text(to_svg(figure), encoding="utf-8")
