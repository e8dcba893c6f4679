"""Far from the target.

Stopped pions make muon neutrinos of one energy, 29.8 MeV, too low to make muons. Some kilometres away a few have
become electron neutrinos, which argon does see. How many, what the phase of CP violation does to them, and what the
published idea leaves out: the muons make electron neutrinos of their own, a little later.
"""

from pathlib import Path

import jax.numpy as jnp
import numpy as np

import ontarget as ot
from ontarget.ground.units import MeV, km
from ontarget.plot import Curve, curves_figure, to_svg
from ontarget.propagation import ThreeFlavour

# The probability is exact, in vacuum and in matter of one density, and costs next to nothing. Rows and columns are
# flavours.

energy, distance = jnp.array([29.79]) * MeV, jnp.linspace(1.0, 40.0, 391) * km
phases = {"-π/2": -np.pi / 2, "0": 0.0, "π/2": np.pi / 2, "π": np.pi}
curves = []
print("phase    at 17 km   at 5 km")
for group, (name, phase) in enumerate(phases.items()):
    appear = np.asarray(ThreeFlavour(delta=jnp.asarray(phase)).probability(energy, distance)[0, 1, 0])
    print(f"{name:6s} {100 * appear[160]:8.2f} % {100 * appear[40]:7.2f} %")
    curves.append(Curve(f"δ = {name}", np.asarray(distance / km), appear, group=group))

# Whatever the phase, nothing is lost: a neutrino ends as one of the three.

whole = ThreeFlavour().probability(energy, distance)[:3].sum(axis=0)
print(f"the three add to one within {float(jnp.abs(whole[:3] - 1).max()):.0e}")

# The ground under the way changes little at such energies.

rock = ot.load("dar_argon").propagation
there, vacuum = (np.asarray(one.probability(energy, distance)[0, 1, 0]) for one in (rock, ThreeFlavour()))
print(f"rock changes the appearance at 17 km by {100 * (there[160] / vacuum[160] - 1):+.2f} %")

# 40 kt of argon, 17 km away, 1e23 pions. The first window holds the pulse and a little more.

experiment = ot.load("dar_argon")
values = np.asarray(experiment.expected().channels[0].values)  # flavour that interacts, window, energy
prompt, late = values[0, 0].sum(), values[0, 1].sum()
alone = ot.load("dar_argon", set={"propagation": {"type": "NoOscillation"}}).expected()
born = np.asarray(alone.channels[0].values)[0]
print(f"\nelectron neutrinos in the prompt window: {prompt:.1f}, of which {born[0].sum():.1f} were born as such")
print(f"in the ten microseconds after it: {late:.0f}")

# The cross-section is the other unknown. No experiment has measured it at these energies; strengths from charge
# exchange fix most of it, and what is left is how the electron feels the charge of the nucleus.

for kind in ("NoCoulomb", "FermiFunction", "EffectiveMomentum", "SmallerOfBoth"):
    address = "detector.channels.nue_cc.interaction.coulomb"
    counts = ot.load("dar_argon", set={address: {"type": kind}}).expected()
    print(f"{kind:18s} {float(np.asarray(counts.channels[0].values)[0, 0].sum()):6.1f} in the prompt window")

# The delayed neutrinos of the muons are many times those that appear; a few per cent leak into a prompt window. The
# study `ontarget run dar_long_baseline` looks for the distance that is best with them: nearer than 17 km.

figure = curves_figure(curves, [], "distance (km)", "muon to electron neutrino, 29.8 MeV")
figure.axes[0].set_xlim(1, 40)
Path("appearance.svg").write_text(to_svg(figure), encoding="utf-8")
