"""The contract of what a study can fit: something that runs at a facility and expects counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.experiment.counts import Counts
from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun
from ontarget.source.exposure import AbstractExposure
from ontarget.source.facility import Facility


class AbstractExperiment(Noun):
    """Something that counts at a facility; one that does not say of what kind is an `Experiment`.

    Attributes
    ----------
    facility, exposure : where it runs, and for how long
    observed : what was counted [tag seen], if anything was
    name, title : what the study calls it, and what a reader does
    """

    USUAL: ClassVar[str] = "Experiment"
    if TYPE_CHECKING:  # fields of the final classes, in an order of their own
        facility: Facility
        exposure: AbstractExposure
        observed: Float[Array, "tag seen"] | None
        name: str
        title: str

    @abstractmethod
    def bins(self) -> Float[Array, " bin"]:
        """Expected counts in one row: what a likelihood compares with data."""

    @abstractmethod
    def expected(self) -> Counts:
        """Expected counts, compiled, with checks."""

    def precomputed_for(self, targets: Iterable[str]) -> AbstractExperiment:
        """The same with all computed that none of these addresses moves; itself where that is done elsewhere."""
        return self


def check_observed(observed: Float[Array, "tag seen"] | None, wanted: tuple[int, ...], by: str) -> None:
    """Refuse counts that do not fit the bins of what counted them, or are none."""
    if observed is None:
        return
    shape = np.shape(observed)
    if shape != wanted:
        truth = f"The {by} has {wanted[0]} tag bins and {wanted[1]} reconstructed bins."
        raise InputError("observed", f"counts of shape {list(shape)}", truth, "Give one count per bin.")
    least = concrete(jnp.min(observed))
    if least is not None and not least >= 0:
        raise InputError("observed", "a negative count, or no number", "Counts are finite.", "Mend the data.")
