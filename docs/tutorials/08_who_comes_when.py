"""Who comes when.

A pulse of protons of 320 ns stops pions, and their neutrinos come in order: muon neutrinos while the protons do, the
two flavours of the muon over the next microseconds. What 100 t of argon at PIP-II count in each window of time, what
leaks from one into the other, and what a background does that knows nothing of pulses.
"""

from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.plot import Panel, panels_figure, to_svg

# The detector stands 20 m from the target, which is our choice, and sees nuclear recoils from 20 keV with 70 %. Time
# starts when the first neutrino of a pulse can arrive.

experiment = ot.load("pip2_bar_100t")
counts = experiment.expected()
print(f"{experiment.name}: {counts.signal().sum():.0f} events a year in 8 us after each pulse")

# By time: prompt muon neutrinos, delayed ones of the muon, and two backgrounds. Of the latter no number is published
# for such a detector: what is assumed stands in the catalog beside each number (`ontarget show pip2_bar_100t`).

edges = counts.tag.shown()  # us
values = np.asarray(counts.channels[0].values).sum(axis=2)  # flavour, time
backgrounds = {one.name: np.asarray(one.values).sum(axis=1) for one in counts.backgrounds}
print("\ntime (us)         nu_mu     nu_e  nubar_mu   argon-39   neutrons")
for k in range(len(edges) - 1):
    row = (values[1, k], values[0, k], values[4, k], backgrounds["argon39"][k], backgrounds["neutrons"][k])
    print(f"{edges[k]:.2f} to {edges[k + 1]:.2f}  " + " ".join(f"{one:9.0f}" for one in row))

# A prompt window that ends with the pulse holds delayed neutrinos too: muons decay from the first proton on. That
# leak is no accident of a detector, it is the length of the pulse over the muon's lifetime.

stop = int(np.searchsorted(edges, 0.36))
prompt, delayed = values[1], values[0] + values[4]
leak = delayed[:stop].sum() / delayed.sum()
purity = prompt[:stop].sum() / (prompt[:stop] + delayed[:stop]).sum()
print(f"\nuntil {edges[stop]:.2f} us: {100 * prompt[:stop].sum() / prompt.sum():.0f} % of the muon neutrinos,")
print(f"{100 * leak:.1f} % of the delayed ones, so {100 * purity:.0f} % of these neutrinos are muon neutrinos")

# Shorter pulses help, and cost nothing else here: each with a window of the pulse and three lifetimes of the pion.
# Numbers are changed by address.

for width in (0.32, 0.1, 0.03):
    fractions = [0, (width + 0.08) / 8, *np.linspace(0.1, 1.0, 7)]
    changed = {"facility.pulse.width": f"{width} us", "detector.tag.times.spacing.fractions": fractions}
    one = ot.load("pip2_bar_100t", set=changed).expected()
    found = np.asarray(one.channels[0].values).sum(axis=2)[:, 0]
    print(f"pulse of {1000 * width:3.0f} ns: {100 * found[1] / found.sum():.0f} % muon neutrinos in its window")

# Argon-39 decays all the time, and counts only while the window is open: a hundred times a second for 8 us. That duty
# factor follows from facility and tag, nobody types it. Pulse shape then separates electrons from nuclei.

window = (edges[-1] - edges[0]) * 1e-6
decays = 1.0 * 1e5 * window
print(f"\natmospheric argon: {decays:.1f} decays in each window, {backgrounds['argon39'].sum():.0f} counts a year")
clean = ot.load("pip2_bar_100t", set={"detector.backgrounds.argon39.activity": "1 mBq/kg"}).expected()
left = next(float(one.values.sum()) for one in clean.backgrounds if one.name == "argon39")
print(f"underground argon: {decays / 1000:.4f} decays in each, {left:.1f} counts a year")

# So the counts are no reason to dig for underground argon; nearly one decay in every window, on top of the event that
# is looked for, may well be. That is pile-up, and no count of this program knows of it.

parts = {"argon-39": backgrounds["argon39"], "neutrons": backgrounds["neutrons"]}
parts |= {"ν of pions": prompt, "ν of muons": delayed}
per_time = {name: part / np.diff(edges) for name, part in parts.items()}
figure = panels_figure(
    [Panel("100 t of argon, 20 m", edges, per_time, "time (µs)", "events per µs and year")], columns=1
)
figure.axes[0].set_xlim(0, 4)
Path("times.svg").write_text(to_svg(figure), encoding="utf-8")
