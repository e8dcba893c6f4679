"""Your own data.

A small data set of your own: a list of events, a list of what was counted beside them, and fewer than forty lines of
YAML. No Python is needed on your side; this script only stands in for you, makes up the events, and calls the command.
"""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np


def ontarget(*words, fails=False):
    """Call the command as you would in a shell; what it prints. This script ends where it fails unexpectedly."""
    print("\n$ ontarget", *words)
    environment = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}
    call = [sys.executable, "-m", "ontarget", *words]
    done = subprocess.run(call, capture_output=True, text=True, env=environment)
    if (done.returncode != 0) != fails:
        sys.exit(done.stderr)
    return done.stderr if fails else done.stdout


# Twenty kilograms of caesium iodide stand at the Spallation Neutron Source for a year. All numbers are round ones, made
# up for this page. Events are known by their light, in photo-electrons, and by their time after the pulse. Steady
# radiation was counted in the 12 us before each pulse, twice as long as the 6 us after it that we look at: so for one
# event in the sideband we expect half an event in the signal sample. Tables are named with the column to be counted,
# and its bins; columns count from zero.

experiment = """
name: Our crystal, an example
facility: {use: facilities/sns_fts}
source: {use: sources/sns_fts}
exposure: 1 yr
detector:
  site: {baseline: 20 m}
  mass: 20 kg
  material: {use: materials/csi}
  seen: {type: CountAxis, start: 8, stop: 48, bins: 10}
  tag: {type: ArrivalTime, times: {start: 0 us, stop: 6 us, bins: 12}}
  channels:
    cevns:
      interaction: {type: CEvNS}
      truth: {type: EnergyAxis, start: 0 keV, stop: 50 keV, bins: 200, spacing: {type: SquareRoot}}
      response:
        quenching: {type: ConstantQuenching, value: 0.09}
        light: {type: LightYield, per_energy: 13 / keV}
        statistics: {type: PoissonSmearing, axis: {type: CountAxis, start: 0, stop: 80, bins: 80}}
        selection: {type: LogisticEfficiency, height: 0.8, steepness: 0.5, middle: 11}
  backgrounds:
    steady_state:
      type: MeasuredBackground
      counts: {file: sideband.csv, over: [{column: 0, start: 8, stop: 48, bins: 10}]}
      ratio: 0.5
"""
observed = """
observed:
  {file: events.csv, over: [{column: 1, start: 0, stop: 6, bins: 12}, {column: 0, start: 8, stop: 48, bins: 10}]}
"""

# The sideband first: 500 events, fewer and fewer towards more light. Then, before the data are in, what is expected?

random = np.random.default_rng(2017)


def write_events(name, light, time):
    with open(name, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("light", "time_us"), *zip(light.round(2), time.round(3), strict=True)])


write_events("sideband.csv", 8 + random.exponential(12, 500), random.uniform(-12, 0, 500))
Path("crystal.yaml").write_text(experiment.strip() + "\n", encoding="utf-8")
print(ontarget("expect", "crystal.yaml"))

# The events are drawn from just that: a Poisson number in each bin, anywhere in it. You have yours from a detector.

drawn = []
for row in csv.DictReader(ontarget("expect", "crystal.yaml", "--format", "csv").splitlines()):
    number = random.poisson(float(row["counts"]))
    ends = [
        (float(row[f"{axis} low{unit}"]), float(row[f"{axis} high{unit}"]))
        for axis, unit in (("seen", ""), ("tag", " (us)"))
    ]
    drawn.append([random.uniform(low, high, number) for low, high in ends])
light, time = (np.concatenate(values) for values in zip(*drawn, strict=True))
write_events("events.csv", light, time)

# Now the data are in. The experiment names the file of its events; and a study says what we want to know: the strength
# of the signal against the standard model's, first by counting, then with what is not known of flux and quenching.

study = """
name: Coherent scattering in our crystal
experiments: [crystal.yaml]
tolerance: 1e-3
tasks:
  - type: Measurement
    key: crystal
    title: Our crystal
    experiment: crystal
    axes: [photo-electrons, time]
    strength: {type: Scale, address: "*.source.neutrinos_per_proton", low: 0, high: 3, name: strength}
    systematics:
      flux: {type: Scale, address: "*.neutrinos_*", low: 0, high: 2, prior: &ten {type: Gaussian, mean: 1, sigma: 0.1}}
      quenching: {type: Scale, address: "*.quenching.value", low: 0.5, high: 1.5, prior: *ten}
"""
Path("crystal.yaml").write_text((experiment + observed.lstrip()).strip() + "\n", encoding="utf-8")
Path("study.yaml").write_text(study.strip() + "\n", encoding="utf-8")
lines = sum(len(Path(name).read_text(encoding="utf-8").splitlines()) for name in ("crystal.yaml", "study.yaml"))
print(f"{len(light)} events, {lines} lines of YAML")
assert lines < 40
print(ontarget("run", "study.yaml", "-o", "out"))

# The steady background was free in each bin of light, within what its sideband says; its error is in every number
# above. Columns for published numbers are empty until the study names some. The goodness of fit comes from a thousand
# repetitions, in which the sideband and the constraints are drawn anew too.
#
# The folder `out` holds a page, report.html, the tables, and the figures. This is one of them.

shutil.copy("out/figures/crystal_projections.svg", "fit.svg")

# What goes wrong most often is the name of a file, and the number of a column. Both are found before anything is
# computed.

mistakes = {
    "a file that is not there": ("events.csv", "event.csv"),
    "a column that is not there": ("column: 1", "column: 2"),
}
for what, (right, wrong) in mistakes.items():
    text = Path("crystal.yaml").read_text(encoding="utf-8")
    Path("wrong.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    print(f"\n{what}:")
    print(ontarget("expect", "wrong.yaml", fails=True))
