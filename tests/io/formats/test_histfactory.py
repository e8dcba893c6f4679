"""HistFactory workspaces: the likelihood that pyhf computes from them, and what cannot be written."""

from __future__ import annotations

import copy
import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Scalar, Vector, quantity, static
from ontarget.inference.likelihood import Flat, Gaussian, LogNormal, Parameter, Scale, likelihood
from ontarget.io.formats import histfactory_value
from ontarget.io.formats.histfactory import drawn, workspace

pyhf = pytest.importorskip("pyhf")


class Bench(Noun):
    """A signal with a coupling squared and a tilt, on a background with a bend and a kink."""

    name: str = static(default="bench")
    signal: Vector = quantity(default_factory=lambda: np.array([30.0, 20.0, 10.0]))
    background: Vector = quantity(default_factory=lambda: np.array([8.0, 9.0, 12.0]))
    size: Scalar = quantity(default=1.0)
    number: Scalar = quantity(default=1.0)
    tilt: Scalar = quantity(default=0.0)
    bend: Scalar = quantity(default=0.0)
    coupling: Scalar = quantity(default=0.5)
    slope: Scalar = quantity(default=0.1)

    def bins(self):
        steps = jnp.linspace(-0.2, 0.2, 3)
        signal = self.size * (0.5 + self.coupling) ** 2 * self.signal * (1.0 + self.tilt * steps)
        return signal + self.number * self.background * (1.0 + self.bend**2 * 0.1 + self.bend * steps) * jnp.exp(
            (self.slope - 0.1) * steps
        )


class Crossed(Noun):
    """Two parabolas in one product."""

    name: str = static(default="crossed")
    tilt: Scalar = quantity(default=0.0)
    bend: Scalar = quantity(default=0.0)

    def bins(self):
        return jnp.array([30.0, 20.0, 10.0]) * (1.0 + 0.01 * self.tilt**2) * (1.0 + 0.01 * self.bend**2)


DATA = np.array([41.0, 25.0, 24.0])
STRENGTH = Scale("strength", "*.size", 0.0, 3.0)
FLUX = Scale("flux", "*.size", 0.5, 1.5, prior=Gaussian(1.0, 0.1))
TARGET = Scale("target", "*.size", 0.4, 2.5, prior=LogNormal(1.0, 0.1))
NUMBER = Scale("number", "*.number", 0.0, 3.0, prior=Gaussian(1.1, 0.25))
TILT = Parameter("tilt", "*.tilt", -3.0, 3.0, prior=Gaussian(0.0, 1.0))
BEND = Parameter("bend", "*.bend", -3.0, 3.0, prior=Gaussian(0.2, 0.9))
COUPLING = Parameter("coupling", "*.coupling", -1.5, 1.0)
SLOPE = Parameter("slope", "*.slope", -3.0, 3.2, prior=Gaussian(0.1, 0.5))

# sums of some 1e2 are rounded to 1e-13; a parabola is met to 1e-10 of what it adds, a log-normal factor to 1e-9, and
# a constraint written as counts to u^4 / 3e8 and the rounding of 1.5e8 counts
CASES = {
    "templates": (["bench"], [STRENGTH, NUMBER], 1e-10),
    "a product with a pull, twice": (["one", "other"], [STRENGTH, FLUX, TILT, NUMBER], 1e-10),
    "a coupling squared": (["bench"], [COUPLING, FLUX, NUMBER], 1e-7),
    "constraints as counts": (["bench"], [STRENGTH, TARGET, TILT, FLUX, NUMBER, BEND], 1e-6),
}


def made(names, parameters):
    benches = [Bench(name) for name in names]
    nll = likelihood(benches, parameters, [DATA, DATA + 2.0][: len(names)])
    return nll, workspace(nll, benches)


@pytest.mark.parametrize("case", CASES)
def test_pyhf_computes_the_same(case):
    *given, tolerance = CASES[case]
    nll, found = made(*given)
    book = pyhf.Workspace(copy.deepcopy(found.document))  # refuses what the schema does not allow
    model = book.model()
    data = book.data(model)
    thetas = np.concatenate([np.asarray(nll.start)[None], drawn(nll, 50)])
    assert len(thetas) == 51
    ours, theirs, checked = np.asarray(nll.minus_two_log(thetas)), [], []
    for theta in thetas:
        values = found.values(nll, theta)
        theirs.append(
            -2 * float(model.logpdf([one for name in model.config.par_order for one in values[name]], data)[0])
        )
        checked.append(histfactory_value.minus_two_log(found.document, values))
    # the law asked for is 1e-6; relative where differences are above one
    scale = np.maximum(1.0, np.abs(ours - ours[0]))
    assert np.ptp(ours) > 5
    assert np.abs((np.array(theirs) - theirs[0]) - (ours - ours[0])).max() < 1e-6
    for other in (theirs, checked):
        assert (np.abs((np.array(other) - other[0]) - (ours - ours[0])) < tolerance * scale).all()
    assert found.error < tolerance
    assert found.points == 50


