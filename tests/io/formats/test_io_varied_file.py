"""A flux with its uncertainty, written and read again as the source of an experiment."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.beam import Pull
from ontarget.ground.address import addresses
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, m
from ontarget.inference.fit import pull_parameters
from ontarget.io import load
from ontarget.io.entry import load_experiment
from ontarget.io.formats.varied_file import write_varied
from ontarget.source import Eigenmodes, Flux, VariedFlux
from ontarget.source.source import AbstractSource

SHAPE = (6, 3, 1, 2)


@pytest.fixture
def flux():
    random = np.random.default_rng(9)
    values, modes = random.uniform(size=SHAPE), random.normal(size=(2, *SHAPE))
    values[3:], modes[:, 3:] = 0, 0
    error = jnp.asarray(random.uniform(size=(6, 3, 2))) / m**2
    given = Flux(jnp.array([0.5, 2.0, 4.0]) * GeV, jnp.array([50.0]) * m, jnp.asarray(values) / m**2, error)
    pulls = Eigenmodes((Pull(0.25, name="pi+_0_0"), Pull(name="mode_1")))
    return VariedFlux(given, jnp.asarray(modes) / m**2, pulls)


def test_what_is_written_is_read(tmp_path, flux):
    """Every number to rounding: units are divided out and multiplied in again."""
    path = write_varied(tmp_path / "monitored.yaml", flux, "after: it's counted")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["monitored.csv", "monitored.yaml"]
    found = load(AbstractSource, path).noun
    assert isinstance(found, VariedFlux)
    there, wanted = addresses(found), addresses(flux)
    assert list(there) == list(wanted)
    assert "yields.pulls.pi+_0_0.value" in there
    for name, value in wanted.items():
        np.testing.assert_allclose(there[name], value, rtol=4e-16, err_msg=name)


def test_source_of_an_experiment(tmp_path, flux):
    """By `use`, from beside the experiment's own file; its pulls are parameters."""
    write_varied(tmp_path / "monitored.yaml", flux, "")
    (tmp_path / "mine.yaml").write_text(
        "facility: {use: facilities/nuscope}\nsource: {use: monitored.yaml}\n"
        "detector: {use: detectors/nuscope_water, tag: {type: Untagged}}\n"
        "exposure: {type: ProtonsOnTarget, number: 1e19 POT}\n"
    )
    experiment = load_experiment(tmp_path / "mine.yaml").noun
    assert experiment.precomputed() is experiment
    parameters = pull_parameters(experiment)
    assert [one.name for one in parameters] == ["pi+_0_0", "mode_1"]
    assert parameters[0].targets((experiment,)) == ("mine.source.yields.pulls.pi+_0_0.value",)
    wanted = 1e19 * (flux.given.values + 0.25 * flux.modes[0])
    np.testing.assert_allclose(experiment.flux().values, wanted, rtol=1e-14)


def test_a_table_that_is_cut_is_refused(tmp_path, flux):
    path = write_varied(tmp_path / "monitored.yaml", flux, "")
    (tmp_path / "monitored.csv").unlink()
    with pytest.raises(InputError, match=r"monitored\.csv: got no such file"):
        load(AbstractSource, path)
