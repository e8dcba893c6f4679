"""What makes the error of a tagged energy, part by part."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import numpy as np

from ontarget.tagging.energy_error import Parts
from ontarget.tagging.tagger import Tagger


def without_scattering(tagger: Tagger) -> Tagger:
    """Planes without matter."""
    return eqx.tree_at(_thicknesses, tagger, [0.0 * one for one in _thicknesses(tagger)])


def _momenta(tagger: Tagger) -> list[Any]:
    return [tagger.pions.momentum, tagger.muons.momentum]


def _baselines(tagger: Tagger) -> list[Any]:
    return [tagger.pions.baseline, tagger.muons.baseline]


def _thicknesses(tagger: Tagger) -> list[Any]:
    return [tagger.pions.thickness, tagger.muons.thickness]


def squares(parts: Parts) -> dict[str, np.ndarray]:
    """What makes the error, as squares of each event."""
    return {
        "momentum": np.asarray(parts.momentum),
        "angle: points": np.asarray(parts.points),
        "angle: scattering": np.asarray(parts.scattering),
        "angle: both": np.asarray(parts.points + parts.scattering),
        "vertex": np.asarray(parts.vertex),
        "decay point": np.asarray(parts.decay),
    }
