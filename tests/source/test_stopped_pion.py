import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontarget.ground.errors import InputError
from ontarget.ground.units import MW, GeV, Hz, MeV, cm, m, ms, ns, s, us
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import TimeAxis
from ontarget.source import ArrivalTime, Facility, GaussianPulse, Site, StoppedPion, UniformPulse, Untagged
from ontarget.source.spectrum import NegativeMuonDecay, PionDecayInFlight

NU_E, NU_MU, NUBAR_MU = (FLAVOURS.index(name) for name in ("nu_e", "nu_mu", "nubar_mu"))
ESS = Facility(2 * GeV, 5 * MW, 14 * Hz, UniformPulse(2.86 * ms), operation=5000 / 8766)
SNS = Facility(1 * GeV, 1.4 * MW, 60 * Hz, UniformPulse(700 * ns))
TIMES = ArrivalTime(TimeAxis(0 * us, 6 * us, 12))
LIGHT = 299.792458  # mm per ns: 0.299792458 m/ns


def test_flux_per_proton_is_the_yield_over_the_sphere():
    flux = StoppedPion(0.3).flux(ESS, Site(20 * m), Untagged())
    per_flavour = np.asarray(flux.values).sum(axis=(1, 2, 3)) * cm**2
    for flavour in (NU_E, NU_MU, NUBAR_MU):
        assert per_flavour[flavour] == pytest.approx(0.3 / (4 * np.pi * 2000.0**2), rel=1e-12)
    assert per_flavour.sum() == pytest.approx(0.9 / (4 * np.pi * 2000.0**2), rel=1e-12)
    assert float(flux.path[0]) / m == pytest.approx(20)


def test_ess_flux_and_yearly_yield():
    flux = np.asarray(StoppedPion(0.3).flux(ESS, Site(20 * m), Untagged()).values)[NU_MU].sum()
    # reference values printed to two or three digits
    assert float(flux * float(ESS.protons_while_running) * cm**2 * s) == pytest.approx(9.3e7, rel=5e-3)
    assert float(0.3 * float(ESS.protons_per_time) * 365.25 * 86400 * s) == pytest.approx(8.43e22, rel=1e-3)


def test_tag_fractions_with_the_outside_add_to_one():
    source = StoppedPion(0.3)
    for pulse in (UniformPulse(700 * ns), GaussianPulse(440 * ns, 150 * ns), UniformPulse(2.86 * ms)):
        for fractions in map(np.asarray, source.arrival(pulse, Site(20 * m), TIMES)):
            assert float(fractions.sum()) == pytest.approx(1.0, abs=1e-15)
            assert (fractions > -1e-15).all()


@settings(max_examples=40, deadline=None)
@given(
    width=st.floats(1.0, 1e7),
    start=st.floats(-1e4, 1e4),
    length=st.floats(1.0, 1e5),
    offset=st.floats(-1e3, 1e3),
    baseline=st.floats(1.0, 1e3),
)
def test_tag_fractions_are_probabilities(width, start, length, offset, baseline):
    tag = ArrivalTime(TimeAxis(start * ns, (start + length) * ns, 4), offset * ns)
    for fractions in map(np.asarray, StoppedPion(0.3).arrival(UniformPulse(width * ns), Site(baseline * m), tag)):
        # differences of distribution functions of order one: rounding
        assert ((fractions > -1e-14) & (fractions < 1 + 1e-14)).all()
        assert float(fractions.sum()) == pytest.approx(1.0, abs=1e-14)


def test_prompt_leads_and_delayed_follows():
    prompt, delayed = StoppedPion(0.3).arrival(UniformPulse(1 * ns), Site(3 * m), TIMES)
    # closed forms for a pulse far shorter than the lifetimes (1 ns against 26 ns: 2 %), first bin 0 to 500 ns less 10
    assert float(prompt[0]) == pytest.approx(1 - np.exp(-490 / 26.033), abs=1e-3)
    fast, slow = (1 - np.exp(-490 / tau) for tau in (26.033, 2196.9811))
    assert float(delayed[0]) == pytest.approx((2196.9811 * slow - 26.033 * fast) / 2170.9481, abs=1e-3)


