"""How many particles cross each plane of a set of trackers, and where: species by species, with statistical errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import jax
import numpy as np
from jaxtyping import Array, Float

from ontarget.beam import AbstractBeam, AbstractDecay, Tunnel
from ontarget.ground.noun import as_array
from ontarget.ground.program import program
from ontarget.monitor.hit_map import Raster, raster_around
from ontarget.monitor.silicon import hardness
from ontarget.monitor.tracker import AbstractPlane, Hits, Trackers, coming
from ontarget.numerics.lattice import lattice, shifts

CELLS = 4
"""Nodes of a map per standard deviation of the core; what varies within such a cell is not resolved."""

REACH = 4.0
"""How far a map goes, in the same."""


@dataclass
class PlaneHits:
    """What crosses one plane, per proton on target.

    Attributes
    ----------
    raster : nodes of the maps
    hits, damage : by species ("pi+", "mu+ of pi+"), [repeat x y] particles per area, and the same times their hardness
    number : by species, [repeat] all particles
    """

    plane: AbstractPlane
    raster: Raster
    hits: dict[str, list[np.ndarray]] = field(default_factory=dict)
    damage: dict[str, list[np.ndarray]] = field(default_factory=dict)
    number: dict[str, list[float]] = field(default_factory=dict)

    def count(self, species: str, particle: str, hits: Hits) -> None:
        """Add the rays of one repeat."""
        each, damaging, number = counted(self.raster, hits, particle)
        for kept, found in ((self.hits, each), (self.damage, damaging)):
            kept.setdefault(species, []).append(np.asarray(found))
        self.number.setdefault(species, []).append(float(number))

    def peak(self) -> tuple[float, float, float]:
        """Particles per area where they are most, its statistical error, and the damage per area there.

        Where they are most is looked for on the map of cells twice as wide, whose noise is small, and the value there
        is extrapolated from both to cells of no size: their error goes as the square of the size.
        """
        hits, damage = (np.sum([np.stack(one) for one in maps.values()], axis=0) for maps in (self.hits, self.damage))
        wide = coarser(hits)
        mean = wide.mean(axis=0)
        j, k = np.unravel_index(mean.argmax(), mean.shape)
        each = (4 * hits[:, j, k] - wide[:, j, k]) / 3
        damaging = (4 * damage[:, j, k] - coarser(damage)[:, j, k]) / 3
        return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each))), float(damaging.mean())

    def map(self) -> np.ndarray:
        """Particles per area, all species, [x y]."""
        return sum(np.mean(maps, axis=0) for maps in self.hits.values())


def coarser(maps: Float[np.ndarray, "repeat x y"]) -> Float[np.ndarray, "repeat x y"]:
    """Maps with hat functions twice as wide, made of those given: half of both neighbours and the whole of its own."""
    for axis in (1, 2):
        room = [(1, 1) if one == axis else (0, 0) for one in range(3)]
        around = np.moveaxis(np.pad(maps, room), axis, 0)
        maps = np.moveaxis(around[:-2] / 4 + around[1:-1] / 2 + around[2:] / 4, 0, axis)
    return maps


@program
def counted(
    raster: Raster, hits: Hits, particle: str
) -> tuple[Float[Array, "x y"], Float[Array, "x y"], Float[Array, ""]]:
    """Maps of particles and of damage, and the number of particles."""
    damaging = hits.number * hardness(particle, hits.momentum)
    return raster.density(hits, hits.number), raster.density(hits, damaging), hits.number.sum()


def plane_hits(
    beam: AbstractBeam,
    tunnel: Tunnel,
    decays: tuple[AbstractDecay, ...],
    trackers: Trackers,
    rays: int,
    repeats: int,
    seed: int = 1,
    progress: Callable[[str], None] = lambda line: None,
) -> list[PlaneHits]:
    """Particles of the beam at every plane that it knows, and muons of decays in the tunnel at the planes behind it.

    Muons that are born before the tunnel or behind it, pions of kaons' decays, protons and positrons of the line, and
    what scatters off walls or showers in the planes are not in it.
    """
    planes = [plane for plane in trackers.planes if plane.knows(beam)]
    found: list[PlaneHits] = []
    for place, parent in enumerate(beam.parents):
        followed = [one for one in decays if one.parent == parent]
        most = max((one.dimensions for one in followed), default=0)
        for repeat in range(repeats):
            progress(f"{parent}, {repeat + 1} of {repeats}")
            shift = shifts((seed, place, repeat), beam.dimensions + 1 + most)
            u = np.asarray(lattice(jax.device_put(np.uint64(0)), rays, shift))
            of_beam, of_decay = as_array(u[:, : beam.dimensions]), as_array(u[:, beam.dimensions :])
            arriving = coming(beam, tunnel, trackers.arm, parent, of_beam)
            for index, plane in enumerate(planes):
                hits = plane.passing(arriving)
                if len(found) == index:
                    found.append(PlaneHits(plane, raster_around(hits, CELLS, REACH)))
                found[index].count(parent, parent, hits)
                for decay, muons in plane.muons(arriving, followed, of_decay):
                    found[index].count(f"{decay.lepton} of {decay.name}", decay.lepton, muons)
    return found
