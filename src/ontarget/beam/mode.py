"""The decays of the particles of a beam, with their branchings."""

from __future__ import annotations

from ontarget.beam.daughter import AbstractDaughter, LeptonDaughter
from ontarget.beam.decay import AbstractDecay
from ontarget.beam.hadronic import HadronicThreeBody, HadronicTwoBody
from ontarget.beam.muon import MuonToElectronNeutrino, MuonToMuonNeutrino
from ontarget.beam.semileptonic import SemileptonicDecay
from ontarget.beam.two_body import TwoBodyDecay
from ontarget.ground.errors import InputError, did_you_mean

PARENTS = ("pi+", "pi-", "K+", "K-", "mu+", "mu-")
OPPOSITE = {"+": "-", "-": "+"}
BRANCHING = {
    "pi_munu": 0.999877,
    "pi_enu": 1.230e-4,
    "k_munu": 0.6356,
    "k_enu": 1.582e-5,
    "ke3": 0.0507,
    "kmu3": 0.03352,
    "k_pipi0": 0.2067,
    "k_pipipi": 0.05583,
    "k_pipi0pi0": 0.01760,
}
"""ParticleDataGroup:2024cfk, listings of the charged pion and kaon."""

LAMBDA_PLUS, LAMBDA_0 = 0.02959, 0.0176
"""ParticleDataGroup:2024cfk, linear form factors of charged kaons, with mu-e universality."""


def _neutrino(charge: str, family: str) -> str:
    """With a positive lepton of its family comes a neutrino, with a negative one an antineutrino."""
    return f"nu_{family}" if charge == "+" else f"nubar_{family}"


def _two_body(name: str, meson: str, charge: str, family: str) -> TwoBodyDecay:
    lepton = f"{family}{charge}"
    return TwoBodyDecay(BRANCHING[name], f"{meson}{charge}", _neutrino(charge, family), lepton, name=name)


def _semileptonic(name: str, charge: str, family: str) -> SemileptonicDecay:
    neutrino, lepton = _neutrino(charge, family), f"{family}{charge}"
    return SemileptonicDecay(BRANCHING[name], f"K{charge}", neutrino, lepton, LAMBDA_PLUS, LAMBDA_0, name=name)


def _of_pion(charge: str) -> tuple[AbstractDecay, ...]:
    return _two_body("pi_munu", "pi", charge, "mu"), _two_body("pi_enu", "pi", charge, "e")


def _of_kaon(charge: str) -> tuple[AbstractDecay, ...]:
    two = _two_body("k_munu", "K", charge, "mu"), _two_body("k_enu", "K", charge, "e")
    return *two, _semileptonic("ke3", charge, "e"), _semileptonic("kmu3", charge, "mu")


def _of_muon(charge: str) -> tuple[AbstractDecay, ...]:
    muon, electron = f"mu{charge}", f"e{charge}"
    return (
        MuonToElectronNeutrino(1.0, muon, _neutrino(charge, "e"), electron, name="mu_nue"),
        MuonToMuonNeutrino(1.0, muon, _neutrino(OPPOSITE[charge], "mu"), electron, name="mu_numu"),
    )


def _pions(charge: str) -> tuple[AbstractDaughter, ...]:
    kaon, same, opposite = f"K{charge}", f"pi{charge}", f"pi{OPPOSITE[charge]}"
    three, one = BRANCHING["k_pipipi"], BRANCHING["k_pipi0pi0"]
    return (
        HadronicTwoBody(BRANCHING["k_pipi0"], kaon, same, "pi0", 1),
        HadronicThreeBody(three, kaon, same, (same, opposite), 2),
        HadronicThreeBody(three, kaon, opposite, (same, same), 1),
        HadronicThreeBody(one, kaon, same, ("pi0", "pi0"), 1),
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
