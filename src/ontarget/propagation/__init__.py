"""What happens to the neutrinos on their way."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.propagation.none import NoOscillation
    from ontarget.propagation.propagation import AbstractPropagation
    from ontarget.propagation.sterile import Sterile31
    from ontarget.propagation.three_flavour import ThreeFlavour

lazy(
    __name__,
    {
        ".none": "NoOscillation",
        ".propagation": "AbstractPropagation",
        ".sterile": "Sterile31",
        ".three_flavour": "ThreeFlavour",
    },
)
