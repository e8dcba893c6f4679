"""The whole suite under run-time type checks, with a compilation cache, and the mirror of release data."""

from __future__ import annotations

import gc
import hashlib
import os
import platform
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def machine() -> str:
    """A name for this kind of processor: compiled code of one kind must not run on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), platform.processor())
    return f"{platform.machine()}-{hashlib.sha256(flags.encode()).hexdigest()[:8]}"


# These lines stand before the first import of jax and of ontarget; this file is read first in every xdist worker too.
# Environment variables rather than jax.config, so that the subprocesses of some laws share the cache.
home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
os.environ.setdefault(
    "ONTARGET_CACHE", "off"
)  # no answer of an earlier run: a test may replace what the answer comes from
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(home / "ontarget" / "tests" / machine()))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
# Nearly every program runs once, and to compile it is most of the work: with little optimisation that takes half the
# time. Only for versions that are known to have these flags: XLA ends the process over one that it does not know.
if version("jaxlib").startswith("0.10."):
    flags = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    flags += " --xla_cpu_parallel_codegen_split_count=1"
    # passes that make loops faster, and are run over every program some twenty times
    passes = "simplify-while-loops,while-loop-invariant-code-motion,while-loop-constant-sinking"
    passes += ",small-while-loop-hoisting,reshape-mover,constant_folding"
    os.environ.setdefault("XLA_FLAGS", f"{flags} --xla_disable_hlo_passes={passes}")
os.environ.setdefault("JAX_PLATFORMS", "cpu")  # the suite's tolerances are those of a processor's float64

# Tracing makes and drops many small objects: to look for cycles among them a hundred times less often saves 7 %.
gc.set_threshold(200_000, 20, 100)


def one_context_per_thread() -> None:
    """A context of the compiler for each thread, made once: JAX makes one for each program, a quarter of a small one.

    The suite makes ten thousand programs. Private to JAX, hence only for versions that are known to have it.
    """
    import threading

    from jax._src.interpreters import mlir

    make, kept = mlir.make_ir_context, threading.local()

    def again() -> Any:
        if not hasattr(kept, "context"):
            kept.context = make()
        return kept.context

    mlir.make_ir_context = again


if version("jax").startswith("0.10."):
    one_context_per_thread()

# Every call into ontarget has the shapes and types of its arguments and result checked while the tests run.
# ONTARGET_NO_TYPECHECK=1 switches it off.
if os.environ.get("ONTARGET_NO_TYPECHECK", "0") in ("", "0"):
    from jaxtyping import install_import_hook

    install_import_hook("ontarget", "beartype.beartype")

try:
    from hypothesis import settings
except ImportError:
    pass
else:
    settings.register_profile("suite", deadline=None, derandomize=True)  # a first call compiles: no deadline holds
    settings.load_profile("suite")

finished: list[str] = []

PROGRAMS = 100
"""Programs that the body of a test may compile. More are single operations on JAX arrays, of which each costs 20 ms:
give inputs as NumPy arrays, or ask one program for many numbers. A test that needs more says `mark.programs(200)`."""
compiled: list[int] = []


def count_programs(event: str, seconds: float, **_: Any) -> None:
    """Called by JAX when something has been compiled, or taken from its cache."""
    if event == "/jax/core/compile/backend_compile_duration":
        compiled.append(1)


def check_programs(item: pytest.Item, made: int) -> None:
    """Fail a test that compiles more programs than it may."""
    mark = item.get_closest_marker("programs")
    most = PROGRAMS if mark is None else mark.args[0]
    assert made <= most, f"{made} programs were compiled, and {most} are allowed: see PROGRAMS in tests/conftest.py"


def pytest_sessionstart() -> None:
    """Count what is compiled."""
    from jax import monitoring

    monitoring.register_event_duration_secs_listener(count_programs)


approx = pytest.approx


def relative(expected: Any, rel: float | None = None, abs: float | None = None, nan_ok: bool = False) -> Any:
    """`pytest.approx`, but what is small is compared by its size.

    Its absolute tolerance of 1e-12 would let all cross-sections agree, which are 1e-38 in internal units.
    """
    try:
        largest = float(np.max(np.abs(np.asarray(expected, float)), initial=0.0))
    except (TypeError, ValueError):  # a mapping, or no numbers
        largest = 1.0
    return approx(expected, rel=rel, abs=0.0 if abs is None and 0 < largest < 1e-9 else abs, nan_ok=nan_ok)


pytest.approx = relative  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

# Releases are read from the mirror beside the checkout where there is one and no other is named; never off the network.
if "ONTARGET_DATA_MIRROR" not in os.environ and SHARED.is_dir():
    os.environ["ONTARGET_DATA_MIRROR"] = str(SHARED)


def skip_without_release() -> Generator:
    """A test that needs a release which is not on this machine is skipped, with the sentence that a user would get.

    So what globs the catalog needs no care: an experiment whose data are not here skips its own tests, and no others.
    Where the mirror has the release, a file that is not found is a failure: of the mirror, or of a name in the catalog.
    """
    try:
        return (yield)
    except Exception as error:
        from ontarget.io import MissingRelease

        if isinstance(error, MissingRelease) and not mirrored(error.where.split("/")[0]):
            pytest.skip(str(error))
        raise


def mirrored(name: str) -> bool:
    """Whether the mirror holds a folder for this release."""
    folder = Path(os.environ.get("ONTARGET_DATA_MIRROR") or "/nowhere")
    return any((folder / one).is_dir() for one in (name, name.replace("_", "-")))


def mappings() -> int:
    """How many pieces of memory are mapped into this process; zero where the system does not say."""
    try:
        return Path("/proc/self/maps").read_bytes().count(b"\n")
    except OSError:
        return 0


def pytest_runtest_logfinish(nodeid: str) -> None:
    """Drop what was compiled before the system's limit of 65530 mappings is near: beyond it the compiler crashes.

    Each program is some ten mappings that are never given back while it may be called again. The cache on disk serves
    what is asked for once more.
    """
    finished.append(nodeid)
    if len(finished) % 50 == 0 and mappings() > 25_000:
        import jax

        jax.clear_caches()
        gc.collect()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator:
    return (yield from skip_without_release())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator:
    before = len(compiled)
    result = yield from skip_without_release()
    check_programs(item, len(compiled) - before)
    return result


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of release data: from ONTARGET_DATA_MIRROR, else shared/data beside the checkout; skips without."""
    given = os.environ.get("ONTARGET_DATA_MIRROR")
    if not given or not Path(given).is_dir():
        pytest.skip("No mirror of the release data here: set ONTARGET_DATA_MIRROR to the folder that holds it.")
    return Path(given)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path, None, None]:
    """An empty folder in which programs and results are kept while the test lasts."""
    from ontarget.ground import cache

    monkeypatch.setenv(cache.SWITCH, str(tmp_path))
    cache._own.cache_clear()
    yield tmp_path / "programs"
    cache._own.cache_clear()
