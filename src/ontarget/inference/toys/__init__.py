"""Toy experiments: significance, goodness of fit, and the construction of Feldman and Cousins."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.inference.toys.coverage import Belt, belt_of, construction, feldman_cousins
    from ontarget.inference.toys.neyman import FeldmanCousins
    from ontarget.inference.toys.significance import GoodnessOfFit, Significance, goodness_of_fit, significance
    from ontarget.inference.toys.toys import Toys, fit_toys, throw

lazy(
    __name__,
    {
        ".coverage": "Belt belt_of construction feldman_cousins",
        ".neyman": "FeldmanCousins",
        ".significance": "GoodnessOfFit Significance goodness_of_fit significance",
        ".toys": "Toys fit_toys throw",
    },
)
