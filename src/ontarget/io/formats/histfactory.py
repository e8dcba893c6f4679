"""A likelihood as a HistFactory workspace in the JSON of pyhf, which is not needed to write it.

What is exact: a factor in which counts are linear (`normfactor`; `lumi` for one with a Gaussian constraint), what adds
to a template in proportion to a pull (`histosys`), a factor with a log-normal constraint (`normsys`), a parabola in one
parameter (`histosys` near its zero), and backgrounds counted in sidebands (`shapefactor`, the sidebands as channels).

References
----------
Cranmer:2012sba
Heinrich:2021-JOSS6.2823
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ontarget.ground.errors import InputError
from ontarget.inference.expansion.basis import products, tables
from ontarget.inference.likelihood import Gaussian, Likelihood, LogNormal
from ontarget.inference.likelihood.parts import Part, orders, parts
from ontarget.io.formats.histfactory_role import (
    AbstractRole,
    Exponential,
    Factor,
    Luminosity,
    Parabola,
    Shift,
    constraint_of,
    roles,
)
from ontarget.io.formats.histfactory_value import minus_two_log

POINTS = 50
SEED = 20260103
ROUNDING = 1e-12
"""Counts: no more than this is below zero where nothing is expected, and nothing was seen."""
AUXILIARY = 1.5e8
"""Counts that stand for a Gaussian constraint: it is met to u^4 / 3e8 at u standard deviations."""
SIDES = 20
"""Bins on each side over which these are spread: the sum of many is rounded less."""


@dataclass(frozen=True)
class Workspace:
    """A workspace, and how it hangs together with the likelihood.

    Attributes
    ----------
    document : what pyhf reads
    roles : of the parameters
    error : largest error of a difference of -2 ln L among random points, relative where that is above one
    points : how many these are: fewer than wanted where counts are seldom above zero in all bins
    shapes : names of the free backgrounds of sidebands, the groups of each and the counts that 1 stands for
    strength : the name of a factor on all channels that is no parameter of the likelihood, if there is one
    """

    document: Mapping[str, Any]
    roles: Sequence[AbstractRole]
    error: float
    points: int
    shapes: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    strength: str = ""

    def values(self, likelihood: Likelihood, theta: np.ndarray) -> dict[str, list[float]]:
        """Values in the workspace at theta, with backgrounds of sidebands at their best for the data."""
        found = {role.word: [float(role.value(theta[role.place]))] for role in self.roles}
        found |= {self.strength: [1.0]} if self.strength else {}
        beta = np.asarray(likelihood.profiled(theta).beta)
        return found | {name: (beta[groups] / unit).tolist() for name, (groups, unit) in self.shapes.items()}


def workspace(
    likelihood: Likelihood,
    experiments: Sequence[Any],
    *,
    approximate: bool = False,
    strength: str = "",
    title: str = "ontarget",
) -> Workspace:
    """The workspace of a likelihood.

    Parameters
    ----------
    likelihood : with its data
    experiments : those that it was made of, in the same order
    approximate : write templates at one standard deviation where nothing is exact, and leave products of two such out
    strength : the name of a further free factor, on what neutrinos of the beam make; it is the parameter of interest
    title : name of the measurement

    Raises
    ------
    InputError : where nothing is exact, unless `approximate`
    """
    every = orders(likelihood.expansion)
    found = roles(likelihood, every, approximate)
    samples: dict[str, list[dict[str, Any]]] = {name: [] for name in likelihood.experiments}
    used = ""
    for part in parts(likelihood, experiments):
        mine = _samples(likelihood, part, every, found)
        for sample in mine if strength and part.signal else ():
            sample["modifiers"].append({"name": strength, "type": "normfactor", "data": None})
            used = strength
        samples[part.experiment] += mine
    _attach(samples, found)
    seen = dict(zip(likelihood.experiments, likelihood.split(likelihood.data), strict=True))
    shapes, channels = _channels(likelihood, samples, seen)
    channels += [_constraint(role) for role in found if _needs_constraint(role)]
    free = [role.word for role in found if isinstance(role, (Factor, Parabola)) and not _needs_constraint(role)]
    free = [used, *free] if used else free
    settings = [role.setting() for role in found]
    settings += [{"name": name, "bounds": [[0.0, 50.0]] * len(unit)} for name, (_, unit) in shapes.items()]
    document = {
        "channels": [{"name": name, "samples": members} for name, members, _ in channels],
        "observations": [{"name": name, "data": data} for name, _, data in channels],
        "measurements": [{"name": title, "config": {"poi": free[0] if free else "", "parameters": settings}}],
        "version": "1.0.0",
    }
    made = Workspace(document, found, 0.0, 0, shapes, used)
    thetas = drawn(likelihood, POINTS)
    return replace(made, error=difference(made, likelihood, thetas), points=len(thetas))


def only_signal(document: Mapping[str, Any]) -> int:
    """How many bins that hold events the parameter of interest alone fills: at its zero there is no likelihood."""
    interest = document["measurements"][0]["config"]["poi"]
    seen = {one["name"]: np.asarray(one["data"], float) for one in document["observations"]}
    bins = 0
    for channel in document["channels"] if interest else ():
        filled = np.zeros(len(seen[channel["name"]]), bool)
        for sample in channel["samples"]:
            if all(one["name"] != interest for one in sample["modifiers"]):
                filled |= np.asarray(sample["data"], float) != 0.0
        bins += int((~filled & (seen[channel["name"]] > 0.0)).sum())
    return bins


def difference(made: Workspace, likelihood: Likelihood, thetas: np.ndarray) -> float:
    """Largest error of a difference of -2 ln L from the start, among points; relative where that is above one."""
    thetas = np.concatenate([np.asarray(likelihood.start)[None], thetas])
    ours = np.asarray(likelihood.minus_two_log(thetas))
    theirs = np.array([minus_two_log(made.document, made.values(likelihood, theta)) for theta in thetas])
    error = np.abs((theirs - theirs[0]) - (ours - ours[0])) / np.maximum(1.0, np.abs(ours - ours[0]))
    return float(error.max())


def drawn(likelihood: Likelihood, points: int) -> np.ndarray:
    """Random points [point, parameter]: of what is constrained as the constraint has it, to three standard deviations,
    of what is free all over its box. Where a template is below zero there is no likelihood, and no point.
    """
    random = np.random.default_rng(SEED)
    low, high = np.asarray(likelihood.expansion.low), np.asarray(likelihood.expansion.high)
    thetas = random.uniform(low, high, size=(40 * points, len(low)))
    for place, parameter in enumerate(likelihood.parameters):
        prior, pulls = parameter.prior, np.clip(random.normal(size=len(thetas)), -3.0, 3.0)
        if isinstance(prior, Gaussian):
            thetas[:, place] = float(prior.mean) + pulls * float(prior.sigma)
        elif isinstance(prior, LogNormal):
            thetas[:, place] = float(prior.median) * np.exp(pulls * float(prior.sigma))
    thetas = np.clip(thetas, low, high)
    counts, empty = np.asarray(likelihood.expansion(thetas)), np.asarray(likelihood.data)[: likelihood.bins] == 0.0
    return thetas[((counts > 0.0) | (empty & (counts > -ROUNDING))).all(axis=1)][:points]


def _needs_constraint(role: AbstractRole) -> bool:
    return isinstance(role, (Factor, Parabola)) and isinstance(role.parameter.prior, Gaussian)


def _samples(
    likelihood: Likelihood, part: Part, every: np.ndarray, found: Sequence[AbstractRole]
) -> list[dict[str, Any]]:
    """The samples of one part: one for each product of factors that multiplies a template of its own."""
    factors = [role for role in found if not isinstance(role, (Shift, Parabola))]
    movers = [role for role in found if isinstance(role, (Shift, Parabola))]
    used = part.coefficients.any(axis=1)
    keys = every[:, [role.place for role in factors]]
    samples, every_key = [], sorted({tuple(int(k) for k in row) for row in keys[used]})
    for key in every_key:
        mine = used & (keys == key).all(axis=1)
        template = _Template(likelihood, every[mine], part.coefficients[mine], {role.place for role in factors})
        scale, modifiers = 1.0, list[dict[str, Any]]()
        for role, order in zip(factors, key, strict=True):
            half = float(likelihood.expansion.half[role.place])
            if isinstance(role, Exponential):
                median, rate = role.power(order)
                scale *= median / half**order
                data = {"hi": float(np.exp(rate)), "lo": float(np.exp(-rate))}
                modifiers += [{"name": role.word, "type": "normsys", "data": data}] if order else []
            elif order:
                scale /= half**order
                kind = "lumi" if isinstance(role, Luminosity) else "normfactor"
                modifiers.append({"name": role.word, "type": kind, "data": None})
        centres = {role.place: role.centre for role in movers}
        nominal = scale * template(centres)
        for role in movers:
            down, up = (scale * template({**centres, role.place: theta}) for _, theta in role.ends())
            if (down == nominal).all() and (up == nominal).all():
                continue
            low, high = role.templates(nominal, down, up)
            data = {"lo_data": low.tolist(), "hi_data": high.tolist()}
            modifiers.append({"name": role.word, "type": "histosys", "data": data})
        words = [role.word for role, order in zip(factors, key, strict=True) if order]
        name = "_".join([part.name, *words]) if len(every_key) > 1 else part.name
        samples.append({"name": name, "data": nominal.tolist(), "modifiers": modifiers})
    return samples


class _Template:
    """What multiplies one product of factors, as a function of the parameters that move templates."""

    def __init__(self, likelihood: Likelihood, every: np.ndarray, coefficients: np.ndarray, factors: set[int]) -> None:
        expansion = likelihood.expansion
        self.places = [place for place in range(every.shape[1]) if place not in factors]
        self.centre, self.half, self.kind = (
            np.asarray(one)[self.places] for one in (expansion.centre, expansion.half, expansion.chebyshev)
        )
        self.orders, self.coefficients, self.degree = every[:, self.places], coefficients, expansion.degree

    def __call__(self, values: Mapping[int, float]) -> np.ndarray:
        """The template [bin] where the parameters at these places have these values; the others have no effect."""
        theta = np.array([values.get(place, self.centre[i]) for i, place in enumerate(self.places)])
        table = tables(((theta - self.centre) / self.half)[None], self.kind, self.degree, 0)
        return products(table, self.orders, np.zeros((1, len(self.places)), int))[0, 0] @ self.coefficients


def _attach(samples: Mapping[str, list[dict[str, Any]]], found: Sequence[AbstractRole]) -> None:
    """Constraints of parameters without effect stand in the workspace too: on the first sample, which they leave."""
    every = [sample for members in samples.values() for sample in members]
    if not every:
        raise InputError("workspace", "no counts", "Nothing is expected outside sidebands.", "Add a signal.")
    used = {modifier["name"] for sample in every for modifier in sample["modifiers"]}
    for role in found:
        if role.word not in used and not isinstance(role, Factor):
            data = {"lo_data": every[0]["data"], "hi_data": every[0]["data"]}
            every[0]["modifiers"].append({"name": role.word, "type": "histosys", "data": data})


Channel = tuple[str, list[dict[str, Any]], list[float]]


def _channels(
    likelihood: Likelihood, samples: Mapping[str, list[dict[str, Any]]], seen: Mapping[str, np.ndarray]
) -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], list[Channel]]:
    """Channels: one per experiment; where it has sidebands, one per bin of the tag and one per sideband."""
    shapes, channels, end = {}, list[Channel](), 0
    for name, size in zip(likelihood.experiments, likelihood.sizes, strict=True):
        mine = slice(end, end + size)
        end += size
        sides = _sides(likelihood, name, mine)
        if not sides:
            channels.append((name, samples[name], seen[name].tolist()))
            continue
        length = len(next(iter(sides.values()))[0])
        for number in range(size // length):
            cut = slice(number * length, (number + 1) * length)
            members = [_cut(sample, cut) for sample in samples[name]]
            for word, (_, unit, _, share) in sides.items():
                members.append(_shaped(word, unit * share[cut]))
            channels.append((f"{name}_tag_{number + 1:03d}", members, seen[name][cut].tolist()))
        for word, (groups, unit, ratio, _) in sides.items():
            counted = np.asarray(likelihood.data)[likelihood.bins :][groups]
            channels.append((f"{word}_sideband", [_shaped(word, unit / ratio)], counted.tolist()))
            shapes[word] = (groups, unit)
    return shapes, channels


def _sides(likelihood: Likelihood, name: str, mine: slice) -> dict[str, tuple[np.ndarray, ...]]:
    """Of each sideband of an experiment: its groups, the background that 1 stands for, ratio [group], shares [bin]."""
    bands = likelihood.sideband
    if bands is None:
        return {}
    labels, group = np.array(bands.labels), bands.group[mine]
    found: dict[str, tuple[np.ndarray, ...]] = {}
    for label in dict.fromkeys(one for one in bands.labels if one.startswith(f"{name}.")):
        groups = np.nonzero(labels == label)[0]
        ratio, nominal = np.asarray(bands.ratio)[groups], np.asarray(bands.nominal)[groups]
        share = np.where(np.isin(group, groups), np.asarray(bands.share)[mine], 0.0)
        found[label.replace(".", "_")] = (groups, np.maximum(nominal, ratio), ratio, share)
    return found


def _shaped(word: str, counts: np.ndarray) -> dict[str, Any]:
    """A sample whose every bin is free; in all channels in which it stands by the same factors."""
    return {
        "name": word,
        "data": counts.tolist(),
        "modifiers": [{"name": word, "type": "shapefactor", "data": None}],
    }


def _cut(sample: Mapping[str, Any], bins: slice) -> dict[str, Any]:
    """Some bins of a sample."""
    modifiers = [
        {**one, "data": {key: values[bins] for key, values in one["data"].items()}}
        if one["type"] == "histosys"
        else one
        for one in sample["modifiers"]
    ]
    return {**sample, "data": sample["data"][bins], "modifiers": modifiers}


def _constraint(role: AbstractRole) -> Channel:
    r"""Counts that stand for a Gaussian constraint of a factor, which HistFactory does not have.

    Bins that rise and bins that fall, :math:`n (1 \pm u/\sqrt N)` with N of them all: together :math:`u^2 + u^4/2N`.
    """
    prior = constraint_of(role.parameter, Gaussian)
    spread = 1.0 + np.arange(SIDES) / SIDES  # unlike bins: their roundings do not add up
    counts = np.round(AUXILIARY * np.concatenate([spread, spread]) / (2 * spread.sum()))
    sides = np.repeat([1.0, -1.0], SIDES) / np.sqrt(counts.sum())
    mean, sigma = float(prior.mean), float(prior.sigma)
    if isinstance(role, Parabola):
        nominal = counts * (1.0 + sides * (role.centre - mean) / sigma)
        slope = counts * sides * role.unit / sigma
        data = {"lo_data": (nominal - slope).tolist(), "hi_data": (nominal + slope).tolist()}
        modifier = {"name": role.word, "type": "histosys", "data": data}
        members = [{"name": "constraint", "data": nominal.tolist(), "modifiers": [modifier]}]
    else:
        free = {"name": role.word, "type": "normfactor", "data": None}
        members = [
            {"name": "constraint", "data": (counts * (1.0 - sides * mean / sigma)).tolist(), "modifiers": []},
            {"name": f"constraint_{role.word}", "data": (counts * sides / sigma).tolist(), "modifiers": [free]},
        ]
    return f"constraint_{role.word}", members, counts.tolist()
