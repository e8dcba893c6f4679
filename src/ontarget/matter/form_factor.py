r"""Nuclear form factors: the Fourier transform of a spherical density, one at zero momentum transfer.

The momentum transfer enters as the energy q c, the nucleus as `Nuclides`, one or several; both broadcast as in numpy.
Everything is a function of :math:`q^2`, so every form factor is differentiable at q = 0 too. Each density is a sharp
sphere of radius :math:`R_0` softened by a surface; its rms radius is :math:`\tfrac35 R_0^2` plus a surface term.

`scale` multiplies the **rms radius** of the density; the surface parameters stay as they are, and the sharp radius
follows. (Should the surface term alone exceed the wanted rms radius, :math:`R_0^2` is negative and the form factor is
the analytic continuation: finite and smooth, but no density.)
"""

from abc import abstractmethod

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.constants import hbar_c
from ontarget.ground.errors import check_positive, check_range
from ontarget.ground.noun import Femto, Noun, Number, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import fm
from ontarget.matter.nuclide import Nuclides
from ontarget.matter.radius import AbstractRadii, MeasuredRadii
from ontarget.numerics.bessel import spherical_j0, three_j1_over_x

Values = Float[Array, "..."]


class AbstractFormFactor(Noun):
    """A nuclear form factor F(q) of each nuclide, with F(0) = 1."""

    @abstractmethod
    def __call__(self, q: Values | float, nuclide: Nuclides) -> Values:
        """F at momentum transfer `q` (times c, an energy) of a nuclide, or of several; the two broadcast."""

    @abstractmethod
    def rms(self, nuclide: Nuclides) -> Values:
        """Root-mean-square radius of the density of each nuclide, a length."""


class Helm(AbstractFormFactor):
    r"""Helm form factor, a sharp sphere folded with a Gaussian, with rms radii R nuclide by nuclide.

    .. math:: F = \frac{3 j_1(qR_0)}{qR_0} e^{-q^2 s^2/2},\quad R_0^2 = \tfrac53 (R^2 - 3 s^2)

    The proton is smaller than the Gaussian: its form factor is the analytic continuation.

    Attributes
    ----------
    radii : R; measured charge radii by default
    thickness : Float[""] [length]    Gaussian surface thickness s
    scale : Float[""] [1]             all rms radii over those of `radii`, at fixed s

    References
    ----------
    Helm:1956zz
    """

    radii: AbstractRadii = MeasuredRadii()
    thickness: Femto = quantity(default=0.9 * fm)
    scale: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_range(self, "thickness", 0.0)
        check_positive(self, "scale")

    @fused
    def __call__(self, q: Values | float, nuclide: Nuclides) -> Values:
        return helm(q, self.rms(nuclide) ** 2, self.thickness)

    @fused
    def rms(self, nuclide: Nuclides) -> Values:
        return self.scale * self.radii.rms(nuclide)


class HelmLewinSmith(AbstractFormFactor):
    r"""Helm form factor with a radius by mass number alone, which Lewin and Smith fitted to charge densities.

    .. math::
        F = \frac{3 j_1(qR_0)}{qR_0} e^{-q^2 s^2/2},\quad R_0^2 = c^2 + \tfrac73\pi^2 a^2 - 5 s^2,\quad
        c = 1.23 A^{1/3} - 0.60\,\mathrm{fm}

    Often taken for protons and neutrons alike, which leaves out the neutron skin. Its rms radius
    :math:`R^2 = \tfrac35 c^2 + \tfrac75\pi^2a^2` is that of a Fermi density, whatever s.
    Valid for q R below the first zero; the fit is for A above about 10.

    Attributes
    ----------
    thickness : Float[""] [length]    Gaussian surface thickness s
    diffuseness : Float[""] [length]  Fermi diffuseness a
    scale : Float[""] [1]             rms radius over its default, at fixed s

    References
    ----------
    Helm:1956zz
    Lewin:1995rx
    """

    thickness: Femto = quantity(default=0.9 * fm)
    diffuseness: Femto = quantity(default=0.52 * fm)
    scale: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_range(self, "thickness", 0.0)
        check_range(self, "diffuseness", 0.0)
        check_positive(self, "scale")

    @fused
    def __call__(self, q: Values | float, nuclide: Nuclides) -> Values:
        return helm(q, self.rms(nuclide) ** 2, self.thickness)

    @fused
    def rms(self, nuclide: Nuclides) -> Values:
        return self.scale * fermi_rms(half_density_radius(nuclide.A), self.diffuseness)


