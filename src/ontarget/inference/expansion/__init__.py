"""Expected counts as polynomials of the freed parameters, exact or refused."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.inference.expansion.expand import expand
    from ontarget.inference.expansion.expansion import Expansion

lazy(
    __name__,
    {
        ".expand": "expand",
        ".expansion": "Expansion",
    },
)
