"""The decays of the particles of a beam, with their branchings."""

from __future__ import annotations

from typing import Any

from ontarget.beam.decays.daughter import AbstractDaughter, LeptonDaughter
from ontarget.beam.decays.decay import AbstractDecay
from ontarget.beam.decays.hadronic import HadronicThreeBody, HadronicTwoBody
from ontarget.beam.decays.muon import MuonToElectronNeutrino, MuonToMuonNeutrino
from ontarget.beam.decays.semileptonic import SemileptonicDecay
from ontarget.beam.decays.two_body import TwoBodyDecay
from ontarget.ground.errors import InputError, did_you_mean
from ontarget.ground.noun import as_array

PARENTS = ("pi+", "pi-", "K+", "K-", "mu+", "mu-")
OPPOSITE = {"+": "-", "-": "+"}
BRANCHING = {
    "pi_munu": 0.999877,
    "pi_enu": 1.230e-4,
    "k_munu": 0.6356,
    "k_enu": 1.582e-5,
    "ke3": 0.05072,
    "kmu3": 0.03352,
    "k_pipi0": 0.2067,
    "k_pipipi": 0.05583,
    "k_pipi0pi0": 0.01760,
}
"""ParticleDataGroup:2024cfk, listings of the charged pion and kaon; a digit more of K_e3 in the edition of 2026."""

LAMBDA_PLUS, LAMBDA_0 = 0.02959, 0.0176
"""ParticleDataGroup:2024cfk, linear form factors of charged kaons, with mu-e universality."""


def _neutrino(charge: str, family: str) -> str:
    """With a positive lepton of its family comes a neutrino, with a negative one an antineutrino."""
    return f"nu_{family}" if charge == "+" else f"nubar_{family}"


def _lepton(name: str, meson: str, charge: str, family: str) -> dict[str, Any]:
    """What every decay of a meson to a lepton of one family has."""
    return {
        "branching": as_array(BRANCHING[name]),
        "parent": f"{meson}{charge}",
        "neutrino": _neutrino(charge, family),
        "lepton": f"{family}{charge}",
        "name": name,
    }


def _of_pion(charge: str) -> tuple[AbstractDecay, ...]:
    modes = {"pi_munu": "mu", "pi_enu": "e"}
    return tuple(TwoBodyDecay(**_lepton(name, "pi", charge, family)) for name, family in modes.items())


def _of_kaon(charge: str) -> tuple[AbstractDecay, ...]:
    two, three = {"k_munu": "mu", "k_enu": "e"}, {"ke3": "e", "kmu3": "mu"}
    slopes = {"lambda_plus": as_array(LAMBDA_PLUS), "lambda_0": as_array(LAMBDA_0)}
    return (
        *(TwoBodyDecay(**_lepton(name, "K", charge, family)) for name, family in two.items()),
        *(SemileptonicDecay(**_lepton(name, "K", charge, family), **slopes) for name, family in three.items()),
    )


def _of_muon(charge: str) -> tuple[AbstractDecay, ...]:
    both = {"branching": as_array(1.0), "parent": f"mu{charge}", "lepton": f"e{charge}"}
    return (
        MuonToElectronNeutrino(**both, neutrino=_neutrino(charge, "e"), name="mu_nue"),
        MuonToMuonNeutrino(**both, neutrino=_neutrino(OPPOSITE[charge], "mu"), name="mu_numu"),
    )


def _pions(charge: str) -> tuple[AbstractDaughter, ...]:
    kaon, same, opposite = f"K{charge}", f"pi{charge}", f"pi{OPPOSITE[charge]}"
    two, three, one = (as_array(BRANCHING[name]) for name in ("k_pipi0", "k_pipipi", "k_pipi0pi0"))
    return (
        HadronicTwoBody(two, kaon, (same, "pi0")),
        HadronicThreeBody(three, kaon, (same, same, opposite)),
        HadronicThreeBody(three, kaon, (opposite, same, same)),
        HadronicThreeBody(one, kaon, (same, "pi0", "pi0")),
    )


def decays_of(name: str) -> tuple[AbstractDecay, ...]:
    """Decays of a particle that make a neutrino, one for each neutrino where there are two."""
    if name not in PARENTS:
        raise InputError("parent", repr(name), "No decay of it is known.", did_you_mean(name, PARENTS))
    return {"pi": _of_pion, "K": _of_kaon, "mu": _of_muon}[name[:-1]](name[-1])


def daughters_of(name: str) -> tuple[AbstractDaughter, ...]:
    """Daughters of a particle that decay in their turn: muons, and pions of kaons; none of muons."""
    leptons = (one for one in decays_of(name) if isinstance(one, TwoBodyDecay | SemileptonicDecay))
    muons = tuple(LeptonDaughter(one) for one in leptons if one.lepton.startswith("mu"))
    return muons + (_pions(name[-1]) if name.startswith("K") else ())
