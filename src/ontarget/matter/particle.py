"""The hadrons and leptons of a beam: what a decay in flight needs of each."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jaxtyping import Array, Float

from ontarget.ground.constants import (
    c,
    electron_mass,
    kaon_lifetime,
    kaon_mass,
    muon_lifetime,
    muon_mass,
    neutral_pion_mass,
    pion_lifetime,
    pion_mass,
    proton_mass,
)


@dataclass(frozen=True)
class Particle:
    """A particle: PDG number, mass (as an energy), mean lifetime (infinite if stable or out at once), charge."""

    name: str
    pdg: int
    mass: float
    lifetime: float
    charge: int

    def decay_length(self, momentum: Float[Array, "*ray"]) -> Float[Array, "*ray"]:
        r"""Mean distance flown at a momentum, :math:`\lambda = p\,c\tau/m`."""
        return momentum / self.mass * c * self.lifetime


PARTICLES = {
    one.name: one
    for one in (
        Particle("pi+", 211, pion_mass, pion_lifetime, 1),
        Particle("pi-", -211, pion_mass, pion_lifetime, -1),
        Particle("pi0", 111, neutral_pion_mass, math.inf, 0),
        Particle("K+", 321, kaon_mass, kaon_lifetime, 1),
        Particle("K-", -321, kaon_mass, kaon_lifetime, -1),
        Particle("mu+", -13, muon_mass, muon_lifetime, 1),
        Particle("mu-", 13, muon_mass, muon_lifetime, -1),
        Particle("e+", -11, electron_mass, math.inf, 1),
        Particle("e-", 11, electron_mass, math.inf, -1),
        Particle("p", 2212, proton_mass, math.inf, 1),
    )
}
"""By the name that physicists write: "pi+", "K-", "mu+"."""
