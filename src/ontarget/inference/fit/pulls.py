"""Pulls of a source as parameters: how well hadron production is known, before a fit and after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import numpy as np
from jaxtyping import Float

from ontarget.beam.yields import AbstractPulls
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.inference.fit.fit import Fit
from ontarget.inference.likelihood.parameter import Parameter
from ontarget.inference.likelihood.prior import Gaussian

WIDEST = 5.0
"""The box of a pull: five standard deviations to either side."""


def pull_parameters(experiments: Any) -> tuple[Parameter, ...]:
    """One parameter with a unit Gaussian prior for each pull of the experiments' sources, called as the pull is.

    Experiments on sources with the same yields share their pulls; that is how one of them constrains the others.

    Parameters
    ----------
    experiments : one noun or several, each with a `name` and a `source`
    """
    experiments = tuple(experiments) if isinstance(experiments, (tuple, list)) else (experiments,)
    known: dict[str, tuple[AbstractPulls, list[str]]] = {}
    for one in experiments:
        yields = getattr(one.source, "yields", None)
        if yields is None:
            continue
        for name in yields.names:
            first, addresses = known.setdefault(name, (yields, []))
            if not eqx.tree_equal(first, yields):
                truth = f"It is not that of {addresses[0].partition('.')[0]!r}, so they are no one number."
                raise InputError(f"{one.name}.source.yields", f"a pull {name!r}", truth, "Give both the same yields.")
            addresses.append(f"{one.name}.source.yields.pulls.{name}.value")
    unit = Gaussian(as_array(0.0), as_array(1.0))
    return tuple(
        Parameter(name, tuple(addresses), as_array(-WIDEST), as_array(WIDEST), prior=unit)
        for name, (_, addresses) in known.items()
    )


def pulls_after(found: Fit, names: Sequence[str]) -> tuple[Float[np.ndarray, " pull"], Float[np.ndarray, "pull pull"]]:
    """Mean and covariance of the pulls of these names, after a fit; one that it did not free is as it was before.

    What the fit held fixed has no variance.
    """
    free = list(found.errors)
    mean = np.array([found.values.get(name, 0.0) for name in names])
    covariance = np.diag([0.0 if name in found.values else 1.0 for name in names])
    inside = [place for place, name in enumerate(names) if name in free]
    rows = [free.index(names[place]) for place in inside]
    covariance[np.ix_(inside, inside)] = found.covariance[np.ix_(rows, rows)]
    return mean, covariance
