"""Answers in Python.

What a study asks in YAML can be asked in a notebook. Each question is one function of `ot.analysis`; it takes
experiments or a likelihood, and returns named arrays. Here are three: recoils against threshold, windows in time, and
the allowed range of a coupling.
"""

from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.ground.units import keV
from ontarget.plot import Curve, Guide, curves_figure, to_svg

# How many recoils are there above a threshold, per kilogram of target and year? Two detectors of the European
# Spallation Source, at a few thresholds.

csi, silicon = ot.load("ess_csi"), ot.load("ess_silicon")
energies = np.array([0.2, 1.0, 5.0]) * keV
for one in (csi, silicon):
    found = ot.analysis.thresholds(one, energies)
    counts = ", ".join(f"{n:.4g} above {t:g} keV" for t, n in zip(found.thresholds, found.above, strict=True))
    print(f"{one.title}: {counts}; the detector itself counts {found.detected:.4g} from {found.start:g} keV on")

# When should a detector at a pulsed source look for prompt muon neutrinos? The window with the best S / sqrt(S + B)
# is sought among all; S is prompt neutrinos, B is everything else.

(at_home,) = ot.analysis.timing(ot.load("pip2_bar_100t"))
window = at_home.prompt
print(
    f"prompt window: {1000 * window.start:.0f} to {1000 * window.stop:.0f} ns, {window.signal:.0f} prompt neutrinos a "
    f"year, {100 * window.purity:.0f} % of all that it holds"
)

# Which non-standard couplings of electron neutrinos to u quarks would the crystal leave? The likelihood is made once
# and asked; the flux is known to 10 %.

crystal = ot.load("ess_csi", set={"detector.channels.cevns.interaction.couplings": {"type": "NSI"}})
coupling = ot.Parameter("eps_ee_u", "*.couplings.eps_ee_u", -0.6, 1.2)
flux = ot.Scale("flux", "*.source.neutrinos_per_proton", 0.5, 1.5, prior=ot.Gaussian(1.0, 0.1))
likelihood = ot.likelihood([crystal], [coupling, flux])
answer = ot.analysis.bounds(likelihood, ["eps_ee_u"], level=0.90)["eps_ee_u"]
for piece in answer.intervals[0].pieces:
    print(f"eps_ee_u between {piece.low:.3f} and {piece.high:.3f} at 90 %")

# Results are arrays, so they are drawn as any others. Nothing was written but the figure.

low = np.where(answer.values < 12, answer.values, np.nan)  # the barrier between both solutions is left out
level = np.full(2, answer.intervals[0].threshold)
curves = [
    Curve("profile, flux known to 10 %", answer.grid, low),
    Guide("90 % CL, one degree of freedom", np.array([-0.15, 0.55]), level),
]
figure = curves_figure(curves, [], r"$\varepsilon_{ee}^{u}$", "−2 Δ ln L")
Path("bounds.svg").write_text(to_svg(figure), encoding="utf-8")
