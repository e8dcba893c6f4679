"""A worker process: `python -m ontarget.work.worker` computes chunks that it reads of on standard input.

It is told in pickles by the process that started it, and tells that one alone. It ends when nobody speaks to it.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from io import BufferedIOBase
from typing import Any

from ontarget.ground.errors import InputError


def serve(told: BufferedIOBase, tell: BufferedIOBase) -> None:
    """Answer until the other end is closed: a list of folders to import from, pickled jobs, numbers of chunks."""
    job: Any = None
    while True:
        try:
            asked = pickle.load(told)
        except EOFError:
            return
        try:
            answer: Any = None
            if isinstance(asked, list):
                sys.path[:] = asked
            elif isinstance(asked, bytes):
                job = pickle.loads(asked)
            else:
                answer = job.compute(asked)
        except InputError as error:
            answer = error
        except Exception:
            answer = RuntimeError(traceback.format_exc())
        pickle.dump(answer, tell)
        tell.flush()


def main() -> None:
    """Keep standard output for the answers: what a job prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started it
    tell = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(os.fdopen(sys.stdin.fileno(), "rb", closefd=False), tell)


if __name__ == "__main__":
    main()
