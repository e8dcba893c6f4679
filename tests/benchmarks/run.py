"""Speed, side by side with plain NumPy and with Minuit on the same machine in the same minute: `make bench`.

Times are the least of several repetitions, which is what the code costs when nobody disturbs it. Nothing is asserted
and nothing is written; a bar that is missed ends with exit code 1.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import decays  # noqa: E402
import equinox as eqx  # noqa: E402
import jax  # noqa: E402
import numpy as np  # noqa: E402
import reference  # noqa: E402
import scan  # noqa: E402
import start  # noqa: E402
import sterile  # noqa: E402
import three_flavour  # noqa: E402

import ontarget as ot  # noqa: E402
import tagging  # noqa: E402
import toys as profiled  # noqa: E402
from ontarget.ground.units import cm, keV, us  # noqa: E402
from ontarget.inference.fit.batch import fit_many  # noqa: E402

TOYS, MINUIT_TOYS = 1000, 40


@dataclass(frozen=True)
class Row:
    """One line of the table; times in seconds, a bar of None is only told."""

    task: str
    ours: float
    reference: float | None
    bar: float | None
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the bar is kept."""
        return self.bar is None or self.ours < self.bar

    def cells(self) -> tuple[str, ...]:
        """The line as texts."""
        other = "" if self.reference is None else shown(self.reference)
        ratio = "" if self.reference is None else f"{self.ours / self.reference:.2g}"
        bar, ok = ("", "") if self.bar is None else (shown(self.bar), "yes" if self.ok else "NO")
        return self.task, shown(self.ours), other, ratio, bar, ok, self.note


def shown(seconds: float) -> str:
    """A time with three digits."""
    units = (1.0, "s"), (1e3, "ms"), (1e6, "us"), (1e9, "ns")
    factor, unit = next((one for one in units if seconds * one[0] >= 1), units[-1])
    return f"{factor * seconds:.3g} {unit}"


def least(call: Callable[[], Any], budget: float = 2.0, most: int = 300) -> float:
    """Least wall time of a call over at least five repetitions; the first call is not counted."""
    call()
    times: list[float] = []
    while len(times) < 5 or (sum(times) < budget and len(times) < most):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return min(times)


def process(arguments: list[str], repetitions: int, environment: Callable[[], dict[str, str]]) -> float:
    """Least wall time of a whole process."""
    times = []
    for _ in range(repetitions):
        given = environment()
        begun = time.perf_counter()
        done = subprocess.run([sys.executable, *arguments], env=given, capture_output=True, text=True)
        times.append(time.perf_counter() - begun)
        if done.returncode:
            raise SystemExit(f"benchmark process failed:\n{done.stderr}")
    return min(times)


def isotopes(experiment: ot.Experiment) -> list[reference.Isotope]:
    """The isotopes of a target, for the reference: both sides use the same nuclear masses and abundances."""
    material = experiment.detector.material
    nuclides, numbers = material.nuclides(), experiment.detector.mass * material.nuclei_per_mass()
    columns = (nuclides.Z, nuclides.N, nuclides.mass / keV, numbers)
    return [tuple(float(one) for one in row) for row in zip(*columns, strict=True)]


def fluence(experiment: ot.Experiment) -> float:
    """Neutrinos of one flavour per cm2."""
    return float(experiment.flux().values.sum() * cm**2) / 3


@eqx.filter_jit
def interactions(experiment: ot.Experiment, edges: Any) -> Any:
    """Recoils in each cell, all flavours and times. Everything is an argument: nothing is baked into the program."""
    return experiment.interactions(experiment.detector.channels[0], edges).sum(axis=(0, 1))


