"""Mesons from protons on beryllium and other light nuclei: the parametrisation of Bonesini and others (BMPT)."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from ontarget.beam.production import AbstractProduction
from ontarget.ground.constants import kaon_mass, lambda_mass, neutron_mass, proton_mass
from ontarget.ground.errors import InputError, check_positive, check_range, did_you_mean
from ontarget.ground.noun import CrossSection, Invariant, Noun, Number, PerMomentum, as_array, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import GeV, cm
from ontarget.matter.particle import PARTICLES

mb = 1e-27 * cm**2
BERYLLIUM = 9.0  # mass number to which the scaling refers

# What the lightest final state leaves beside the meson, with a nucleon of the nucleus: it sets E*_max.
RECOIL = {
    "pi+": proton_mass + neutron_mass,
    "pi-": 2 * proton_mass,
    "K+": proton_mass + lambda_mass,
    "K-": 2 * proton_mass + kaon_mass,
}


class MesonSpectrum(Noun):
    r"""Invariant cross-section of pions or of kaons on beryllium, as a function of :math:`x_R` and :math:`p_T`.

    .. math::
        E\frac{d^3\sigma}{dp^3} = A\,(1-x_R)^\alpha (1+Bx_R)\,x_R^{-\beta}
            \Big[1 + a'p_T + b'p_T^2\Big] e^{-a'p_T},\quad a' = \frac{a}{x_R^\gamma},\ b' = \frac{a^2}{2x_R^\delta}

    for the positive meson; the negative one is that over :math:`r(x_R) = r_0(1+x_R)^{r_1}(1-x_R)^{r_2}`.

    Attributes
    ----------
    A : area/momentum^2
    a : 1/momentum
    B, alpha, beta, gamma, delta : shape
    r0, r1, r2 : ratio of positive to negative
    positive, negative : factors on the yield of each, one as published; what a study frees for its uncertainty

    References
    ----------
    Bonesini:2001iz
    """

    A: Invariant = quantity()
    B: Number = quantity()
    alpha: Number = quantity()
    beta: Number = quantity()
    a: PerMomentum = quantity()
    gamma: Number = quantity()
    delta: Number = quantity()
    r0: Number = quantity()
    r1: Number = quantity()
    r2: Number = quantity()
    positive: Number = quantity(default=1.0)
    negative: Number = quantity(default=1.0)

    def __check_init__(self) -> None:
        check_positive(self, "A", "a", "r0")
        for name in ("B", "positive", "negative"):
            check_range(self, name, 0.0)

    @fused
    def positives(self, x: Float[Array, "*ray"], pt: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        """Invariant cross-section of the positive meson at x_R in ]0, 1[ and p_T, area/momentum^2."""
        return self.positive * self._published(x, pt)

    @fused
    def negatives(self, x: Float[Array, "*ray"], pt: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        """Invariant cross-section of the negative meson."""
        ratio = self.r0 * (1 + x) ** self.r1 * (1 - x) ** self.r2
        return self.negative * self._published(x, pt) / ratio

    def _published(self, x: Float[Array, "*ray"], pt: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        slope = self.a / x**self.gamma * pt
        curve = (self.a * pt) ** 2 / (2 * x**self.delta)
        shape = (1 - x) ** self.alpha * (1 + self.B * x) / x**self.beta
        return self.A * shape * (1 + slope + curve) * jnp.exp(-slope)


# A, B, alpha, beta, a, gamma, delta (of kaons twice gamma), then r0, r1, r2
pions = MesonSpectrum(
    *map(as_array, (62.3 * mb / GeV**2, 1.57, 3.45, 0.517, 6.10 / GeV, 0.153, 0.478, 1.05, 2.65, 0.0))
)
kaons = MesonSpectrum(
    *map(as_array, (7.74 * mb / GeV**2, 0.0, 2.45, 0.444, 5.04 / GeV, 0.121, 0.242, 1.15, 0.0, -3.17))
)


class BMPT(AbstractProduction):
    r"""Charged pions and kaons of protons on a light nucleus, from a fit to p+Be at 400 and 450 GeV/c.

    .. math::
        \frac{d^2N}{dp\,d\Omega} = \frac{p^2}{E}\,\frac{1}{\sigma_{inel}}\Big(E\frac{d^3\sigma}{dp^3}\Big)_{Be}
            \Big(\frac{A}{A_{Be}}\Big)^{\alpha(x_F,p_T)},\quad
        \alpha = (0.74 - 0.55x_F + 0.26x_F^2)(0.98 + 0.21\,p_T^2/\mathrm{GeV}^2)

    with :math:`x_R = E^*/E^*_{max}`, :math:`E^*_{max} = (s + m^2 - M_X^2)/(2\sqrt s)`, M_X the lightest system that the
    meson leaves, and :math:`x_F = 2p_L^*/\sqrt s`, in the frame of proton and nucleon. Zero from x_R = 1 on.

    The uncertainty is that of the data where there are data. NA56/SPY states 5 to 10 % for yields and 3 % for K/pi, and
    the authors find their fit within the errors of the data. So 5 to 10 % on `pion.positive` and its like is what a
    study may free on beryllium, at 400 to 450 GeV/c, with nearly all of it common to pions and kaons. The data are of
    7 to 135 GeV/c (450 GeV/c protons) and 60 to 300 GeV/c (400), mostly forward, with p_T to 0.6 GeV/c at a few
    momenta: x_R from 0.02 to 0.75 (these ranges from memory, not read in the papers). Elsewhere, that is below 7 GeV/c,
    beyond 0.6 GeV/c of p_T, on other nuclei (a few per cent for carbon), and at the lower energies of a cascade, the
    formula is an extrapolation; 15 to 20 % there is our assumption, not a measurement.

    Attributes
    ----------
    pion, kaon : spectra on beryllium
    nucleus : mass number of the target, carbon by default
    inelastic : inelastic cross-section of protons on that nucleus, area; change it with `nucleus`. The default of
        231 mb is that of production on carbon, quasi-elastic scattering left out (not checked against a paper)
    flat, slope, curvature, offset, rise : numbers of the exponent :math:`\alpha`; `rise` in 1/momentum, squared

    References
    ----------
    Bonesini:2001iz
    NA56-SPY:1999-EPJC10
    Atherton:1980vj
    """

    pion: MesonSpectrum = pions
    kaon: MesonSpectrum = kaons
    nucleus: Number = quantity(default=12.011)
    inelastic: CrossSection = quantity(default=231 * mb)
    flat: Number = quantity(default=0.74)
    slope: Number = quantity(default=-0.55)
    curvature: Number = quantity(default=0.26)
    offset: Number = quantity(default=0.98)
    rise: PerMomentum = quantity(default=0.21**0.5 / GeV)

    def __check_init__(self) -> None:
        check_positive(self, "nucleus", "inelastic")

    @fused
    def density(
        self, particle: str, proton: Float[Array, ""], momentum: Float[Array, "*ray"], angle: Float[Array, "*ray"]
    ) -> Float[Array, "*ray"]:
        spectra = {
            "pi+": self.pion.positives,
            "pi-": self.pion.negatives,
            "K+": self.kaon.positives,
            "K-": self.kaon.negatives,
        }
        if particle not in spectra:
            raise InputError("particle", repr(particle), "BMPT has no such meson.", did_you_mean(particle, spectra))
        x, feynman, pt, possible = scaling_variables(particle, proton, momentum, angle)
        beryllium = spectra[particle](x, pt)
        exponent = (self.flat + self.slope * feynman + self.curvature * feynman**2) * (
            self.offset + (self.rise * pt) ** 2
        )
        energy = jnp.sqrt(momentum**2 + PARTICLES[particle].mass ** 2)
        scaled = beryllium * (self.nucleus / BERYLLIUM) ** exponent / self.inelastic
        return jnp.where(possible, momentum**2 / energy * scaled, 0.0)


def scaling_variables(
    particle: str, proton: Float[Array, ""], momentum: Float[Array, "*ray"], angle: Float[Array, "*ray"]
) -> tuple[Float[Array, "*ray"], Float[Array, "*ray"], Float[Array, "*ray"], Bool[Array, "*ray"]]:
    """x_R, x_F and p_T of a meson from a proton on a nucleon at rest, and whether it can be made at all.

    Where it cannot (x_R of one and above), they are one half, zero and zero, so that no derivative is ever infinite.
    """
    mass = PARTICLES[particle].mass
    total = jnp.sqrt(proton**2 + proton_mass**2) + proton_mass
    s = total**2 - proton**2
    root = jnp.sqrt(s)
    gamma, boost = total / root, proton / root
    energy = jnp.sqrt(momentum**2 + mass**2)
    along, pt = momentum * jnp.cos(angle), momentum * jnp.sin(angle)
    most = (s + mass**2 - RECOIL[particle] ** 2) / (2 * root)
    inside = gamma * energy - boost * along
    possible = inside < most
    x = jnp.where(possible, inside / jnp.where(possible, most, 1.0), 0.5)
    feynman = jnp.where(possible, 2 * (gamma * along - boost * energy) / root, 0.0)
    return x, feynman, jnp.where(possible, pt, 0.0), possible
