"""Neutrinos from pions and muons that stop in a thick target."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ontarget.ground.constants import c, muon_lifetime, pion_lifetime
from ontarget.ground.errors import InputError, check_positive
from ontarget.ground.noun import Length, Number, as_array, quantity, static
from ontarget.ground.program import fused
from ontarget.source.facility import Facility
from ontarget.source.flux import Flux
from ontarget.source.pulse import AbstractPulse
from ontarget.source.site import AbstractSite, Site
from ontarget.source.source import AbstractSource, check_site
from ontarget.source.spectrum import AbstractContamination, Spectrum, decay_at_rest
from ontarget.source.tag import AbstractTag, time_tag


@fused
def delayed_cumulative(pulse: AbstractPulse, t: Float[Array, " t"]) -> Float[Array, " t"]:
    r"""Fraction of muons (from pions at rest) that have decayed by t.

    .. math:: C_\mu = \frac{\tau_\mu C_{\tau_\mu} - \tau_\pi C_{\tau_\pi}}{\tau_\mu - \tau_\pi}

    which is the pulse convolved with :math:`(e^{-t/\tau_\mu} - e^{-t/\tau_\pi})/(\tau_\mu - \tau_\pi)`.
    """
    slow, fast = pulse.cumulative(t, muon_lifetime), pulse.cumulative(t, pion_lifetime)
    return (muon_lifetime * slow - pion_lifetime * fast) / (muon_lifetime - pion_lifetime)


class StoppedPion(AbstractSource):
    r"""Pions at rest: a muon-neutrino line, then electron neutrinos and muon antineutrinos from the muon.

    .. math:: \phi_\alpha(E, t) = \frac{y}{4\pi L^2}\, f_\alpha(E)\, g_\alpha(t - L/c)

    with y neutrinos of each flavour per proton, isotropic; :math:`g` is the proton pulse convolved with the pion's
    and, for the muon's neutrinos, the muon's decay. Muons at rest are taken unpolarised, so energy and time
    factorise. What is left of earlier pulses counts in a window (`PulseTrain`). Point source, valid for baselines well
    above the size of the target; :math:`1/L^2` is averaged over the volume at the site, by cells of path.

    Attributes
    ----------
    neutrinos_per_proton : per flavour
    contamination : small extra components, per stopped pion
    nodes : Gauss-Legendre nodes of the Michel spectra

    References
    ----------
    Michel:1949qe
    COHERENT:2021yvp
    """

    neutrinos_per_proton: Number = quantity()
    contamination: tuple[AbstractContamination, ...] = ()
    nodes: int = static(default=256)
    name: str = static(default="")

    def __check_init__(self) -> None:
        check_positive(self, "neutrinos_per_proton")
        if self.nodes < 8:
            raise InputError("nodes", str(self.nodes), "At least 8 nodes are needed.", "Leave it out for 256.")
        if self.nodes > 1024:
            raise InputError("nodes", str(self.nodes), "At most 1024 nodes are taken.", "Leave it out for 256.")

    @fused
    def spectrum(self) -> Spectrum:
        """Neutrinos per stopped pion at quadrature nodes, contamination included."""
        parts = [decay_at_rest(self.nodes), *(extra.spectrum(self.nodes) for extra in self.contamination)]
        return Spectrum(
            jnp.concatenate([part.energy for part in parts]),
            jnp.concatenate([part.prompt for part in parts], axis=1),
            jnp.concatenate([part.delayed for part in parts], axis=1),
            jnp.concatenate([part.cell for part in parts]),
        )

    @fused
    def flux(self, facility: Facility, site: AbstractSite, tag: AbstractTag) -> Flux:
        site = check_site(site, Site)
        spectrum = self.spectrum()
        path, cell, share = site.volume.paths(site.baseline)
        prompt, delayed = jax.vmap(lambda one, wide: self.after(facility.train, one, wide, tag))(path, cell)
        spread = (self.neutrinos_per_proton / (4 * jnp.pi) * share)[:, None]
        values = spectrum.prompt[..., None, None] * (spread * prompt)
        values = values + spectrum.delayed[..., None, None] * (spread * delayed)
        return Flux(spectrum.energy, path, values, None, spectrum.cell, cell)

    @fused
    def arrival(
        self, pulse: AbstractPulse, site: Site, tag: AbstractTag
    ) -> tuple[Float[Array, " tag"], Float[Array, " tag"]]:
        """Fractions of prompt and of delayed neutrinos in each tag bin and, last, outside, in the detector's middle."""
        return self.after(pulse, site.baseline, as_array(0.0), tag)

    @fused
    def after(
        self, pulse: AbstractPulse, path: Length, cell: Length, tag: AbstractTag
    ) -> tuple[Float[Array, " tag"], Float[Array, " tag"]]:
        """The same after any path, within a cell of it."""
        flight = path / c

        def prompt(t: Float[Array, " t"]) -> Float[Array, " t"]:
            return pulse.cumulative(t - flight, pion_lifetime)

        def delayed(t: Float[Array, " t"]) -> Float[Array, " t"]:
            return delayed_cumulative(pulse, t - flight)

        clock = time_tag(tag)
        return clock.shares_after(prompt, path, cell), clock.shares_after(delayed, path, cell)
