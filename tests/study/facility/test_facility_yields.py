"""Yields of facilities of the catalog, by hand from power and energy."""

from __future__ import annotations

import pytest

from ontarget.ground.errors import InputError
from ontarget.study.facility.facility_yields import FacilityYields


def test_yields_of_the_catalog(beside):
    task = FacilityYields(("pip2_bar", "sns_fts"))
    task.check(beside)
    section = task.run(beside)
    bar, sns = section.tables[0].rows
    # 130 kW and 1.4 MW over the charge of the electron and the energy; 75 % and 5000 h of the year
    protons = 0.13e6 / (0.8 * 1.602176634e-10) * 0.75 * 365.25 * 86400, 1.4e6 / 1.602176634e-10 * 5000 * 3600
    for row, number, per_proton in ((bar, protons[0], 0.12), (sns, protons[1], 0.09)):
        assert row["protons per year"] == pytest.approx(number, rel=1e-9)
        assert row["per flavour and year"] == pytest.approx(number * per_proton, rel=1e-9)
    assert (bar["facility"], bar["error"], sns["error"]) == ("pip2_bar", None, 0.009)
    assert sns["per flavour and second at full power"] == pytest.approx(0.09 * 1.4e6 / 1.602176634e-10, rel=1e-9)
    assert sns["source"] == "COHERENT:2020ybo"
    assert [one.name for one in (*section.tables, *section.pictures)] == ["yields", "yields"]


def test_a_figure_calls_facilities_what_the_table_calls_them(beside):
    svg = FacilityYields(("pip2_bar", "sns_fts"), key="some").run(beside).pictures[0].svg
    assert "pip2_bar" in svg


def test_what_is_no_stopped_pion_source_is_refused(beside):
    with pytest.raises(InputError) as caught:
        FacilityYields(("nuscope",)).check(beside)
    assert caught.value.where == "sources/nuscope"
