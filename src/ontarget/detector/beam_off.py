"""An environmental background that was counted while there was no beam, for a time that is known."""

from __future__ import annotations

import numpy as np
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground, check_length, open_time
from ontarget.detector.sideband import Sideband
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Duration, Mass, Number, as_array, quantity
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag


class BeamOff(AbstractBackground):
    r"""What was counted with the detector open for a time without beam, scaled to the time in which it is open with it.

    .. math:: b_{ko} = m_o\,t_k / t_\mathrm{off}

    A `MeasuredBackground` whose ratio follows from the running: of repetition, window and live time. The statistical
    error of each m is the likelihood's (`sideband`). Short runs of an open detector measure well what pulses let
    through rarely: the ratio is then far below one.

    Attributes
    ----------
    counts : m [seen]; one per pair of bins where there is a second observable, the second fastest
    open_for : time for which the detector was open without beam
    duty : share of the time with beam; where it is not given, repetition times window

    References
    ----------
    COHERENT:2018imc
    """

    counts: Float[Array, " seen"] = quantity()
    open_for: Duration = quantity()
    duty: Number | None = quantity(default=None)

    def __check_init__(self) -> None:
        check_positive(self, "open_for")
        check_range(self, "duty", 0.0, 1.0, open_low=True)
        Sideband(self.counts, as_array(1.0))

    def check_bins(self, tag: int, first: int, second: int) -> None:
        check_length("counts", len(np.asarray(self.counts)), first * second)

    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        return open_time(self.duty, running, tag)[:, None] / self.open_for * self.counts

    def sideband(self, running: Running, tag: AbstractTag) -> Sideband:
        return Sideband(self.counts, open_time(self.duty, running, tag).sum() / self.open_for)
