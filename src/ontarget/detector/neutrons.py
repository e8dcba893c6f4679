"""Neutrons that the beam makes: recoils as those of neutrinos, near the time of the protons."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

import jax.numpy as jnp
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from ontarget.detector.background import AbstractBackground
from ontarget.detector.stage import ENERGY, AbstractWeight
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Energy, Mass, Noun, PerMass, Time, quantity
from ontarget.ground.program import fused
from ontarget.source.pulse import AbstractPulse
from ontarget.source.running import Running
from ontarget.source.tag import AbstractTag, time_tag


class AbstractRecoils(Noun):
    """How recoils are spread over the seen axis; `kind` is what that is of, None for any."""

    kind: ClassVar[str | None] = None

    @abstractmethod
    def shares(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        """Share of all recoils in each seen bin."""


class ExponentialRecoils(AbstractRecoils):
    r"""A falling exponential from zero: share :math:`e^{-a/T_0} - e^{-b/T_0}` between a and b."""

    kind: ClassVar[str | None] = ENERGY
    mean: Energy = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "mean")

    @fused
    def shares(self, seen: Float[Array, " seen_edge"]) -> Float[Array, " seen"]:
        above = jnp.exp(-jnp.maximum(seen, 0.0) / self.mean)
        return above[:-1] - above[1:]


class AbstractArrival(Noun):
    """When something reaches the detector, in the facility's time."""

    @abstractmethod
    def cumulative(self, pulse: AbstractPulse) -> Callable[[Float[Array, " t"]], Float[Array, " t"]]:
        """Share that has arrived by a time, for protons that come as a pulse says."""


class AfterPulse(AbstractArrival):
    """The protons' own profile, later by `delay` (the flight of the fastest), with an exponential of mean `tail`."""

    delay: Time = quantity()
    tail: Time = quantity()

    def __check_init__(self) -> None:
        check_range(self, "delay", 0.0)
        check_positive(self, "tail")

    def cumulative(self, pulse: AbstractPulse) -> Callable[[Float[Array, " t"]], Float[Array, " t"]]:
        return lambda t: pulse.cumulative(t - self.delay, self.tail)


class GaussianArrival(AbstractArrival):
    """A Gaussian, whatever the protons do: as neutrons are measured beside a detector.

    References
    ----------
    COHERENT:2020ybo
    """

    mean: Time = quantity()
    sigma: Time = quantity()

    def __check_init__(self) -> None:
        check_range(self, "mean", 0.0)
        check_positive(self, "sigma")

    def cumulative(self, pulse: AbstractPulse) -> Callable[[Float[Array, " t"]], Float[Array, " t"]]:
        return lambda t: ndtr((t - self.mean) / self.sigma)


class BeamNeutrons(AbstractBackground):
    r"""Recoils of neutrons from the target, in proportion to the protons.

    .. math:: b_{ko} = n\,M\,N_p\,f_k \int_o \epsilon(T)\,g(T)\,dT

    Energy and time independent: fast neutrons come first and make harder recoils, which is left out.

    Attributes
    ----------
    per_proton : n, recoils of any energy per mass of target and proton
    recoils : g
    arrival : f, by the bins of a tag in time
    efficiency : :math:`\epsilon`, stages along the seen axis

    References
    ----------
    COHERENT:2020iec
    """

    per_proton: PerMass = quantity()
    recoils: AbstractRecoils
    arrival: AbstractArrival
    efficiency: tuple[AbstractWeight, ...] = ()

    def __check_init__(self) -> None:
        check_range(self, "per_proton", 0.0)

    def along_seen(self) -> str | None:
        return self.recoils.kind

    @fused
    def expected(
        self, mass: Mass, running: Running, tag: AbstractTag, seen: Float[Array, " seen_edge"]
    ) -> Float[Array, "tag seen"]:
        kept = self.recoils.shares(seen)
        for stage in self.efficiency:
            kept = kept * stage.weight(seen)
        inside = time_tag(tag).shares(self.arrival.cumulative(running.train))[:-1]
        return self.per_proton * mass * running.protons * inside[:, None] * kept
