"""Toy experiments: significance, goodness of fit, and the construction of Feldman and Cousins."""

from ontarget.inference.toys.coverage import Belt, belt_of, construction, feldman_cousins
from ontarget.inference.toys.neyman import FeldmanCousins
from ontarget.inference.toys.significance import GoodnessOfFit, Significance, goodness_of_fit, significance
from ontarget.inference.toys.toys import Toys, fit_toys, throw

__all__ = [
    "Belt",
    "FeldmanCousins",
    "GoodnessOfFit",
    "Significance",
    "Toys",
    "belt_of",
    "construction",
    "feldman_cousins",
    "fit_toys",
    "goodness_of_fit",
    "significance",
    "throw",
]
