"""A posterior.

A new coupling of electron neutrinos to u quarks may turn the sign of the standard amplitude: then there are two
solutions. How probable is each, what does a posterior density say that a profile does not, and when are draws from it
to be trusted?
"""

from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.inference.fit import intervals, profile
from ontarget.inference.posterior import NUTS, Nested, marginal, sample
from ontarget.plot import Corner, Face, Side, corner_figure, to_svg

# Caesium iodide and silicon at the ESS, three years each. The signal is known to ten per cent, the same in both, and
# the data are what the standard model expects.

changes = {"detector.channels.cevns.interaction.couplings": {"type": "NSI"}}
targets = [ot.load(name, set=changes) for name in ("ess_csi", "ess_silicon")]
coupling = ot.Parameter("eps_ee_u", "*.couplings.eps_ee_u", -0.6, 1.2)
signal = ot.Scale("signal", "*.source.neutrinos_per_proton", 0.4, 1.6, prior=ot.Gaussian(1.0, 0.10))
likelihood = ot.likelihood(targets, [coupling, signal])

# The posterior is flat in the box but for that prior. Chains start in every minimum that fits find, and hardly ever
# pass from one to another: how much probability each holds is computed afterwards, from the draws in it.

chains = sample(likelihood, NUTS(warmup=300, draws=500))
for mode in chains.modes:
    where, share = mode.best["eps_ee_u"], f"{100 * mode.share:.2f} +- {100 * mode.share_error:.2f} %"
    print(f"eps = {where:6.3f}: {share} of the probability, -2 ln L {mode.depth:.2f}")

# Nested sampling searches all of the box and needs no fit to begin with. The evidence, the likelihood averaged over the
# prior, comes with it; both ways must agree on it.

nested = sample(likelihood, Nested(live=200))
for name, draws in (("chains", chains), ("nested sampling", nested)):
    second = draws.modes[1]
    print(f"{name:16s} second mode {100 * second.share:.2f} +- {100 * second.share_error:.2f} %,", end=" ")
    print(f"ln evidence {draws.evidence:.2f} +- {draws.evidence_error:.2f}")

# Draws are to be trusted where chains have forgotten their start: R-hat below 1.01, some hundred independent draws, and
# no divergences. What is amiss stands in a message.

told, number = chains.diagnostics, len(chains.weights)
for place, name in enumerate(chains.names):
    print(f"{name:9s} R-hat {told.rhat[place]:.4f}, {told.effective[place]:.0f} independent draws of {number}")
print(f"divergences: {told.divergences}; message: {chains.message or 'none'}")

# Within a mode the intervals of highest density are those of the profile. The profile has no word on how probable the
# second one is, only on how deep: at 90 % it may be in or out.

scan = profile(likelihood, {"eps_ee_u": np.linspace(-0.6, 1.2, 721)})
density = marginal(chains, "eps_ee_u")
for name, pieces in (("highest density", density.pieces(0.90)), ("profile", intervals(scan, 0.90).pieces)):
    print(f"{name:16s} 90 %: " + ", ".join(f"{one.low:.3f} to {one.high:.3f}" for one in pieces))

# A corner plot shows both parameters alone and together; dashed is the profile.

levels = (0.6827, 0.90)
(x,), other, both = density.grids.values(), marginal(chains, "signal"), marginal(chains, "eps_ee_u", "signal")
(y,) = other.grids.values()
sides = [
    Side(
        "coupling to u quarks",
        x,
        density.values,
        [density.height(one) for one in levels],
        (scan.grids["eps_ee_u"], np.exp(-scan.values / 2)),
    ),
    Side("signal", y, other.values, [other.height(one) for one in levels]),
]
face = Face(*both.grids.values(), both.values, [both.height(one) for one in levels])
figure = corner_figure(
    Corner(sides, {(0, 1): face}, ["68 %", "90 %"], [scan.best.values["eps_ee_u"], scan.best.values["signal"]])
)
Path("posterior.svg").write_text(to_svg(figure), encoding="utf-8")
