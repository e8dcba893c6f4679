"""Counters as experiments: precomputed or not the same, linear in the pulls, and a fit finds what was put in."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from counter_toys import KAONS, PIONS, calorimeter, range_meter, source

from ontarget.analysis.facility.expectation import expected_counts
from ontarget.experiment import LeptonMonitor
from ontarget.ground.address import addresses, replace
from ontarget.ground.errors import InputError
from ontarget.ground.units import year
from ontarget.inference.fit import fit, pull_parameters
from ontarget.inference.likelihood import Gaussian, Scale, likelihood
from ontarget.io.entry import load
from ontarget.monitor import PrecomputedLeptons
from ontarget.report.expected_table import bin_rows, expectation, expectation_rows
from ontarget.source import ProtonsOnTarget


def monitor(instrument, *species, name="monitor") -> LeptonMonitor:
    return LeptonMonitor(load("facilities/nuscope"), source(*species), instrument, ProtonsOnTarget(1e10), name=name)


MOVED = ["source.beam.momentum", "source.tunnel.length", "instrument.absorber.core.length", "instrument.straggling"]


@pytest.fixture(scope="module")
def wall() -> LeptonMonitor:
    return monitor(calorimeter(particles=("mu+",)), KAONS, name="wall")


@pytest.fixture(scope="module")
def behind() -> LeptonMonitor:
    return monitor(range_meter(), PIONS, name="behind")


@pytest.fixture(scope="module")
def bins_at(behind):
    """Counts with some numbers off by the given shares, not precomputed."""

    def bins(x):
        leaves = addresses(behind)
        return replace(behind, {name: leaves[name] * (1 + x[i]) for i, name in enumerate(MOVED)}).bins()

    return jax.jit(bins)


def test_precomputed_is_the_same(behind, bins_at):
    """The same rays, in another order of sums."""
    precomputed = behind.precomputed()
    assert isinstance(precomputed.source, PrecomputedLeptons)
    np.testing.assert_allclose(precomputed.bins(), bins_at(jnp.zeros(len(MOVED))), rtol=1e-10, atol=1e-10)


def test_what_decays_make_is_signal(wall):
    """Only the halo, three parts in a million of the protons, is a background; bins and totals are all together."""
    monitor = wall.precomputed()
    counts, protons = monitor.counts(), 1e10
    assert [one.name for one in counts.leptons] == list(monitor.by_template())
    assert {one.name.partition("_")[0] for one in counts.leptons} == {"K+"}
    (halo,) = counts.backgrounds
    assert float(halo.values.sum()) == pytest.approx(3e-6 * protons, rel=1e-12)
    np.testing.assert_array_equal(counts.background(), halo.values)
    seen = sum(np.asarray(one) for one in monitor.by_template().values())
    np.testing.assert_allclose(counts.signal(), seen, rtol=1e-13)  # rounding of sums of a few terms
    np.testing.assert_array_equal(monitor.bins(), np.asarray(counts.total()).ravel())
    names, values, _ = counts.table()
    assert names == [*monitor.by_template(), "background"]
    np.testing.assert_allclose(values.sum(axis=0).reshape(2, -1), counts.total(), rtol=1e-13)


def test_tables_of_expected_counts(wall):
    """Signal in tables and in JSON; numbers are those of the counts, per year of the facility."""
    counts = wall.expected()
    found = expected_counts(wall, counts)
    data, rows = expectation(found), expectation_rows(found)
    assert list(data["channels"]) == [one.name for one in counts.leptons]
    assert list(data["backgrounds"]) == ["background"]
    assert [row["kind"] for row in rows] == ["signal"] * len(counts.leptons) + ["background"]
    years = float(wall.exposure.calendar(wall.facility)) / year
    for lepton, row in zip(counts.leptons, rows, strict=False):
        part = data["channels"][lepton.name]
        assert part["total"] == row["total"] == pytest.approx(float(lepton.values.sum()))
        assert part["total_per_year"] == row["per year"] == pytest.approx(part["total"] / years)
        np.testing.assert_allclose(part["counts"], counts.along_seen(lepton.values))
        assert "nu_mu" not in row  # leptons have no flavour
    bins = np.array([row["counts"] for row in bin_rows(found)]).reshape(len(counts.leptons) + 1, -1)
    names = [row["name"] for row in bin_rows(found)]
    assert list(dict.fromkeys(names)) == [*data["channels"], "background"]
    np.testing.assert_allclose(bins.sum(axis=0), np.ravel(counts.along_seen(counts.total())))


def test_linear_in_the_pulls(wall):
    """Exactly: the counts of all pulls together are the sum of what each adds."""
    precomputed = wall.precomputed()
    start = np.asarray(precomputed.bins())
    names = [f"source.yields.pulls.{one}.value" for one in precomputed.source.yields.names]
    z = np.array([0.7, -1.3, 2.1, 0.4])
    each = [
        np.asarray(replace(precomputed, {name: value}).bins()) - start for name, value in zip(names, z, strict=True)
    ]
    together = np.asarray(replace(precomputed, dict(zip(names, z, strict=True))).bins()) - start
    np.testing.assert_allclose(together, sum(each), atol=1e-10 * start.max())
    assert np.abs(together).max() > 0.01 * start.max()


def test_a_common_scale(wall):
    """Pulls that move every part by one factor move every count of the tunnel by it, and the halo not."""
    precomputed = wall.precomputed()
    yields = precomputed.source.yields
    modes = np.concatenate([np.asarray(yields.modes(one))[:, :-1] for one in ("pi+", "K+")], axis=1)
    z = np.linalg.solve(modes.T, np.full(modes.shape[1], 0.05))
    moved = replace(precomputed, {f"source.yields.pulls.{n}.value": v for n, v in zip(yields.names, z, strict=True)})
    for name, values in precomputed.by_template().items():
        # one meson in 1e5 is outside of the bins of the yields
        np.testing.assert_allclose(moved.by_template()[name].sum(), 1.05 * values.sum(), rtol=1e-4)


def test_precomputed_only_where_that_is_right(wall):
    assert isinstance(wall.precomputed_for(["instrument.samples.muons.muon"]).source, PrecomputedLeptons)
    assert isinstance(wall.precomputed_for(["source.yields.pulls.pi+_0_0.value"]).source, PrecomputedLeptons)
    assert wall.precomputed_for(["source.beam.divergence"]) is wall
    assert wall.precomputed_for(["instrument.thickness"]) is wall


def test_templates_are_smooth(bins_at):
    """Derivatives of the templates by numbers of the beam and of the instrument, against central differences.

    Each ray has kinks where it crosses a node or an edge's middle, and few are crossed by steps of 1e-6.
    """
    start, step = jnp.zeros(len(MOVED)), 1e-6
    value = bins_at(start)
    weight = 1 + jnp.cos(0.05 * jnp.arange(len(value)))
    slope = jax.jit(lambda along: jax.jvp(bins_at, (start,), (along,))[1] @ weight)
    for along in jnp.eye(len(MOVED)):
        up, down = (bins_at(sign * step * along) @ weight for sign in (1, -1))
        wanted = float((up - down) / (2 * step))
        assert float(slope(along)) == pytest.approx(wanted, rel=1e-4, abs=1e-5 * float(value @ weight))


def test_a_fit_finds_the_yields(wall, behind):
    """Counts of both counters with pulls put in, efficiencies free: the pulls come out, to a twentieth of a standard
    deviation where nothing is known but through priors that stand at their centres."""
    nouns = (wall.precomputed(), behind.precomputed())
    efficiency = Scale("efficiency", "behind.instrument.efficiency", 0.9, 1.05, prior=Gaussian(1.0, 0.01))
    parameters = [*pull_parameters(nouns), efficiency]
    nll = likelihood(nouns, parameters, tolerance=1e-4)
    truth = {"pi+_0_0": 0.8, "K+_1_0": -0.5}
    found = fit(nll.asimov(**truth))
    assert found.converged
    for name, value in truth.items():
        # priors pull towards zero, so little where 1e5 counts or more speak of each part
        assert found.values[name] == pytest.approx(value, abs=0.1)


def test_observed_counts_fit_the_bins(wall):
    with pytest.raises(InputError, match="Give one count per bin"):
        LeptonMonitor(wall.facility, wall.source, wall.instrument, wall.exposure, jnp.ones((1, 2)))


def test_precision_is_kept(wall):
    """Few rays and a demand: one sentence that says how many."""
    strict = replace(wall, {"source.precision": 1e-3})
    with pytest.raises(InputError, match="rays, or ask for less"):
        strict.precomputed()
