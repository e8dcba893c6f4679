"""Campaigns: shares of a job array, what is said on the way, and the command that goes on."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor

import pytest
from test_store import assert_same
from work_toys import Draws

from ontarget.cli import run
from ontarget.cli.study import chosen, parse_share
from ontarget.ground.errors import InputError
from ontarget.numerics.job import complete
from ontarget.work import campaign
from ontarget.work.campaign import Share, carry_out
from ontarget.work.cluster import Dask
from ontarget.work.executor import Serial
from ontarget.work.processes import Processes
from ontarget.work.store import open_store


@pytest.fixture(scope="module")
def whole():
    return complete(Draws())


def test_two_shares_at_once(tmp_path, whole, monkeypatch):
    """Two work on one store: both see the whole, and hardly a chunk is computed twice."""
    path, marks = tmp_path / "draws.zarr", tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setenv("TOYS_MARKS", str(marks))
    monkeypatch.setenv("TOYS_PAUSE", "0.03")
    assert Share(2, 3).order(range(8)) == [1, 4, 7, 5, 2, 6, 3, 0]
    with pytest.raises(InputError, match=r"got 4/3\. It is I/N with I from 1 to N"):
        Share(4, 3)

    def member(number):
        return carry_out(Draws(), open_store(path, Draws()), share=Share(number, 2))

    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(member, (1, 2)):
            assert_same(done, whole)
    (path / "draws" / "c.4.0").write_bytes(bytes(24))  # what another left damaged is computed again
    assert_same(member(2), whole)
    assert len((marks / "4").read_text().splitlines()) >= 2
    (marks / "4").write_text("once\n")
    times = [len(one.read_text().splitlines()) for one in marks.iterdir()]
    assert len(times) == whole.status.sum()
    assert sum(times) <= whole.status.sum() + 4  # both may be at the last one of each of the two rounds, and of a start


def test_pace(monkeypatch):
    """A clock of ours: 3 s for a first chunk, that compiles, then 1 s each."""
    clock, lines = [100.0], []
    monkeypatch.setattr(campaign.time, "monotonic", lambda: clock[0])
    pace = campaign.Pace("draws", lines.append)
    pace.begin(3, 6)
    pace.begin(3, 0)
    for done, step in ((4, 3.0), (5, 1.0), (6, 1.0), (7, 1.0), (9, 2.0)):
        clock[0] += step
        pace(done, 9)
    assert lines == [
        "draws: 6 chunks to compute, 3 were done before",
        "draws: 3 were done before",
        "draws: 4 of 9 chunks",
        "draws: 6 of 9 chunks, 1 chunks/s, about 3 s left",
        "draws: 9 of 9 chunks, 0.8 chunks/s",
    ]


STUDY = """
name: Numbers
experiments: [ess_csi]
tasks: [{type: "task_toys:Drawing"}]
"""


def asked(capsys, *arguments, code):
    """What a command that ends with this code says on standard error."""
    found = run([str(one) for one in arguments])
    err = capsys.readouterr().err
    assert found == code, err
    return err


def test_a_study_is_interrupted_and_goes_on(tmp_path, whole, capsys, monkeypatch):
    """Ctrl-C, a refusal to lose what there is, and the rest with --resume; the next run starts from nothing."""
    (tmp_path / "numbers.yaml").write_text(STUDY)
    command = ["run", tmp_path / "numbers.yaml", "--trust", "-o", tmp_path / "out"]
    compute, seen = Draws.compute, []

    def interrupting(self, chunk):
        seen.append(chunk)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return compute(self, chunk)

    monkeypatch.setattr(Draws, "compute", interrupting)
    assert "Interrupted. The same command with --resume goes on." in asked(capsys, *command, code=130)
    store = tmp_path / "out" / "chunks" / "a drawing.zarr"
    text = asked(capsys, *command, code=2)
    assert f"{store}: got a store that is not finished. There are chunks in it that would be lost. Say --resume" in text
    text = asked(capsys, *command, "--resume", code=0)
    assert "numbers drawn: 2 chunks to compute, 4 were done before" in text
    assert f"numbers drawn: {whole.status.sum()} of {whole.status.sum()} chunks" in text
    assert len(seen) == whole.status.sum() + 1
    with (tmp_path / "out" / "tables" / "draws.csv").open(newline="") as stream:
        found = {int(row["chunk"]): float(row["first"]) for row in csv.DictReader(stream)}
    assert found == {int(i): whole.arrays["draws"][i, 0] for i in whole.status.nonzero()[0]}
    asked(capsys, *command, "--share", "2/3", code=0)  # all is there
    assert len(seen) == whole.status.sum() + 1
    asked(capsys, *command, code=0)
    assert len(seen) == 2 * whole.status.sum() + 1


def test_other_settings_are_refused(tmp_path, capsys):
    (tmp_path / "numbers.yaml").write_text(STUDY)
    command = ["run", tmp_path / "numbers.yaml", "--trust", "-o", tmp_path / "out", "--resume"]
    asked(capsys, *command, code=0)
    (tmp_path / "numbers.yaml").write_text(STUDY.replace('Drawing"', 'Drawing", scale: 3'))
    text = asked(capsys, *command, code=2)
    assert text.splitlines()[-1].endswith(
        "a drawing.zarr: got a store of other inputs. Chunks of different kinds do not make one result."
        " Remove it, or name another folder with -o."
    )


def test_who_computes():
    assert isinstance(chosen(None, None, ""), Serial)
    found = chosen("processes", 3, "")
    assert isinstance(found, Processes)
    assert found.workers == 3
    found = chosen(None, None, "tcp://10.0.0.1:8786")
    assert isinstance(found, Dask)
    assert found.scheduler == "tcp://10.0.0.1:8786"
    assert parse_share(" 3/8") == Share(3, 8)
    for call, words in (
        (lambda: chosen("processes", None, "tcp://a:1"), "--scheduler: got 'tcp://a:1'. There is none for"),
        (lambda: chosen(None, 2, "tcp://a:1"), "--workers: got 2. The scheduler has its own workers."),
        (lambda: chosen(None, 2, ""), "--workers: got 2. It needs other processes."),
        (lambda: parse_share("3"), "--share: got '3'. It is I/N with I from 1 to N. Write e.g. --share 3/8."),
        (lambda: parse_share("0/4"), "--share: got 0/4. It is I/N"),
    ):
        with pytest.raises(InputError) as error:
            call()
        assert str(error.value).startswith(words)
