"""From a name to a reach.

One experiment of the catalog, from its name to an allowed region: what it is made of, what it counts, how the counts
move with each of its numbers, and what they say about new interactions of electron neutrinos with u and d quarks.
"""

from pathlib import Path

import jax
import numpy as np

import ontarget as ot
from ontarget.ground.address import replace
from ontarget.ground.units import keV, kg, m, ms
from ontarget.plot import Region, regions_figure, to_svg

# A name is enough. The catalog knows the European Spallation Source, the pions that stop in its target, and a detector
# of 22.5 kg of caesium iodide at 20 m proposed to stand there.

csi = ot.load("ess_csi")
print(f"{csi.title}: {csi.detector.name}")

# Every physical number in it has an address: the path of fields that leads to it. A number is in internal units, so
# divide by a unit to read it.

numbers = ot.addresses(csi)
for address in ("facility.power", "source.neutrinos_per_proton", "detector.site.baseline", "detector.mass"):
    print(f"  {address:32} {float(numbers[address]):.6g}")
print(f"  and {len(numbers) - 4} more; the baseline is {numbers['detector.site.baseline'] / m:g} m")

# What does it count in three years? `expected()` runs the whole chain, from protons to reconstructed bins.

counts = csi.expected()
print(f"signal {counts.signal().sum():.0f}, background {counts.background().sum():.0f}, in {counts.seen.bins} bins")

# To change a number, say so when you load: with a unit, as in a YAML file, and it is checked.

further = ot.load("ess_csi", set={"detector.site.baseline": "30 m"})
print(f"at 30 m: {further.expected().signal().sum():.0f}, which is the square of 20/30 times the above")

# The chain is differentiable, through the kinematic limit and the sharp threshold as well. `replace` puts numbers at
# addresses; JAX does the rest. The pulse width matters only where arrival times are used, so let this detector
# open a window of 2.86 ms with each pulse.

window = {"type": "ArrivalTime", "times": {"start": "0 ms", "stop": "2.86 ms", "bins": 1}}
timed = ot.load("ess_csi", set={"detector.tag": window})
units = {
    "detector.site.baseline": m,
    "detector.mass": kg,
    "detector.channels.cevns.response.threshold.energy": keV,
    "facility.pulse.width": ms,
}


@jax.jit
@jax.value_and_grad
def signal(values):
    return replace(timed, values).counts().signal().sum()


here = {address: ot.addresses(timed)[address] for address in units}
total, slopes = signal(here)
print(f"{total:.0f} events in the window; one per cent more of each number changes them by")
for address in units:
    print(f"  {address:52} {slopes[address] * here[address] / total:+.3f} %")

# Twice the distance is a quarter of the flux (-2), twice the mass twice the counts (+1); a longer pulse spreads the
# same neutrinos over a longer time than the window (-1); the threshold is low already (-0.15).

# Now a question. Suppose that electron neutrinos have a further vector interaction with quarks, of strength eps times
# the Fermi constant. `NSI` holds the standard couplings and adds to them; it takes their place in the chain.

nsi = {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}}
csi, silicon = ot.load("ess_csi", set=nsi), ot.load("ess_silicon", set=nsi)

# Any input can be made a fit parameter. A `Parameter` replaces the number at its addresses, a `Scale` multiplies it.
# The star ties the same number of all experiments: two detectors at one source share its yield.

new = [
    ot.Parameter("eps_ee_u", "*.couplings.eps_ee_u", low=-1.0, high=1.1),
    ot.Parameter("eps_ee_d", "*.couplings.eps_ee_d", low=-1.0, high=1.1),
]
nuisances = [
    ot.Scale("signal", "*.source.neutrinos_per_proton", low=0.2, high=1.8, prior=ot.Gaussian(mean=1, sigma=0.10)),
    ot.Scale("background", "*.backgrounds.*.rate", low=0.9, high=1.1, prior=ot.Gaussian(mean=1, sigma=0.01)),
]
one = ot.likelihood(csi, [*new, *nuisances])

# The likelihood found out by itself that the counts are polynomials in these four, and keeps only the coefficients. It
# says how well: this is the largest error anywhere in the box, in standard deviations of a bin.

print(f"{len(one.expansion.coefficients)} coefficients per bin, error {max(one.errors):.0e}")

# Without data the expected counts stand in for them (Asimov data). One coupling first, the other held at zero. The
# allowed range has two pieces: in the second, the new interaction turns the sign of the standard amplitude.

scan = ot.profile(one, {"eps_ee_u": np.linspace(-0.6, 1.0, 161)}, fixed={"eps_ee_d": 0.0})
found = ot.intervals(scan, level=0.90)
print("eps_ee_u at 90 %:", " or ".join(f"{piece.low:+.3f} to {piece.high:+.3f}" for piece in found.pieces))

# Both couplings now. One nucleus measures one combination of u and d, so its allowed region is a pair of bands; a
# nucleus with another ratio of neutrons to protons has other bands, and the two cross.

grid = np.linspace(-1.0, 1.1, 201)
regions = []
for label, experiments in {"CsI": [csi], "silicon": [silicon], "both": [csi, silicon]}.items():
    scan = ot.profile(ot.likelihood(experiments, [*new, *nuisances]), {"eps_ee_u": grid, "eps_ee_d": grid})
    lines = ot.contour(scan, level=0.90)
    print(f"{label}: {len(lines)} lines, {(~scan.converged).sum()} of {scan.values.size} fits failed")
    regions.append(Region(label, grid, grid, scan.values, 4.605, filled=label == "both"))  # 4.605: 90 %, two parameters

figure = regions_figure(regions, [], r"$\varepsilon_{ee}^{u}$", r"$\varepsilon_{ee}^{d}$", best=(0.0, 0.0))
Path("plane.svg").write_text(to_svg(figure), encoding="utf-8")