def test_parts_of_the_likelihood_have_their_constructs():
    _, found = made(["bench"], [STRENGTH, TARGET, TILT, FLUX, NUMBER, BEND])
    assert {one.parameter.name: type(one).__name__ for one in found.roles} == {
        "strength": "Factor",
        "target": "Exponential",
        "tilt": "Shift",
        "flux": "Luminosity",
        "number": "Factor",
        "bend": "Parabola",
    }
    names = [one["name"] for one in found.document["channels"]]
    assert names == ["bench", "constraint_number", "constraint_bend"]
    assert found.document["measurements"][0]["config"]["poi"] == "strength"


def test_interpolations_are_those_of_pyhf():
    """Templates and factors that are not symmetric, inside and outside of one standard deviation."""
    document = {
        "channels": [
            {
                "name": "one",
                "samples": [
                    {
                        "name": "sample",
                        "data": [10.0, 7.0],
                        "modifiers": [
                            {"name": "a", "type": "histosys", "data": {"lo_data": [9.0, 7.5], "hi_data": [13.0, 7.2]}},
                            {"name": "b", "type": "normsys", "data": {"lo": 0.8, "hi": 1.3}},
                        ],
                    }
                ],
            }
        ],
        "observations": [{"name": "one", "data": [11.0, 8.0]}],
        "measurements": [{"name": "m", "config": {"poi": "", "parameters": [{"name": "b", "auxdata": [0.3]}]}}],
        "version": "1.0.0",
    }
    model = pyhf.Workspace(copy.deepcopy(document)).model()
    values = [{"a": [a], "b": [b]} for a in (-1.7, -0.6, 0.3, 2.0) for b in (-1.5, -0.9, 0.4, 1.2)]
    data = [11.0, 8.0, *(0.3 if name == "b" else 0.0 for name in model.config.auxdata_order)]
    theirs = [-2 * float(model.logpdf([one[n][0] for n in model.config.par_order], data)[0]) for one in values]
    ours = [histfactory_value.minus_two_log(document, one) for one in values]
    np.testing.assert_allclose(np.array(ours) - ours[0], np.array(theirs) - theirs[0], atol=1e-11)


def test_what_is_not_exact_is_refused_or_told():
    crossed = likelihood(Crossed(), [BEND, TILT], [DATA])
    with pytest.raises(InputError, match="'bend' and 'tilt'"):
        workspace(crossed, [Crossed()])
    shaped = likelihood(Bench(), [NUMBER, SLOPE], [DATA])
    with pytest.raises(InputError, match="'slope': got counts that are no such polynomial"):
        workspace(shaped, [Bench()])
    found = workspace(shaped, [Bench()], approximate=True)
    assert 1e-6 < found.error < 0.1
    # the templates are the counts at one standard deviation, without the signal, which stands apart
    sample = next(one for one in found.document["channels"][0]["samples"] if one["name"] == "counts_lumi")
    shift = next(one for one in sample["modifiers"] if one["type"] == "histosys")
    there = shaped.expected(number=1.0, slope=0.6)[0] - np.asarray(Bench().signal)
    np.testing.assert_allclose(shift["data"]["hi_data"], there, rtol=1e-6)  # the expansion's tolerance
    named = dataclasses.replace(shaped, parameters=(dataclasses.replace(NUMBER, name="lumi"), SLOPE))
    with pytest.raises(InputError, match="'lumi': got that name"):
        workspace(named, [Bench()])
    free = dataclasses.replace(shaped, parameters=(NUMBER, dataclasses.replace(SLOPE, prior=Flat())))
    with pytest.raises(InputError, match="'slope': got a shape with no constraint"):
        workspace(free, [Bench()], approximate=True)


def test_experiments_must_be_those_of_the_likelihood():
    nll = likelihood(Bench(), [STRENGTH], [DATA])
    with pytest.raises(InputError, match="The likelihood is of bench"):
        workspace(nll, [Bench("other")])
