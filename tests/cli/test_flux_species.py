"""A beam of something that has no decay to a neutrino is one sentence."""

import pytest

from ontarget.cli import run


@pytest.mark.parametrize("species", ["pi0", "pi-"])
def test_a_parent_without_a_decay_is_refused(species, capsys):
    assert run(["expect", "nuscope_lar_line", "--set", f"source.beam.species=[{species}]"]) == 2
    told = capsys.readouterr().err.strip()
    assert f"beam.species: got {species!r}. The decays here are of pi+, K+, mu+." in told
    assert "\n" not in told
