"""Events at baselines, as the task's table says them."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import m, year
from ontarget.study.facility.baselines import BaselineScan


def test_events_at_a_baseline(beside):
    task = BaselineScan(("tank",), jnp.array([10.0, 20.0]) * m)
    task.check(beside)
    rows = task.run(beside).tables[0].rows
    counts, noun = beside.counts("tank"), beside.experiments["tank"].noun
    years = float(noun.exposure.calendar(noun.facility) / year)
    near, far = rows[1], rows[5]
    assert (near["baseline (m)"], far["threshold (keV)"]) == (pytest.approx(10), pytest.approx(15))
    assert near["signal per year"] == pytest.approx(4 * far["signal per year"], rel=1e-12)
    signal, neutrons = np.asarray(counts.signal())[:, 1:].sum(), 6 + 3 + 2 + 2 + 1 + 1 + 1 + 1
    assert far["signal per year"] == pytest.approx(signal / years, rel=1e-12)
    assert far["prompt_neutrons per year"] == pytest.approx(neutrons / years, rel=1e-12)

    neutrinos = signal / years
    assert far["S/sqrt(S+B)"] == pytest.approx(neutrinos / np.sqrt(neutrinos + far_background(far)), rel=1e-12)
    assert far["S/B"] == pytest.approx(neutrinos / far_background(far), rel=1e-12)


def far_background(row):
    return sum(row[f"{name} per year"] for name in ("prompt_neutrons", "steady_state"))


def test_names_of_a_second_scan(beside):
    section = BaselineScan(("tank",), jnp.array([10.0]) * m, key="near").run(beside)
    assert [one.name for one in (*section.tables, *section.pictures)] == ["near_baselines", "near_baselines"]
    assert "in tank:" in section.pictures[0].caption


@pytest.mark.parametrize(
    ("task", "where"),
    [
        (lambda: BaselineScan(("nobody",), jnp.array([1.0]) * m), "experiments"),
        (lambda: BaselineScan(("tank",), jnp.array([-1.0]) * m), "baselines"),
        (lambda: BaselineScan((), jnp.array([1.0]) * m), "experiments"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(context, task, where):
    with pytest.raises(InputError) as caught:
        task().check(context)
    assert caught.value.where == where
