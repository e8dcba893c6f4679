"""Fluxes of other people as `TabulatedFlux`: histograms in text or ROOT, dk2nu, gsimple.

A histogram has no units of its own, so they are given: of energy, and of content, which is neutrinos per area ("1/m^2")
in a bin, or per area and energy ("1/(m^2 GeV)"); per proton on target in both cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ontarget.ground.errors import InputError
from ontarget.ground.units import ENERGY, PER_AREA, GeV
from ontarget.io.formats.cross_section_file import unit_with_numbers
from ontarget.io.formats.dk2nu import read_dk2nu
from ontarget.io.formats.gsimple import read_gsimple
from ontarget.io.formats.rays import PDG, Codes, Numbers, histogram
from ontarget.io.formats.root import TreeFile
from ontarget.io.quantity import measure, powers_of
from ontarget.io.release import read_small
from ontarget.io.tables.table import parse_table
from ontarget.io.wording import one_line, quote
from ontarget.source.tabulated_flux import TabulatedFlux, TabulatedSpectrum

Edges = Float[np.ndarray, " edge"]
PER_AREA_ENERGY = tuple(left - right for left, right in zip(powers_of(PER_AREA), powers_of(ENERGY), strict=True))
SAME = 1e-6
"""Edges of two histograms are the same within so much of the width of a bin."""
PRINTED = 5e-3
"""Edges printed with four digits are the same within so much of the width of a bin."""
LOWEST = 1000
"""A table that ends so many times below the highest energy is in another unit."""
Files = str | Path | Sequence[str | Path]


def flux_of_text(
    path: str | Path, columns: Mapping[str, int], energy_unit: str, unit: str, distance: float, most: float
) -> TabulatedFlux:
    """From a table whose first two columns are the edges of each bin; `columns` counts from 0, by flavour.

    `most` is an energy that no neutrino can exceed, such as that of the protons: what lies above it is in a wrong unit.
    """
    label = one_line(path)
    table = parse_table(read_small(Path(path), label), label).values
    for flavour, column in columns.items():
        if not 2 <= column < table.shape[1]:
            truth = f"It has {table.shape[1]} columns, the first two of them the edges."
            raise InputError(f"{label}, {flavour}", f"column {column}", truth, "Count from 0.")
    widths = np.abs(table[:, 1] - table[:, 0])
    apart = np.abs(table[1:, 0] - table[:-1, 1]) > PRINTED * np.minimum(widths[1:], widths[:-1])
    if apart.any():
        row = int(np.argmax(apart)) + 1
        truth = f"The bin before ends at {table[row - 1, 1]:g}."
        raise InputError(f"{label}, row {row}", f"a bin from {table[row, 0]:g}", truth, "Close the gap.")
    edges = np.append(table[:, 0], table[-1, 1])
    return _flux(
        label, edges, {one: table[:, column] for one, column in columns.items()}, energy_unit, unit, distance, most
    )


def flux_of_root(
    path: str | Path, names: Mapping[str, str], energy_unit: str, unit: str, distance: float, most: float
) -> TabulatedFlux:
    """From one-dimensional ROOT histograms with the same bins, by flavour; under- and overflow are left out."""
    edges, contents = None, {}
    with TreeFile(path) as file:
        for flavour, name in names.items():
            given = file.object(name, "histogram")
            if not hasattr(given, "axis") or len(given.axes) != 1:
                truth = "A flux is a histogram of energy."
                raise InputError(f"{file.label}, {name}", "no histogram of one dimension", truth, "Name another.")
            values, found = given.to_numpy()
            if edges is not None and (
                len(found) != len(edges) or np.abs(found - edges).max() > SAME * np.diff(edges).min()
            ):
                raise InputError(f"{file.label}, {name}", "other bins", "All flavours have the same.", "Rebin it.")
            edges, contents[flavour] = found, np.asarray(values, float)
        if edges is None:
            raise InputError(file.label, "no histograms", "A flux has one flavour at least.", "Name them.")
        return _flux(file.label, edges, contents, energy_unit, unit, distance, most)


def _flux(
    label: str, edges: Edges, contents: Mapping[str, Any], energy_unit: str, unit: str, distance: float, most: float
) -> TabulatedFlux:
    energy, powers = measure(energy_unit, f"{label}, energy_unit")
    if powers != powers_of(ENERGY):
        raise InputError(f"{label}, energy_unit", quote(energy_unit), "It is an energy.", "Write e.g. 'GeV'.")
    factor, powers = unit_with_numbers(unit, f"{label}, unit")
    if powers == PER_AREA_ENERGY:
        widths = np.diff(edges) * energy
    elif powers == powers_of(PER_AREA):
        widths = np.ones(len(edges) - 1)
    else:
        truth = "It is 1/area, or 1/(area energy)."
        raise InputError(f"{label}, unit", quote(unit), truth, "Write e.g. '1/m^2' or '1/(m^2 GeV)'.")
    spectra = []
    for flavour, content in contents.items():
        _check_content(f"{label}, {flavour}", edges * energy, content, most)
        spectra.append(TabulatedSpectrum(jnp.asarray(content * widths * factor), name=flavour))
    try:
        return TabulatedFlux(jnp.asarray(edges * energy), tuple(spectra), jnp.asarray(distance))
    except InputError as error:
        raise error.within(label) from None


def _check_content(where: str, edges: Edges, content: np.ndarray, most: float) -> None:
    if not np.isfinite(content).all() or (content < 0).any():
        index = int(np.argmax(~np.isfinite(content) | (content < 0)))
        truth = "A flux is finite and not negative."
        raise InputError(f"{where}, bin {index}", f"{content[index]:g}", truth, "Mend the histogram.")
    if not content.any():
        raise InputError(where, "only zeros", "A flux has some neutrinos.", "Leave the flavour out.")
    start, end = edges[:-1][content > 0].max(), edges[1:][content > 0].max()
    if end * LOWEST <= most:
        truth = f"Neutrinos may have up to {most / GeV:g} GeV here."
        remedy = "Give the unit of the energies: GeV? Or a smaller 'highest'."
        raise InputError(where, f"neutrinos up to {end / GeV:g} GeV alone", truth, remedy)
    if start >= most:
        truth = f"No neutrino has more than {most / GeV:g} GeV here."
        raise InputError(where, f"neutrinos above {start / GeV:g} GeV", truth, "Give the unit of the energies: MeV?")


@dataclass(frozen=True)
class Tabulated:
    """A flux from rays, and what of it lies outside of the bins.

    Attributes
    ----------
    flux : the table
    dropped : by flavour, the share of its flux below the first or above the last edge, where there is any
    left_out : share of all decays, of parents that are not known
    """

    flux: TabulatedFlux
    dropped: Mapping[str, float]
    left_out: float = 0.0


def flux_of_dk2nu(path: Files, location: str, edges: Edges, distance: float) -> TabulatedFlux:
    """The flux at a location of a dk2nu file or of several; what lies above the edges is not in it."""
    return tabulate_dk2nu(path, location, edges, distance).flux


def flux_of_gsimple(path: Files, edges: Edges, distance: float, most: float) -> TabulatedFlux:
    """The mean flux over the window of a gsimple file or of several; `most` as for histograms."""
    return tabulate_gsimple(path, edges, distance, most).flux


def tabulate_dk2nu(
    path: Files, at: str | Float[np.ndarray, " 3"], edges: Edges, distance: float, skip_unknown: bool = False
) -> Tabulated:
    """The flux at a location of dk2nu files, or at any point in their frame, and what of it the bins do not hold."""
    found = read_dk2nu(path, skip_unknown)
    momentum, fluence = found.at(at) if isinstance(at, str) else found.seen_from(at)
    energy = np.linalg.norm(momentum, axis=1)
    table = _tabulated(found.label, found.decays.neutrino, energy, fluence, edges, distance)
    return replace(table, left_out=found.left_out)


def tabulate_gsimple(path: Files, edges: Edges, distance: float, most: float) -> Tabulated:
    """The mean flux over the window of gsimple files, and what of it the bins do not hold."""
    found = read_gsimple(path)
    if (highest := found.rays.energy.max()) > most:
        truth = f"No neutrino has more than {most / GeV:g} GeV here."
        got, remedy = f"{highest / GeV:g} GeV", "Energies are in GeV: convert the file."
        raise InputError(f"{found.label}, entry.E", got, truth, remedy)
    return _tabulated(found.label, found.rays.neutrino, found.rays.energy, found.rays.fluence, edges, distance)


def _tabulated(
    label: str, neutrino: Codes, energy: Numbers, fluence: Numbers, edges: Edges, distance: float
) -> Tabulated:
    outside = (energy < edges[0]) | (energy > edges[-1])
    total = {name: fluence[neutrino == code].sum() for name, code in PDG.items()}
    lost = {name: fluence[outside & (neutrino == code)].sum() for name, code in PDG.items()}
    dropped = {name: float(lost[name] / total[name]) for name in PDG if lost[name] > 0}
    try:
        return Tabulated(histogram(neutrino, energy, fluence, edges, distance), dropped)
    except InputError as error:
        raise error.within(label) from None
