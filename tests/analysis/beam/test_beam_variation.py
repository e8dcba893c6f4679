"""A beam counted once for all tags, and with its numbers moved: against the source itself, and by hand."""

import jax.numpy as jnp
import numpy as np
import pytest
import tunnel_toys

from ontarget.analysis.beam.beam_variation import (
    BeamError,
    CountedComponent,
    VariedComponent,
    count,
    flux_in,
    unmoved,
    with_eigenmodes,
)
from ontarget.beam import Species
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.matter.flavour import FLAVOURS
from ontarget.numerics import LengthAxis
from ontarget.source import Radius, Untagged

SOURCE = tunnel_toys.source(
    tunnel_toys.beam(Species(0.038, name="pi+"), Species(0.0025, name="K+")),
    decays=tunnel_toys.modes("pi_munu", "k_munu"),
    rays=64,
    repeats=2,
)
RINGS = Radius(LengthAxis(0.0, 2 * m, 2))


def test_a_number_one_standard_deviation_off():
    error = BeamError("beam.momentum", 0.01)
    assert float(error.moved(SOURCE).beam.momentum / GeV) == pytest.approx(8.5 * 1.01)
    assert float(error.moved(SOURCE, -1.0).beam.momentum / GeV) == pytest.approx(8.5 * 0.99)
    with pytest.raises(InputError, match="matches no input"):
        BeamError("beam.no", 0.1).moved(SOURCE)


def test_counted_once_for_all_tags():
    """In rings as by the source itself, the same rays; and without a tag, all of it together."""
    found = count(SOURCE, tunnel_toys.SITE, [Untagged(), RINGS])
    assert found[0].means.shape[-1] == 3
    wanted = SOURCE.flux(tunnel_toys.FACILITY, tunnel_toys.SITE, RINGS)
    rings = flux_in(SOURCE, tunnel_toys.SITE, RINGS, found)
    values = np.asarray(wanted.values * m**2)
    assert np.asarray(rings.values * m**2) == pytest.approx(values, rel=1e-9, abs=0)
    assert np.asarray(rings.energy) == pytest.approx(np.asarray(wanted.energy))
    whole = np.asarray(flux_in(SOURCE, tunnel_toys.SITE, Untagged(), found).values * m**2)
    assert whole[..., 0] == pytest.approx(values.sum(axis=-1), rel=1e-9, abs=0)
    assert whole[..., 1] == pytest.approx(np.zeros(whole[..., 1].shape))
    assert whole[FLAVOURS.index("nu_mu")].sum() == pytest.approx(whole.sum())
    three = Radius(LengthAxis(0.0, 2 * m, 3))
    with pytest.raises(InputError, match="counted in 2 bins of place"):
        flux_in(SOURCE, tunnel_toys.SITE, three, found)


def made_up() -> tuple[list[VariedComponent], np.ndarray]:
    """Two components of a source, and three pulls of each; positive counts."""
    rng = np.random.default_rng(9)
    found = []
    for component, labels in zip(SOURCE.components(), (1, 1), strict=True):
        means, modes = rng.uniform(1, 2, (labels, 3, 1, 2)), rng.normal(size=(3, labels, 3, 1, 2))
        counted = CountedComponent(component, jnp.asarray(means), jnp.ones((labels, 3, 2)))
        found.append(VariedComponent(counted, jnp.asarray(modes)))
    root = rng.normal(size=(3, 3))
    return found, root @ root.T


def test_eigenmodes_hold_the_covariance():
    """What all eigenmodes do, squared and added, is J' C J of the pulls, but for 1e-6 of the variance."""
    found, covariance = made_up()
    before = np.concatenate([np.ravel(one.means) for one in unmoved(found)])
    jacobian = np.concatenate([np.reshape(one.modes, (3, -1)) for one in found], axis=1)
    moved = with_eigenmodes(found, covariance)
    steps = np.stack([np.concatenate([np.ravel(one.means) for one in each]) - before for each in moved])
    wanted = jacobian.T @ covariance @ jacobian
    assert steps.T @ steps == pytest.approx(wanted, abs=1e-5 * np.abs(wanted).max())
    for each in moved:
        assert [one.component for one in each] == list(SOURCE.components())
        assert [one.means.shape for one in each] == [(1, 3, 1, 2)] * 2
        assert all(np.array_equal(one.variances, np.ones((1, 3, 2))) for one in each)


def test_fluxes_of_two_components_add_up():
    """Muon neutrinos of both components, in the row of their flavour."""
    found = [
        CountedComponent(one, jnp.full((1, 23, 1, 3), value), jnp.ones((1, 23, 3)))
        for one, value in zip(SOURCE.components(), (1.0, 10.0), strict=True)
    ]
    values = np.asarray(flux_in(SOURCE, tunnel_toys.SITE, RINGS, found).values)
    assert values[FLAVOURS.index("nu_mu")] == pytest.approx(np.full((23, 1, 3), 11.0))
    assert values.sum() == pytest.approx(11.0 * 23 * 3)
