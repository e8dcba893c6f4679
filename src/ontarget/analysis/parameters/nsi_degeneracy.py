"""Where one nucleus cannot tell u from d quarks: closed forms to draw beside the fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ontarget.experiment.abstract import AbstractExperiment
from ontarget.experiment.experiment import Experiment
from ontarget.interaction import NSI
from ontarget.matter.nuclide import Nuclides


@dataclass(frozen=True)
class DegenerateLines:
    """Vector couplings of electron neutrinos to quarks with which an experiment has the rate of the standard model.

    Attributes
    ----------
    experiment : its name
    eps_u : couplings to u quarks [point]
    eps_d : couplings to d quarks [solution point]: the standard amplitude first, then the one of opposite sign
    """

    experiment: str
    eps_u: Float[np.ndarray, " point"]
    eps_d: Float[np.ndarray, "solution point"]


def degenerate_lines(experiment: AbstractExperiment, eps_u: Float[np.ndarray, " point"]) -> DegenerateLines | None:
    """The two lines of an experiment whose first channel has `NSI` couplings to nuclei; none for any other."""
    if not isinstance(experiment, Experiment) or not experiment.detector.channels:
        return None
    couplings = getattr(experiment.detector.channels[0].interaction, "couplings", None)
    if not isinstance(couplings, NSI):
        return None
    Z, N = mean_nucleus(experiment)
    proton, neutron = (float(matrix[0, 0]) for matrix in couplings.standard.matrices())
    constants = 0.0, -2 * (Z * proton + N * neutron)
    return DegenerateLines(experiment.name, eps_u, np.stack([degenerate_line(eps_u, Z, N, one) for one in constants]))


def degenerate_line(
    eps_u: Float[np.ndarray, " point"], Z: float, N: float, constant: float
) -> Float[np.ndarray, " point"]:
    r""":math:`\varepsilon^d` from :math:`Z(2\varepsilon^u + \varepsilon^d) + N(\varepsilon^u + 2\varepsilon^d) = C`.

    C = 0 leaves the rate as it is; so does C = -2(Z g_p + N g_n), where the amplitude changes sign.

    References
    ----------
    Barranco:2005yy
    """
    return (constant - eps_u * (2 * Z + N)) / (Z + 2 * N)


def mean_nucleus(experiment: Experiment) -> tuple[float, float]:
    """Mean Z and N of the nuclei of an experiment's target."""
    material = experiment.detector.material
    nuclides: Nuclides = material.nuclides()
    weight = np.asarray(material.nuclei_per_mass())
    return float(np.average(nuclides.Z, weights=weight)), float(np.average(nuclides.N, weights=weight))
