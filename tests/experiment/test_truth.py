"""The truth axis is numerics: it is chosen, or proven to reach and to resolve what is seen."""

import re

import numpy as np
import pytest

from ontarget import load
from ontarget.ground.errors import InputError

HEAD = """
facility: {proton_energy: 1 GeV, power: 1 MW, repetition: 60 Hz, pulse: {type: UniformPulse, width: 350 ns}}
source: {type: StoppedPion, neutrinos_per_proton: 0.09}
exposure: 1 yr
detector:
  site: {baseline: 20 m}
  mass: 1 t
"""
KEV = "{type: EnergyAxis, start: 20 keV, stop: 100 keV, bins: 8}"
QUANTA = "{type: CountAxis, start: 20, stop: 100, bins: 8}"
LIGHT = "q: {type: ConstantQuenching, value: 0.25}, l: {type: LightYield, per_energy: 4 / keV}"
POISSON = "s: {type: PoissonSmearing, axis: {type: CountAxis, start: 0, stop: 200, bins: 200}}"
RIGHT = [4712.57, 3080.83, 1803.12, 1139.57, 776.69, 514.87, 329.06, 200.21]
"""Counts in argon, sum 12556.92: own numpy, of nobody's code, with the radii of Lewin and Smith and 0.23857."""
OLD = "{type: HelmLewinSmith}"
LEWIN_SMITH = (
    f"{{type: CEvNS, couplings: {{type: TreeCouplings, sin2_theta_w: 0.23857}}, proton: {OLD}, neutron: {OLD}}}"
)


@pytest.fixture
def argon(tmp_path):
    """One tonne of argon at 20 m, its truth axis as given, or left out."""

    def make(truth="", response="", seen=KEV, interaction=LEWIN_SMITH, material="Ar", more=""):
        lines = [f"  material: {material}", f"  seen: {seen}", "  channels:", "    recoils:"]
        lines += [f"      interaction: {interaction}", f"      response: {{{response}}}"]
        lines += [f"      truth: {truth}"] * bool(truth) + [f"  {more}"] * bool(more)
        path = tmp_path / "argon.yaml"
        path.write_text(HEAD + "\n".join(lines) + "\n")
        return load(str(path))

    return make


def axis(stop, bins, unit="keV"):
    return f"{{type: EnergyAxis, start: 0 {unit}, stop: {stop} {unit}, bins: {bins}}}"


def gaussian(width):
    return f"g: {{type: GaussianSmearing, resolution: {{type: ConstantResolution, width: {width} keV}}}}"


def seen(experiment):
    return np.asarray(experiment.expected().channels[0].values).sum(axis=(0, 1))


