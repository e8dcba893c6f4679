"""Stop and go on.

Toys take long, and what takes long is interrupted: by a queue that ends, a disk that is full, a lid that is closed.
Here a study is killed in the middle, without a warning, and goes on with two processes where it was. The end is the
same as if nothing had happened, bit for bit.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import zarr

from ontarget.plot import Curve, Mark, curves_figure, to_svg


def ontarget(*words, fails=False):
    """Call the command as you would in a shell; what it says on the way. This script ends where it fails otherwise."""
    print("\n$ ontarget", *words)
    done = subprocess.run([sys.executable, "-m", "ontarget", *words], capture_output=True, text=True)
    if (done.returncode != 0) != fails:
        sys.exit(done.stderr)
    return done.stderr


# A kilogram of caesium iodide at the Spallation Neutron Source for a month, made up for this page, sees two or three
# events of signal beside six of background. How strong may the signal be? It cannot be below zero, so that the theorem
# of Wilks does not hold near there, and toys must say how large -2 ln L may become: 1000 at each of 25 points. That is
# a job of 25 chunks, one for each point.

experiment = """
name: A small crystal, an example
facility: {use: facilities/sns_fts}
source: {use: sources/sns_fts, nodes: 16}
exposure: 30 day
detector:
  site: {baseline: 20 m}
  mass: 1 kg
  material: {use: materials/csi}
  seen: {type: EnergyAxis, start: 5 keV, stop: 45 keV, bins: 8}
  tag: {type: ArrivalTime, times: {type: TimeAxis, start: 0 us, stop: 6 us, bins: 2}}
  channels:
    cevns: {interaction: {type: CEvNS}, truth: {type: EnergyAxis, start: 0 keV, stop: 50 keV, bins: 30}}
  backgrounds:
    steady: {type: TemplateBackground, total: 6, shape: [[1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1]]}
"""
study = """
name: Strength of a signal by toys
experiments: [crystal.yaml]
parameters:
  level: {type: Scale, address: "*.steady.total", low: 0.2, high: 2, prior: {type: Gaussian, mean: 1, sigma: 0.2}}
tasks:
  - type: Bounds
    key: strength
    title: Strength of the signal
    points: 121
    method: {type: Toys, toys: 1000, more: 0, points: 25}
    parameters:
      strength: {type: Scale, address: "*.source.neutrinos_per_proton", low: 0, high: 6}
"""
Path("crystal.yaml").write_text(experiment.strip() + "\n", encoding="utf-8")
Path("study.yaml").write_text(study.strip() + "\n", encoding="utf-8")

# The study is begun, and killed as soon as a few chunks are there: with SIGKILL, of which a program gets no notice.

command = [sys.executable, "-m", "ontarget", "run", "study.yaml", "-o", "out"]
process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
while len(list(Path("out").glob("chunks/*.zarr/status/c.*"))) < 4 and process.poll() is None:
    time.sleep(0.02)
process.kill()
process.wait()

# What was computed lies in the folder, as a zarr store that other programs read too. Each chunk has a status, written
# when all else of it is.

(store,) = Path("out").glob("chunks/*.zarr")
group = zarr.open_group(store, mode="r")
done = np.asarray(group["status"][:]) > 0
print(f"{store}: {done.sum()} of {done.size} chunks; arrays {sorted(group.array_keys())}")
print(dict(group.attrs))

# To begin anew would lose them, which is not done without being asked. With --resume the rest is computed, now by two
# processes. A process that dies would be replaced.

print(ontarget("run", "study.yaml", "-o", "out", fails=True))
print(ontarget("run", "study.yaml", "-o", "out", "--resume", "--executor", "processes", "--workers", "2"))

# The same study in one go, elsewhere: every number is the same, for a chunk's toys depend on its number alone.

ontarget("run", "study.yaml", "-o", "whole")
names = sorted(os.listdir("whole/tables"))
assert all(Path("out/tables", name).read_bytes() == Path("whole/tables", name).read_bytes() for name in names)
print("the same:", ", ".join(names))

# With other inputs a store is of no use, and says so.

Path("study.yaml").write_text(study.replace("sigma: 0.2", "sigma: 0.3").strip() + "\n", encoding="utf-8")
print(ontarget("run", "study.yaml", "-o", "out", "--resume", fails=True))

# The toys themselves are there for any other question. For this picture: how large -2 ln L is in nine toys of ten, for
# each strength; the theorem says 2.71 everywhere.

ratios = np.asarray(zarr.open_group(store, mode="r")["q"][:])
strengths = np.linspace(0.0, 6.0, len(ratios))
toys = Mark("1000 toys", strengths, np.quantile(ratios, 0.9, axis=1), group=1)
wilks = Curve("Wilks", strengths, np.full(len(strengths), 2.7055))
figure = curves_figure([wilks], [toys], "strength of the signal", "critical value of -2 ln L at 90 %")
figure.axes[0].set_xlim(-0.1, 4)  # further on, the end of the range at 6 is felt
Path("critical.svg").write_text(to_svg(figure), encoding="utf-8")
