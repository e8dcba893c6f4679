"""What a beam line is made of: drifts, quadrupoles, dipoles, collimators; each maps rays at their own momentum."""

from __future__ import annotations

from abc import abstractmethod

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.aperture import AbstractAperture, Open
from ontarget.beam.ray import Rays
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Angle, Field, Gradient, Length, Noun, quantity, static
from ontarget.ground.program import fused
from ontarget.numerics.entire import arctan_ratio, cos_sin_root


class AbstractElement(Noun):
    """A piece of a beam line."""

    length: Length = quantity()
    aperture: AbstractAperture = eqx.field(default=Open(), kw_only=True)
    name: str = static(default="", kw_only=True)

    @property
    def bend(self) -> Float[Array, ""]:
        """The angle by which it turns the reference orbit, towards -x."""
        return jnp.zeros(())

    @property
    def roll(self) -> Float[Array, ""]:
        """The angle by which it turns the frame about the axis, from x towards y."""
        return jnp.zeros(())

    def enter(self, rays: Rays, reference: Float[Array, ""]) -> Rays:
        """What its entrance face does."""
        return rays

    @abstractmethod
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        """The rays after a share of its length, from anywhere inside."""

    def leave(self, rays: Rays, reference: Float[Array, ""]) -> Rays:
        """What its exit face does."""
        return rays


def fly(rays: Rays, length: Float[Array, "*#ray"]) -> Rays:
    """Straight on, exactly."""
    slant = jnp.sqrt(1 + rays.slope_x**2 + rays.slope_y**2)
    x, y = rays.x + length * rays.slope_x, rays.y + length * rays.slope_y
    return Rays(x, y, rays.slope_x, rays.slope_y, rays.momentum, rays.path + length * slant, rays.number)


class Drift(AbstractElement):
    """Nothing, for a while."""

    def __check_init__(self) -> None:
        check_range(self, "length", 0.0)

    @fused
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        return fly(rays, self.length * share)


class Collimator(AbstractElement):
    """An absorber with an opening: a collimator, a slit, or a beam pipe."""

    aperture: AbstractAperture = eqx.field(kw_only=False)

    def __check_init__(self) -> None:
        check_range(self, "length", 0.0)

    @fused
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        return fly(rays, self.length * share)


class Roll(AbstractElement):
    r"""A turn of the frame about the axis, of no length: what follows stands in the turned frame.

    .. math:: x \leftarrow x \cos\psi + y \sin\psi, \quad y \leftarrow y \cos\psi - x \sin\psi

    A magnet between a roll by :math:`\psi` and one by :math:`-\psi` is tilted; a dipole tilted by 90 degrees bends
    towards -y for positive angles.

    Attributes
    ----------
    angle : from x towards y
    """

    length: Length = quantity(default=0.0)
    angle: Angle = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "length", 0.0, 0.0)

    @property
    def roll(self) -> Float[Array, ""]:
        return self.angle

    @fused
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        cos, sin = jnp.cos(self.angle * share), jnp.sin(self.angle * share)
        x, y = rays.x * cos + rays.y * sin, rays.y * cos - rays.x * sin
        slope_x, slope_y = rays.slope_x * cos + rays.slope_y * sin, rays.slope_y * cos - rays.slope_x * sin
        return Rays(x, y, slope_x, slope_y, rays.momentum, rays.path, rays.number)


class ThinLens(AbstractElement):
    r"""A lens of no length: a face of a magnet, its fringe, or a thin quadrupole.

    .. math:: \Delta x' = -x\,F_x/p, \quad \Delta y' = -y\,F_y/p

    at the momentum p of each ray; to first order in x and y.

    Attributes
    ----------
    focus_x, focus_y : F, gradient times length, positive where it focuses positive particles
    References
    ----------
    Brown:1982-SLAC75 edges
    """

    length: Length = quantity(default=0.0)
    focus_x: Field = quantity(default=0.0)
    focus_y: Field = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_range(self, "length", 0.0, 0.0)

    @fused
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        slope_x = rays.slope_x - rays.x * self.focus_x * share / rays.momentum
        slope_y = rays.slope_y - rays.y * self.focus_y * share / rays.momentum
        return Rays(rays.x, rays.y, slope_x, slope_y, rays.momentum, rays.path, rays.number)


