"""Expected counts as the task shows them."""

from __future__ import annotations

import numpy as np
import pytest

from ontarget.analysis.facility.expectation import expected_counts
from ontarget.matter.flavour import LATEX
from ontarget.study.facility.expect import Expect, panel


def test_tables_and_spectra_hold_all_counts(context):
    section = Expect().run(context)
    rows = {(row["experiment"], row["name"]): row for row in section.tables[0].rows}
    for name in ("crystal", "tank"):
        counts, experiment = context.counts(name), context.experiments[name].noun
        assert rows[name, "cevns"]["total"] == pytest.approx(float(np.asarray(counts.signal()).sum()), rel=1e-12)
        shown = panel(expected_counts(experiment, counts))
        # 5 to 45 keV in four bins, and events per keV
        assert shown.edges == pytest.approx([5, 15, 25, 35, 45], rel=1e-12)
        total = float(np.asarray(counts.total()).sum())
        assert 10 * sum(part.sum() for part in shown.parts.values()) == pytest.approx(total, rel=1e-12)
    # typed in: 30 neutrons in all, and half of what was counted without beam
    assert rows["tank", "prompt_neutrons"]["total"] == pytest.approx(30, rel=1e-12)
    assert rows["tank", "steady_state"]["total"] == pytest.approx(275, rel=1e-12)
    assert [one.name for one in (*section.tables, *section.pictures)] == ["expected", "spectra"]


def test_stacked_parts_are_flavours_on_backgrounds(context):
    shown = panel(expected_counts(context.experiments["tank"].noun, context.counts("tank")))
    assert list(shown.parts) == ["background", LATEX["nu_e"], LATEX["nu_mu"], LATEX["nubar_mu"]]
    assert (shown.x_label, shown.y_label) == ("recoil energy (keV)", "events per keV")
