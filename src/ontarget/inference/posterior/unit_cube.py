"""The box of a posterior as the unit cube that nested sampling asks for."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ontarget.inference.posterior.target import Target


class UnitCube:
    """The unit cube whose uniform density is about that of the prior; what it is off by goes into the likelihood.

    So results do not depend on how finely the prior is tabulated.
    """

    def __init__(self, target: Target) -> None:
        self.target, self.mass, self.at_one_point = target, target.prior_mass(), target.at_one_point()
        self.tables = []
        for low, high, cells in zip(*target.box, target.prior_tables(), strict=True):
            width = (high - low) / len(cells)
            some = np.nonzero(cells > 1e-15 * cells.max())[0]
            likelihood = cells[some] / cells[some].sum()
            above = np.cumsum(likelihood)
            self.tables.append((low + some * width, width / likelihood, above - likelihood, above))

    def points(self, u: Float[np.ndarray, "point free"]) -> tuple[np.ndarray, np.ndarray]:
        """Values of the parameters [point free], and ln of the volume of the box for that of the cube [point]."""
        points, rates = np.empty_like(u), np.zeros(len(u))
        for axis, (left, rate, below, above) in enumerate(self.tables):
            cell = np.minimum(np.searchsorted(above, u[:, axis], side="right"), len(left) - 1)
            points[:, axis] = left[cell] + np.maximum(u[:, axis] - below[cell], 0.0) * rate[cell]
            rates += np.log(rate[cell])
        return np.clip(points, *self.target.box), rates

    def log_likelihood(self, u: Float[np.ndarray, "point free"]) -> Float[np.ndarray, " point"]:
        """Its integral over the cube is the evidence."""
        points, rates = self.points(u)
        with np.errstate(invalid="ignore", divide="ignore"):  # a logarithmic prior at zero
            values = -0.5 * self.target.minus_two_log(points) + rates - self.mass
        return np.where(np.isnan(values), -np.inf, values)

    def log_likelihood_of_one(self, u: Float[np.ndarray, " free"]) -> float:
        """`log_likelihood` of a single point."""
        points, rates = self.points(u[None])
        value = -0.5 * self.at_one_point(points[0]) + float(rates[0]) - self.mass
        return -np.inf if np.isnan(value) else value
