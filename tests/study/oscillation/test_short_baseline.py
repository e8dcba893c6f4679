"""Reach for a sterile neutrino: limits of one bin in closed form, and what tags add."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import chi2

from ontarget.analysis.oscillated import Oscillated, likelihood_of_search
from ontarget.analysis.sterile_limits import excluded_amplitude
from ontarget.ground.errors import InputError
from ontarget.ground.units import eV, m
from ontarget.io.entry import load_experiment
from ontarget.numerics import LengthAxis
from ontarget.source import TaggedPath
from ontarget.study.context import Context
from ontarget.study.oscillation.short_baseline import Search, ShortBaseline

FEW = {
    "source.rays": 1024,
    "source.repeats": 2,
    "source.precision": 0.99,
    "source.paths": 24,
    "source.energies.bins": 51,
    "detector.seen.bins": 18,
    "detector.channels.cc.truth.bins": 51,
}
TAG = TaggedPath(LengthAxis(25 * m, 89 * m, 8), 0.77, 1.3 * m)
SEARCHES = (
    Search("nuscope_lar_short_baseline", "nu_mu disappearance", 0.01, 0.05, name="untagged"),
    Search("nuscope_lar_short_baseline", "nu_mu disappearance", 0.01, 0.05, tag=TAG, name="tagged"),
    Search("nuscope_lar_short_baseline", "nu_mu to nu_e", 0.01, 0.05, 0.002, tag=TAG, name="appearance"),
)


def counted(events, change, normalisation, background=0.0):
    """A search of one bin."""
    arrays = (jnp.array([one]) for one in (events, change, background))
    sizes, pulls = (jnp.asarray(normalisation), jnp.asarray(0.2)), (jnp.asarray(0.0),) * 3
    return likelihood_of_search(Oscillated(*arrays, jnp.zeros((1, 1)), sizes, pulls, name="search"))


@pytest.mark.parametrize(("normalisation", "change"), [(1e-4, -5e5), (0.02, -5e5), (0.02, -3e5)])
def test_limit_of_a_rate(normalisation, change):
    """One bin: the amplitude that changes the rate by 2.146 times its error, for two degrees of freedom at 90 %."""
    events = 1e6
    found = excluded_amplitude(counted(events, change, normalisation))
    error = np.hypot(np.sqrt(events), normalisation * events)
    # errors of counting and of flux are those at the limit, which has 8 % less of the second
    assert found == pytest.approx(np.sqrt(chi2.ppf(0.9, 2)) * error / -change, rel=0.1)


def test_limit_of_an_appearance():
    """No event expected but from the signal: likelihood of nothing seen, s n = 4.605 / 2."""
    found = excluded_amplitude(counted(1e-9, 1e4, 0.01))
    assert found == pytest.approx(chi2.ppf(0.9, 2) / 2 / 1e4, rel=0.02)


@pytest.fixture(scope="module")
def section():
    loaded = {"nuscope_lar_short_baseline": load_experiment("nuscope_lar_short_baseline", FEW)}
    task = ShortBaseline(SEARCHES, {"muons": ("untagged", "tagged")}, 1 * eV**2, 100 * eV**2, points=3)
    context = Context(loaded, (), lambda line: None)
    task.check(context)
    return task.run(context)


@pytest.mark.long
def test_tags_help_where_paths_differ(section):
    """Above some 100 eV2 the tunnel is longer than an oscillation: only tagged paths see it."""
    curves = section.tables[1].rows
    assert curves[-1]["tagged"] < 0.5 * curves[-1]["untagged"]
    assert curves[0]["untagged"] == 1.0  # nothing has oscillated at 1 eV2
    assert all(0 < row[name] <= 1 for row in curves for name in ("untagged", "tagged", "appearance"))


@pytest.mark.long
def test_events_and_backgrounds(section):
    rows = {row["search"]: row for row in section.tables[0].rows}
    assert 1.1e6 < rows["untagged"]["events"] < 1.4e6
    assert 0.5 < rows["tagged"]["events"] / rows["untagged"]["events"] < 0.77
    # without accidental tags no electron neutrino has the tracks of a pion; what is left is misidentified
    assert rows["appearance"]["events"] == 0
    assert rows["appearance"]["misidentified"] == pytest.approx(0.002 * rows["tagged"]["events"])


def test_refusals():
    with pytest.raises(InputError, match="no such one"):
        Search("a", "nu_mu to nu_tau", 0.1, 0.1)
    loaded = {"nuscope_lar_short_baseline": load_experiment("nuscope_lar_short_baseline", FEW)}
    context = Context(loaded, (), lambda line: None)
    with pytest.raises(InputError, match="No search has this name"):
        ShortBaseline(SEARCHES, {"x": ("y",)}).check(context)
