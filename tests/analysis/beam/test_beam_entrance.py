"""Moments of what enters a tunnel: three rays by hand, and a parametrised beam that returns what was put in."""

import beam_toys
import jax.numpy as jnp
import numpy as np
import pytest

import ontarget as ot
from ontarget.analysis.beam.entrance import moments, tunnel_source
from ontarget.beam.segment import Segments
from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV, mm
from ontarget.io.entry import load_experiment


def test_moments_of_two_rays():
    """5 and 10 GeV/c, one particle and three: mean 8.75, deviation sqrt(3)/4 of the 5 between them.

    Slopes in x are 0.75 and 0, in y 0 and 0; places 4 and 0 mm in x, 0 and 8 mm in y.
    """
    momentum = jnp.array([[3.0, 0.0, 4.0], [0.0, 0.0, 10.0]]) * GeV
    start = jnp.array([[4.0, 0.0, 0.0], [0.0, 8.0, 0.0]]) * mm
    flat = jnp.zeros(2)
    rays = Segments(start, momentum, flat, flat, jnp.array([0.1, 0.3]), jnp.zeros((2, 3)))
    number, mean, spread, divergence, spot = moments(rays)
    share = np.sqrt(3) / 4  # root of 1/4 times 3/4
    assert number == pytest.approx(0.4)
    assert mean == pytest.approx(8.75)
    assert spread == pytest.approx(share * 5 / 8.75)
    assert divergence == pytest.approx([share * 750, 0.0])
    assert spot == pytest.approx([share * 4, share * 8])


def test_a_parametrised_beam_returns_what_was_put_in():
    """Moments of 4096 points of a lattice: half a per cent of widths (seen), means better."""
    lines = []
    found = ot.analysis.beam_entrance(beam_toys.loaded().noun, 2**12, lines.append)
    assert found.species == ("pi+", "K+")
    assert found.number == pytest.approx([0.038, 0.00247])
    assert found.momentum == pytest.approx([8.407] * 2, rel=1e-3)
    assert found.spread == pytest.approx([0.0755] * 2, rel=5e-3)
    assert found.divergence == pytest.approx(np.full((2, 2), 6.63), rel=5e-3)
    assert found.spot == pytest.approx(np.full((2, 2), 18.0), rel=5e-3)
    assert lines == [f"beam at the entrance: {beam_toys.loaded().noun.name}"]


def test_what_has_no_tunnel_is_refused():
    with pytest.raises(InputError, match="It has no tunnel to enter"):
        tunnel_source(load_experiment("ess_csi").noun)
