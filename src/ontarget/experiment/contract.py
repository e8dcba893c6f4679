"""The contract of what a study can fit: something that runs at a facility and expects counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from jaxtyping import Array, Float

from ontarget.experiment.counts import Counts
from ontarget.ground.noun import Noun


class AbstractExperiment(Noun):
    """Something that counts at a facility; one that does not say of what kind is an `Experiment`.

    It has a `facility`, an `exposure`, a `name` and a `title`, and what it `observed`, if anything.
    """

    USUAL: ClassVar[str] = "Experiment"

    @abstractmethod
    def bins(self) -> Float[Array, " bin"]:
        """Expected counts in one row: what a likelihood compares with data."""

    @abstractmethod
    def expected(self) -> Counts:
        """Expected counts, compiled, with checks."""

    def settled_for(self, targets: Iterable[str]) -> AbstractExperiment:
        """The same with all computed that none of these addresses moves; itself where that is done elsewhere."""
        return self
