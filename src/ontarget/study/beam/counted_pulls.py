"""What counters leave of the pulls of a source: their counts and what each number adds to them, made once."""

from __future__ import annotations

from collections.abc import Sequence

from ontarget.analysis.counted_pulls import CountedPulls, counts_of
from ontarget.experiment import LeptonMonitor
from ontarget.inference.fit import pull_parameters
from ontarget.study.context import Context


def counted_pulls(context: Context, names: Sequence[str], pulls: Sequence[str]) -> CountedPulls:
    """Of these counters of a study, with its parameters as nuisances."""
    nouns = precomputed_monitors(context, names)
    nuisances = context.nuisances(names)
    parameters = [*nuisances, *(one for one in pull_parameters(nouns) if one.name in pulls)]
    order = [*(one.name for one in nuisances), *pulls]
    counts = {}
    for name, noun in zip(names, nouns, strict=True):
        context.progress(f"what each number adds to the counts of {name}")
        counts[name] = counts_of(noun, parameters, nouns, order)
    priors = {one.name: 1 / float(one.prior.rate(one.initial(tuple(nouns)))) for one in nuisances}
    return CountedPulls(tuple(pulls), priors, counts)


def precomputed_monitors(context: Context, names: Sequence[str]) -> list[LeptonMonitor]:
    """Monitors of the study with their templates, computed once."""
    return [context.once(precomputed_monitor, context, name) for name in names]


def precomputed_monitor(context: Context, name: str) -> LeptonMonitor:
    """A monitor of the study with its templates."""
    context.progress(f"templates of {name}")
    return context.experiment(name, "monitors", LeptonMonitor).precomputed()
