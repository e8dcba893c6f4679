"""Backgrounds counted in sidebands: how many of their events each bin holds is free, and profiled inside -2 ln L."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Vector, as_array, namespace, on_host, quantity, static
from ontarget.inference.likelihood.poisson import deviance
from ontarget.inference.likelihood.sideband_root import differentiable_background, profiled_background

LEAST_SHARE = 1e-12  # of a background in one bin; what is below belongs to no group


class Profiled(NamedTuple):
    """Backgrounds at their best for given counts.

    beta : [..., group]; means : of all bins [..., bin]; value : -2 ln L of the counts in the sidebands [..., group].
    """

    beta: Any
    means: Any
    value: Any


class Sidebands(Noun):
    r"""The sidebands of all experiments of a likelihood. One group is one background in one seen bin, all tag bins.

    .. math:: \mu_b = \mu^0_b(\theta) + (\beta_g - \beta^0_g) f_b, \qquad m_g \sim \mathrm{Poisson}(\beta_g / r_g)

    with :math:`\beta^0 = r m`, which is what the expected counts :math:`\mu^0` already hold. Each :math:`\beta_g \ge 0`
    minimises its part of -2 ln L, a convex function of one number.

    Attributes
    ----------
    share : of its group's background in each bin, f [bin]
    nominal : the background that the expansion holds [group]
    ratio : events expected in the signal sample for one in the sideband [group]
    groups : the group of each bin, -1 for none
    labels : "experiment.background" of each group

    References
    ----------
    Cowan:2010js
    """

    share: Vector = quantity()
    nominal: Vector = quantity()
    ratio: Vector = quantity()
    groups: tuple[int, ...] = static()
    labels: tuple[str, ...] = static()

    @property
    def group(self) -> np.ndarray:
        """The group of each bin, -1 for none [bin]."""
        return np.array(self.groups, int)

    @property
    def counts(self) -> np.ndarray:
        """Events that the experiments have in their sidebands [group]."""
        return np.asarray(self.nominal) / np.asarray(self.ratio)

    def arranged(self) -> tuple[Sidebands, np.ndarray]:
        """The same with bins and groups in an order that all sums are fastest in, and that order.

        Bins are sorted into blocks [tag, group] of groups with equally many; what is in no group comes last. The order
        is an index into data [bin + group].
        """
        bins, groups = _layout(self.groups).bins, _layout(self.groups).columns
        rank = np.append(np.argsort(groups), -1)
        numbers, labels = rank[self.group[bins]].tolist(), tuple(self.labels[group] for group in groups)
        share, nominal, ratio = on_host((self.share, self.nominal, self.ratio))
        found = Sidebands(share[bins], nominal[groups], ratio[groups], tuple(numbers), labels)
        return found, np.concatenate([bins, len(bins) + groups])

    def total(self, values: Any) -> Any:
        """Sums over the bins of each group, [..., group], of numbers [..., bin]."""
        return self._joined(values, [block.cut(values).sum(axis=-2) for block in _layout(self.groups).blocks])

    def spread(self, values: Any) -> Any:
        """Numbers of the groups [..., group] times the shares of the bins [..., bin]."""
        layout = _layout(self.groups)
        if not layout.straight:
            return values[..., np.maximum(self.group, 0)] * self.share
        parts = []
        for block in layout.blocks:
            part = values[..., None, block.columns] * block.cut(self.share)
            parts.append(part.reshape(*values.shape[:-1], part.shape[-2] * part.shape[-1]))
        rest = len(self.groups) - sum(part.shape[-1] for part in parts)
        xp = namespace(values)
        return xp.concatenate([*parts, xp.zeros((*values.shape[:-1], rest))], axis=-1)

    def _joined(self, like: Any, parts: list[Any]) -> Any:
        """Groups of all blocks, in the order of the groups."""
        layout = _layout(self.groups)
        joined = namespace(like).concatenate(parts, axis=-1)
        return joined if layout.straight else joined[..., np.argsort(layout.columns)]

    def profiled(self, counts: Any, data: Any, *, polish: bool = False) -> Profiled:
        """The backgrounds at their best for counts [..., bin] of the expansion and data [..., bin + group].

        With `polish`, JAX arrays carry the derivatives of beta.
        """
        size = len(self.groups)
        solve = differentiable_background if polish and namespace(counts, data) is not np else profiled_background
        bare, seen, aside = counts - self.spread(self.nominal), data[..., :size], data[..., size:]
        found = [
            solve(
                block.cut(bare),
                block.cut(seen),
                block.cut(self.share),
                aside[..., block.columns],
                1.0 / self.ratio[block.columns],
            )
            for block in _layout(self.groups).blocks
        ]
        beta = self._joined(counts, found)
        return Profiled(beta, bare + self.spread(beta), self.term(beta, aside))

    def term(self, beta: Any, aside: Any) -> Any:
        """-2 ln L of the counts in the sidebands, [..., group]."""
        expected = beta / self.ratio
        safe = namespace(beta, aside).where(aside > 0.0, expected, expected + 1.0)
        return 2.0 * (deviance(safe, aside) + (expected - safe))

    def bound(self, beta: Any, weight: Any, rates: Any) -> Any:
        r"""How much of the expected curvature the backgrounds take away, [..., free, free].

        The Schur complement :math:`\sum_g v_g v_g^T / (f W f + w)_g` with :math:`v = R^T W f` and :math:`w = 2/(r
        \beta)`; nothing where beta is zero, at its boundary.

        beta : [..., group]; weight : W [..., bin]; rates : R [..., free, bin].
        """
        xp = namespace(weight)
        drawn = weight * self.share
        cross = self.total(rates * drawn[..., None, :])
        factor = beta / (beta * self.total(drawn * self.share) + 2.0 / self.ratio)
        return (cross * factor[..., None, :]) @ xp.swapaxes(cross, -1, -2)


def gathered(
    names: Sequence[str],
    sizes: Sequence[int],
    experiments: Sequence[Callable[[Any], Any]],
    parameters: Sequence[Sequence[str]],
    corners: Sequence[np.ndarray],
) -> Sidebands | None:
    """The sidebands of several experiments, or None where there are none.

    Parameters
    ----------
    names, sizes : of the experiments, and how many bins they have
    experiments : each as a function of its parameters
    parameters : names of these
    corners : their start, low and high [3, parameter]
    """
    share, groups = np.zeros(sum(sizes)), np.full(sum(sizes), -1)
    nominal, ratio, labels = np.zeros(0), np.zeros(0), list[str]()
    for index, end in enumerate(np.cumsum(sizes)):
        part = slice(end - sizes[index], end)
        found = _sidebands(experiments[index](corners[index][0]))
        if found:
            _check_still(names[index], found, experiments[index], parameters[index], corners[index])
        for background, (counts, one, expected) in found.items():
            where = f"{names[index]}.{background}"
            if counts.sum() > 0:
                shares = _shares(one * counts, expected).ravel()
            else:
                shares = _if_counted(where, experiments[index](corners[index][0]), background).ravel()
            mine = shares > LEAST_SHARE
            _check_apart(where, groups[part][mine], labels)
            number = np.broadcast_to(len(nominal) + np.arange(len(counts)), expected.shape).ravel()
            share[part] = np.where(mine, shares, share[part])
            groups[part] = np.where(mine, number, groups[part])
            nominal, ratio = np.append(nominal, one * counts), np.append(ratio, np.full(len(counts), float(one)))
            labels += [where] * len(counts)
    if not labels:
        return None
    groups_of_bins = tuple(groups.tolist())
    return Sidebands(as_array(share), as_array(nominal), as_array(ratio), groups_of_bins, tuple(labels))


def _sidebands(experiment: Any) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of each background with a sideband: counts [seen], ratio, and expected counts [tag seen]."""
    found = experiment.sidebands() if hasattr(experiment, "sidebands") else {}
    return {
        label: (np.asarray(one.counts, float), np.asarray(one.ratio, float), np.asarray(expected, float))
        for label, (one, expected) in found.items()
    }


