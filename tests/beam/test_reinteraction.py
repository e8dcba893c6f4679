"""The chain of collisions: a Poisson process, and its first member the primary proton."""

import numpy as np
import pytest
from scipy.stats import poisson

from ontarget.beam import LeadingNucleon, NoReinteraction
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array
from ontarget.ground.units import GeV

PROTON = as_array(400 * GeV)
DEPTH = as_array(np.linspace(0.0, 3.0, 7))


def test_generations_are_poisson():
    chain = LeadingNucleon(0.4, generations=3).collisions(PROTON, DEPTH)
    assert len(chain) == 4
    for one, (momentum, rate) in enumerate(chain):
        assert float(momentum) / GeV == pytest.approx(400 * 0.6**one)
        np.testing.assert_allclose(rate, poisson.pmf(one, np.asarray(DEPTH)), rtol=1e-12)


def test_one_collision_per_interaction_length():
    """Over all generations: twenty leave out 3^21/21! = 2e-10."""
    rates = [rate for _, rate in LeadingNucleon(generations=20).collisions(PROTON, DEPTH)]
    np.testing.assert_allclose(np.sum(rates, axis=0), 1.0, atol=1e-9)


def test_first_collision_is_the_primary_one():
    ((momentum, rate),) = NoReinteraction().collisions(PROTON, DEPTH)
    first, first_rate = LeadingNucleon().collisions(PROTON, DEPTH)[0]
    assert float(momentum) == float(first) == float(PROTON)
    np.testing.assert_array_equal(rate, first_rate)


def test_wrong_chains_are_refused():
    with pytest.raises(InputError, match=r"inelasticity: got 1\.5"):
        LeadingNucleon(1.5)
    with pytest.raises(InputError, match="generations: got 0"):
        LeadingNucleon(generations=0)
