"""A fourth, sterile neutrino at short baselines."""

from __future__ import annotations

from typing import ClassVar

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import InputError, check_finite, check_range, concrete
from ontarget.ground.noun import Length, MassSquared, Number, Scalar, quantity
from ontarget.ground.program import fused
from ontarget.matter.flavour import FAMILY, FLAVOURS
from ontarget.propagation.propagation import AbstractPropagation
from ontarget.source.flux import Flux

SAME_KIND = np.equal.outer(np.arange(len(FLAVOURS)) < 3, np.arange(len(FLAVOURS)) < 3)
"""Neutrinos stay neutrinos, antineutrinos antineutrinos."""


class Sterile31(AbstractPropagation):
    r"""Three active neutrinos and one sterile, in vacuum, where only the fourth mass has had time to act.

    .. math::
        P_{\alpha\beta} = \delta_{\alpha\beta}
        - 4|U_{\alpha4}|^2\big(\delta_{\alpha\beta} - |U_{\beta4}|^2\big)\,
        \Big\langle\sin^2\frac{\Delta m^2 L}{4E\hbar c}\Big\rangle,\quad
        \Big\langle\sin^2\frac\varphi2\Big\rangle = \tfrac12 - \tfrac12 D\cos\varphi,\quad
        \varphi = \frac{\Delta m^2 L}{2E\hbar c}

    The splittings of the three known masses are neglected: valid while :math:`2.5\cdot10^{-3}\,\mathrm{eV}^2\,L/E` is
    small, L/E below about 30 km/GeV, and where matter does nothing on such a way. Antineutrinos oscillate alike.
    What has become sterile is what the active flavours lack (`lost`). Polynomial in the three mixings.

    A node of the flux stands for a cell of energies E and of paths L, of widths e and l. The mean over both, and over a
    Gaussian of width s in L, is closed: phases linear within a cell give

    .. math:: D = \operatorname{sinc}\frac{\varphi\,l}{2L}\,\operatorname{sinc}\frac{\varphi\,e}{2E}\,
              e^{-\varphi^2 s^2/2L^2},\quad \operatorname{sinc}x = \sin x/x

    exact in L, and in E up to :math:`(e/2E)^2` in the phase. So nothing that oscillates faster than the nodes are
    set survives, instead of being read off where the nodes happen to lie. Cells blur what is just resolved as well:
    amplitudes come out low by :math:`(\varphi\,l/L)^2/8` and :math:`(\varphi\,e/E)^2/8`, which asks for nodes enough.

    Attributes
    ----------
    dm2 : of the fourth mass and the others, m_4^2 - m_1^2
    ue4, umu4, utau4 : squares of the moduli of the fourth column, |U_e4|^2, |U_mu4|^2 and |U_tau4|^2
    spread : s, one standard deviation of what is not known of a path beside its cell: size of the source, vertex

    References
    ----------
    Kopp:2013vaa
    """

    INSTEAD: ClassVar[dict[str, str]] = {
        "sin2_2theta_ee": "Give ue4, of sin2_2theta_ee = 4 ue4 (1 - ue4).",
        "sin2_2theta_mumu": "Give umu4, of sin2_2theta_mumu = 4 umu4 (1 - umu4).",
        "sin2_2theta_mue": "Give ue4 and umu4, of sin2_2theta_mue = 4 ue4 umu4.",
        "dm2_41": "Give dm2.",
    }
    """What to write for numbers that other people use."""

    dm2: MassSquared = quantity()
    ue4: Number = quantity(default=0.0)
    umu4: Number = quantity(default=0.0)
    utau4: Number = quantity(default=0.0)
    spread: Length = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)
        for field in ("dm2", "spread"):
            check_range(self, field, 0.0)
        for field in ("ue4", "umu4", "utau4"):
            check_range(self, field, 0.0, 1.0)
        total = concrete(self.ue4 + self.umu4 + self.utau4)
        if total is not None and total > 1:
            truth = "Squares of a column of a unitary matrix add to one, of which the sterile flavour has the rest."
            raise InputError("ue4 + umu4 + utau4", f"{total:g}", truth, "Give smaller mixings.")

    def mixings(self) -> Float[Array, " flavour"]:
        """The square of the mixing of each flavour with the fourth mass."""
        return jnp.stack([self.ue4, self.umu4, self.utau4])[np.array(FAMILY)]

    @fused
    def changed(
        self,
        energy: Float[Array, " energy"],
        path: Float[Array, " path"],
        energy_cell: Float[Array, " energy"] | Scalar | float = 0.0,
        path_cell: Float[Array, " path"] | Scalar | float = 0.0,
    ) -> Float[Array, "energy path"]:
        """The mean of the sine squared, over cells of these widths."""
        moving = energy[:, None] > 0
        safe = jnp.where(moving, energy[:, None], jnp.max(energy))
        per_length = self.dm2 / (2 * safe * hbar_c)
        phase = per_length * path
        along = jnp.sinc(per_length * path_cell / (2 * np.pi))
        across = jnp.sinc(phase * jnp.reshape(energy_cell, (-1, 1)) / safe / (2 * np.pi))
        left = along * across * jnp.exp(-((per_length * self.spread) ** 2) / 2)
        return 0.5 - 0.5 * jnp.cos(phase) * jnp.where(moving, left, 0.0)

    @fused
    def amplitudes(self) -> Float[Array, "final initial"]:
        """What stands before the mean of the sine squared."""
        mixings, unit = self.mixings(), np.eye(len(FLAVOURS))
        return -4 * mixings * (unit - mixings[:, None]) * SAME_KIND

    @fused
    def lost(self, energy: Float[Array, " energy"], path: Float[Array, " path"]) -> Float[Array, "initial energy path"]:
        """Probability to have become sterile: seen by no interaction at all."""
        mixings = self.mixings()
        sterile = 1 - self.ue4 - self.umu4 - self.utau4
        return 4 * (mixings * sterile)[:, None, None] * self.changed(energy, path)

    @fused
    def probability(
        self, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "final initial energy path"]:
        unit = jnp.eye(len(FLAVOURS))[:, :, None, None]
        return unit + self.amplitudes()[:, :, None, None] * self.changed(energy, path)

    @fused
    def propagate(self, flux: Flux) -> Float[Array, "flavour energy tag"]:
        """The flux by final flavour, summed over paths; averaged over the cells that its nodes stand for."""
        cells = [0.0 if cell is None else cell for cell in (flux.energy_cell, flux.path_cell)]
        changed = self.changed(flux.energy, flux.path, *cells)
        oscillated = jnp.einsum("ep,iept->iet", changed, flux.values)
        return flux.values.sum(axis=2) + jnp.einsum("fi,iet->fet", self.amplitudes(), oscillated)
