"""The contract of what counts charged particles beside or behind the tunnel."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from jaxtyping import Array, Float, Int

from ontarget.beam.beam import Tunnel
from ontarget.beam.segment import Segments
from ontarget.ground.noun import Noun
from ontarget.numerics.axis import AbstractAxis

Places = tuple[tuple[Int[Array, "ray share"], ...], Float[Array, "ray share"]]
"""Where rays are counted, one index for each axis of the instrument, and as how many."""


class AbstractInstrument(Noun):
    """Sorts the particles that reach it into bins of what is true (`place`), and says what it sees of these (`seen`).

    The first is costly and is done once; the second is linear in the counts, and cheap. A field that `place` does not
    look at says so: `moves=Moves.NOTHING`.
    """

    @property
    @abstractmethod
    def regions(self) -> tuple[str, ...]:
        """Of the beam, where what it counts is born."""

    @property
    @abstractmethod
    def particles(self) -> tuple[str, ...]:
        """Names of what it counts."""

    @property
    @abstractmethod
    def undecayed(self) -> bool:
        """Whether it also counts the particles of the beam itself."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many uniform numbers it takes for a particle."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Numbers of bins of what is true; every particle falls into one of them, seen or not."""

    @abstractmethod
    def place(self, particle: str, flight: Segments, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Places:
        """Where particles that start somewhere are counted; `length` of the flight is not looked at."""

    @property
    @abstractmethod
    def axes(self) -> tuple[AbstractAxis, AbstractAxis, AbstractAxis | None]:
        """Of what is seen: tag, seen, and a second observable or none."""

    @abstractmethod
    def seen(self, arrived: Mapping[str, Float[Array, "..."]]) -> dict[str, Float[Array, "tag seen"]]:
        """Counts per proton by what made them, from particles by kind in bins of what is true."""

    @abstractmethod
    def background(self) -> Float[Array, "tag seen"]:
        """Counts per proton that no decay in the tunnel makes."""
