"""The contract of every source."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractSite
from ontarget.source.tag import AbstractTag

S = TypeVar("S", bound=AbstractSite)


class AbstractSource(Noun):
    """Where neutrinos are born."""

    @abstractmethod
    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        """Neutrinos per area and per proton on target at the site."""

    def check_detector(self, site: AbstractSite) -> None:
        """Refuse a site to which this source cannot send neutrinos, such as one within it."""
        return

    def precomputed(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> AbstractSource:
        """A source of the same flux at this site that costs nothing; itself where its flux is a closed form.

        Rays that were drawn are refused here where they are fewer than the source was asked for.
        """
        return self


def check_site(site: AbstractSite, kind: type[S]) -> S:
    """The site, if it is of the kind that a source can send neutrinos to."""
    if not isinstance(site, kind):
        truth = f"This source sends neutrinos to a {kind.__name__}."
        raise InputError("detector.site", type(site).__name__, truth, f"Give 'type: {kind.__name__}' and its numbers.")
    return site
