"""Numbers of a study: units, priors against boxes, and what an Asimov world knows."""

import numpy as np
import pytest

import ontarget as ot
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Length, Noun, Power, Vector, quantity, static
from ontarget.ground.units import MW, m
from ontarget.inference.likelihood import Gaussian, LogNormal, Parameter, Scale, likelihood


class Hall(Noun):
    """Counts that fall with the square of a distance and grow with a power."""

    name: str = static(default="hall")
    baseline: Length = quantity(default=20 * m)
    power: Power = quantity(default=2 * MW)
    signal: Vector = quantity(default=(10.0, 30.0))
    noise: Vector = quantity(default=(50.0, 50.0))
    observed: Vector | None = quantity(default=None)

    def bins(self):
        return self.signal * (self.power / (2 * MW)) * (20 * m / self.baseline) ** 2 + self.noise


def length(**given):
    return Parameter("L", "*.baseline", **given)


def power(**given):
    return Parameter("P", "*.power", **given)


def test_numbers_are_in_the_unit_that_they_are_written_with():
    one = length(low="10 m", high="3000 cm", start="20 m", prior=Gaussian("2000 cm", "1 m"))
    numbers = [float(x) for x in (one.low, one.high, one.start, one.prior.mean, one.prior.sigma)]
    np.testing.assert_allclose(numbers, [10, 30, 20, 20, 1], rtol=1e-14)
    assert one.unit == "m"
    assert length(low="10 m", high="30 m").initial((Hall(),)) == pytest.approx(20.0, rel=1e-14)
    assert float(power(low="1 MW", high="10 MW", start="5 MW").start) == 5.0
    assert float(Scale("s", "*.power", "50 %", "150 %").low) == 0.5
    assert float(length(low=10, high=30, unit="m", prior=Gaussian(20, 1)).prior.mean) == 20.0
    assert float(length(low="10 m", high="30 m", prior=LogNormal("2000 cm", 0.1)).prior.median) == pytest.approx(20.0)


def test_a_likelihood_counts_in_that_unit():
    found = likelihood(Hall(), [power(low="1 MW", high="3 MW")])
    np.testing.assert_allclose(found.expected(P=3.0)[0], [65.0, 95.0], rtol=1e-9)  # linear in the power


REFUSED = [
    (lambda: length(low=10, high=30).initial((Hall(),)), "got 10 with no unit. hall.baseline is a length. Write e.g"),
    (lambda: length(low="1 kg", high="2 kg").initial((Hall(),)), "'kg', the unit of a mass. hall.baseline is a length"),
    (
        lambda: length(low="10 m", high=30),
        "parameter 'L'.high: got 30 with no unit. The others are in 'm'. Write '30 m'",
    ),
    (lambda: length(low="10 m", high="30 s"), "got the unit 's'. The others are in 'm'"),
    (lambda: length(low="10 m", high="30 m", prior=Gaussian(20, 1)), "prior: got 20 with no unit"),
    (lambda: length(low="10 m", high="30 m", prior=Gaussian("20 m", 1)), "with no unit"),
    (lambda: length(low="10 mm", high="30 m", unit="ells"), "unit"),
    (lambda: Scale("s", "*.power", "1 MW", "2 MW"), "A Scale multiplies the catalog's number, and has no unit"),
    (lambda: Scale("s", "*.power", 0.5, 2.0, prior=Gaussian(22.5, 1)), "a mean of 22.5, outside of the box"),
    (lambda: Scale("s", "*.power", 0.5, 2.0, prior=Gaussian("22.5 kg", "1 kg")), "The others have no unit"),
    (lambda: Scale("s", "*.power", 0.5, 1.5, prior=Gaussian(3, 0.1)), "outside of the box"),
    (lambda: Scale("s", "*.power", 0.5, 1.5, prior=LogNormal(3, 0.1)), "outside of the box"),
    (
        lambda: Scale("s", "*.power", 0.0, 2.0, prior=LogNormal(1, 0.1)),
        "a LogNormal in the box .0, 2., which reaches 0",
    ),
    (lambda: Scale("s", "*.power", -1.0, 2.0, prior=LogNormal(1, 0.1)), "which reaches -1"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED)
def test_refused_in_one_sentence(make, said):
    with pytest.raises(InputError, match=said):
        make()


def counting(prior, observed=None):
    """10 of a signal, 100 of a background, one bin."""
    hall = Hall(signal=(10.0,), noise=(100.0,), observed=observed)
    box = Scale("mu", "*.signal", -5.0, 8.0)
    return likelihood(hall, [box, Scale("b", "*.noise", 0.5, 1.5, prior=prior)])


def test_an_asimov_world_measures_its_own_nuisances():
    """The strength that made the data is the best fit: 1 +- 1.9 at 90 %, wherever the prior was centred."""
    off = counting(Gaussian(1.3, 0.05))
    assert float(off.parameters[1].prior.mean) == pytest.approx(1.0, rel=1e-14)
    best = ot.fit(off)
    assert best.values["mu"] == pytest.approx(1.0, abs=1e-6)
    # errors of 10 counts squared and 5 % of 100: sqrt(110 + 25)/10 = 1.162, times 1.645
    assert 1.645 * best.errors["mu"] == pytest.approx(1.645 * np.sqrt(110 + 25) / 10, rel=1e-3)
    kept = counting(Gaussian(1.3, 0.05), observed=(110.0,))
    assert float(kept.parameters[1].prior.mean) == 1.3  # what was observed was measured in our world


def test_counts_that_were_seen_bring_back_the_prior_as_it_was_given():
    off = counting(Gaussian(1.3, 0.05))
    seen = off.with_data([np.array([110.0])])
    assert float(seen.parameters[1].prior.mean) == 1.3
    assert float(off.asimov(mu=2.0).parameters[1].prior.mean) == pytest.approx(1.0, rel=1e-14)
