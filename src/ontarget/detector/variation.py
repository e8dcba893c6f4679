"""What a number of a model becomes where something unknown moves by so many standard deviations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.errors import InputError, concrete
from ontarget.ground.noun import Noun, Number, on_host, quantity, static

Change = Callable[[Array], Array]


def interpolate(
    nominal: Float[Array, "*n"], up: Float[Array, "*n"], down: Float[Array, "*n"], amount: Number
) -> Float[Array, "*n"]:
    r"""What is to be added to the nominal at `amount` standard deviations: the parabola through all three.

    .. math:: a\,\frac{u - d}{2} + a^2 \Big(\frac{u + d}{2} - n\Big)

    A polynomial in the amount, on both sides and beyond one standard deviation.
    """
    return amount * ((up - down) / 2) + amount**2 * ((up + down) / 2 - nominal)


class Variation(Noun):
    r"""Numbers at plus and at minus one standard deviation of something unknown.

    Without `down` the shift is one-sided, :math:`a\,(u - n)`: linear, and mirrored for negative amounts.

    Attributes
    ----------
    up, down : the varied numbers, of the shape of the nominal ones
    amount : by how many standard deviations; a study gives it by its address
    """

    up: Float[Array, "..."] = quantity()
    down: Float[Array, "..."] | None = quantity(default=None)
    amount: Number = quantity(default=0.0)
    name: str = static(default="", kw_only=True)

    def __check_init__(self) -> None:
        for side in ("up", "down"):
            given = getattr(self, side)
            if given is not None and not math.isfinite(concrete(np.sum(on_host(given))) or 0.0):
                raise InputError(side, "a value that is no number", "All values are finite.", "Mend the table.")
        if self.down is not None and np.shape(self.down) != np.shape(self.up):
            got = f"values of shape {list(np.shape(self.down))}"
            raise InputError("down", got, f"'up' has shape {list(np.shape(self.up))}.", "Give as many.")

    def shift(self, nominal: Float[Array, "*n"], of: Change) -> Float[Array, "*n"]:
        """What is to be added to the nominal, each table changed `of` what it was."""
        up = of(self.up)
        if self.down is None:
            return self.amount * (up - nominal)
        return interpolate(nominal, up, of(self.down), self.amount)


def unchanged(table: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """The table itself."""
    return table


def vary(table: Float[Array, "*n"], variations: Sequence[Variation], of: Change = unchanged) -> Float[Array, "*n"]:
    """A nominal table with the shift of every variation: shifts add, each counted from the nominal.

    `of` is done to all tables first, such as a normalisation.
    """
    nominal = of(table)
    moved = nominal
    for variation in variations:
        moved = moved + variation.shift(nominal, of)
    return moved


def check_variations(nominal: Float[Array, "..."], variations: Sequence[Variation], what: str) -> None:
    """Refuse variations of another shape than the nominal numbers, and two of one name."""
    names = [variation.name for variation in variations]
    for variation in variations:
        where = f"variations.{variation.name}"
        if names.count(variation.name) > 1:
            raise InputError(where, "the name twice", "A variation is known by its name.", "Name each differently.")
        if np.shape(variation.up) != np.shape(nominal):
            got = f"values of shape {list(np.shape(variation.up))}"
            truth = f"The {what} have shape {list(np.shape(nominal))}."
            raise InputError(f"{where}.up", got, truth, "Give one value for each.")
