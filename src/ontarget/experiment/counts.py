"""Counts: what an experiment expects, by channel and background, on its tag and seen axes."""

from __future__ import annotations

import importlib
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Arrays, Noun, static
from ontarget.numerics.axis import AbstractAxis


class ChannelCounts(Noun):
    """Counts of one channel.

    Attributes
    ----------
    values : [flavour tag seen], by the flavour that interacts
    outside : [flavour] detected, but outside the seen or the tag axis (overflow and underflow)
    cells : edges of truth cells, from zero to the highest that the source can give
    truth : [flavour cell] interactions in the target before any response, inside and outside the tag
    """

    name: str = static()
    values: Float[Arrays, "flavour tag seen"]
    outside: Float[Arrays, " flavour"]
    cells: Float[Arrays, " edge"]
    truth: Float[Arrays, "flavour cell"]

    @property
    def interactions(self) -> Float[Arrays, " flavour"]:
        """Interactions in the target before any response."""
        return self.truth.sum(axis=1)


class LeptonCounts(Noun):
    """Charged particles of one decay mode of one parent, [tag seen]: a channel of what counts leptons in a tunnel.

    Whatever comes of the beam's mesons is signal there, hadrons that pass for leptons included: all of it says how many
    mesons there were.
    """

    name: str = static()
    values: Float[Arrays, "tag seen"]


class BackgroundCounts(Noun):
    """Counts of one background, [tag seen]."""

    name: str = static()
    values: Float[Arrays, "tag seen"]


class Counts(Noun):
    """Expected counts of an experiment, with their axes.

    Where there is a second observable, seen bins are pairs of bins of both, the second fastest.

    Attributes
    ----------
    channels : of neutrinos
    backgrounds : what neither the beam's neutrinos nor, in a tunnel, its mesons make
    seen, tag, second : axes; None where there is none
    leptons : of an instrument that counts leptons, which has no channels of neutrinos
    """

    channels: tuple[ChannelCounts, ...]
    backgrounds: tuple[BackgroundCounts, ...]
    seen: AbstractAxis
    tag: AbstractAxis | None
    second: AbstractAxis | None = None
    leptons: tuple[LeptonCounts, ...] = ()

    def along_seen(self, values: Float[Arrays, "*parts seen"]) -> Float[Arrays, "*parts first"]:
        """Counts by the first observable alone: summed over the second, where there is one."""
        if self.second is None:
            return values
        return values.reshape(*values.shape[:-1], self.seen.bins, self.second.bins).sum(axis=-1)

    def signal(self) -> Float[Arrays, "tag seen"]:
        """All channels, of neutrinos or of leptons, and all flavours."""
        parts = [channel.values.sum(axis=0) for channel in self.channels]
        parts += [lepton.values for lepton in self.leptons]
        return reduce(add, parts) if parts else 0.0 * self.backgrounds[0].values

    def background(self) -> Float[Arrays, "tag seen"]:
        """All backgrounds."""
        return reduce(add, (background.values for background in self.backgrounds), 0.0 * self.signal())

    def total(self) -> Float[Arrays, "tag seen"]:
        """Signal and background."""
        return self.signal() + self.background()

    def to_xarray(self) -> Any:
        """Total counts as an `xarray.DataArray` [part tag seen], one part per channel and background.

        A second observable is a dimension more, `second`. Coordinates are bin centres in display units, with the edges
        as attributes. Needs the extra ``ontarget[data]``.
        """
        xarray = needed("xarray")
        names, values, edges = self.table()
        centres = {name: (one[1:] + one[:-1]) / 2 for name, one in edges.items()}
        return xarray.DataArray(
            values,
            coords={"part": names, **centres},
            dims=("part", *edges),
            name="counts",
            attrs={f"{name}_edges": one.tolist() for name, one in edges.items()}
            | {"seen_unit": self.seen.dimension.unit},
        )

    def to_hist(self) -> Any:
        """Total counts as a `hist.Hist` over part, tag, seen and second. Needs the extra ``ontarget[data]``."""
        hist = needed("hist")
        names, values, edges = self.table()
        labels = {"seen": self.seen.dimension.unit}
        histogram = hist.Hist(
            hist.axis.StrCategory(names, name="part"),
            *(hist.axis.Variable(one, name=name, label=labels.get(name, "")) for name, one in edges.items()),
        )
        histogram.view(flow=False)[...] = values
        return histogram

    def table(self) -> tuple[list[str], np.ndarray, dict[str, np.ndarray]]:
        """Names of the parts, their counts [part tag seen (second)], and the edges of each axis after the first."""
        parts = {one.name: one.values.sum(axis=0) for one in self.channels}
        parts |= {one.name: one.values for one in self.leptons}
        parts |= {one.name: one.values for one in self.backgrounds}
        edges = {"tag": shown_edges(self.tag), "seen": shown_edges(self.seen)}
        if self.second is not None:
            edges["second"] = shown_edges(self.second)
        values = np.stack([np.asarray(values) for values in parts.values()])
        return list(parts), values.reshape(len(parts), *(len(one) - 1 for one in edges.values())), edges


def shown_edges(axis: AbstractAxis | None) -> np.ndarray:
    """Edges in display units; one bin from 0 to 1 where there is no axis."""
    return np.array([0.0, 1.0]) if axis is None else axis.shown()


def needed(module: str) -> Any:
    """A package of an extra; without it one sentence that names the extra."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        truth, remedy = "It is not installed.", "Install the extra: pip install 'ontarget[data]'."
        raise InputError(f"the package {module!r}", "a request for it", truth, remedy) from None
