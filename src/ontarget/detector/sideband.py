"""A sideband: the sample, beside the signal's, in which a background was counted."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, check_positive, concrete
from ontarget.ground.noun import Noun, Number, on_host, quantity


class Sideband(Noun):
    r"""Events counted where there is no signal, by seen bin, and what they stand for in the signal sample.

    .. math:: m_o \sim \mathrm{Poisson}(\beta_o / r), \qquad \text{expected in the signal sample: } \beta_o f_k

    with :math:`f` the shares of the tag bins. The background of each seen bin, :math:`\beta_o`, is unknown but for the
    m events of the sideband: a likelihood profiles it, so the statistical error of the sideband is in every result.

    Attributes
    ----------
    counts : events counted in the sideband, m
    ratio : events expected in the signal sample for one in the sideband, r

    References
    ----------
    Barlow:1993dm
    """

    counts: Float[Array, " seen"] = quantity()
    ratio: Number = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "ratio")
        low, total = (concrete(of(on_host(self.counts))) for of in (np.min, np.sum))
        if low is not None and total is not None and not (low >= 0 and math.isfinite(total)):
            raise InputError("counts", "a value that is negative or no number", "Counts are finite.", "Mend the table.")