def recoil_spectrum(material: str, label: str) -> Row:
    """W1: 200 cells of recoil energy up to the end point."""
    settings = {"detector.material": {"use": f"materials/{material}"}, "detector.tag": "Untagged", "source.nodes": 64}
    experiment = ot.load(scan.YAML, settings)
    target, flux = isotopes(experiment), fluence(experiment)
    stop = max(2 * reference.END**2 / (mass + 2 * reference.END) for _, _, mass, _ in target)
    edges = np.linspace(0.01 * stop, stop, 201)
    middle, internal = (edges[1:] + edges[:-1]) / 2, jax.numpy.asarray(edges * keV)
    mine = np.asarray(interactions(experiment, internal)) / np.diff(edges)
    theirs = reference.cell_means(lambda recoil: reference.spectrum(recoil, target, flux), edges)
    differ = float(np.abs(mine - theirs)[theirs > 1e-3 * theirs.max()].max() / theirs.max())
    total = abs(mine.sum() / theirs.sum() - 1)
    assert max(differ, total) < 2e-3, f"the two spectra differ by {differ:.2g}, their totals by {total:.2g}"
    ours = least(lambda: jax.block_until_ready(interactions(experiment, internal)))
    plain = least(lambda: reference.spectrum(middle, target, flux))
    return Row(f"W1 recoil spectrum, 200 cells, {label}", ours, plain, 1e-3, f"differ by {max(differ, total):.1g}")


def nsi_scan() -> list[Row]:
    """W2: 100 x 100 couplings, 144 bins, one normalisation profiled; warm, and a whole process from nothing."""
    experiment = ot.load(scan.YAML)
    likelihood = scan.build(experiment)
    target, pulse = isotopes(experiment), experiment.facility.pulse
    detector = experiment.detector
    shares = reference.arrival(
        np.asarray(detector.tag.times.edges) / us,
        float(pulse.mean / us),
        float(pulse.sigma / us),
        float(detector.site.baseline / cm),
    )
    parts = reference.templates(np.asarray(detector.seen.edges) / keV, shares, target, fluence(experiment))
    mine = scan.scan(likelihood)
    theirs = reference.scan(scan.GRID, scan.GRID, parts, target, scan.NORMALISATION)
    # ours counts from the global minimum, theirs from the lowest point of the grid
    differ = float(np.abs((mine - mine.min()) - theirs)[theirs < 100].max())
    ours = least(lambda: scan.scan(likelihood))
    plain = least(lambda: reference.scan(scan.GRID, scan.GRID, parts, target, scan.NORMALISATION))
    assert differ < 0.05, f"delta chi2 differ by {differ:.2g}"
    with tempfile.TemporaryDirectory() as folder:
        count = iter(range(100))

        def empty() -> dict[str, str]:
            fresh = str(Path(folder) / str(next(count)))
            return os.environ | {"JAX_COMPILATION_CACHE_DIR": fresh, "XDG_CACHE_HOME": fresh}

        cold = process([str(HERE / "scan.py")], 3, empty)
    return [
        Row("W2 NSI 100 x 100, 144 bins, 1 pull, warm", ours, plain, 0.05, f"delta chi2 differ by {differ:.1g}"),
        Row("W2 the same, whole process, nothing cached", cold, None, 6.0),
    ]


