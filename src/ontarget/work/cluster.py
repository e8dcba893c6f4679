"""Workers of a Dask cluster, of this machine or many; what a lost one was at is done again by the others."""

from __future__ import annotations

import contextlib
import logging
import pickle
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.io.wording import one_line
from ontarget.io.write import version
from ontarget.numerics.cores import cores
from ontarget.numerics.job import AbstractJob
from ontarget.work.executor import AbstractExecutor, Chunk
from ontarget.work.processes import settings

if TYPE_CHECKING:
    import distributed

PATIENCE = 30.0
"""Seconds for a scheduler to answer, at first or again, and for a first worker to be there."""
ALONE = 600.0
"""Seconds without any worker, after some were there, until nobody is expected to come back."""
LOSSES = 20
LOOK = 5.0
KEPT = "What was done before is kept."
RESUME = "Start the cluster again, then go on with --resume."


class SchedulerLost(Exception):
    """The scheduler does not answer any more."""


class Pending:
    """The chunks that are left to send, and those that came back undone."""

    def __init__(self, chunks: Iterable[int]) -> None:
        self.chunks, self.back = iter(chunks), deque[int]()

    def take(self) -> int | None:
        """The next one, if any."""
        return self.back.popleft() if self.back else next(self.chunks, None)


def compute(job: AbstractJob, chunk: int, wanted: str) -> Mapping[str, np.ndarray]:
    """One chunk, where a worker is, which may have come later than others: of the version that is wanted."""
    if (here := version("ontarget")) != wanted:
        raise InputError("dask", f"a worker with ontarget {here}", f"Chunks are of {wanted}.", "Install that there.")
    return job.compute(chunk)


