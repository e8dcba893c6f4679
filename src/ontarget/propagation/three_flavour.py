"""Three flavours, in vacuum and in matter of one density."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ontarget.ground.constants import atomic_mass, fermi_constant, hbar_c
from ontarget.ground.errors import InputError, check_finite, check_range, concrete
from ontarget.ground.noun import Angle, Density, Length, MassSquared, Number, quantity
from ontarget.ground.units import cm, eV, g
from ontarget.propagation.propagation import AbstractPropagation
from ontarget.source.flux import Flux

KINDS = (1.0, -1.0)
"""Neutrinos, antineutrinos: the sign of the potential and of delta."""

PAIRS = ((1, 0), (2, 0), (2, 1))

NO_GAP = 1e-12
"""Two states whose eigenvalues differ by less than this share of the third's distance count as one: their phases do
not differ by as much, and a projector on either has no meaning."""

DENSEST = 1e9 * g / cm**3
"""Above, the splittings are lost in the rounding of the potential."""


class States(NamedTuple):
    """What neutrinos of one kind propagate in, three arrays [energy] each.

    `squares` are the eigenvalues of 2 E H, `ee` and `mumu` the shares of these flavours in each, `first` and `second`
    the real parts of the product of both, whose second goes with exp(-i delta).
    """

    squares: list[Array]
    ee: list[Array]
    mumu: list[Array]
    first: list[Array]
    second: list[Array]


class ThreeFlavour(AbstractPropagation):
    r"""Three neutrinos that mix, exact in vacuum and in matter of one density.

    .. math::
        2EH = U\,\mathrm{diag}(0, \Delta m^2_{21}, \Delta m^2_{31})\,U^\dagger + \mathrm{diag}(A, 0, 0),\quad
        A = \pm 2\sqrt2\,G_F n_e E,\quad n_e = Y_e\rho/u

        P_{\alpha\beta} = \delta_{\alpha\beta} + 2\sum_{i>j}\Big[
        \mathrm{Re}(Q^i_{\alpha\beta}Q^{j*}_{\alpha\beta})(D_{ij}\cos\varphi_{ij} - 1)
        + \mathrm{Im}(Q^i_{\alpha\beta}Q^{j*}_{\alpha\beta})\,D_{ij}\sin\varphi_{ij}\Big],\quad
        \varphi_{ij} = \frac{(\lambda_i - \lambda_j) L}{2E\hbar c}

    :math:`\lambda` are the eigenvalues of 2EH, roots of a cubic, and :math:`Q^i` the projectors on its states. Of U the
    rotation by :math:`\theta_{23}` and :math:`\delta` commutes with the potential; what is left is a real matrix.
    Antineutrinos have the other sign of A and of delta. Closed, hence differentiable, also where two eigenvalues are
    equal or nearly so (two flavours, crossings, matter so dense that one state leaves the others alone): the third's
    projector is exact, and what is left is a matrix of two states. Matter up to 1e9 g/cm3; a density that varies on the
    way is not here.

    A node of the flux stands for a cell of energies and of paths, of widths e and l. The mean over both, and over a
    Gaussian of width s in L, for phases linear within the cell, is

    .. math::
        D = \operatorname{sinc}\frac{\varphi l}{2L}\,\operatorname{sinc}\Big(\frac e2\frac{d\varphi}{dE}\Big)\,
            e^{-\varphi^2s^2/2L^2},\quad
        \frac{d\varphi_{ij}}{dE} = -\frac{\varphi_{ij}}{E} + \frac{A L}{2E^2\hbar c}(Q^i_{ee} - Q^j_{ee})

    Attributes
    ----------
    sin2_12, sin2_13, sin2_23 : squared sines of the mixing angles
    delta : the phase
    dm2_21, dm2_31 : m_2^2 - m_1^2, and m_3^2 - m_1^2, which is negative in the inverted ordering
    density : rho on the way, zero for vacuum
    electrons : Y_e, electrons per nucleon
    spread : s, one standard deviation of what is not known of a path beside its cell

    References
    ----------
    Wolfenstein:1977ue
    Barger:1980tf
    Esteban:2024eli the default numbers: normal ordering, with atmospheric data of Super-Kamiokande
    """

    INSTEAD: ClassVar[dict[str, str]] = {
        **dict.fromkeys(
            ("dm2_32", "dm2_23", "dm32", "dm232", "dmsq32"),
            "Give dm2_31 = dm2_32 + dm2_21, which is negative in the inverted ordering.",
        ),
        **{
            f"{word}{apart}{pair}": f"Give sin2_{pair}, the sine squared of this angle."
            for pair in ("12", "13", "23")
            for word in ("theta", "th", "sin2_2theta", "sin2_theta", "angle")
            for apart in ("", "_")
        },
        **dict.fromkeys(("delta_cp", "deltacp", "dcp", "phase"), "Give delta, with its unit, such as '212 deg'."),
    }
    """What to write for numbers that other people use."""

    sin2_12: Number = quantity(default=0.308)
    sin2_13: Number = quantity(default=0.02215)
    sin2_23: Number = quantity(default=0.470)
    delta: Angle = quantity(default=212 * np.pi / 180)
    dm2_21: MassSquared = quantity(default=7.49e-5 * eV**2)
    dm2_31: MassSquared = quantity(default=2.513e-3 * eV**2)
    density: Density = quantity(default=0.0)
    electrons: Number = quantity(default=0.5)
    spread: Length = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_finite(self)
        check_range(self, "dm2_21", 0.0)
        for field in ("sin2_12", "sin2_13", "sin2_23", "electrons"):
            check_range(self, field, 0.0, 1.0)
        check_range(self, "density", 0.0, DENSEST)
        check_range(self, "spread", 0.0)
        if concrete(self.dm2_31) == 0 and concrete(self.dm2_21) == 0:
            truth = "Masses that are all equal do not oscillate."
            raise InputError("dm2_31", "zero, as dm2_21", truth, "Use NoOscillation, or give another value.")

    def potential(self) -> Array:
        """The energy that an electron neutrino has in this matter."""
        return np.sqrt(2) * fermi_constant * hbar_c**3 * self.electrons * self.density / atomic_mass

    def states(self, kind: float, energy: Float[Array, " energy"]) -> States:
        """Eigenvalues and projectors for one kind: of the state that stands alone, then of the other two."""
        N11, (N12, N13, N22, N23, N33) = self.matrix(kind, energy)
        alone, slope = eigenvalue_alone(N11, N12, N13, N22, N23, N33)
        x, of = alone, 1 / slope
        Q11, Q22, Q33 = (
            of * ((x - a) * (x - b) - c**2) for a, b, c in ((N22, N33, N23), (N11, N33, N13), (N11, N22, N12))
        )
        Q12 = of * (N12 * (x - N33) + N13 * N23)
        Q13 = of * (N13 * (x - N22) + N12 * N23)
        Q23 = of * (N23 * (x - N11) + N12 * N13)
        middle = (N11 + N22 + N33 - x) / 2
        # what is left without the state alone, and without the mean of the two others: its eigenvalues are h and -h
        R11, R22, R33 = (one - x * Q - middle * (1 - Q) for one, Q in ((N11, Q11), (N22, Q22), (N33, Q33)))
        R12, R13, R23 = (one - (x - middle) * Q for one, Q in ((N12, Q12), (N13, Q13), (N23, Q23)))
        square = (R11**2 + R22**2 + R33**2) / 2 + R12**2 + R13**2 + R23**2
        h = jnp.sqrt(square + NO_GAP**2 * slope)
        both = self.shares(1 - Q11, -Q12, -Q13, 1 - Q22, -Q23, 1 - Q33)
        apart = self.shares(R11 / h, R12 / h, R13 / h, R22 / h, R23 / h, R33 / h)
        upper, lower = ([(b + sign * a) / 2 for b, a in zip(both, apart, strict=True)] for sign in (1, -1))
        three = self.shares(Q11, Q12, Q13, Q22, Q23, Q33), upper, lower
        return States([alone, middle + h, middle - h], *(list(each) for each in zip(*three, strict=True)))

    def shares(self, M11: Array, M12: Array, M13: Array, M22: Array, M23: Array, M33: Array) -> list[Array]:
        """Of a matrix before the last rotation, what `States` asks for: ee, mumu, first and second."""
        c23, s23 = jnp.sqrt(1 - self.sin2_23), jnp.sqrt(self.sin2_23)
        turned = 2 * c23 * s23 * jnp.cos(self.delta)
        return [M11, (1 - self.sin2_23) * M22 + self.sin2_23 * M33 + turned * M23, c23 * M12, s23 * M13]

    def matrix(self, kind: float, energy: Float[Array, " energy"]) -> tuple[Array, tuple[Array, ...]]:
        """2 E H without the last rotation and phase: its first element, [energy], and the others, numbers."""
        c12, s12 = jnp.sqrt(1 - self.sin2_12), jnp.sqrt(self.sin2_12)
        c13, s13 = jnp.sqrt(1 - self.sin2_13), jnp.sqrt(self.sin2_13)
        a, b = self.dm2_21 * self.sin2_12, self.dm2_21 * s12 * c12
        first = a * (1 - self.sin2_13) + self.dm2_31 * self.sin2_13
        N33 = a * self.sin2_13 + self.dm2_31 * (1 - self.sin2_13)
        others = b * c13, (self.dm2_31 - a) * s13 * c13, self.dm2_21 * (1 - self.sin2_12), -b * s13, N33
        return first + kind * 2 * self.potential() * energy, others

    def among(
        self,
        energy: Float[Array, " energy"],
        path: Float[Array, " path"],
        energy_cell: Float[Array, " energy"] | float = 0.0,
        path_cell: Float[Array, " path"] | float = 0.0,
    ) -> Float[Array, "3 3 2 energy path"]:
        """Probabilities [final initial kind energy path] among e, mu, tau, as means over cells of these widths.

        Branches, not `where`: XLA would else compute the states again for every pair, and these for each of the nine.
        """
        plain, safe = jnp.all(energy > 0), jnp.where(energy > 0, energy, jnp.max(energy))
        both = []
        for kind in KINDS:
            states = jax.lax.cond(plain, partial(self.states, kind), lambda e, k=kind: self.states(k, safe), energy)
            mean = partial(self.averaged, kind, states, energy, path, energy_cell, path_cell)
            if isinstance(energy_cell, float) and isinstance(path_cell, float):
                sharp = partial(self.sharp, kind, states, energy, path)
                both.append(jax.lax.cond(plain & (self.spread == 0), sharp, mean))
            else:
                both.append(mean())
        ee, to_e, to_mu, mumu = (jnp.stack(each) for each in zip(*both, strict=True))
        rows = [
            [ee, to_e, 1 - ee - to_e],
            [to_mu, mumu, 1 - to_mu - mumu],
            [1 - ee - to_mu, 1 - to_e - mumu, ee + to_e + to_mu + mumu - 1],
        ]
        return jnp.stack([jnp.stack(row) for row in rows])

    def sharp(
        self, kind: float, states: States, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> tuple[Array, ...]:
        """The four of `four`, where nothing is averaged: D = 1."""
        turns = [(states.squares[i] - states.squares[0]) / (2 * energy * hbar_c) for i in (1, 2)]
        (c1, s1), (c2, s2) = ((jnp.cos(turn[:, None] * path), jnp.sin(turn[:, None] * path)) for turn in turns)
        return self.four(kind, states, [(c1 - 1, s1), (c2 - 1, s2), (c1 * c2 + s1 * s2 - 1, s2 * c1 - c2 * s1)])

    def averaged(
        self,
        kind: float,
        states: States,
        energy: Float[Array, " energy"],
        path: Float[Array, " path"],
        energy_cell: Float[Array, " energy"] | float,
        path_cell: Float[Array, " path"] | float,
    ) -> tuple[Array, ...]:
        """The four of `four`, as means; what is at rest has no phase, and D = 0."""
        moving = (energy > 0)[:, None]
        safe = jnp.where(energy > 0, energy, jnp.max(energy))
        waves = []
        for i, j in PAIRS:
            per_length = ((states.squares[i] - states.squares[j]) / (2 * safe * hbar_c))[:, None]
            matter = (kind * self.potential() / hbar_c * (states.ee[i] - states.ee[j]))[:, None]
            across_path = per_length * path_cell / 2
            across_energy = (matter - per_length) * path * (energy_cell / safe)[:, None] / 2
            left = jnp.sinc(across_path / np.pi) * jnp.sinc(across_energy / np.pi)
            left = jnp.where(moving, left * jnp.exp(-((per_length * self.spread) ** 2) / 2), 0.0)
            waves.append((left * jnp.cos(per_length * path) - 1, left * jnp.sin(per_length * path)))
        return self.four(kind, states, waves)

    def four(self, kind: float, states: States, waves: list[tuple[Array, Array]]) -> tuple[Array, ...]:
        """From e to e, from mu to e, from e to mu, from mu to mu, [energy path] each: the others follow.

        `waves` are D cos(phi) - 1 and D sin(phi) of the pairs.
        """
        even = odd = jnp.zeros_like(waves[0][0])
        ee = mumu = 1 + even
        for (i, j), (across, along) in zip(PAIRS, waves, strict=True):
            ee = ee + (2 * states.ee[i] * states.ee[j])[:, None] * across
            mumu = mumu + (2 * states.mumu[i] * states.mumu[j])[:, None] * across
            crossed = states.first[i] * states.second[j], states.second[i] * states.first[j]
            direct = states.first[i] * states.first[j] + states.second[i] * states.second[j]
            even = even + 2 * (direct + jnp.cos(self.delta) * (crossed[0] + crossed[1]))[:, None] * across
            odd = odd + 2 * (kind * jnp.sin(self.delta) * (crossed[0] - crossed[1]))[:, None] * along
        return ee, even + odd, even - odd, mumu

    def probability(
        self, energy: Float[Array, " energy"], path: Float[Array, " path"]
    ) -> Float[Array, "final initial energy path"]:
        return together(self.among(energy, path))

    def propagate(self, flux: Flux) -> Float[Array, "flavour energy tag"]:
        """The flux by final flavour, summed over paths; averaged over the cells that its nodes stand for."""
        cells = [0.0 if cell is None else cell for cell in (flux.energy_cell, flux.path_cell)]
        found = self.among(flux.energy, flux.path, *cells)
        size = flux.values.shape
        arriving = jnp.einsum("fikep,kiept->kfet", found, flux.values.reshape(2, 3, *size[1:]))
        return arriving.reshape(6, size[1], size[3])


def together(found: Float[Array, "3 3 2 energy path"]) -> Float[Array, "6 6 energy path"]:
    """Neutrinos stay neutrinos: two blocks of one matrix over the six flavours."""
    nothing = jnp.zeros_like(found[:, :, 0])
    upper = jnp.concatenate([found[:, :, 0], nothing], axis=1)
    return jnp.concatenate([upper, jnp.concatenate([nothing, found[:, :, 1]], axis=1)])


def eigenvalue_alone(N11: Array, N12: Array, N13: Array, N22: Array, N23: Array, N33: Array) -> tuple[Array, Array]:
    r"""Of the three eigenvalues of a real symmetric matrix the one that is further from the middle one, and the
    product of its distances from both others.

    .. math:: \lambda = m \pm 2\sqrt p\cos\frac\vartheta3,\quad
        p = \tfrac16\operatorname{tr}(N - m)^2,\quad \cos\vartheta = \pm\tfrac12\det(N - m)/p^{3/2} \ge 0

    The other two may be equal. Two of Newton's steps, which are exact, carry the derivatives: those of the arc's cosine
    are infinite where they are.
    """
    m = (N11 + N22 + N33) / 3
    x, y, z = N11 - m, N22 - m, N33 - m
    third = (x**2 + y**2 + z**2) / 2 + N12**2 + N13**2 + N23**2  # 3 p
    twice = x * (y * z - N23**2) - N12 * (N12 * z - N23 * N13) + N13 * (N12 * N23 - y * N13)  # the determinant
    p, half = jax.lax.stop_gradient((third / 3, twice / 2))
    root = jnp.sqrt(p)
    sign = jnp.where(half < 0, -1.0, 1.0)
    angle = jnp.arccos(jnp.minimum(jnp.abs(half) / (p * root), 1.0)) / 3
    far = sign * 2 * root * jnp.cos(angle)
    for _ in range(2):
        far = far - (far * (far**2 - third) - twice) / (3 * far**2 - third)
    return m + far, 3 * far**2 - third
