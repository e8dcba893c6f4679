"""How well hadron production is known: a covariance over momentum, angle and species, as standard-normal pulls."""

from __future__ import annotations

from typing import Annotated

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ontarget.ground.address import replace
from ontarget.ground.effect import Moves, part
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.noun import Angle, BeamMomentum, Noun, Number, quantity, static
from ontarget.ground.program import fused
from ontarget.ground.units import ANGLE, MOMENTUM, GeV, mrad
from ontarget.matter.particle import PARTICLES


class Pull(Noun):
    """A standard-normal number: zero as expected, one a standard deviation off."""

    value: Number = quantity(default=0.0)
    name: str = static(default="")


class AbstractPulls(Noun):
    """What is known only up to standard-normal numbers, independent of each other; a study frees them by address."""

    pulls: eqx.AbstractVar[tuple[Pull, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the pulls."""
        return tuple(one.name for one in self.pulls)

    @property
    @fused
    def values(self) -> Float[Array, " pull"]:
        """Of the pulls."""
        return jnp.stack([jnp.asarray(one.value) for one in self.pulls])


class MesonYield(Noun):
    """The bins in which the yield of one meson is uncertain, and by how much.

    Attributes
    ----------
    momentum, angle : edges of the bins where it leaves its collision; mesons outside are taken as exact
    shape : relative standard deviation of each bin that its neighbours share the less, the further away they are
    own : relative standard deviation of all its bins together, independent of other mesons
    name : of the meson
    """

    momentum: Annotated[Float[Array, " momentum_edge"], MOMENTUM] = quantity()
    angle: Annotated[Float[Array, " angle_edge"], ANGLE] = quantity()
    shape: Number = quantity(default=0.04)
    own: Number = quantity(default=0.0)
    name: str = static(kw_only=True)

    def __check_init__(self) -> None:
        check_range(self, "shape", 0.0, 1.0, open_low=True)
        check_range(self, "own", 0.0, 1.0)
        if self.name not in PARTICLES:
            raise InputError("name", repr(self.name), "", did_you_mean(self.name, PARTICLES))
        for field in ("momentum", "angle"):
            edges = getattr(self, field)
            if isinstance(edges, jax.core.Tracer):
                continue
            given = np.asarray(edges)
            if len(given) < 2 or not (np.isfinite(given).all() and given[0] >= 0 and (np.diff(given) > 0).all()):
                raise InputError(field, "edges that do not increase from 0 or more", "Bins are in order.", "Sort them.")

    @property
    def grid(self) -> tuple[int, int]:
        """Numbers of bins in momentum and in angle."""
        return len(self.momentum) - 1, len(self.angle) - 1

    @property
    def bins(self) -> int:
        """How many there are; the angle runs fastest."""
        return self.grid[0] * self.grid[1]

    @fused
    def middles(self) -> tuple[Float[Array, " bin"], Float[Array, " bin"]]:
        """Momentum and angle of the middle of each bin."""
        p, theta = ((edges[1:] + edges[:-1]) / 2 for edges in (self.momentum, self.angle))
        return jnp.repeat(p, len(theta)), jnp.tile(theta, len(p))

    @fused
    def bin_of(self, momentum: Float[Array, " ray"], angle: Float[Array, " ray"]) -> Int[Array, " ray"]:
        """The bin of each meson; `bins` is outside."""
        along, across = (
            jnp.searchsorted(edges, given, side="right") - 1
            for edges, given in ((self.momentum, momentum), (self.angle, angle))
        )
        rows, columns = self.grid
        inside = (along >= 0) & (along < rows) & (across >= 0) & (across < columns)
        return jnp.where(inside, along * columns + across, self.bins)


class Yields(AbstractPulls):
    r"""The uncertainty of meson production, in bins of momentum and angle of each meson.

    .. math::
        C_{ab} = f^2 + \delta_{s_a s_b}\Big[o_s^2 + e_s^2
            \exp\Big(-\frac{|p_a-p_b|}{\ell_p}-\frac{|\theta_a-\theta_b|}{\ell_\theta}\Big)\Big],
        \qquad C = L L^T,\qquad \frac{n_a}{n_a^0} = 1 + \sum_j L_{aj} z_j

    relative covariance of bins a and b at the middles of which the momenta and angles are taken; f is `common`, o `own`
    and e `shape` of a meson. Or any other covariance, as `given`. Everything that the mesons make is then linear in the
    pulls z, exactly. Within a bin the ratio is flat: where a pull is not zero, derivatives by the numbers of the beam
    leave out what crosses an edge of a bin.

    The default is the model that `beam.BMPT` states for its own yields: 5 to 10 % where NA56/SPY has measured, nearly
    all of it common to pions and kaons, and 3 % between the two (`own` of one of them). How that splits into 6 %
    `common` and 4 % of `shape`, together 7 %, and that it is shared over 2 GeV/c and 10 mrad, is our assumption.
    What a thick target adds is not in it: collisions after the first are known to 20 % of what they add (8 % of the
    pions of 8 GeV/c behind 70 cm of graphite, see `LeadingNucleon`).

    Attributes
    ----------
    species : mesons that are uncertain; all others are taken as exact
    common : f
    momentum_length, angle_length : over which the errors of a meson are alike
    given : the whole relative covariance, if it is not this one; mesons in order, the angle running fastest
    pulls : one for each bin, "pi+_3_0" for the fourth bin of momentum and the first of angle; zero where none is given.
        The triangle L makes each the change of its bin that the bins before it have not told

    References
    ----------
    Bonesini:2001iz
    NA56-SPY:1999-EPJC10
    """

    species: tuple[MesonYield, ...]
    common: Number = quantity(default=0.06)
    momentum_length: BeamMomentum = quantity(default=2 * GeV)
    angle_length: Angle = quantity(default=10 * mrad)
    given: Float[Array, "bin bin"] | None = quantity(default=None)
    pulls: tuple[Pull, ...] = part(Moves.PULLS, default=(), kw_only=True)

    def __post_init__(self) -> None:
        given = {one.name: one for one in self.pulls}
        if len(given) == len(self.pulls) and given.keys() <= set(self.bin_names):
            self.pulls = tuple(given.get(name, Pull(name=name)) for name in self.bin_names)

    def __check_init__(self) -> None:
        check_range(self, "common", 0.0, 1.0)
        check_positive(self, "momentum_length", "angle_length")
        names = [one.name for one in self.species]
        for name in names:
            if names.count(name) > 1:
                raise InputError("species", f"{name!r} twice", "Each meson comes once.", "Put its bins together.")
        if not names:
            raise InputError("species", "none", "Some meson is uncertain.", "Leave 'yields' out if none is.")
        for name in self.names:
            if name not in self.bin_names or self.names.count(name) > 1:
                truth = "Each bin has one pull, called after it."
                raise InputError("pulls", repr(name), truth, did_you_mean(name, self.bin_names))
        self._check_given()

    def _check_given(self) -> None:
        if self.given is None or isinstance(self.given, jax.core.Tracer):
            return
        given, bins = np.asarray(self.given), len(self.bin_names)
        if given.shape != (bins, bins):
            raise InputError("given", f"a covariance of {given.shape}", f"There are {bins} bins.", "Give one of these.")
        least = np.linalg.eigvalsh(given).min() if np.isfinite(given).all() and np.allclose(given, given.T) else -1.0
        if not least > 0:
            truth = "A covariance is symmetric, and no combination of bins is exact."
            raise InputError("given", "a matrix that is none", truth, "Add to its diagonal what is not correlated.")

    @property
    def bin_names(self) -> tuple[str, ...]:
        """Of every bin, by meson and the numbers of its bins of momentum and angle."""
        return tuple(
            f"{one.name}_{along}_{across}"
            for one in self.species
            for along in range(one.grid[0])
            for across in range(one.grid[1])
        )

    @fused
    def covariance(self) -> Float[Array, "bin bin"]:
        """Relative, of all bins of all mesons."""
        if self.given is not None:
            return self.given
        p, theta = (jnp.concatenate(each) for each in zip(*(one.middles() for one in self.species), strict=True))
        kind = np.repeat(np.arange(len(self.species)), [one.bins for one in self.species])
        own, shape = (jnp.stack([getattr(one, name) for one in self.species])[kind] for name in ("own", "shape"))
        apart = jnp.abs(p[:, None] - p) / self.momentum_length + jnp.abs(theta[:, None] - theta) / self.angle_length
        alike = kind[:, None] == kind
        return self.common**2 + alike * (own[:, None] * own + shape[:, None] * shape * jnp.exp(-apart))

    def meson(self, parent: str) -> MesonYield | None:
        """The bins of one kind of particle, if it has any."""
        return next((one for one in self.species if one.name == parent), None)

    def place(self, parent: str) -> slice:
        """Which of all bins are of one kind of particle."""
        before = 0
        for one in self.species:
            if one.name == parent:
                return slice(before, before + one.bins)
            before += one.bins
        return slice(before, before)

    def parts(self, parent: str) -> int:
        """Into how many bins the particles of one kind are sorted; the last holds what is taken as exact."""
        meson = self.meson(parent)
        return 1 if meson is None else meson.bins + 1

    def bin_of(self, parent: str, momentum: Float[Array, " ray"], angle: Float[Array, " ray"]) -> Int[Array, " ray"]:
        """The part of each particle, by its momentum and angle where it was made (`AbstractBeam.born_at`)."""
        meson = self.meson(parent)
        return jnp.zeros(momentum.shape, int) if meson is None else meson.bin_of(momentum, angle)

    @fused
    def modes(self, parent: str) -> Float[Array, "pull part"]:
        """By how much, relative to what is expected, each pull changes the number of particles in each part."""
        factor = jnp.linalg.cholesky(self.covariance())
        own = factor[self.place(parent)].T
        return jnp.concatenate([own, jnp.zeros((len(factor), 1))], axis=1)

    @fused
    def scales(self, parent: str) -> Float[Array, " part"]:
        """The number of particles in each part over what is expected: linear in each pull."""
        return 1.0 + self.values @ self.modes(parent)

    def at_rest(self) -> Yields:
        """The same with all pulls at zero: what is expected."""
        return replace(self, {f"pulls.{name}.value": 0.0 for name in self.names})