def test_flight_time_and_offset_shift_the_arrival():
    source, pulse = StoppedPion(0.3), UniformPulse(200 * ns)
    far = source.arrival(pulse, Site(30 * m), TIMES)
    shifted = ArrivalTime(TIMES.times, -20_000 / LIGHT * ns)  # the axis starts earlier: 20 m of flight
    near = source.arrival(pulse, Site(10 * m), shifted)
    np.testing.assert_allclose(far[1], near[1], atol=1e-13)  # rounding
    assert not np.allclose(far[1], source.arrival(pulse, Site(10 * m), TIMES)[1], atol=1e-4)


def test_prompt_and_delayed_follow_their_own_clocks_in_the_flux():
    flux = StoppedPion(0.09).flux(SNS, Site(20 * m), TIMES)
    prompt, delayed = StoppedPion(0.09).arrival(SNS.pulse, Site(20 * m), TIMES)
    by_tag = np.asarray(flux.values).sum(axis=(1, 2)) / (0.09 / (4 * np.pi * (20 * m) ** 2))
    np.testing.assert_allclose(by_tag[NU_MU], prompt, atol=1e-13)
    np.testing.assert_allclose(by_tag[NU_E], delayed, atol=1e-13)
    np.testing.assert_allclose(by_tag[NUBAR_MU], delayed, atol=1e-13)


def test_contamination_adds_to_the_main_chain():
    extra = (NegativeMuonDecay(0.01), PionDecayInFlight(0.02, 20 * MeV))
    flux = StoppedPion(0.09, extra).flux(SNS, Site(20 * m), TIMES)
    main = StoppedPion(0.09).flux(SNS, Site(20 * m), TIMES)
    total, bare = (np.asarray(f.values).sum(axis=(1, 2, 3)) for f in (flux, main))
    np.testing.assert_allclose(total / bare[NU_E], [1, 1.03, 0, 0.01, 1, 0], atol=1e-13)


def test_steady_shares_follow_the_widths():
    np.testing.assert_allclose(TIMES.steady(), np.full(12, 1 / 12), rtol=1e-13)
    assert Untagged().steady().tolist() == [1.0]
    assert Untagged().axis is None


@pytest.mark.parametrize("leaf", ["width", "baseline", "yield"])
def test_derivatives_agree_with_finite_differences(leaf):
    weights = np.cos(np.arange(13.0))

    @jax.jit
    @jax.value_and_grad
    def both(x):
        width, baseline, neutrinos = (x if leaf == name else 1.0 for name in ("width", "baseline", "yield"))
        facility = Facility(1 * GeV, 1.4 * MW, 60 * Hz, UniformPulse(width * 700 * ns))
        flux = StoppedPion(neutrinos * 0.09).flux(facility, Site(baseline * 20 * m), TIMES)
        return (flux.values[:, :, 0].sum(axis=(0, 1)) @ weights) * m**2

    x, step = np.float64(1.0), 1e-3

    def answer(x):
        return float(both(x)[0])

    first = (answer(x + step) - answer(x - step)) / (2 * step)
    second = (answer(x + step / 2) - answer(x - step / 2)) / step
    # Richardson: the error left is step^4 times a fifth derivative, below 1e-7 of the value here
    assert float(both(x)[1]) == pytest.approx(float((4 * second - first) / 3), rel=1e-7)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: StoppedPion(0.0), "neutrinos_per_proton"),
        (lambda: StoppedPion(-0.3), "neutrinos_per_proton"),
        (lambda: StoppedPion(0.3, nodes=4), "nodes"),
        (lambda: Site(0 * m), "baseline"),
        (lambda: Site(float("inf") * m), "baseline"),
        (lambda: ArrivalTime(TIMES.times, float("nan") * ns), "offset"),
    ],
)
def test_impossible_sources_are_refused(make, field):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where == field