def fits() -> list[Row]:
    """W5: a thousand fits of pseudo-experiments in four parameters, against Minuit on the same likelihood."""
    background = {
        "type": "SteadyStateIntegrated",
        "rate": "0.5 / kg / day",
        "duty": 6e-6 * 60,
    }
    experiment = ot.load(scan.YAML, {"detector.backgrounds": {"steady": background}})
    likelihood = ot.likelihood(
        experiment,
        [
            ot.Scale("signal", "*.neutrinos_per_proton", 0.2, 2.0, prior=ot.Gaussian(1.0, 0.1)),
            ot.Scale("background", "*.backgrounds.*.rate", 0.2, 2.0, prior=ot.Gaussian(1.0, 0.05)),
            ot.Parameter("angle", "*.sin2_theta_w", 0.1, 0.4),
            ot.Parameter("radius", "*.neutron.scale", 0.8, 1.2, prior=ot.Gaussian(1.0, 0.05)),
        ],
    )
    expected = likelihood.expected()[0]
    toys = np.random.default_rng(5).poisson(expected, size=(TOYS, len(expected))).astype(float)
    thetas = np.repeat(np.asarray(likelihood.start)[None], TOYS, axis=0)

    def batched() -> Any:
        return fit_many(likelihood, likelihood.names, thetas, toys, np.arange(TOYS))

    found = batched()
    ours = least(batched) / TOYS * 1000
    note = f"{int((~found.converged).sum())} of {TOYS} not converged"
    per_toy, worst = minuit(likelihood, toys[:MINUIT_TOYS], found.value)
    if per_toy is None:
        return [Row("W5 1000 fits, 144 bins, 4 parameters", ours, None, 0.1, note + "; no iminuit here")]
    note += f"; minima differ by {worst:.1g}"
    return [Row("W5 1000 fits, 144 bins, 4 parameters", ours, 1000 * per_toy, 0.1, note)]


def minuit(likelihood: Any, toys: np.ndarray, minima: np.ndarray) -> tuple[float | None, float]:
    """Seconds per fit with iminuit, its gradient numerical as is usual, and how much higher or lower its minima are."""
    try:
        from iminuit import Minuit
    except ImportError:
        return None, 0.0
    times, worst = [], 0.0
    for index, toy in enumerate(toys):
        one = likelihood.with_data([toy])
        limits = np.stack([np.asarray(one.expansion.low), np.asarray(one.expansion.high)], axis=1)
        begun = time.perf_counter()
        fit = Minuit(one.minus_two_log, np.array(one.start), name=one.names)
        fit.errordef, fit.limits = Minuit.LEAST_SQUARES, limits
        fit.migrad()
        times.append(time.perf_counter() - begun)
        worst = max(worst, abs(float(fit.fval) - float(minima[index])))
    return min(times), worst


def toys() -> tuple[list[Row], str]:
    """W6: a thousand toys with redrawn constraints, each fitted free and with the signal held; and who is missing.

    The bar is that of 5e4 fits a second.
    """
    mine, peers, missing = profiled.compare(least)
    note = f"{mine.failed} of {profiled.NUMBER} not converged"
    task = "W6 1000 profiled toys, 144 bins, 4 parameters"
    rows = [
        Row(f"{task}: {name}", mine.seconds, other.seconds, 0.04, f"{note}; {theirs(other)}; q differ by {worst:.1g}")
        for name, other, worst in peers
    ]
    sentence = (
        f"Not installed, so not compared: {', '.join(missing)} (pip install 'ontarget[bench]')." if missing else ""
    )
    return rows or [Row(task, mine.seconds, None, 0.04, note)], sentence


def theirs(other: profiled.Result) -> str:
    """How the peer fared."""
    return f"reference {other.failed} of {2 * len(other.q)} fits failed, {len(other.q)} toys scaled up"


def asked(script: str, *words: str) -> dict[str, float]:
    """What a benchmark in a process of its own prints."""
    done = subprocess.run([sys.executable, str(HERE / script), *words], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"benchmark process failed:\n{done.stderr}")
    return json.loads(done.stdout)


def beam() -> list[Row]:
    """W7, W8: decays on one core against the peer's rates (told, not measured here), and a flux to 0.3 % per node."""
    rows = [
        Row(f"W7 a million decays, {name}", 1e6 / rate, 1e6 / decays.PEERS[name.split(",")[0]], None, "one core")
        for name, rate in asked("decays.py", "rates").items()
    ]
    flux = asked("decays.py", "flux")
    note = f"{flux['rays']:.2g} rays, error {100 * flux['error']:.2g} %, and {flux['compilation']:.0f} s to compile"
    return [*rows, Row("W8 flux to 0.3 % in every node", flux["seconds"], None, 20.0, note)]


