"""Likelihoods for others: of an experiment with its variations, and of a measurement of COHERENT."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ontarget.io.formats.histfactory import drawn, workspace
from ontarget.study.parameters.exchange import of_study


@pytest.mark.long
@pytest.mark.parametrize(
    ("task", "parameters"),
    [("lar_2020_release", []), ("csi_2017", ["strength", "prompt_neutrons", "flux"])],
    ids=["argon with released templates", "caesium iodide with its sideband"],
)
def test_a_measurement_of_coherent_is_the_same_in_pyhf(task, parameters, mirror):
    pyhf = pytest.importorskip("pyhf")
    found = of_study("coherent", task=task, parameters=parameters)
    made = workspace(*found)
    book = pyhf.Workspace(copy.deepcopy(made.document))
    model = book.model()
    data = book.data(model)
    thetas = np.concatenate([np.asarray(found.likelihood.start)[None], drawn(found.likelihood, 50)])
    assert len(thetas) == 51
    ours, theirs = np.asarray(found.likelihood.minus_two_log(thetas)), []
    for theta in thetas:
        values = made.values(found.likelihood, theta)
        theirs.append(-2 * float(model.logpdf([one for n in model.config.par_order for one in values[n]], data)[0]))
    # parabolas are met to 1e-10 of what they add, four constraints written as counts to u^4 / 3e8 and their rounding
    scale = np.maximum(1.0, np.abs(ours - ours[0]))
    assert (np.abs((np.array(theirs) - theirs[0]) - (ours - ours[0])) < 1e-6 * scale).all()
