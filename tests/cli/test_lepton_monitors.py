"""Commands that ask for neutrinos at a detector, given a counter of leptons: one sentence."""

import pytest

from ontarget.cli import run


@pytest.mark.parametrize("command", ["tag", "flux", "rays"])
def test_a_counter_has_no_neutrinos(command, capsys, tmp_path):
    assert run([command, "nuscope_tunnel", "-o", str(tmp_path / "out.npz")]) == 2
    error = capsys.readouterr().err
    assert "LeptonMonitor" in error
    assert "Traceback" not in error