def tags() -> Row:
    """W9: interactions tagged one by one in the spill as it is: overlay, tracking, pairing and fit."""
    found = asked("tagging.py")
    note = f"{tagging.CORES} cores, {found['memory']:.0f} MB, and {found['compilation']:.0f} s to compile"
    return Row("W9 1e5 interactions tagged, nominal intensity", found["seconds"], None, 60.0, note)


def sterile_scan() -> list[Row]:
    """W10: two baselines, 50 splittings x 50 amplitudes; NumPy is given the flux and what a neutrino leaves."""
    experiments = sterile.detectors()
    given = [sterile.nodes(one) for one in experiments]
    mine, theirs = sterile.scan(experiments), sterile.reference(given)
    differ = float(np.abs(mine - theirs).max() / theirs.max())
    assert differ < 1e-9, f"chi2 differ by {differ:.2g} of the largest"
    ours, plain = least(lambda: sterile.scan(experiments)), least(lambda: sterile.reference(given))
    energies = np.sort(given[0].energy)
    solved = sterile.solver(energies[energies > 15])  # below, nothing recoils above the threshold
    note = "elsewhere 9.6 s with GLoBES and snu" if solved else "elsewhere 15 s with nuSQuIDS, which is not installed"
    task = "W10 sterile, 50 x 50, two baselines"
    return [
        Row(f"{task}, 48 bins, warm", ours, plain, 0.1, f"differ by {differ:.1g}"),
        Row("W10 the same, against nuSQuIDS for the probabilities alone", ours, solved, None, note),
    ]


def matter() -> Row:
    """W11: three flavours in matter, time for each energy; the peer has neutrinos alone, ours both kinds."""
    mine, peer, differ = three_flavour.per_energy(least)
    told = "no NuOscProbExact here" if differ is None else f"NuOscProbExact, differ by {differ:.1g}"
    note = f"{told}; elsewhere 35 ns with NuFast, 364 ns with GLoBES"
    return Row("W11 three flavours in matter, per energy", mine, peer, 150e-9, note)


def start_up() -> Row:
    """`ontarget --help`, the whole process; beside it, Python itself."""
    bare = process(["-c", "pass"], 10, lambda: dict(os.environ))
    return Row("ontarget --help", process(["-m", "ontarget", "--help"], 10, lambda: dict(os.environ)), bare, 0.2)


def table(rows: list[Row]) -> str:
    """Aligned columns."""
    lines = [("task", "ontarget", "reference", "ratio", "bar", "ok", "")] + [row.cells() for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(7)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def machine() -> str:
    """Where this ran: kind of processor, cores, load, versions."""
    names = ("ontarget", "jax", "equinox", "numpy", "scipy", "iminuit", "numba", "pyhf", "nuSQuIDS", "nuoscprobexact")
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return f"{platform.machine()}, {cores} cores, {load}, Python {platform.python_version()}, {', '.join(versions)}"


def main() -> int:
    print(machine(), flush=True)
    rows = [start_up(), recoil_spectrum("argon", "Ar"), recoil_spectrum("csi", "CsI"), *nsi_scan(), *fits()]
    profiles, missing = toys()
    rows += [*profiles, *beam(), tags(), *sterile_scan(), matter()]
    print("\n" + table(rows))
    if missing:
        print("\n" + missing)
    print(
        "\nTimes are the least of several repetitions. Reference: plain NumPy (W1, W2), iminuit on the same likelihood"
    )
    print("(W5), other packages with the same likelihood (W6: two fits per toy; ours throws it too, theirs are fewer,")
    print(
        "scaled up), TGenPhaseSpace in C++ (W7: its rate elsewhere, flat phase space, no matrix element), Python that"
    )
    print("does nothing (--help). Ratio: ontarget over reference.")
    print()
    started = start.tell()
    return 0 if started and all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
