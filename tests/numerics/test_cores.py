"""NPROC before what the system says."""

import os

from ontarget.numerics.cores import cores


def test_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    for given, found in (("", 3), ("2", 2), ("0", 3), ("many", 3)):
        monkeypatch.setenv("NPROC", given)
        assert cores() == found
