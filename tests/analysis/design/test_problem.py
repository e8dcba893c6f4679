"""Problems made of addresses: where numbers go, what they are today, and what is refused."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from design_toys import SIGNAL, Sky

from ontarget.analysis.design.problem import design_problem
from ontarget.experiment.experiment import Experiment
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Scalar, Vector, quantity, static
from ontarget.ground.units import kg
from ontarget.inference.likelihood import Parameter, Scale
from ontarget.io.entry import load_experiment

NOISE = Parameter("noise", "sky.off", 1.0, 20.0)


class Hills(Noun):
    """Numbers of which one is an array."""

    name: str = static(default="hills")
    on: Scalar = quantity(default=7.0)
    heights: Vector = quantity(default=(1.0, 2.0))


def test_numbers_go_to_their_addresses():
    other = Sky("cloud", on=10.0, off=4.0)
    problem = design_problem([Sky(), other], {"*.on": (1.0, 31.0), "cloud.off": (2.0, 5.0)}, [SIGNAL], [NOISE])
    np.testing.assert_allclose(problem.today, [10.0, 4.0])
    np.testing.assert_allclose(problem.low, [1.0, 2.0])
    np.testing.assert_allclose(problem.high, [31.0, 5.0])
    values = problem.space.values(jnp.array([3.0, 2.5]))
    assert values == {"sky.on": 3.0, "cloud.on": 3.0, "cloud.off": 2.5}
    assert problem.forecast is problem.forecast
    assert problem.forecast.names == ("signal", "noise")


def test_a_number_has_one_value_today():
    with pytest.raises(InputError, match="one value today"):
        design_problem([Sky(), Sky("cloud", on=4.0)], {"*.on": (1.0, 31.0)})
    with pytest.raises(InputError, match="one value today"):
        design_problem([Hills()], {"hills.heights": (1.0, 31.0)})
    with pytest.raises(InputError):
        design_problem([Hills()], {"hills.depth": (1.0, 31.0)})


def test_what_nothing_moves_is_computed_once(monkeypatch):
    """A flux that takes long is not part of the forecast where neither parameters nor the design move it."""
    asked = []

    def recorded(self, addresses):
        asked.append(sorted(addresses))
        return self

    monkeypatch.setattr(Experiment, "precomputed_for", recorded)
    rate = Scale("rate", "*.steady_state.rate", 0.5, 1.5)
    made = design_problem([load_experiment("ess_csi").noun], {"ess_csi.detector.mass": (1 * kg, 50 * kg)}, [rate])
    assert made.forecast.names == ("rate",)
    assert asked == [["detector.backgrounds.steady_state.rate", "detector.mass"]]
