"""An experiment with two bins whose signal is a template: everything about it has a closed form or a short sum."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np

from ontarget.detector import TemplateBackground
from ontarget.experiment.experiment import Experiment
from ontarget.inference.likelihood import Gaussian, Scale
from ontarget.numerics import CountAxis
from ontarget.source import Untagged

SIGNAL, BACKGROUND, OBSERVED = np.array([40.0, 10.0]), np.array([30.0, 30.0]), np.array([76.0, 33.0])

SCALE = Scale("strength", "*.backgrounds.signal.total", 0.0, 3.0)
KNOWN = Scale("background", "*.backgrounds.others.total", 0.2, 2.5, prior=Gaussian(1.0, 0.2))
EFFICIENCY = Scale("efficiency", "*.backgrounds.signal.total", 0.5, 1.5, prior=Gaussian(1.0, 0.1))


def two_bins(crystal: Experiment, observed: np.ndarray = OBSERVED) -> Experiment:
    """The crystal's facility and target before two bins of a counter."""
    backgrounds = tuple(
        TemplateBackground(float(shape.sum()), shape[None] / shape.sum(), name=name)
        for name, shape in (("signal", SIGNAL), ("others", BACKGROUND))
    )
    seen = CountAxis(0.0, 2.0, 2)
    detector = dataclasses.replace(
        crystal.detector, seen=seen, tag=Untagged(), channels=(), backgrounds=backgrounds, second=None
    )
    return dataclasses.replace(crystal, detector=detector, observed=jnp.asarray(observed)[None], name="counter")


def twice_log_ratio(means: np.ndarray, counts: np.ndarray = OBSERVED) -> float:
    """-2 ln of the likelihood over that of a model that expects every count."""
    return float(2 * (means - counts + counts * np.log(counts / means)).sum())
