"""What others have reached, or aim at."""

from __future__ import annotations

from ontarget.ground.noun import Noun, Number, quantity, static


class PublishedPrecision(Noun):
    """A relative error that others have reached, or aim at."""

    value: Number = quantity()
    name: str = static(default="")
