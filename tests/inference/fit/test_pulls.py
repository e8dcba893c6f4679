"""Pulls as parameters: shared by name between experiments on the same yields, and read off a fit."""

import equinox as eqx
import numpy as np
import pytest

from ontarget.beam import MesonYield, Yields
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, static
from ontarget.ground.units import GeV
from ontarget.inference.fit import fit, pull_parameters, pulls_after
from ontarget.inference.likelihood import likelihood

PIONS = MesonYield([4 * GeV, 8 * GeV, 13 * GeV], [0.0, 0.1], name="pi+")
YIELDS = Yields((PIONS,))


class Holder(Noun):
    """A source that only has yields."""

    yields: Yields | None


class Counter(Noun):
    """Counts that see each bin of production with a weight."""

    source: Holder
    weights: tuple[float, ...] = static()
    name: str = static()
    observed: None = None

    def bins(self):
        return np.asarray(self.weights) * self.source.yields.scales("pi+")[:2] if self.source.yields else np.ones(1)


BOTH = (Counter(Holder(YIELDS), (1e4, 4e4), "leptons"), Counter(Holder(YIELDS), (10.0, 20.0), "neutrinos"))


def test_experiments_on_the_same_yields_share_their_pulls():
    parameters = pull_parameters(BOTH)
    assert [one.name for one in parameters] == ["pi+_0_0", "pi+_1_0"]
    every = [address for one in parameters for address in one.targets(BOTH)]
    names = [f"{name}.source.yields.pulls.pi+_{i}_0.value" for i in (0, 1) for name in ("leptons", "neutrinos")]
    assert every == names
    assert all(float(one.prior.sigma) == 1.0 for one in parameters)
    assert pull_parameters(Counter(Holder(None), (1.0,), "stopped")) == ()


def test_what_a_fit_leaves_of_the_pulls():
    """Of Gaussian counts: the inverse of the unit matrix plus the information of the counts, by hand."""
    found = fit(likelihood(BOTH, pull_parameters(BOTH)))
    mean, after = pulls_after(found, YIELDS.names)
    modes = np.asarray(YIELDS.modes("pi+"))[:, :2]
    information = sum(modes * np.asarray(one.weights) @ modes.T for one in BOTH)
    np.testing.assert_allclose(mean, 0.0, atol=1e-6)  # a fit ends where a step no longer matters
    np.testing.assert_allclose(after, np.linalg.inv(np.eye(2) + information), rtol=1e-6)
    sizes = np.sqrt(np.diag(modes.T @ after @ modes))
    # the errors of 1e4 and 4e4 leptons where 7 % were before, and 2 % less since the bins know of each other
    np.testing.assert_allclose(sizes, [0.01, 0.005], rtol=0.03)


def test_pulls_that_were_not_free():
    """Held fixed: no variance. Not in the fit at all: as before."""
    found = fit(likelihood(BOTH, pull_parameters(BOTH)), {"pi+_0_0": 1.0})
    mean, after = pulls_after(found, ("pi+_0_0", "another", "pi+_1_0"))
    assert mean.tolist()[:2] == [1.0, 0.0]
    np.testing.assert_array_equal(after[:2], [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert after[2, 2] == found.covariance[0, 0] < 0.1


def test_one_name_for_two_numbers_is_refused():
    other = eqx.tree_at(lambda one: one.source.yields.common, BOTH[1], YIELDS.common * 2)
    with pytest.raises(InputError, match=r"neutrinos\.source\.yields: got a pull 'pi\+_0_0'\. It is not that of 'lep"):
        pull_parameters((BOTH[0], other))
