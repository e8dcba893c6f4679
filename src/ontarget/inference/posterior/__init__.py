"""Posteriors: chains, nested sampling, modes and their weights."""

from typing import TYPE_CHECKING

from ontarget.ground.lazy import lazy

if TYPE_CHECKING:
    from ontarget.inference.posterior.density import Marginal, marginal
    from ontarget.inference.posterior.draws import Diagnostics, Draws, Mode
    from ontarget.inference.posterior.nested import Nested
    from ontarget.inference.posterior.nuts import NUTS
    from ontarget.inference.posterior.sampler import AbstractSampler, sample
    from ontarget.inference.posterior.target import Target, target

lazy(
    __name__,
    {
        ".density": "Marginal marginal",
        ".draws": "Diagnostics Draws Mode",
        ".nested": "Nested",
        ".nuts": "NUTS",
        ".sampler": "AbstractSampler sample",
        ".target": "Target target",
    },
)
