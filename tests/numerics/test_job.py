"""Jobs in chunks, in memory."""

import numpy as np

from ontarget.ground.noun import static
from ontarget.numerics.job import AbstractJob, Layout, complete


class Squares(AbstractJob):
    """Squares of the first numbers; those of odd ones only where the even one before exceeds a limit."""

    chunks: int = static(default=6)
    limit: int = static(default=3)

    def layout(self):
        return {"square": Layout((2,))}

    def compute(self, chunk):
        return {"square": np.array([chunk**2, -chunk])}

    def wanted(self, done):
        even = [i for i in range(0, self.chunks, 2) if not done.status[i]]
        more = [i + 1 for i in range(0, self.chunks, 2) if done.arrays["square"][i, 0] > self.limit]
        return even or [i for i in more if not done.status[i]]


def test_rounds_depend_on_what_came_out():
    told = []
    done = complete(Squares(), told.append)
    assert done.status.tolist() == [True, False, True, True, True, True]
    np.testing.assert_array_equal(done.arrays["square"][:, 0], [0, 0, 4, 9, 16, 25])
    assert told == [1 / 3, 2 / 3, 1.0, 0.5, 1.0]
