r"""How much of a nucleus' spin its protons and its neutrons carry.

References
----------
Klos:2013rwa
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.constants import hbar_c
from ontarget.ground.program import fused
from ontarget.ground.units import MeV

EXPECTATION = {
    "F19": (0.478, -0.002),
    "Na23": (0.224, 0.024),
    "Al27": (0.326, 0.038),
    "Si29": (0.016, 0.156),
    "Ge73": (0.031, 0.439),
    "I127": (0.342, 0.031),
    "Xe129": (0.010, 0.329),
    "Xe131": (-0.009, -0.272),
}
"""(<S_p>, <S_n>) of the shell-model ground state, one-body currents; Klos:2013rwa."""


def spin_expectation(name: str) -> tuple[float, float]:
    r"""(<S_p>, <S_n>) of a nuclide such as "Xe129", dimensionless; (0, 0) for J = 0 and where no value is known here.

    References
    ----------
    Klos:2013rwa
    """
    return EXPECTATION.get(name, (0.0, 0.0))


@fused
def oscillator_length(A: Float[Array, "..."] | float) -> Float[Array, "..."]:
    r"""Harmonic-oscillator length of a nucleus of mass number A, a length; argument of shell-model structure factors.

    .. math:: b = \frac{\hbar c}{\sqrt{m_N\,\hbar\omega}},\quad \hbar\omega = (45 A^{-1/3} - 25 A^{-2/3})\;\mathrm{MeV}

    with the mean nucleon mass 938.919 MeV, so (hbar c)^2/m_N = 41.472 MeV fm^2 (others write 41.467: b lower by 6e-5).
    Valid for A of about 10 and above (the denominator has a zero below A = 1).

    References
    ----------
    Fitzpatrick:2012ix
    Hoferichter:2020osn
    """
    inverse = 1 / jnp.cbrt(A)
    quantum = (45 * inverse - 25 * inverse**2) * MeV
    return hbar_c / jnp.sqrt(938.919 * MeV * quantum)
