"""Templates of leptons: means and errors of lattices, linear in the yields, against numpy."""

import equinox as eqx
import jax
import numpy as np
import pytest
from counter_toys import PIONS, YIELDS, calorimeter, range_meter, source

from ontarget.ground.noun import as_array
from ontarget.monitor import LeptonTemplate, PrecomputedLeptons, flow
from ontarget.source import DecayTunnel


@pytest.fixture(scope="module")
def beam() -> DecayTunnel:
    return source(PIONS, rays=64, repeats=3)


def test_means_and_errors(beam, monkeypatch):
    """Each lattice for itself, in one block: their mean, and the standard deviation of it, parts summed.

    Blocks of half as many rays are the same but for the order of sums.
    """
    meter = range_meter()
    (link,) = flow.links_of(beam, "pi+", meter)
    every = flow.shifts_of(beam, "pi+", link, meter, (0, 0))
    counted = eqx.filter_jit(flow.counted)
    each = np.stack([np.asarray(counted(meter, beam, "pi+", link, jax.device_put(shift))) for shift in every])
    monkeypatch.setattr(flow, "BLOCK", 32)
    mean, error = eqx.filter_jit(flow.averaged)(meter, beam, "pi+", link, every)
    np.testing.assert_allclose(mean, each.mean(axis=0), rtol=1e-10, atol=1e-10 * each.max())
    wanted = each.sum(axis=1).std(axis=0, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(error, wanted, rtol=1e-6, atol=1e-8 * each.max())


def test_ways_to_charged_particles(beam):
    """Muons alone behind the dump; on the wall what is asked for, and the mesons themselves."""
    assert [flow.mode_of(one) for one in flow.links_of(beam, "pi+", range_meter())] == ["pi_munu"]
    assert [flow.mode_of(one) for one in flow.links_of(beam, "K+", range_meter())] == ["k_munu"]
    wall = calorimeter(particles=("e+", "pi+"))
    found = flow.links_of(beam, "K+", wall)
    assert [flow.mode_of(one) for one in found] == ["ke3", "k_pipi0", "k_pipipi", "k_pipi0pi0", "undecayed"]
    assert found[-1] is None


def test_yields_scale_their_parts():
    """One bin of the yields up by one pull: a standard deviation of its own, and what others share with it."""
    shape = (2, 3)
    values = as_array(np.arange(18.0).reshape(3, *shape))
    template = LeptonTemplate(values, as_array(np.zeros(shape)), "pi+", "mu+", "pi_munu")
    np.testing.assert_array_equal(PrecomputedLeptons((template,)).arrived(template), values.sum(axis=0))
    moved = eqx.tree_at(lambda one: one.pulls[0].value, YIELDS, as_array(1.0))
    triangle = np.linalg.cholesky(np.asarray(YIELDS.covariance()))
    scales = np.array([1 + triangle[0, 0], 1 + triangle[1, 0], 1.0])  # what is outside of the bins is exact
    wanted = np.einsum("p,pab->ab", scales, values)
    np.testing.assert_allclose(PrecomputedLeptons((template,), moved).arrived(template), wanted, rtol=1e-12)


def test_the_largest_error_of_a_bin_that_matters():
    """Modes of one particle are summed, errors in quadrature; a bin of less than 0.3 % of all is let be."""

    def template(values, error, particle, mode):
        return LeptonTemplate(as_array([values]), as_array(error), "K+", particle, mode)

    templates = (
        template([60.0, 40.0, 0.2], [3.0, 1.0, 0.2], "mu+", "k_munu"),
        template([40.0, 60.0, 0.0], [4.0, 1.0, 0.0], "mu+", "kmu3"),
        template([10.0, 0.0, 0.0], [0.2, 0.0, 0.0], "e+", "ke3"),
    )
    assert PrecomputedLeptons(templates).worst() == pytest.approx(0.05)
    assert PrecomputedLeptons(templates[2:]).worst() == pytest.approx(0.02)
