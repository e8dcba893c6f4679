"""Toy nouns, on which the machinery is tried."""

import abc
from typing import Annotated, ClassVar, Literal

import equinox as eqx
from jaxtyping import Array, Float

from ontarget.ground import units
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Energy, Length, Mass, Noun, Number, quantity, static


def outcome(call):
    """What a call gives, or the `InputError` that it raises; any other error comes through."""
    try:
        return call()
    except InputError as error:
        return error


class Site(Noun):
    """A place.

    References
    ----------
    Site:2001aa eq. (3), and Site:2002bb table II
    """

    baseline: Length = quantity()
    depth: Length | None = quantity(default=None)

    def __check_init__(self) -> None:
        check_positive(self, "baseline")


class Exposure(Noun):
    """A running time, for which a text is enough."""

    duration: Annotated[Float[Array, ""], units.DURATION] = quantity()
    live: Number = quantity(default=1.0)

    @classmethod
    def read(cls, given: str) -> dict[str, str]:
        return {"duration": given}


class Material(Noun):
    """A material, read by its formula."""

    formula: str = static()
    known: ClassVar[tuple[str, ...]] = ("CsI", "Ar")

    @classmethod
    def read(cls, given: str) -> "Material":
        if given not in cls.known:
            raise InputError("", f"the material {given!r}", "It is unknown.", "Known: Ar, CsI.")
        return cls(formula=given)


class AbstractInteraction(Noun):
    """What happens.

    References
    ----------
    General:1999cc
    """

    @abc.abstractmethod
    def rate(self) -> float: ...


class Standard(AbstractInteraction):
    """The standard one."""

    def rate(self) -> float:
        return 1.0


class Modified(AbstractInteraction):
    """Another one.

    Parameters
    ----------
    Wrong:1900zz is not in the right section

    References
    ----------
    O'Hare:2021utq eq. (1); Le-Two:2022ab
    Alekou:2022-arXiv2203.08803. The stop is no part of it.
    jax2018github

    Notes
    -----
    Later:1901zz neither
    """

    coupling: Number = quantity()
    size: Annotated[Float[Array, ""], units.FEMTO] = quantity(default=1.0)

    def rate(self) -> float:
        return 2.0


class AbstractChannel(Noun):
    name: eqx.AbstractVar[str]
    interaction: eqx.AbstractVar[AbstractInteraction]


class Channel(AbstractChannel):
    name: str = static()
    interaction: AbstractInteraction = Standard()
    nodes: Annotated[Float[Array, "node"], units.ENERGY] = quantity(default=(1.0, 2.0))
    weights: Float[Array, "node"] = quantity(default=(1.0, 1.0))
    table: Float[Array, "node 2"] | None = quantity(default=None)
    threshold: Energy | None = quantity(default=None)


class Detector(Noun):
    mass: Mass = quantity()
    site: Site = eqx.field()
    material: Material = Material("Ar")
    channels: tuple[AbstractChannel, ...] = ()
    extra: AbstractInteraction | None = None
    modules: int = static(default=1)
    shielded: bool = static(default=True)
    colour: Literal["red", "blue"] = static(default="red")
    edges: tuple[Length, ...] = ()
    pair: tuple[Length, Mass] | None = None
    labels: tuple[str, ...] = static(default=())
    smear: Energy | AbstractInteraction | None = None
    share: dict[str, Number] = eqx.field(default_factory=dict)
    gap: float = static(default=0.0)


class Experiment(Noun):
    name: str = static()
    detector: Detector = eqx.field()
    exposure: Exposure = Exposure(duration=1.0)