def _if_counted(where: str, experiment: Any, label: str) -> np.ndarray:
    """What a background whose sideband counted nothing would be with one event in each bin of it [tag seen]."""
    ends = f"backgrounds.{label}.counts"
    places = {at: np.ones_like(leaf) for at, leaf in addresses(experiment).items() if f".{at}".endswith(f".{ends}")}
    if not places:
        truth = "Without any, and no 'counts' of its own, nothing says how it is shared over the tag."
        raise InputError(where, "a sideband with no event", truth, "Leave the background out.")
    one, expected = replace(experiment, places).sidebands()[label]
    return np.asarray(expected, float) / float(np.asarray(one.ratio))


def _check_still(
    name: str,
    found: Mapping[str, Any],
    experiment: Callable[[Any], Any],
    parameters: Sequence[str],
    corners: np.ndarray,
) -> None:
    """Refuse a parameter that moves what the sideband says."""
    for index, parameter in enumerate(parameters):
        for end in corners[1:, index]:
            theta = corners[0].copy()
            theta[index] = end
            for label, numbers in _sidebands(experiment(theta)).items():
                if all(np.allclose(one, other, rtol=1e-12) for one, other in zip(numbers, found[label], strict=True)):
                    continue
                truth = "The sideband says how large that background is, and the likelihood profiles it."
                remedy = "Leave it out of the addresses of the parameter."
                raise InputError(f"{name}.{label}", f"parameter {parameter!r}, which moves it", truth, remedy)