class Quadrupole(AbstractElement):
    r"""A quadrupole with sharp ends.

    .. math:: x'' = -k x, \quad y'' = k y, \quad k = G/p

    at the momentum p of each ray: linear in x and in the slopes, exact in the momentum. Valid for slopes well below one
    (next term :math:`x'^2` relative).

    Attributes
    ----------
    gradient : G, positive where positive particles are focused in x
    """

    gradient: Gradient = quantity()

    def __check_init__(self) -> None:
        check_positive(self, "length")

    @property
    @fused
    def pole_tip(self) -> Field:
        """The field at the rim of the aperture."""
        return jnp.abs(self.gradient) * self.aperture.reach

    @fused
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        length, k = self.length * share, self.gradient / rays.momentum
        k = jnp.stack([k, -k])  # both planes at once: one series to compile
        before, slope = jnp.stack([rays.x, rays.y]), jnp.stack([rays.slope_x, rays.slope_y])
        c, s = cos_sin_root(k * length**2)
        after, slope_after = c * before + length * s * slope, c * slope - k * length * s * before
        # the integral of half the square of the slope, from x'^2 + k x^2 = const and (x x')' = x'^2 - k x^2
        slant = (length * (slope**2 + k * before**2) + after * slope_after - before * slope) / 4
        path = rays.path + length + slant.sum(axis=0)
        (x, y), (slope_x, slope_y) = after, slope_after
        return Rays(x, y, slope_x, slope_y, rays.momentum, path, rays.number)


class Dipole(AbstractElement):
    r"""A bend by a uniform field with sharp ends: every ray flies on its own helix.

    The magnet's field :math:`B = p_0\alpha/L` bends the reference momentum :math:`p_0` by :math:`\alpha` on an arc of
    length L. With no edge angles its faces stand square on the orbit (a sector), and the map is exact at all momenta.
    A face that is turned by e (half the bend for a magnet with parallel faces) adds, to first order in x and y,
    :math:`\Delta x' = x\,(B/p) \tan e`, :math:`\Delta y' = -y\,(B/p) \tan e`.

    Attributes
    ----------
    length : of the arc; bend : towards -x for positive angles
    entrance, exit : edge angles, positive where they weaken the focusing in x
    References
    ----------
    Forest:2006-JPhysA39 sector bend
    Brown:1982-SLAC75 edges
    """

    angle: Angle = quantity()
    entrance: Angle = quantity(default=0.0)
    exit: Angle = quantity(default=0.0)

    def __check_init__(self) -> None:
        check_positive(self, "length")

    @property
    def bend(self) -> Float[Array, ""]:
        return self.angle

    @fused
    def field(self, reference: Float[Array, ""]) -> Field:
        """The field that bends the reference momentum."""
        return reference * self.angle / self.length

    @fused
    def enter(self, rays: Rays, reference: Float[Array, ""]) -> Rays:
        return self.face(rays, reference, self.entrance)

    @fused
    def leave(self, rays: Rays, reference: Float[Array, ""]) -> Rays:
        return self.face(rays, reference, self.exit)

    def face(self, rays: Rays, reference: Float[Array, ""], edge: Float[Array, ""]) -> Rays:
        """A thin lens."""
        kick = self.field(reference) * jnp.tan(edge) / rays.momentum
        slope_x, slope_y = rays.slope_x + rays.x * kick, rays.slope_y - rays.y * kick
        return Rays(rays.x, rays.y, slope_x, slope_y, rays.momentum, rays.path, rays.number)

    @fused
    def carry(self, rays: Rays, reference: Float[Array, ""], share: Float[Array, "*#ray"]) -> Rays:
        r"""From circle and line, with :math:`t = x'`, in a form that holds for an angle of nought.

        With :math:`\phi` the angle of the ray to the exit's frame without field,
        :math:`\sin\theta_1 = \sin\phi - \sin\alpha\,(1+hx)\,p_0/p_t`; the chord's direction is halfway between
        :math:`\phi` and :math:`\theta_1`.
        """
        length, angle, h = self.length * share, self.angle * share, self.angle / self.length
        cos = 1 / jnp.sqrt(1 + rays.slope_x**2)
        sin, up = rays.slope_x * cos, rays.slope_y * cos
        helix = jnp.sqrt(1 + up**2)
        sin_phi = sin * jnp.cos(angle) + cos * jnp.sin(angle)
        cos_phi = cos * jnp.cos(angle) - sin * jnp.sin(angle)
        turn = jnp.sin(angle) * (1 + h * rays.x) * helix * reference / rays.momentum
        # a ray that turns back inside the magnet, or is far off, is lost
        kept = (jnp.abs(sin_phi - turn) < 0.99) & (cos_phi > 0.01)
        sin_after = jnp.where(kept, sin_phi - turn, 0.0)
        cos_after = jnp.sqrt(1 - sin_after**2)
        total = cos_after + jnp.where(kept, cos_phi, 1.0)
        reach = length * jnp.sinc(angle / jnp.pi) * (1 + h * rays.x)
        sagitta = length * jnp.sin(angle / 2) * jnp.sinc(angle / (2 * jnp.pi))
        arc = 2 * reach / total * arctan_ratio(jnp.where(kept, turn, 0.0) / total)
        x = rays.x * jnp.cos(angle) - sagitta + reach * (sin_phi + sin_after) / total
        y, path = rays.y + up * arc, rays.path + helix * arc
        number = jnp.where(kept, rays.number, 0.0)
        return Rays(x, y, sin_after / cos_after, up / cos_after, rays.momentum, path, number)
