"""Parameters of the nouns that tasks make for themselves."""

from __future__ import annotations

from ontarget.ground.noun import as_array
from ontarget.inference.likelihood.parameter import Parameter
from ontarget.inference.likelihood.prior import Gaussian

WIDEST = 8.0  # standard deviations


def between(name: str, address: str, low: float, high: float, start: float) -> Parameter:
    """A free parameter in a box."""
    return Parameter(name, address, as_array(low), as_array(high), as_array(start))


def pull(name: str, address: str) -> Parameter:
    """A number that is known to be zero, with a standard deviation of one."""
    ends = as_array(-WIDEST), as_array(WIDEST), as_array(0.0)
    return Parameter(name, address, *ends, Gaussian(as_array(0.0), as_array(1.0)))
