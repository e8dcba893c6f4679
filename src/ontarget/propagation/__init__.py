"""What happens to the neutrinos on their way."""

from ontarget.propagation.none import NoOscillation
from ontarget.propagation.propagation import AbstractPropagation
from ontarget.propagation.sterile import Sterile31
from ontarget.propagation.three_flavour import ThreeFlavour

__all__ = [
    "AbstractPropagation",
    "NoOscillation",
    "Sterile31",
    "ThreeFlavour",
]
