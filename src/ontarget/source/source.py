"""The contract of every source."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractSite, AbstractTag

S = TypeVar("S", bound=AbstractSite)


class AbstractSource(Noun):
    """Where neutrinos are born."""

    @abstractmethod
    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        """Neutrinos per area and per proton on target at the site."""

    def check(self, flux: Flux) -> None:
        """Refuse a flux that is not as exact as the source was asked to be. Closed forms always are."""
        return


def check_site(site: AbstractSite, kind: type[S]) -> S:
    """The site, if it is of the kind that a source can send neutrinos to."""
    if not isinstance(site, kind):
        truth = f"This source sends neutrinos to a {kind.__name__}."
        raise InputError("detector.site", type(site).__name__, truth, f"Give 'type: {kind.__name__}' and its numbers.")
    return site
