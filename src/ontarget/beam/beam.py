"""The contract of a secondary beam, and the tunnel in which it decays."""

from __future__ import annotations

from abc import abstractmethod

from jaxtyping import Array, Float

from ontarget.beam.segment import Segments
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Length, Noun, quantity


class Tunnel(Noun):
    """A straight decay tunnel; behind its end the beam goes on for a while, through a spectrometer, to the dump.

    Attributes
    ----------
    length, radius : of the tunnel
    to_dump : from its end to the face of the hadron dump
    """

    length: Length = quantity()
    radius: Length = quantity()
    to_dump: Length = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_positive(self, "length", "radius")
        check_range(self, "to_dump", 0.0)


class AbstractBeam(Noun):
    """Mesons on their way to, through and behind a decay tunnel."""

    @property
    @abstractmethod
    def parents(self) -> tuple[str, ...]:
        """Particles that it brings, by name."""

    @property
    @abstractmethod
    def regions(self) -> tuple[str, ...]:
        """Where they may decay: "line" before the tunnel, "tunnel", "exit" between its end and the dump."""

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """How many uniform numbers a ray takes."""

    @abstractmethod
    def segments(self, parent: str, region: str, tunnel: Tunnel, u: Float[Array, "ray dimension"]) -> Segments:
        """Rays from numbers uniform in [0, 1[; each of the n rays stands for a share 1/n."""

    @abstractmethod
    def born_at(
        self, parent: str, u: Float[Array, "ray dimension"]
    ) -> tuple[Float[Array, " ray"], Float[Array, " ray"]]:
        """Momentum of each ray and its angle to the beam's axis as near to its birth as this beam knows."""