class Dask(AbstractExecutor):
    """Workers of a scheduler that is there, or of a cluster of processes on this machine, which ends with this.

    Only results travel: workers need the package, and no disk in common. The scheduler gives the chunks of a worker
    that it lost to others. A scheduler that is lost is waited for, and sent again what was on its way.

    Attributes
    ----------
    scheduler : address (tcp://host:port), or its scheduler file
    workers : of a cluster on this machine, where no scheduler is given
    """

    scheduler: str
    workers: int | None

    def __init__(self, scheduler: str = "", workers: int | None = None) -> None:
        self.scheduler, self.workers = scheduler, workers
        self.client: distributed.Client | None = None
        self.cluster: Any = None
        self.looked, self.threads, self.peopled = 0.0, 0, 0.0

    def each(self, job: AbstractJob, chunks: Iterable[int]) -> Iterator[Chunk]:
        """As the contract says. A few chunks for each thread are on their way at a time."""
        carried, left = pickle.dumps(job), Pending(chunks)
        client = self.client or self.connect()
        for _ in range(LOSSES):
            try:
                yield from self.flight(client, carried, left)
                return
            except SchedulerLost:
                self.wait_for_scheduler(client)
        raise InputError(self.where, f"a connection that was lost {LOSSES} times", KEPT, RESUME)

    def flight(self, client: distributed.Client, carried: bytes, left: Pending) -> Iterator[Chunk]:
        """Chunks as they come, until none is left or the scheduler is lost."""
        # not scattered: a job that lies with one worker is gone with it, but one that is made by a task is made again
        job = client.submit(pickle.loads, carried, pure=False)
        flying: dict[Any, tuple[int, Any]] = {}
        landed: queue.Queue[Any] = queue.Queue()
        try:
            while client.status != "closed":
                while len(flying) < self.ahead(client) and (chunk := left.take()) is not None:
                    future = client.submit(compute, job, chunk, version("ontarget"), pure=False)
                    flying[future.key] = chunk, future
                    future.add_done_callback(landed.put)
                if not flying:
                    return
                for future, arrays in gathered(client, landed):
                    chunk, _ = flying.pop(future.key)
                    yield chunk, arrays
            raise SchedulerLost
        finally:
            left.back.extend(chunk for chunk, _ in flying.values())

    def ahead(self, client: distributed.Client) -> int:
        """How many chunks may be on their way: two for each thread, so that none waits for the next."""
        now = time.monotonic()
        if now - self.looked > LOOK:
            self.looked, self.threads = now, sum(answered(client.nthreads).values())
            if self.threads:
                self.peopled = now
            elif now - self.peopled > ALONE:
                raise InputError(self.where, "no worker any more", KEPT, RESUME)
        return max(2, 2 * self.threads)

    @property
    def where(self) -> str:
        """The scheduler in a sentence."""
        return f"scheduler {one_line(self.scheduler)}" if self.scheduler else "the cluster on this machine"

    def connect(self) -> distributed.Client:
        """Find the scheduler, or start one; see that there are workers, and that they run this version."""
        distributed = needed()
        for name in ("distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what is lost is told in one sentence, here
        try:
            if not self.scheduler:
                with no_interrupts():
                    self.cluster = on_this_machine(distributed, self.workers)
            word = "scheduler_file" if Path(self.scheduler).is_file() else "address"
            given: Any = {word: self.cluster or self.scheduler}
            client = distributed.Client(**given, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError, KeyError) as error:
            truth = f"It does not answer within {PATIENCE:.0f} s."
            remedy = "Start one ('dask scheduler'), and give its address, tcp://host:port, or its scheduler file."
            raise InputError(self.where, type(error).__name__, truth, remedy) from None
        self.client = client
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            remedy = "Start some: 'dask worker' with the scheduler's address."
            raise InputError(self.where, f"no worker within {PATIENCE:.0f} s", "", remedy) from None
        self.peopled = time.monotonic()
        try:
            client.run(version, "ontarget")
        except Exception as error:  # whatever an import may raise, on another machine
            got = one_line(f"workers that cannot import ontarget ({type(error).__name__}: {error})")
            raise InputError(self.where, got, "", "Install it there.") from None
        return client

    def wait_for_scheduler(self, client: distributed.Client) -> None:
        """Dask's client looks for its scheduler again by itself; one that does not come back is told in a sentence."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and client.status == "connecting":
            time.sleep(0.1)
        if client.status != "running":
            self.close()
            raise InputError(self.where, "no answer any more", KEPT, RESUME)

    def close(self) -> None:
        """Let go of the scheduler; end the cluster if it is of this machine."""
        for one in (self.client, self.cluster):
            if one is not None:
                one.close()
        self.client = self.cluster = None


def on_this_machine(distributed: Any, workers: int | None) -> Any:
    """A scheduler in this process, and workers of one thread each beside it."""
    return distributed.LocalCluster(
        n_workers=workers or cores(),
        threads_per_worker=1,
        dashboard_address=None,
        silence_logs=logging.ERROR,
        env=settings(),
    )


@contextlib.contextmanager
def no_interrupts() -> Iterator[None]:
    """Processes that are started here do not hear Ctrl-C: it is for this one, which ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def needed() -> Any:
    """The package, or how to get it."""
    try:
        import distributed
    except ImportError:
        remedy = "pip install 'ontarget[cluster]'"
        raise InputError("--executor dask", "no package distributed", "It is not installed.", remedy) from None
    return distributed


def gathered(client: distributed.Client, landed: queue.Queue[Any]) -> list[tuple[Any, Any]]:
    """Chunks that are done, and what they hold; those of a few seconds may be none."""
    try:
        futures = [landed.get(timeout=LOOK)]
    except queue.Empty:
        if client.status != "running":
            raise SchedulerLost from None
        return []
    while not landed.empty():
        futures.append(landed.get())
    for future in futures:
        if future.status == "cancelled":
            raise SchedulerLost
        if future.status == "error":
            raise reraised(answered(future.exception))
    return list(zip(futures, answered(client.gather, futures), strict=True))


def answered(call: Callable[..., Any], *arguments: Any) -> Any:
    """An answer of the scheduler; whatever says that it is gone is one error, and so is to hear nothing for long."""
    from distributed.client import ClosedClientError

    heard: queue.Queue[tuple[bool, Any]] = queue.Queue()

    def ask() -> None:
        try:
            heard.put((True, call(*arguments)))
        except BaseException as error:  # told by the thread that waits
            heard.put((False, error))

    threading.Thread(target=ask, daemon=True).start()  # Dask itself waits for ever where a network swallows all
    try:
        well, answer = heard.get(timeout=PATIENCE)
    except queue.Empty:
        raise SchedulerLost from None
    if well:
        return answer
    if isinstance(answer, (OSError, CancelledError, ClosedClientError, AttributeError)):  # Dask: None has no send
        raise SchedulerLost from answer
    raise answer


def reraised(error: BaseException) -> BaseException:
    """An error of a chunk, as the user is to read it."""
    if type(error).__name__ != "KilledWorker":
        return error
    truth = "What was done before is kept. A worker that is killed often had too little memory."
    return InputError("dask", "a chunk at which several workers ended", truth, "Give workers more memory; --resume.")
