"""Two baselines, one neutrino missing.

If muon neutrinos turn into a kind that interacts with nothing, fewer nuclei recoil, and how many fewer depends on the
distance. Two detectors of 100 t at 15 and 30 m from one target: what each counts, where both together are blind, and
what the distance of each event adds.
"""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import ontarget as ot
from ontarget.analysis.oscillation.sterile_counts import disappearance_templates
from ontarget.plot import Curve, curves_figure, to_svg

# The detectors are cylinders 4.5 m across and high, so a path is not one number: the volume is cut into cells of
# path, each with its share and its 1/L2. The tag is a window of time times a bin of the reconstructed distance.

near, far = (ot.load(f"pip2_sterile_{name}") for name in ("near", "far"))
windows, bins = 2, 12
found = {}
for experiment in (near, far):
    values = np.asarray(experiment.expected().channels[0].values).sum(axis=2)  # flavour, window and distance
    found[experiment.name] = values
    prompt = values[:, :bins].sum(axis=1)
    print(f"{experiment.name}: {prompt[1]:.3g} prompt muon neutrinos, {prompt[[0, 4]].sum():.3g} others with them")

# The muon neutrinos of stopped pions have one energy, 29.8 MeV. At 2.46 eV2 they have all turned where the near
# detector stands, and have come back where the far one does.

grid = jnp.geomspace(0.1, 100.0, 400) * 1e-12  # eV2 in MeV2
fourth = near.propagation
lost = {one.name: disappearance_templates(one, fourth, grid) for one in (near, far)}
at = int(np.argmin(np.abs(np.asarray(grid) * 1e12 - 2.46)))
for name, one in lost.items():
    share = float(one.lost[at, 1, :bins].sum() / one.steady[1, :bins].sum())
    print(f"{name}: at 2.46 eV2 {100 * share:.0f} % of the amplitude is gone")

# How well an amplitude is known, if 9 % of normalisation are common to both detectors and there is one background
# event for each event: the least squares of two numbers, written out. A pattern that both detectors share alike is
# swallowed by the normalisation, and nothing is left.


def reach(signal, change, normalisation=0.09, level=4.61):
    """The amplitude that would be excluded at 90 % (two degrees of freedom): counts, and what amplitude one removes."""
    signal, change = signal[signal > 0], change[signal > 0]  # no distance without events
    variance = 2 * signal
    information = (change**2 / variance).sum()
    shared, whole = (change * signal / variance).sum(), (signal**2 / variance).sum()
    return np.sqrt(level / (information - shared**2 / (whole + normalisation**-2)))


def limits(along):
    """The reach at every splitting, from rates or along the distance."""
    changes = [jax.tree.map(np.asarray, one) for one in lost.values()]
    steady = np.concatenate([np.atleast_1d(along(one.steady[1, :bins])) for one in changes])
    gone = [np.concatenate([np.atleast_1d(along(one.lost[i, 1, :bins])) for one in changes]) for i in range(len(grid))]
    return np.array([reach(steady, one) for one in gone])


splittings = np.asarray(grid) * 1e12
rates, distances = limits(np.sum), limits(np.array)
print("\nsplitting (eV2)   by rates   by distances")
for wanted in (0.3, 1.0, 3.0, 4.95, 10.0, 30.0):
    i = int(np.argmin(np.abs(splittings - wanted)))
    print(f"{splittings[i]:10.2f} {min(rates[i], 1):14.3g} {min(distances[i], 1):12.3g}")

# At 4.95 eV2 both detectors stand where the neutrinos have just come back: two rates see nothing at all. Events
# sorted by distance do, for the 4.5 m of a detector are a third of a cycle.

worst = int(np.argmax(np.where(splittings < 20, rates, 0)))
print(f"\nrates are blindest at {splittings[worst]:.2f} eV2; distances there reach {distances[worst]:.2g}")

# The study `ontarget run pip2_sterile` does this for all flavours, with the leak of delayed neutrinos into the prompt
# window and errors of each window: one per cent for each detector alone costs a factor of five at 1 eV2.

curves = [Curve("rates of two detectors", np.minimum(rates, 1), splittings)]
curves.append(Curve("distances within them", np.minimum(distances, 1), splittings, group=1))
figure = curves_figure(curves, [], "sin² 2θ, muon to sterile, excluded at 90 %", "Δm² (eV²)", "log", "log")
Path("reach.svg").write_text(to_svg(figure), encoding="utf-8")
