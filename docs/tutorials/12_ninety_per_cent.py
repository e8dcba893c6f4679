"""Ninety per cent.

A confidence interval promises to hold the truth as often as it says. The usual one, where -2 ln L rises by 2.71, keeps
the promise for many counts and far from any edge. For few counts toys say where the line is to be drawn.
"""

from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.ground.noun import Noun, Scalar, quantity, static
from ontarget.inference.fit import threshold
from ontarget.inference.toys import belt_of, construction, feldman_cousins
from ontarget.numerics.job import complete
from ontarget.plot import Region, regions_figure, to_svg

# The simplest experiment counts events, of which three are expected without any signal. Whatever has a name and bins
# can be fitted.


class Counter(Noun):
    """One bin: signal and background."""

    name: str = static(default="counter")
    signal: Scalar = quantity(default=1.0)
    background: Scalar = quantity(default=3.0)

    def bins(self):
        return (self.signal + self.background)[None]


signal = ot.Parameter("signal", "*.signal", 0.0, 20.0)
grid = np.arange(0.0, 13.0, 0.1)

# At each signal of the grid two thousand toys are thrown, and more where it is in doubt whether it is to be accepted.
# Feldman and Cousins published this very case in 1998: (0, 1.88) for one event, (0, 5.60) for four, (0.89, 9.53) for
# seven. The ends come in steps of the grid, for counts are whole numbers: what is accepted changes in jumps.

print("events   by toys          where -2 ln L is 2.71")
for count in (1, 4, 7):
    likelihood = ot.likelihood(Counter(), [signal], [np.array([float(count)])])
    belt = feldman_cousins(likelihood, "signal", grid, 1, toys=2000, more=20000, precision=0.02)
    ends = [(one.pieces[0].low, one.pieces[-1].high) for one in (belt.intervals[0], belt.asymptotic[0])]
    print(f"{count:4d}     " + "    ".join(f"{low:5.2f} to {high:5.2f}" for low, high in ends))

# What the usual interval is worth: how often it would hold the truth, were the signal one, two, five or ten.

for place in (10, 20, 50, 100):
    share, error = belt.coverage[0, place], belt.coverage_errors[0, place]
    print(f"signal {grid[place]:4.1f}: covered by chi squared in {100 * share:.1f} +- {100 * error:.1f} % of all cases")

# Two parameters make a plane, and the toys a surface over it. It is a job in chunks, one for each point and round of
# toys; a study keeps them, so that `ontarget run --resume` goes on where it was stopped, and several processes may
# share them. Here they are computed one after the other.

changes = {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}, "exposure": "12 days"}
experiment = ot.load("ess_csi", changes)
names = {"eps_ee_u": (-0.3, 0.7), "eps_mumu_u": (-0.2, 0.6)}
couplings = [ot.Parameter(name, f"*.couplings.{name}", low, high) for name, (low, high) in names.items()]
likelihood = ot.likelihood(experiment, couplings)
job = construction(likelihood, {name: np.linspace(*box, 9) for name, box in names.items()}, 2, toys=200, more=400)
belt = belt_of(job, complete(job))
print(f"{belt.toys.sum()} toys at {belt.toys.size} points; {belt.unconverged.sum()} did not converge")
low, high = belt.critical.min(), belt.critical.max()
print(f"critical values {low:.2f} to {high:.2f}; chi squared says {threshold(0.9, 2):.2f}")

# The profile is cheap and can be fine; critical values vary slowly and are interpolated. In a study it is one line:
# `method: {type: Toys, toys: 1000}` in a task Plane, Bounds or Profiles.

fine = ot.profile(likelihood, {name: np.linspace(*box, 61) for name, box in names.items()})
x, y = fine.grids.values()
level = threshold(0.9, 2)
regions = [
    Region("chi squared", x, y, fine.values, level, dash="--", group=0),
    Region("toys", x, y, belt.scaled(fine).values, level, dash="-", group=0),
]
figure = regions_figure(regions, [], "electron flavour, u quarks", "muon flavour, u quarks", (0.0, 0.0))
Path("ninety_per_cent.svg").write_text(to_svg(figure), encoding="utf-8")
