"""A flux that was computed before."""

from __future__ import annotations

from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.site import AbstractSite
from ontarget.source.source import AbstractSource
from ontarget.source.tag import AbstractTag


class PrecomputedFlux(AbstractSource):
    """What a source sends to one site, in the bins of one tag, per proton on target: valid for these alone."""

    given: Flux

    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        return self.given
