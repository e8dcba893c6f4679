"""A target rod: where protons collide, and what comes out of it."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.beam.production import AbstractProduction
from ontarget.beam.reinteraction import AbstractReinteraction, LeadingNucleon
from ontarget.ground.constants import atomic_mass
from ontarget.ground.errors import InputError, check_positive, did_you_mean
from ontarget.ground.noun import CrossSection, Density, Length, Noun, Number, quantity
from ontarget.ground.program import fused
from ontarget.ground.units import cm, g
from ontarget.numerics.quadrature import interval_nodes

mb = 1e-27 * cm**2
ORDER = 12  # depth integrals of exponentials and low powers: 1e-12


class RodTarget(Noun):
    r"""A solid rod along the beam, its axis that of the beam.

    .. math::
        \frac{d^3N}{dp\,d\Omega\,dz} = \sum_g \frac{1}{\lambda_p}\frac{dn_g}{dt}\Big|_{t=z/\lambda_p}
            \frac{d^2N}{dp\,d\Omega}(p_g)\; e^{-\ell/\lambda_m}

    Protons fly straight along the axis. A meson leaves straight through the side or an end of the rod, whichever comes
    first, after a path :math:`\ell`, and is lost where it collides: what it would make is left out, and so are
    scattering and energy loss (0.2 GeV/m in graphite). Depth z from the upstream face, 0 to `length`.

    Cross-sections are those of production, without quasi-elastic scattering, since this hardly turns or slows a
    particle. Pions: 190 mb at 8.4 GeV/c, between the points of 5 and 10 GeV (198 and 187 mb) of the evaluation of
    Barashenkov, as Geant4 holds it. Protons: 231 mb, not checked against a paper; Sibyll 2.3d has 243 mb at 400 GeV/c
    (an interaction length 5 % shorter). Kaons: our assumption to 10 %, from the Glauber formula of Geant4 (inelastic
    150 and 182 mb at 8.4 GeV/c, for kaon-nucleon cross-sections of 17.1 and 22.2 mb) less 10 mb quasi-elastic.
    All are for mesons of 4 to 12 GeV/c and for carbon.

    Attributes
    ----------
    length, radius, density : of the rod
    nucleus : mass number
    proton, pion, kaon_plus, kaon_minus : cross-sections per nucleus
    reinteraction : what becomes of nucleons after the first collision

    References
    ----------
    GEANT4:2002zbu G4UPiNuclearCrossSection, G4ComponentGGHadronNucleusXsc
    Riehn:2019jet
    """

    length: Length = quantity()
    radius: Length = quantity()
    density: Density = quantity(default=1.8 * g / cm**3)
    nucleus: Number = quantity(default=12.011)
    proton: CrossSection = quantity(default=231 * mb)
    pion: CrossSection = quantity(default=190 * mb)
    kaon_plus: CrossSection = quantity(default=140 * mb)
    kaon_minus: CrossSection = quantity(default=172 * mb)
    reinteraction: AbstractReinteraction = LeadingNucleon()

    def __check_init__(self) -> None:
        check_positive(self, "length", "radius", "density", "nucleus", "proton", "pion", "kaon_plus", "kaon_minus")

    def interaction_length(self, particle: str) -> Float[Array, ""]:
        r"""Mean free path, :math:`\lambda = A u/(\rho\sigma)`, of "p" or of a charged pion or kaon."""
        known = {"p": self.proton, "pi+": self.pion, "pi-": self.pion, "K+": self.kaon_plus, "K-": self.kaon_minus}
        if particle not in known:
            raise InputError(
                "particle", repr(particle), "The target has no cross-section for it.", did_you_mean(particle, known)
            )
        return self.nucleus * atomic_mass / (self.density * known[particle])

    @fused
    def way_out(
        self,
        angle: Float[Array, "*ray"],
        azimuth: Float[Array, "*ray"],
        depth: Float[Array, "*ray"],
        spot_x: Float[Array, "*ray"],
        spot_y: Float[Array, "*ray"],
    ) -> Float[Array, "*ray"]:
        """Straight path in the rod from a point inside it, to its side or to one of its ends."""
        across, along = jnp.sin(angle), jnp.cos(angle)
        outward = spot_x * jnp.cos(azimuth) + spot_y * jnp.sin(azimuth)
        gap = self.radius**2 - spot_x**2 - spot_y**2
        gap = jnp.where(gap > 0, gap, 0.0)
        chord = jnp.where(gap > 0, gap / (jnp.sqrt(outward**2 + jnp.where(gap > 0, gap, 1.0)) + outward), 0.0)
        side = jnp.where(across > 0, chord / jnp.where(across > 0, across, 1.0), jnp.inf)
        room = jnp.where(along >= 0, self.length - depth, depth)
        end = jnp.where(along != 0, room / jnp.where(along != 0, jnp.abs(along), 1.0), jnp.inf)
        return jnp.minimum(side, end)

    @fused
    def produced(
        self,
        production: AbstractProduction,
        particle: str,
        proton: Float[Array, ""],
        momentum: Float[Array, "*ray"],
        angle: Float[Array, "*ray"],
        azimuth: Float[Array, "*ray"],
        depth: Float[Array, "*ray"],
        spot_x: Float[Array, "*ray"],
        spot_y: Float[Array, "*ray"],
    ) -> Float[Array, "*ray"]:
        r"""Mesons that leave the rod, per proton on target, momentum, solid angle and depth of birth.

        Parameters
        ----------
        production : what one collision makes
        particle : "pi+", "pi-", "K+", "K-"
        proton : momentum of the protons of the beam
        momentum, angle, azimuth : of the meson
        depth : of its birth, from the upstream face
        spot_x, spot_y : where the proton came in, from the axis; beside the rod there is no collision
        """
        step = self.interaction_length("p")
        made = sum(
            rate * production.density(particle, before, momentum, angle)
            for before, rate in self.reinteraction.collisions(proton, depth / step)
        )
        inside = (depth >= 0) & (depth <= self.length) & (spot_x**2 + spot_y**2 < self.radius**2)
        path = self.way_out(angle, azimuth, depth, spot_x, spot_y)
        kept = jnp.exp(-jnp.where(inside, path, 0.0) / self.interaction_length(particle))
        return jnp.where(inside, made * kept / step, 0.0)

    @fused
    def emitted(
        self,
        production: AbstractProduction,
        particle: str,
        proton: Float[Array, ""],
        momentum: Float[Array, "*ray"],
        angle: Float[Array, "*ray"],
    ) -> Float[Array, "*ray"]:
        """Mesons that leave the rod forwards, per proton of a pencil beam on its axis, momentum and solid angle."""
        # the path out changes from side to end at one depth: Gauss-Legendre on either side of it
        reach = self.radius / jnp.where(angle > 0, jnp.tan(angle), 1.0)
        turn = self.length - jnp.where((angle > 0) & (reach < self.length), reach, self.length)
        parts = (
            interval_nodes(jnp.zeros_like(turn), turn, ORDER),
            interval_nodes(turn, jnp.full_like(turn, self.length), ORDER),
        )
        z = jnp.concatenate([nodes for nodes, _ in parts], axis=-1)
        weights = jnp.concatenate([weights for _, weights in parts], axis=-1)
        p, theta = (jnp.broadcast_to(one[..., None], z.shape) for one in (momentum, angle))
        zero = jnp.zeros_like(z)
        return (self.produced(production, particle, proton, p, theta, zero, z, zero, zero) * weights).sum(axis=-1)
