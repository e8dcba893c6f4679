"""Your own detector.

A detector that the catalog does not have: 100 kg of sodium iodide at the Spallation Neutron Source, written as one YAML
file. What it counts in bins of arrival time, and the message you get when something in the file cannot be true.
"""

from pathlib import Path

import numpy as np

import ontarget as ot
from ontarget.plot import Panel, panels_figure, to_svg

# An experiment is a facility, a source, a detector and an exposure. What stands in the catalog is used by its name;
# the rest is written out. All numbers of this detector are round ones, chosen for this page: no detector is meant.
#
# From the true recoil energy to what is reconstructed there are four stages, in this order: quenching turns recoil
# energy into visible energy, the light yield turns that into a mean number of photo-electrons, Poisson statistics turn
# the mean into a whole number, and some events are lost. One response serves the channel: sodium and iodine are
# quenched alike.

text = """
name: Sodium iodide, an example
facility: {use: facilities/sns_fts}
source: {use: sources/sns_fts}
detector:
  site: {baseline: 22 m}
  mass: 100 kg
  material: {use: materials/nai}
  seen: {type: CountAxis, start: 4, stop: 64, bins: 15}
  tag: {type: ArrivalTime, times: {start: 0 us, stop: 6 us, bins: 12}}
  channels:
    cevns:
      interaction: {type: CEvNS}
      truth: {type: EnergyAxis, start: 0 keV, stop: 150 keV, bins: 400, spacing: {type: SquareRoot}}
      response:
        quenching: {type: ConstantQuenching, value: 0.15}
        light: {type: LightYield, per_energy: 10 / keV}
        statistics: {type: PoissonSmearing, axis: {type: CountAxis, start: 0, stop: 300, bins: 300}}
        efficiency: {type: ConstantEfficiency, fraction: 0.8}
  backgrounds:
    dark: {type: SteadyStateIntegrated, rate: 100 / kg / day, duty: 3.6e-4}
exposure: 1 yr
"""
Path("nai.yaml").write_text(text, encoding="utf-8")
experiment = ot.load("nai.yaml")
counts = experiment.expected()
print(f"{experiment.title}: {counts.signal().sum():.1f} signal and {counts.background().sum():.1f} background events")

# Where did the others go? An event that was detected with too few or too many photo-electrons, or after the last
# microsecond, is `outside`; one that the efficiency refused is in neither. Nothing vanishes without a name.

channel = counts.channels[0]
print(f"{channel.interactions.sum():.1f} recoils, of which {channel.outside.sum():.1f} were detected outside the axes")

# Counts are [time, photo-electrons]. Muon neutrinos come with the pions, while the protons do; the two flavours of the
# muon follow with its lifetime of 2.2 us, so the clock separates flavours.

edges = counts.tag.shown()
flavours = {"ν from pions": (1,), "ν from muons": (0, 4)}  # places of nu_mu, and of nu_e with nubar_mu
in_time = {label: sum(channel.values[i].sum(axis=1) for i in places) for label, places in flavours.items()}
background = counts.background().sum(axis=1)
print("time (us)      pions   muons   background")
for k in range(len(edges) - 1):
    prompt, delayed = (float(values[k]) for values in in_time.values())
    print(f"{edges[k]:.1f} to {edges[k + 1]:.1f} {prompt:10.2f} {delayed:7.2f} {background[k]:12.2f}")

# If the file has an error you get a one-line message: where, what was given, what is true, what to do.

mistakes = {
    "a number without its unit": ("mass: 100 kg", "mass: 100"),
    "a unit of the wrong kind": ("baseline: 22 m", "baseline: 22 kg"),
    "a slip of the pen": ("mass: 100 kg", "mas: 100 kg"),
    "an impossible value": ("value: 0.15", "value: -0.15"),
    "a class that is not there": ("type: PoissonSmearing", "type: PoisonSmearing"),
    "an entry that is not there": ("facilities/sns_fts", "facilities/sns"),
    "an axis upside down": ("start: 4, stop: 64", "start: 64, stop: 4"),
}
for what, (right, wrong) in mistakes.items():
    Path("wrong.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    try:
        ot.load("wrong.yaml")
    except ot.InputError as error:
        print(f"\n{what}:\n  {error}")

# One mistake no file shows: a threshold above every recoil. It is found when you ask for counts.

try:
    ot.load("nai.yaml", set={"detector.seen": {"start": 400, "stop": 500}}).expected()
except ot.InputError as error:
    print(f"\nnothing left to see:\n  {error}")

# The picture: what comes when, and with how much light.


def stacked(axis):
    """Counts per unit of one axis, the other summed over: background first, then neutrinos by their parent."""
    other, edges = 1 - axis, (counts.tag, counts.seen)[axis].shown()
    parts = {"background": counts.background().sum(axis=other)}
    for label, places in flavours.items():
        parts[label] = sum(channel.values[i].sum(axis=other) for i in places)
    return edges, {label: np.asarray(values) / np.diff(edges) for label, values in parts.items()}


panels = [
    Panel("when", *stacked(0), "arrival time (µs)", "events per µs and year"),
    Panel("how bright", *stacked(1), "photo-electrons", "events per p.e. and year"),
]
Path("arrival.svg").write_text(to_svg(panels_figure(panels, columns=2)), encoding="utf-8")
