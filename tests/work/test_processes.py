"""Worker processes: the same numbers, and what happens when one dies."""

from __future__ import annotations

import io
import os
import pickle
import sys

import numpy as np
import pytest
from test_store import assert_same, told
from work_toys import Deadly, Draws, Refusing

import ontarget as ot
from ontarget.ground.errors import InputError
from ontarget.inference.toys import construction
from ontarget.numerics.job import complete
from ontarget.work.campaign import carry_out
from ontarget.work.processes import Processes
from ontarget.work.store import open_store
from ontarget.work.worker import serve


@pytest.fixture(scope="module")
def two():
    """Two workers, started once."""
    with Processes(2) as executor:
        yield executor


def test_the_same_numbers_wherever(tmp_path, two, monkeypatch):
    """Two rounds, two workers, neither of them this process."""
    monkeypatch.setenv("TOYS_MARKS", str(tmp_path))
    done = carry_out(Draws(), open_store(tmp_path / "draws.zarr", Draws()), two)
    at = {int(one.read_text()) for one in tmp_path.iterdir() if one.is_file()}
    assert os.getpid() not in at
    assert 1 <= len(at) <= 2
    monkeypatch.delenv("TOYS_MARKS")
    assert_same(done, complete(Draws()))


def test_a_worker_that_dies_is_replaced(tmp_path, two):
    """kill -9 in the middle of a chunk: done again by another worker; the rest never heard of it."""
    job = Deadly(marks=str(tmp_path))
    before = {worker.process.pid for worker in two.slots if worker is not None}
    done = carry_out(job, open_store(tmp_path / "deadly.zarr", job), two)
    assert (tmp_path / "died").exists()
    assert done.arrays["square"].tolist() == [0, 1, 4, 9, 16, 25]
    after = {worker.process.pid for worker in two.slots if worker is not None}
    assert len(before & after) == 1


def test_a_chunk_that_ends_all_its_workers(tmp_path, two, monkeypatch):
    """It is held to be its own fault in the end, and what is done is kept."""
    monkeypatch.setattr("ontarget.work.processes.TRIES", 2)
    job = Deadly(marks=str(tmp_path), always=True)
    store = open_store(tmp_path / "deadly.zarr", job)
    text = told(lambda: carry_out(job, store, two))
    assert text.startswith("chunk 3: got 2 workers that ended at it (SIGKILL). What was done before is kept.")
    assert store.read().status[:3].any()


def test_what_a_worker_answers():
    """In this process: nothing to what needs none, errors as they are, an error of the job with where it arose."""
    asked, answers = io.BytesIO(), io.BytesIO()
    for one in (list(sys.path), pickle.dumps(Refusing()), 5, pickle.dumps(Draws()), 1, "no chunk"):
        pickle.dump(one, asked)
    asked.seek(0)
    serve(asked, answers)
    answers.seek(0)
    found = [pickle.load(answers) for _ in range(6)]
    assert found[0] is found[1] is found[3] is None
    assert str(found[2]) == "chunk: got 5. It is none. Take another."
    assert isinstance(found[2], InputError)
    assert found[4]["number"] == 1
    assert isinstance(found[5], RuntimeError)
    assert "work_toys.py" in str(found[5])


@pytest.mark.long
def test_toys_are_the_same_bits_in_processes(tmp_path, two):
    """Feldman and Cousins for one strength, a nuisance profiled: compiled programs in three processes."""
    likelihood = ot.likelihood(
        ot.load("ess_csi", {"exposure": "1 day"}),
        [
            ot.Scale("strength", "*.neutrinos_per_proton", 0.0, 3.0),
            ot.Scale("mass", "*.detector.mass", 0.8, 1.2, prior=ot.Gaussian(1.0, 0.05)),
        ],
    )
    job = construction(likelihood, {"strength": np.linspace(0.0, 2.0, 5)}, 3, toys=50, more=50)
    done = carry_out(job, open_store(tmp_path / "toys.zarr", job), two)
    alone = complete(job)
    assert done.status.tolist() == alone.status.tolist()
    for name, values in alone.arrays.items():
        assert done.arrays[name].tobytes() == values.tobytes()
