"""Neutrinos for generators: the table, and the attributes that the specification names."""

import json

import numpy as np
import pytest
from ray_toys import decays, numbers, window

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, cm, m, s
from ontarget.io.formats.nuhepmc import COLUMNS, write_rays
from ontarget.io.formats.rays import through
from ontarget.io.tables.table import read_table


@pytest.fixture(scope="module")
def rays():
    given = decays(50)
    return through(given, window(), numbers(len(given)))


def test_table_of_particles(rays, tmp_path):
    table, _ = write_rays(tmp_path / "beam", rays, np.linspace(0, 10, 21) * GeV, 1e19)
    assert table.read_text().splitlines()[0].split(",") == list(COLUMNS)
    found = dict(zip(COLUMNS, read_table(table, "beam").values.T, strict=True))
    np.testing.assert_array_equal(found["pdg"], rays.neutrino)
    np.testing.assert_array_equal(found["pz"], rays.momentum[:, 2] / GeV)  # written so that the same bits come back
    np.testing.assert_allclose(found["E"], np.sqrt(found["px"] ** 2 + found["py"] ** 2 + found["pz"] ** 2), rtol=1e-14)
    np.testing.assert_array_equal(found["x"], rays.place[:, 0] / cm)
    np.testing.assert_array_equal(found["t"], rays.time / s)
    assert found["weight"].sum() == pytest.approx(rays.number.sum(), rel=1e-14)


def test_attributes_of_the_run(rays, tmp_path):
    edges = np.array([0.0, 1.0, 2.0, 4.0, 10.0]) * GeV
    _, record = write_rays(tmp_path / "a.beam", rays, edges, 1.4e19)
    assert record.name == "a.beam.json"
    found = json.loads(record.read_text())
    assert [found[f"NuHepMC.Version.{name}"] for name in ("Major", "Minor", "Patch")] == [1, 0, 0]
    assert found["NuHepMC.Exposure.POT"] == 1.4e19
    assert found["NuHepMC.Beam.EnergyUnit"] == "GEV"
    assert {"G.C.1", "G.C.4", "E.C.5"} <= set(found["NuHepMC.Conventions"])
    for pdg in (12, 14, -14):
        beam = f"NuHepMC.Beam[{pdg}]"
        assert found[f"{beam}.Type"] == "Histogram"
        assert found[f"{beam}.Histogram.BinEdges"] == pytest.approx([0, 1, 2, 4, 10])
        assert found[f"{beam}.Histogram.ContentIsPerWidth"] is False
        mine = rays.neutrino == pdg
        total = sum(found[f"{beam}.Histogram.BinContent"])
        assert total == pytest.approx(rays.fluence[mine].sum() * m**2, rel=1e-12)


def test_no_exposure(rays, tmp_path):
    with pytest.raises(InputError, match="some protons"):
        write_rays(tmp_path / "beam", rays, np.array([0.0, 1.0]) * GeV, 0.0)
    assert list(tmp_path.iterdir()) == []
