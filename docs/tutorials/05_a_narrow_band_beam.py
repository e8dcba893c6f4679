"""A narrow-band beam.

Mesons of one momentum decay in a tunnel, and a detector stands behind it: nuSCOPE. How many neutrinos it sees, why the
place of a vertex says their energy, what the spread of the mesons costs, and which way the flux moves with the beam.
"""

from pathlib import Path

import jax
import numpy as np

import ontarget as ot
from ontarget.ground.address import replace
from ontarget.ground.units import m
from ontarget.plot import Curve, curves_figure, to_svg

# The beam of this entry is given by a few numbers at the entrance of the tunnel: 8.4 GeV/c, a spread of 7.6 %, and
# so many pions and kaons per proton. They are not CERN's but ours, read off the flux that was shown. `ontarget show
# nuscope_lar` says of each number where it comes from.

experiment = ot.load("nuscope_lar")
counts = experiment.expected()
values = np.asarray(counts.channels[0].values)  # flavour, ring, energy
flavours = {"nu_e": 0, "nu_mu": 1}
for name, place in flavours.items():
    print(f"{name:6s} {values[place].sum():12.0f} charged-current events in five years")

# Each event is counted in a ring around the axis of the beam, 20 cm wide. A neutrino has less energy the wider the
# angle at which it leaves its pion: E = 0.427 E_pi / (1 + (gamma theta)^2). So the ring knows the energy before the
# detector has looked at anything.

rings, energies = counts.tag.shown(), counts.seen.shown()  # m and GeV
middle = (energies[1:] + energies[:-1]) / 2
print("\nring (m)       events   most frequent energy (GeV)")
for ring in range(0, 10, 2):
    spectrum = values[1, ring]
    print(f"{rings[ring]:.1f} to {rings[ring + 1]:.1f} {spectrum.sum():12.0f} {middle[spectrum[:45].argmax()]:10.2f}")

# It would know it better if the mesons were more alike and flew more in parallel. Numbers are changed by address.

parallel = {"source.beam.spread": "1 %", "source.beam.divergence": "1 mrad"}
better = np.asarray(ot.load("nuscope_lar", set=parallel).expected().channels[0].values)


def width(spectrum):
    """Half of the middle 68 % below 4.5 GeV, where the neutrinos of pions are, over their median."""
    below = spectrum[:45] / spectrum[:45].sum()
    low, median, high = np.interp([0.16, 0.5, 0.84], np.cumsum(below), energies[1:46])
    return (high - low) / 2 / median


print("\nring (m)     known to   with 1 % and 1 mrad")
for ring in range(0, 10, 2):
    as_is, parallel_too = width(values[1, ring]), width(better[1, ring])
    print(f"{rings[ring]:.1f} to {rings[ring + 1]:.1f} {100 * as_is:9.0f} % {100 * parallel_too:13.0f} %")

# Every ray is forced through the detector and carries the probability of that as a weight, so the flux is a smooth
# function of the beam, and has derivatives: here of all muon neutrinos by the mean momentum, as a relative change
# for each per cent.

site = experiment.detector.site
untagged = ot.load("nuscope_lar", set={"detector.tag": {"type": "Untagged"}}).detector.tag
small = {"source.daughters": [], "source.rays": 1024, "source.repeats": 2}
quick = ot.load("nuscope_lar", set=small).source


def muon_neutrinos(momentum):
    """Neutrinos per m2 and proton."""
    flux = replace(quick, {"beam.momentum": momentum}).flux(experiment.facility, site, untagged)
    return flux.values[1].sum() * m**2


now, slope = jax.jvp(jax.jit(muon_neutrinos), (quick.beam.momentum,), (0.01 * quick.beam.momentum,))
print(f"\n{now:.3g} neutrinos per m2 and proton; one per cent more momentum changes them by {100 * slope / now:+.2f} %")

# A tunnel of your own is one YAML file. What cannot be true gives a one-line message, before a ray is drawn.

for wrong in ({"source.rays": 1000}, {"source.tunnel.length": "40 GeV"}, {"detector.tag": {"type": "Arrival"}}):
    try:
        ot.load("nuscope_lar", set=wrong)
    except ot.InputError as error:
        print(f"\n{error}")

# The picture: the spectrum in three rings, as it is, and with the narrower beam.

curves = []
for group, ring in enumerate((0, 4, 8)):
    label = f"{rings[ring]:.1f} to {rings[ring + 1]:.1f} m"
    for spectra, note in ((values, ""), (better, ", narrower beam")):
        per_energy = spectra[1, ring] / np.diff(energies)
        curves.append(Curve(label + note, middle, per_energy / per_energy.max(), group=group + 3 * (note != "")))
figure = curves_figure(curves, [], "neutrino energy (GeV)", "events (highest point: 1)")
figure.axes[0].set_xlim(0, 9)
figure.axes[0].set_ylim(0, 1.05)
Path("rings.svg").write_text(to_svg(figure), encoding="utf-8")
