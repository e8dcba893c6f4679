"""A real Dask scheduler and two workers on loopback: one worker is killed, then the scheduler."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from test_store import assert_same, told, wait_for
from work_toys import Draws

from ontarget.io.write import version
from ontarget.numerics.job import complete
from ontarget.work import cluster
from ontarget.work.campaign import Pace, carry_out
from ontarget.work.cluster import Dask
from ontarget.work.store import open_store

pytest.importorskip("distributed")


class Machines:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder):
        self.file = folder / "scheduler.json"
        self.marks = folder / "marks"
        self.marks.mkdir()
        path = os.pathsep.join([str(Path(__file__).parents[1] / "toys"), *sys.path])
        self.environment = os.environ | {"PYTHONPATH": path, "TOYS_PAUSE": "0.1", "TOYS_MARKS": str(self.marks)}
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        wait_for(self.file.exists)
        self.workers = [self.worker(), self.worker()]

    def start(self, what, *words):
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", str(self.file), *words]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)

    def worker(self):
        return self.start("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")

    def end(self):
        for one in (self.scheduler, *self.workers):
            one.kill()
            one.wait()


class Wire:
    """A piece of network before the scheduler, which can be cut."""

    def __init__(self, to):
        self.to, self.down, self.ends = to, False, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                near, _ = self.socket.accept()
            except OSError:
                return
            try:
                if self.down:
                    raise OSError
                far = socket.create_connection(self.to)
            except OSError:
                near.close()
                continue
            self.ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def pass_on(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            end.close()

    def cut(self, seconds):
        self.down = True
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        time.sleep(seconds)
        self.down = False


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    made = Machines(tmp_path_factory.mktemp("dask"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def wire(machines):
    host, port = json.loads(machines.file.read_text())["address"].removeprefix("tcp://").split(":")
    made = Wire((host, int(port)))
    yield made
    made.socket.close()


class Then(Pace):
    """Does something after so many chunks, instead of telling of them."""

    def __init__(self, steps):
        super().__init__("", lambda line: None)
        self.steps = steps

    def __call__(self, done, wanted):
        self.steps.pop(done, lambda: None)()


def test_worker_network_and_scheduler_lost(tmp_path, machines, wire, monkeypatch):
    """One after the other, for machines are slow to start: nothing is lost, and the end is the same bit for bit."""
    whole, store = complete(Draws()), open_store(tmp_path / "draws.zarr", Draws())
    monkeypatch.setattr(cluster, "PATIENCE", 20.0)
    monkeypatch.setattr(cluster, "LOOK", 0.5)
    with Dask(wire.address) as executor:
        lost = Then({1: lambda: wire.cut(0.5), 4: machines.workers[0].kill})
        assert_same(carry_out(Draws(), store, executor, lost), whole)
        assert lost.steps == {}
        assert machines.workers[0].wait() == -signal.SIGKILL
        at = {line for one in machines.marks.iterdir() for line in one.read_text().split()}
        assert at <= {str(one.pid) for one in machines.workers}

        again = open_store(tmp_path / "again.zarr", Draws())
        monkeypatch.setattr(cluster, "PATIENCE", 2.0)
        executor.client._timeout = 2.0
        text = told(lambda: carry_out(Draws(), again, executor, Then({1: machines.scheduler.kill})))
    assert text.startswith(f"scheduler {wire.address}: got no answer any more. What was done before is kept. Start")
    assert 1 <= again.read().status.sum() < whole.status.sum()
    assert_same(carry_out(Draws(), again), whole)


def test_no_scheduler_there(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with Dask(address) as executor:
        text = told(lambda: next(executor.each(Draws(), [0])))
    assert text.startswith(f"scheduler {address}: got ")
    assert "It does not answer within" in text
    assert "'dask scheduler'" in text


def test_a_worker_of_another_version():
    assert cluster.compute(Draws(), 1, version("ontarget"))["number"] == 1
    assert told(lambda: cluster.compute(Draws(), 1, "0.0.9")).endswith("Chunks are of 0.0.9. Install that there.")


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    text = told(lambda: next(Dask().each(Draws(), [0])))
    assert text == "--executor dask: got no package distributed. It is not installed. pip install 'ontarget[cluster]'"
