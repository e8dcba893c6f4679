"""Parameters, priors, and the likelihood of counts with their sidebands."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.inference.likelihood.build import Expansions, likelihood
    from ontarget.inference.likelihood.likelihood import Likelihood
    from ontarget.inference.likelihood.parameter import AbstractParameter, Parameter, Scale
    from ontarget.inference.likelihood.prior import AbstractPrior, Flat, Gaussian, LogNormal
    from ontarget.inference.likelihood.sideband import Sidebands

lazy(
    __name__,
    {
        ".build": "Expansions likelihood",
        ".likelihood": "Likelihood",
        ".parameter": "AbstractParameter Parameter Scale",
        ".prior": "AbstractPrior Flat Gaussian LogNormal",
        ".sideband": "Sidebands",
    },
)