def says(make, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        make()


def test_without_an_axis_one_is_chosen(argon):
    np.testing.assert_allclose(seen(argon()), RIGHT, atol=0.006)


def test_what_is_chosen_reaches_and_resolves(argon):
    """The end of recoils of argon-36, or six resolutions beyond what is seen, in 200 cells at least."""
    for response, stop, bins in (("", 100.04, 200), (gaussian(5), 130.1, 200), (gaussian(0.2), 101.2, 200)):
        chosen = argon(response=response).detector.channels[0].axis
        assert float(chosen.stop) * 1e3 == pytest.approx(stop, rel=1e-2)
        assert chosen.bins == pytest.approx(bins, rel=0.02)
    truncated = argon(response=gaussian(2).replace("Gauss", "TruncatedGauss"))
    assert float(truncated.detector.channels[0].axis.stop) * 1e3 == pytest.approx(166.1, rel=1e-3)


def test_an_axis_that_ends_within_what_is_seen(argon):
    """9596.5 of 12556.9 events were counted, without a word."""
    says(
        lambda: argon(axis(50, 100)).expected(),
        "channels.recoils.truth.stop: got 50 keV. Events go on to 166.138 keV, and up to 100 % of them are seen. "
        "Let it end there, or leave it out.",
    )


@pytest.mark.slow
@pytest.mark.long
def test_siblings_of_an_axis_that_ends_early(argon):
    table = "{type: NuclearTable, target: C12, energies: [20 MeV, 60 MeV], values: [4e-42 cm^2, 36e-42 cm^2]}"
    carbon = {"interaction": table, "material": "C", "seen": axis(60, 12, "MeV")}
    says(lambda: argon(axis(30, 60, "MeV"), **carbon).expected(), "truth.stop: got 30000 keV.")
    assert seen(argon(**carbon)).sum() == pytest.approx(189.05, rel=2e-4)
    says(lambda: argon(axis(60, 240), gaussian(5)).expected(), "truth.stop: got 60 keV.")
    assert seen(argon(response=gaussian(5))).sum() == pytest.approx(12805.5, rel=2e-4)
    assert seen(argon(response=gaussian(2))).sum() == pytest.approx(12596.5, rel=2e-4)
    electrons = {"interaction": "{type: ElectronScattering}", "seen": axis(50, 5, "MeV")}
    says(lambda: argon(axis(20, 60, "MeV"), **electrons).expected(), "truth.stop: got 20000 keV.")
    quanta = argon(response=f"{LIGHT}, {POISSON}", seen=QUANTA)
    assert seen(quanta).sum() == pytest.approx(12717.8, rel=2e-4)
    threshold = "t: {type: CountThreshold, count: 30}"
    quanta = argon(response=f"{LIGHT}, {POISSON}, {threshold}", seen=QUANTA)
    assert seen(quanta).sum() == pytest.approx(8042, rel=2e-4)


def test_cells_wider_than_the_resolution(argon):
    """Six cells of 25 keV before a resolution of 2 keV gave a spectrum that rises: 2666, 2909 for 3088, 1818."""
    says(
        lambda: argon(axis(150, 6), gaussian(2)),
        "channels.recoils.truth.bins: got cells of 25 keV. From 100 keV to 125 keV the response changes within "
        "2.5 keV. Give some 61 bins, end it sooner, or leave it out: it is then chosen.",
    )
    says(
        lambda: argon(axis(150, 6), "t: {type: SmoothThreshold, energy: 30 keV, width: 1 keV}"), "From 25 keV to 50 keV"
    )
    says(lambda: argon(axis(1e6, 600).replace("}", ", spacing: {type: SquareRoot}}"), gaussian(1)), "got cells of")
    # in quanta: cells of 12.5 keV are 12.5 photo-electrons, and the Poisson distribution is narrower
    says(lambda: argon(axis(150, 6), f"{LIGHT}, {POISSON}", seen=QUANTA), "got cells of 25 keV.")


def test_what_comes_out_of_a_smearing_is_cut_finely_enough(argon):
    """Without an axis of its own it comes out in the bins of what is seen; later efficiencies are averaged there."""
    rise = "e: {type: LogisticEfficiency, height: 0.66, steepness: 0.49, middle: 30}"
    says(
        lambda: argon(axis(150, 300), f"{LIGHT}, s: {{type: PoissonSmearing}}, {rise}", seen=QUANTA),
        "channels.recoils.response.s.axis: got cells of 10 (the bins of 'seen'). A later stage changes within 3.46939. "
        "Give it an axis with bins no wider.",
    )


def test_a_spectrum_that_is_flat_within_wide_cells(argon):
    """Resolved against a resolution of 10 keV, but not against the spectrum itself: 2 % in single bins."""
    says(
        lambda: argon(axis(150, 15), gaussian(10)).expected(), "15 cells. A spectrum that is flat within each puts some"
    )


def test_a_background_that_is_no_number(argon):
    """Channels were looked at, backgrounds were not."""
    flat = "backgrounds: {flat: {type: SteadyStateIntegrated, rate: 1e308 / kg / day, duty: 1}}"
    says(
        lambda: argon(more=flat).expected(), "background flat: got inf events. Counts are finite. Give smaller numbers."
    )
    beta = "{type: BetaDecays, activity: 1 Bq/kg, duty: 1, spectrum: {type: UniqueFirstForbidden, endpoint: %s, Z: %s}}"
    says(lambda: argon(more="backgrounds: {beta: " + beta % ("1e300 keV", 19) + "}"), "endpoint: got 1e+300 keV.")
    says(lambda: argon(more="backgrounds: {beta: " + beta % ("565 keV", 1e-150) + "}"), "Z: got 1e-150.")