class KleinNystrand(AbstractFormFactor):
    r"""A homogeneous sphere folded with a Yukawa potential of short range.

    .. math:: F = \frac{3 j_1(qR_A)}{qR_A} \frac{1}{1 + q^2 a_k^2},\quad R_A = r_0 A^{1/3},\quad
        R^2 = \tfrac35 R_A^2 + 6 a_k^2

    Attributes
    ----------
    radius : Float[""] [length]  r_0; 1.2 fm, elsewhere 1.23 or 1.3 fm
    range : Float[""] [length]   a_k
    scale : Float[""] [1]        rms radius over its default, at fixed a_k

    References
    ----------
    Klein:1999qj
    """

    radius: Femto = quantity(default=1.2 * fm)
    range: Femto = quantity(default=0.7 * fm)
    scale: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_positive(self, "radius", "scale")
        check_range(self, "range", 0.0)

    @fused
    def __call__(self, q: Values | float, nuclide: Nuclides) -> Values:
        k2 = (q / hbar_c) ** 2
        sphere2 = 5 / 3 * (self.rms(nuclide) ** 2 - 6 * self.range**2)
        return three_j1_over_x(k2 * sphere2) / (1 + k2 * self.range**2)

    @fused
    def rms(self, nuclide: Nuclides) -> Values:
        sphere = self.radius * jnp.cbrt(nuclide.A)
        return self.scale * jnp.sqrt(3 / 5 * sphere**2 + 6 * self.range**2)


class SymmetrisedFermi(AbstractFormFactor):
    r"""Fermi density made smooth at the origin; density and transform are exact closed forms.

    .. math::
        \rho \propto \frac{\sinh(c/a)}{\cosh(r/a)+\cosh(c/a)},\quad
        F = \frac{3}{qc[(qc)^2+(\pi qa)^2]}\,\frac{\pi qa}{\sinh(\pi qa)}
        \left[\frac{\pi qa \sin qc}{\tanh(\pi qa)} - qc\cos qc\right],\quad
        R^2 = \tfrac35 c^2 + \tfrac75\pi^2a^2

    with the half-density radius :math:`c = 1.23 A^{1/3} - 0.60` fm. Valid for q below 10 GeV (far above, sinh
    overflows). The closed form is due to Sprung and Martorell, J. Phys. A 30 (1997) 6525.

    Attributes
    ----------
    diffuseness : Float[""] [length]  a
    scale : Float[""] [1]             rms radius over its default, at fixed a

    References
    ----------
    Piekarewicz:2016vbn
    Lewin:1995rx
    """

    diffuseness: Femto = quantity(default=0.52 * fm)
    scale: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_range(self, "diffuseness", 0.0)
        check_positive(self, "scale")

    @fused
    def __call__(self, q: Values | float, nuclide: Nuclides) -> Values:
        k2 = (q / hbar_c) ** 2
        surface2 = jnp.pi**2 * self.diffuseness**2
        core2 = 5 / 3 * self.rms(nuclide) ** 2 - 7 / 3 * surface2
        # with x = qc, y = pi q a: sinh(y)/y = j0(iy) and 3(y coth y - 1)/y^2 = [3 j1(iy)/iy]/j0(iy), so no term cancels
        inverse = spherical_j0(-k2 * surface2)
        edge = three_j1_over_x(-k2 * surface2) / inverse * spherical_j0(k2 * core2)
        return (surface2 * edge + core2 * three_j1_over_x(k2 * core2)) / (surface2 + core2) / inverse

    @fused
    def rms(self, nuclide: Nuclides) -> Values:
        return self.scale * fermi_rms(half_density_radius(nuclide.A), self.diffuseness)


class PointLike(AbstractFormFactor):
    """No structure: F = 1 at every momentum transfer, the limit of full coherence.

    References
    ----------
    Freedman:1973yd
    """

    def __call__(self, q: Values | float, nuclide: Nuclides) -> Values:
        return jnp.ones(jnp.broadcast_shapes(jnp.shape(q), jnp.shape(nuclide.Z)))

    def rms(self, nuclide: Nuclides) -> Values:
        return jnp.zeros(jnp.shape(nuclide.Z))


@fused
def helm(q: Values | float, rms2: Values, thickness: Femto) -> Values:
    r"""Helm form factor from momentum transfer (an energy), squared rms radius and surface thickness (lengths).

    .. math:: F = \frac{3 j_1(qR_0)}{qR_0} e^{-q^2 s^2/2},\quad R_0^2 = \tfrac53 (R^2 - 3 s^2)

    Arguments broadcast; the result is dimensionless.

    References
    ----------
    Helm:1956zz
    """
    k2 = (q / hbar_c) ** 2
    return three_j1_over_x(k2 * 5 / 3 * (rms2 - 3 * thickness**2)) * jnp.exp(-k2 * thickness**2 / 2)


def half_density_radius(A: Values | float) -> Values:
    r"""Half-density radius of the charge distribution, a length: :math:`c = 1.23 A^{1/3} - 0.60` fm.

    References
    ----------
    Lewin:1995rx
    """
    return 1.23 * fm * jnp.cbrt(A) - 0.60 * fm


@fused
def fermi_rms(half_density: Values, diffuseness: Femto) -> Values:
    r"""Rms radius of a Fermi density, a length: :math:`R^2 = \tfrac35 c^2 + \tfrac75\pi^2a^2` (exact if symmetrised).

    References
    ----------
    Piekarewicz:2016vbn
    """
    return jnp.sqrt(3 / 5 * half_density**2 + 7 / 5 * jnp.pi**2 * diffuseness**2)
