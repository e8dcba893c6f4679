"""Who waits is told of it after half a second, and once of a compilation; who does not wait hears nothing."""

import time

from ontarget.cli import patience


def test_what_is_soon_done_says_nothing():
    said = []
    with patience.waiting("quick", said.append):
        pass
    time.sleep(2 * patience.SOON)
    assert said == []


def test_a_wait_is_said(monkeypatch):
    monkeypatch.setattr(patience, "SOON", 0.01)
    said = []
    with patience.waiting("slow", said.append):
        deadline = time.monotonic() + 10
        while not said and time.monotonic() < deadline:
            time.sleep(0.01)
    assert said == ["computing slow …"]


def test_a_compilation_is_said_once():
    from ontarget.ground import program

    said = []
    with patience.waiting("new", said.append) as compiling, compiling():
        for listener in list(program.LISTENERS):
            listener("first")
            listener("second")
    assert said == ["compiling new … (once; the next time it takes a second)"]
    assert not program.LISTENERS


def test_a_pipe_hears_nothing(capsys):
    patience.say("computing …")
    assert capsys.readouterr() == ("", "")
