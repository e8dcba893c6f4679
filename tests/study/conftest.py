"""What the tasks' tests share: one folder, one context, so that nothing is compiled twice."""

from __future__ import annotations

import pytest
from study_toys import FLUX, MASS, asked


@pytest.fixture(scope="session")
def context(tmp_path_factory):
    """Crystal and tank; the flux touches both, the mass the crystal only."""
    return asked(tmp_path_factory.mktemp("toys"), (FLUX, MASS))
