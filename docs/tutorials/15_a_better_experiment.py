"""A better experiment.

Counts are differentiable in every number of the chain, those of the detector and of the facility included. So what an
experiment will know can be improved by gradients: which number matters, how to share a mass among two targets, and
where more of everything no longer helps.
"""

from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.inference.design import Bound, brute_force, minimise, starting_points
from ontarget.plot import Curve, Mark, curves_figure, to_svg
from ontarget.study import DesignNumber, Formula, JointError, UpperLimit, planned

# Caesium iodide at the European Spallation Source, with new couplings of electron neutrinos to quarks. What is not
# known: the flux to 10 %, the background to 1 %.

NSI = {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}}
crystal, ccd = (ot.load(name, set=NSI) for name in ("ess_csi", "ess_silicon"))
flux = ot.Scale("flux", "*.source.neutrinos_per_proton", 0.02, 4.0, prior=ot.Gaussian(1.0, 0.1))
noise = ot.Scale("noise", "*.backgrounds.*.rate", 0.8, 1.2, prior=ot.Gaussian(1.0, 0.01))
up = ot.Parameter("eps_ee_u", "*.couplings.eps_ee_u", -0.6, 1.2)
down = ot.Parameter("eps_ee_d", "*.couplings.eps_ee_d", -0.6, 1.2)

# One evaluation says how the error of a coupling moves with each number: by how many per cent for one per cent.

free = (
    DesignNumber(5.0, 50.0, "*.detector.mass", "kg", name="mass"),
    DesignNumber(10.0, 40.0, "*.detector.site.baseline", "m", name="baseline"),
    DesignNumber(0.6, 2.0, "*.response.threshold.energy", "keV", name="threshold"),
    DesignNumber(1.0, 50.0, "*.steady_state.duty", "%", name="duty"),
)
plan = planned([crystal], [up], [flux, noise], free)
error, slope = JointError().measured(plan).slope(plan.today)
print(f"{JointError().label(plan)}: {error:.4f}")
for one, now, rise in zip(free, plan.today, slope * plan.today / error, strict=True):
    print(f"{one.name:10s} {now:6.3g} {one.unit:4s} {rise:+.3f} % for one per cent")

# Counts are quadratic in a coupling that changes the flavour: no information at zero, but there is a limit, and it has
# derivatives too. They are next to nothing here: the flux is what stands in the way, and no detector mends that.

flip = ot.Parameter("eps_emu_u", "*.couplings.eps_emu_u", 0.0, 0.6)
plan = planned([crystal], [flip], [flux, noise], free)
limit, slope = UpperLimit().measured(plan).slope(plan.today)
print(f"\n{UpperLimit().label(plan)}: {limit:.4f}")
for one, rise in zip(free, slope * plan.today / limit, strict=True):
    print(f"{one.name:10s} {rise:+.4f} % for one per cent")

# One nucleus knows one combination of two couplings. A second target crosses it; how is 23.5 kg best shared?

free = (
    DesignNumber(0.5, 30.5, "ess_csi.detector.mass", "kg", name="csi"),
    DesignNumber(1.0, 31.0, "ess_silicon.detector.mass", "kg", name="silicon"),
)
plan = planned([crystal, ccd], [up, down], [flux, noise], free)
joint, mass = JointError().measured(plan), Formula("csi + silicon").measured(plan)
low, high = np.array([0.5, 1.0]), np.array([30.5, 31.0])
bound = Bound(mass, 23.5, 1.0)
best = minimise(joint, low, high, starting_points(low, high, plan.today, 2), (bound,))
design, value = brute_force(joint, low, high, 13, (bound,)).best()
print(f"\ntoday {joint.values(plan.today[None])[0]:.4f}")
print(f"by gradient {best.value:.4f} with {best.design.round(2)} kg, {best.evaluations} evaluations")
print(f"of a grid   {value:.4f} with {design} kg")

# The optimum is flat: half as much silicon costs a tenth of the error. A curve along the budget says so.

share = np.linspace(0.03, 0.97, 41)
line = joint.values(23.5 * np.stack([1 - share, share], axis=1))
marks = [
    Mark("today", np.array([1 / 23.5]), joint.values(plan.today[None]), hollow=True, size=8.0),
    Mark("by gradient", best.design[1:] / 23.5, np.array([best.value]), size=8.0),
]
figure = curves_figure([Curve("23.5 kg", share, line)], marks, "share of silicon", "joint error of both couplings")
Path("share.svg").write_text(to_svg(figure), encoding="utf-8")

# The same with ties, fronts of reach against cost, and tables of what matters is a task of a study, `type: Design`:
# `ontarget run design_ess_masses`, `design_pip2_baselines`, `design_nuscope`.