def _check_apart(where: str, taken: np.ndarray, labels: Sequence[str]) -> None:
    if (taken >= 0).any():
        truth = f"{labels[taken.max()]} has one too, and events in some of the same bins."
        raise InputError(where, "a sideband", truth, "Join the two backgrounds into one.")


def _shares(nominal: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Shares of the tag bins in every seen bin [tag seen]; where the sideband is empty those of all seen bins."""
    common = expected.sum(axis=1, keepdims=True) / nominal.sum()
    return np.where(nominal > 0, expected / np.where(nominal > 0, nominal, 1.0), common)


class _Block(NamedTuple):
    """Groups with equally many bins: the bins [tag * group] and the groups, as slices where they are in order."""

    bins: Any
    columns: Any
    shape: tuple[int, int]

    def cut(self, values: Any) -> Any:
        """Numbers [..., bin] of these bins, [..., tag, group]."""
        return values[..., self.bins].reshape(*values.shape[:-1], *self.shape)


class _Layout(NamedTuple):
    """The blocks, their bins and groups one after the other, and whether this is how they come anyhow."""

    blocks: tuple[_Block, ...]
    bins: np.ndarray
    columns: np.ndarray
    straight: bool


@cache
def _layout(groups: tuple[int, ...]) -> _Layout:
    group = np.array(groups, int)
    members = [np.nonzero(group == one)[0] for one in range(group.max() + 1)]
    blocks = []
    for size in dict.fromkeys(len(one) for one in members):
        mine = np.array([number for number, one in enumerate(members) if len(one) == size])
        bins = np.stack([members[one] for one in mine], axis=1)
        blocks.append(_Block(bins.ravel(), mine, (int(bins.shape[0]), int(bins.shape[1]))))
    columns = np.concatenate([one.columns for one in blocks])
    bins = np.concatenate([*(one.bins for one in blocks), np.nonzero(group < 0)[0]])
    straight = bool((np.diff(bins) == 1).all() and (np.diff(columns) == 1).all())
    if straight:
        blocks = [_Block(_slice(one.bins), _slice(one.columns), one.shape) for one in blocks]
    return _Layout(tuple(blocks), bins, columns, straight)


def _slice(places: np.ndarray) -> slice:
    return slice(int(places[0]), int(places[-1]) + 1)
