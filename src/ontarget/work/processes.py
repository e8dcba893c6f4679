"""Several processes of one machine; one that dies is replaced, and what it was at is done again."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ontarget.ground.errors import InputError
from ontarget.numerics.cores import cores
from ontarget.numerics.job import AbstractJob
from ontarget.work.executor import AbstractExecutor, Chunk

TRIES = 3
"""How many workers a chunk may end before it is held to be the chunk's fault."""
# nobody is tied to a core: on a shared machine, or in several members of a job array, all would sit on the first one
ONE_THREAD = dict.fromkeys(("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

CACHE = (
    "jax_compilation_cache_dir",
    "jax_persistent_cache_min_compile_time_secs",
    "jax_persistent_cache_min_entry_size_bytes",
)


class Died(Exception):
    """A worker ended without an answer."""


class Worker:
    """One process, a new interpreter with one thread; it keeps the job that it was given."""

    def __init__(self) -> None:
        self.job: bytes | None = None
        command = [sys.executable, "-m", "ontarget.work.worker"]
        given = dict(os.environ) | settings()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=given)
        self.ask(list(sys.path))

    def compute(self, job: bytes, chunk: int) -> Mapping[str, Any]:
        """The arrays of one chunk."""
        if job is not self.job:
            self.ask(job)
            self.job = job
        return self.ask(chunk)

    def ask(self, what: Any) -> Any:
        """Say something, wait for the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            pickle.dump(what, self.process.stdin)
            self.process.stdin.flush()
            answer = pickle.load(self.process.stdout)
        except (OSError, ValueError, EOFError, pickle.UnpicklingError):
            self.end()
            raise Died(how(self.process.returncode)) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self) -> None:
        """Nothing is lost by it: all that is stored lies with the other process."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not yet said
                    stream.close()


def settings() -> dict[str, str]:
    """What a worker's environment has besides that of this process: one thread, and the same compiled programs."""
    import jax

    given = dict(ONE_THREAD)
    given["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # several may share an accelerator
    for name in CACHE:
        value = getattr(jax.config, name, None)
        if value is not None:
            given[name.upper()] = str(value)
    return given


def how(code: int | None) -> str:
    """How a process ended, in words."""
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


class Processes(AbstractExecutor):
    """Workers on this machine.

    Attributes
    ----------
    workers : how many; one for each core by default
    """

    workers: int
    slots: list[Worker | None]

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self.slots = [None] * self.workers

    def each(self, job: AbstractJob, chunks: Iterable[int]) -> Iterator[Chunk]:
        """As the contract says. An error of the job ends it; a chunk that ends its workers is tried a few times."""
        carried, left, taking = pickle.dumps(job), iter(chunks), threading.Lock()
        found: queue.Queue[Chunk | BaseException | None] = queue.Queue()
        stop = threading.Event()

        def take() -> int | None:
            with taking:
                return None if stop.is_set() else next(left, None)

        def tend(slot: int) -> None:
            try:
                while (chunk := take()) is not None:
                    found.put((chunk, self.patiently(slot, carried, chunk, stop)))
                found.put(None)
            except BaseException as error:  # told by the thread that listens
                found.put(error)

        threads = [threading.Thread(target=tend, args=(slot,), daemon=True) for slot in range(self.workers)]
        for thread in threads:
            thread.start()
        try:
            working = len(threads)
            while working:
                one = found.get()
                if isinstance(one, BaseException):
                    raise one
                if one is None:
                    working -= 1
                else:
                    yield one
        finally:
            stop.set()
            while any(thread.is_alive() for thread in threads):
                self.close()
                for thread in threads:
                    thread.join(0.1)

    def patiently(self, slot: int, carried: bytes, chunk: int, stop: threading.Event) -> Mapping[str, Any]:
        """One chunk; a worker that dies at it is replaced."""
        for _ in range(TRIES):
            try:
                worker = self.slots[slot]
                if worker is None:
                    worker = self.slots[slot] = Worker()
                return worker.compute(carried, chunk)
            except Died as error:
                self.slots[slot], last = None, str(error)
                if stop.is_set():
                    break
        truth = "What was done before is kept. A worker that is killed often had too little memory."
        remedy = "Take fewer with --workers, then go on with --resume."
        raise InputError(f"chunk {chunk}", f"{TRIES} workers that ended at it ({last})", truth, remedy)

    def close(self) -> None:
        """End the workers."""
        for slot, worker in enumerate(self.slots):
            if worker is not None:
                worker.end()
            self.slots[slot] = None
