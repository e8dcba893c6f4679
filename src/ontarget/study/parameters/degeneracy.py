"""Where one nucleus cannot tell u from d quarks: closed forms to draw beside the fits."""

from __future__ import annotations

import numpy as np

from ontarget.experiment.experiment import Experiment
from ontarget.interaction import NSI
from ontarget.matter.nuclide import Nuclides
from ontarget.study.context import Context


def bands(context: Context, x: str, y: str, grid: np.ndarray) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Lines (label, x, y) on which the first experiment's electron-flavour rate is that of the standard model.

    Drawn only in the plane of eps_ee_u and eps_ee_d, for experiments with `NSI` couplings.
    """
    first = context.listed()[0]
    interaction = first.detector.channels[0].interaction
    couplings = getattr(interaction, "couplings", None)
    if (x, y) != ("eps_ee_u", "eps_ee_d") or not isinstance(couplings, NSI):
        return []
    Z, N = mean_nucleus(first)
    proton, neutron = (float(matrix[0, 0]) for matrix in couplings.standard.matrices())
    label = f"{(first.title or first.name).removeprefix('ESS ')}, same rate as SM"
    return [
        (label if index == 0 else "", grid, degenerate_line(grid, Z, N, constant))
        for index, constant in enumerate((0.0, -2 * (Z * proton + N * neutron)))
    ]


def degenerate_line(eps_u: np.ndarray, Z: float, N: float, constant: float) -> np.ndarray:
    r""":math:`\varepsilon^d` from :math:`Z(2\varepsilon^u + \varepsilon^d) + N(\varepsilon^u + 2\varepsilon^d) = C`.

    C = 0 leaves the rate as it is; so does C = -2(Z g_p + N g_n), where the amplitude changes sign.

    References
    ----------
    Barranco:2005yy
    """
    return (constant - eps_u * (2 * Z + N)) / (Z + 2 * N)


def mean_nucleus(experiment: Experiment) -> tuple[float, float]:
    """Mean Z and N of the target's nuclei."""
    material = experiment.detector.material
    nuclides: Nuclides = material.nuclides()
    weight = np.asarray(material.nuclei_per_mass())
    return float(np.average(nuclides.Z, weights=weight)), float(np.average(nuclides.N, weights=weight))
