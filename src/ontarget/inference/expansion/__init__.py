"""Expected counts as polynomials of the freed parameters, exact or refused."""

from ontarget.inference.expansion.expand import expand
from ontarget.inference.expansion.expansion import Expansion

__all__ = [
    "Expansion",
    "expand",
]
