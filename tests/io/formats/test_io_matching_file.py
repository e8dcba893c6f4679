"""A simulated tag, written and read again as the tag of a detector."""

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.address import addresses
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.io import load
from ontarget.io.formats.matching_file import write_matching
from ontarget.numerics import BeamEnergyAxis, Explicit
from ontarget.source import SimulatedMatching, TaggedEnergy
from ontarget.source.tag import AbstractTag

ORIGINS = ("pi+ > nu_mu (pi_munu), tunnel", "K+ > it's nu_e (ke3), tunnel")


@pytest.fixture
def tag():
    rows = np.random.default_rng(4).uniform(size=(2, 5, 3)) / 3
    rows[1, 2:] = 0  # a row without tags
    matching = SimulatedMatching(ORIGINS, jnp.linspace(0.0, 4.0, 5) * GeV, jnp.asarray(rows))
    return TaggedEnergy(BeamEnergyAxis(0.2 * GeV, 4.2 * GeV, 3, Explicit([0.0, 0.1, 0.4, 1.0])), matching)


def test_what_is_written_is_read(tmp_path, tag):
    """Every number to rounding: units are divided out and multiplied in again."""
    path = write_matching(tmp_path / "matching.yaml", tag, "after: it's counted")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["matching.csv", "matching.yaml"]
    found = load(AbstractTag, path).noun
    assert isinstance(found, TaggedEnergy)
    assert found.matching.origins == ORIGINS
    there, wanted = addresses(found), addresses(tag)
    assert list(there) == list(wanted)
    for name, value in wanted.items():
        np.testing.assert_allclose(there[name], value, rtol=4e-16, err_msg=name)


def test_a_table_that_is_changed_is_refused(tmp_path, tag):
    path = write_matching(tmp_path / "matching.yaml", tag, "")
    table = tmp_path / "matching.csv"
    with table.open("a") as file:
        file.write("0,0,0,1.0\n")
    with pytest.raises(InputError, match="add to one"):
        load(AbstractTag, path)
    table.unlink()
    with pytest.raises(InputError, match=r"matching\.csv: got no such file"):
        load(AbstractTag, path)
