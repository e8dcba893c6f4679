"""What counting charged leptons leaves of a flux's uncertainty, and what that answer rests upon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ontarget.analysis.monitored.counted_pulls import CountedPulls, Matrix, count_pulls
from ontarget.analysis.monitored.flux_precision import MONITORED, PION_END, FluxPrecision, precision_of, whole_error
from ontarget.analysis.monitored.monitored_flux_scan import (
    ProductionScan,
    ResponseCurves,
    ResponseScan,
    production_scan,
    response_curves,
    response_scan,
)
from ontarget.experiment import Experiment, LeptonMonitor
from ontarget.experiment.narrow import source_of
from ontarget.inference.likelihood import AbstractParameter
from ontarget.numerics.progress import silent
from ontarget.source import Radius, VariedFlux

BEFORE, BINS, EVERY = "before", "response bin by bin", "all counters"


@dataclass(frozen=True)
class LeftError:
    """Relative errors of all neutrinos of one flavour, one standard deviation each.

    Attributes
    ----------
    before, after : counting with all counters
    statistics : after, by statistical errors alone
    contributions : by uncertainty, the largest first: what goes of `after`, in quadrature, if that one were known. They
        do not add, since each known pins the others
    """

    before: float
    after: float
    statistics: float
    contributions: Mapping[str, float]

    @property
    def largest(self) -> str:
        """The uncertainty that adds most to what is left."""
        return next(iter(self.contributions))


@dataclass(frozen=True)
class MonitoredFlux:
    """The flux at a detector and its uncertainty before and after charged leptons are counted in the tunnel.

    Attributes
    ----------
    flux : with what each pull of its yields adds, before anything is counted
    covariances : [pull pull] of the pulls: "before", after each counter alone, and after all of them, which is the last
    modelling : f, relative error of each bin of the counters beside what nuisances move
    precision : relative errors of sums, by energy and by radius, for each of the covariances
    left : by flavour, what is left with all counters, and of what
    response, curves : what is left for other assumptions about the response of the counters
    production : what is left for other assumptions about the uncertainty of production
    """

    flux: VariedFlux
    covariances: Mapping[str, Matrix]
    modelling: float
    precision: FluxPrecision
    left: Mapping[str, LeftError]
    response: ResponseScan
    curves: ResponseCurves
    production: ProductionScan

    @property
    def best(self) -> str:
        """Which of the covariances is that of all counters together."""
        return list(self.covariances)[-1]

    @property
    def monitored(self) -> VariedFlux:
        """The flux with its uncertainty after all counters: counts that are as expected leave the mean as it was."""
        covariance = self.covariances[self.best]
        return self.flux.constrained(np.zeros(len(covariance)), covariance)


def flux_from_leptons(
    detector: Experiment,
    monitors: Sequence[LeptonMonitor],
    nuisances: Sequence[AbstractParameter] = (),
    modelling: float = 0.0,
    efficiencies: Sequence[str] = (),
    split: float = PION_END,
    progress: Callable[[str], None] = silent,
) -> MonitoredFlux:
    r"""The covariance of the flux at a detector before and after charged leptons are counted in the tunnel.

    .. math:: C_\phi = J^T P J

    with J the flux that each pull adds, and P the covariance of the pulls that the counters leave (`CountedPulls`). The
    counters and the detector hold the same pulls, and no more than that ties them.

    Parameters
    ----------
    detector : whose source has yields, as that of each counter has
    monitors : the counters; each is tried alone, and all together
    nuisances : numbers of the counters with their priors, such as efficiencies
    modelling : f, by how much each bin of a counter may be off beside what nuisances move, relative and independent
    efficiencies : names of the nuisances whose priors are scanned
    split : energy above which muon neutrinos come of kaons, for the names of sums
    """
    progress(f"flux of {detector.name}, and what each pull adds")
    precomputed = detector.precomputed()
    truth = "Its source has no 'yields', so nothing about its flux is uncertain."
    flux = source_of(precomputed, VariedFlux, truth)
    counted = count_pulls(monitors, flux.yields.names, nuisances, progress)
    names = tuple(one.name for one in monitors)
    sets = {name: (name,) for name in names} | ({EVERY: names} if len(names) > 1 else {})
    covariances = {BEFORE: np.eye(len(counted.pulls))}
    covariances |= {name: counted.covariance(some, modelling) for name, some in sets.items()}
    tag = precomputed.detector.tag
    radii = np.asarray(tag.radii.edges) if isinstance(tag, Radius) else None
    return MonitoredFlux(
        flux,
        covariances,
        modelling,
        precision_of(flux, covariances, split, radii),
        left_errors(flux, counted, names, modelling),
        response_scan(flux, counted, names, modelling, efficiencies),
        response_curves(flux, counted, names, efficiencies),
        production_scan(flux, counted, names, modelling),
    )


def left_errors(
    flux: VariedFlux, counted: CountedPulls, counters: Sequence[str], modelling: float
) -> dict[str, LeftError]:
    """What is left of the error of each flavour's flux, and what each uncertainty contributes to it."""
    after, nuisances = counted.covariance(counters, modelling), tuple(counted.priors)
    known = {name: counted.covariance(counters, modelling, known=(name,)) for name in nuisances}
    known[BINS] = counted.covariance(counters, 0.0)
    statistics = counted.covariance(counters, 0.0, known=nuisances)
    found = {}
    for flavour in MONITORED:
        before, whole, least = (whole_error(flux, flavour, one) for one in (np.eye(len(after)), after, statistics))
        gone = {one: np.sqrt(max(whole**2 - whole_error(flux, flavour, p) ** 2, 0.0)) for one, p in known.items()}
        ordered = {one: float(share) for one, share in sorted(gone.items(), key=lambda item: -item[1])}
        found[flavour] = LeftError(before, whole, least, ordered)
    return found
