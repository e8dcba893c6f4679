"""Where particles cross a plane across the beam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.ground.constants import c
from ontarget.tagging.columns import Columns

Numbers = Float[np.ndarray, " particle"]
Vectors = Float[np.ndarray, "particle 3"]


@dataclass(frozen=True, kw_only=True)
class PlaneCrossing(Columns):
    """Particles at a plane of given z, in the frame of the tunnel; internal units.

    Attributes
    ----------
    x, y : [particle] where they cross it, a length
    slope_x, slope_y : [particle] dx/dz and dy/dz
    momentum : [particle] magnitude; zero for a particle that flies backwards and never crosses
    time : [particle] when they cross it
    """

    x: Numbers
    y: Numbers
    slope_x: Numbers
    slope_y: Numbers
    momentum: Numbers
    time: Numbers

    def vectors(self) -> Float[np.ndarray, "particle 5"]:
        """x, y, slope_x, slope_y, momentum as rows: the order of every covariance matrix of a track."""
        return np.stack([self.x, self.y, self.slope_x, self.slope_y, self.momentum], axis=1)


def crossing(start: Vectors, momentum: Vectors, time: Numbers, mass: float, z: float) -> PlaneCrossing:
    """Where straight flights of particles of a mass (an energy) cross the plane at z, forwards or back in time.

    `start` [particle 3] is a point of each flight (lengths), `momentum` [particle 3], `time` [particle] when it is
    there.
    """
    forwards = momentum[:, 2] > 0
    along = np.where(forwards, momentum[:, 2], 1.0)
    size = np.sqrt((momentum**2).sum(axis=1))
    step = z - start[:, 2]
    slowness = np.sqrt(size**2 + mass**2) / (c * along)
    slope_x, slope_y = momentum[:, 0] / along, momentum[:, 1] / along
    return PlaneCrossing(
        x=start[:, 0] + slope_x * step,
        y=start[:, 1] + slope_y * step,
        slope_x=slope_x,
        slope_y=slope_y,
        momentum=np.where(forwards, size, 0.0),
        time=time + slowness * step,
    )
