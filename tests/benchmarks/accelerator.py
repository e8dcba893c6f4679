"""The same computations on every device that JAX has here, as a table for docs/accelerators.md.

    python tests/benchmarks/accelerator.py [--toys 20000]

What is timed is warm: programs are compiled before. Copies to and from the device are in it. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import jax  # noqa: E402
import numpy as np  # noqa: E402
import scan  # noqa: E402

import ontarget as ot  # noqa: E402
import toys  # noqa: E402
from ontarget.inference.toys.toys import profile_ratios, throw  # noqa: E402
from ontarget.numerics.device import devices  # noqa: E402

REPETITIONS = 3


def least(call: Callable[[], Any]) -> float:
    """Least wall time of a few calls after a first."""
    call()
    times = []
    for _ in range(REPETITIONS):
        begun = time.perf_counter()
        jax.block_until_ready(call())
        times.append(time.perf_counter() - begun)
    return min(times)


def fits_per_second(count: int) -> tuple[float, int]:
    """Profiled fits per second of toys with 144 bins and four nuisances, two fits to a toy; how many failed."""
    likelihood = toys.build(toys.templates())
    theta = likelihood.theta({})
    thrown = throw(likelihood, theta, 5, count)
    found = profile_ratios(likelihood, "signal", theta, thrown)
    seconds = least(lambda: profile_ratios(likelihood, "signal", theta, thrown).q)
    return 2 * count / seconds, int((~found.converged).sum())


def scan_seconds() -> float:
    """A scan of 100 x 100 couplings of one experiment, one normalisation profiled."""
    likelihood = scan.build(ot.load(scan.YAML))
    return least(lambda: scan.scan(likelihood))


def evaluations_per_second(count: int = 1 << 16) -> float:
    """-2 ln L and its gradient at random points of the likelihood of the toys."""
    likelihood = toys.build(toys.templates())
    low, high = np.asarray(likelihood.expansion.low), np.asarray(likelihood.expansion.high)
    thetas = jax.numpy.asarray(np.random.default_rng(3).uniform(low, high, size=(count, len(low))))
    both = jax.jit(jax.vmap(jax.value_and_grad(likelihood.minus_two_log)))
    return count / least(lambda: both(thetas))


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((one.split(":")[1].strip() for one in lines if one.startswith("model name")), platform.processor())


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--toys", type=int, default=20_000)
    number = options.parse_args().toys
    columns = ["date", "device", "profiled toy fits per s", "toys not converged", "scan 100 x 100 (s)"]
    print(f"| {' | '.join([*columns, '-2 ln L and gradient per s'])} |")
    print("|---|---|---|---|---|---|")
    for platform_ in dict.fromkeys(one.platform for one in devices()):
        one = jax.devices(platform_)[0]
        jax.config.update("jax_default_device", one)  # for all threads, which a context would not reach
        rate, failed = fits_per_second(number)
        cells = [f"{rate:.3g}", f"{failed} of {number}", f"{scan_seconds():.3g}", f"{evaluations_per_second():.3g}"]
        name = processor() if platform_ == "cpu" else one.device_kind
        print(f"| {datetime.date.today()} | {platform_}: {name} | {' | '.join(cells)} |", flush=True)
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("ontarget", "jax", "jaxlib", "numpy"))
    print(f"\n{versions}, Python {platform.python_version()}, {platform.system()} {platform.machine()}")


if __name__ == "__main__":
    main()
