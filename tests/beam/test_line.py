"""Whole lines: what is conserved, where their pieces stand, and derivatives."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy

from ontarget.beam.aperture import Round
from ontarget.beam.element import Collimator, Dipole, Drift, Quadrupole
from ontarget.beam.line import Beamline
from ontarget.beam.ray import Rays, on_axis
from ontarget.ground.errors import InputError
from ontarget.ground.noun import as_array, on_host
from ontarget.ground.units import GeV, cm, degree, m, mm, mrad, tesla

P0 = as_array(8.5 * GeV)
ALONG = as_array(np.array([8.5 * GeV]))
bore = Round(15 * cm)
ELEMENTS = (
    Drift(1.8 * m),
    Quadrupole(1.2 * m, -10 * tesla / m, aperture=bore),
    Drift(0.3 * m),
    Quadrupole(2.2 * m, 9.3 * tesla / m, aperture=bore),
    Drift(3 * m),
    Dipole(1.8 * m, 5 * degree, 2.5 * degree, 2.5 * degree, aperture=bore),
    Collimator(0.4 * m, Round(8 * cm)),
    Quadrupole(2 * m, 5.1 * tesla / m, aperture=bore, name="Q4"),
    Dipole(1.0 * m, 2.4 * degree, aperture=bore),
    Drift(2.7 * m),
)
LINE = Beamline(ELEMENTS, P0)


def beam(count: int = 400) -> Rays:
    random = np.random.default_rng(5)
    x, y = random.normal(0, 3 * mm, (2, count))
    slopes = random.normal(0, 10 * mrad, (2, count))
    return Rays(x, y, *slopes, random.uniform(7, 10, count) * GeV, np.full(count, 0.3 * m), np.ones(count))


@pytest.fixture(scope="module")
def pieces():
    return on_host(LINE.pieces(beam()))


@pytest.fixture(scope="module")
def out():
    return on_host(LINE.track(beam()))


def test_areas_are_kept():
    """Liouville: the determinant of each plane is one at the reference momentum, and 4 by 4 symplectic."""
    four = np.asarray(LINE.matrix())[:4, :4]
    scale = np.array([m, 1, m, 1])
    four = four / scale[:, None] * scale
    form = np.kron(np.eye(2), [[0.0, 1.0], [-1.0, 0.0]])
    np.testing.assert_allclose(four.T @ form @ four, form, rtol=0, atol=1e-12)


def test_areas_are_kept_at_other_momenta():
    """In a line without bends slopes are canonical at any momentum."""
    four = np.asarray(Beamline(ELEMENTS[:4], 8.5 * GeV * 0.8).matrix())[:4, :4]
    np.testing.assert_allclose(np.linalg.det(four[:2, :2]), 1.0, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.det(four[2:, 2:]), 1.0, rtol=1e-12)


def test_dispersion_is_an_integral_over_the_bends():
    """R16 = S int C h ds - C int S h ds: here for a bend in the middle of drifts, D = rho (1 - cos) + d sin."""
    line = Beamline((Drift(2 * m), Dipole(1.8 * m, 5 * degree), Drift(3 * m)), P0)
    angle = 5 * degree
    expected = 1.8 * m / angle * (1 - np.cos(angle)) + 3 * m * np.sin(angle)
    matrix = np.asarray(line.matrix())
    np.testing.assert_allclose(matrix[0, 5], expected, rtol=1e-12)
    np.testing.assert_allclose(matrix[1, 5], np.sin(angle), rtol=1e-12)


def test_symmetric_bends_without_dispersion():
    """Two bends, and a quadrupole halfway that images one upon the other: D = D' = 0 behind them (thin: f = d/2).

    With thick elements the gradient is found so that D' at the middle is nought, by symmetry.
    """

    def line(G):
        return (Dipole(1 * m, 4 * degree), Drift(3 * m), Quadrupole(0.5 * m, G))

    @jax.jit
    def slope(G):
        return Beamline(line(G), P0).matrix()[1, 5]

    # half of the lens is 0.5 m long: 1/f = G L/p = 1/d
    G = scipy.optimize.brentq(
        slope, 0.5 * 8.5 * GeV / (1.75 * m**2), 1.5 * 8.5 * GeV / (1.75 * m**2), xtol=1e-16 * GeV / m**2
    )
    half = line(G)
    both = np.asarray(Beamline((*half, *reversed(half)), P0).matrix())
    np.testing.assert_allclose(both[0, 5] / m, 0.0, rtol=0, atol=1e-13)
    np.testing.assert_allclose(both[1, 5], 0.0, rtol=0, atol=1e-13)


def test_transmission_by_a_gradient():
    """Derivative of what arrives by the strength of a magnet against central differences."""
    narrow = Round(5 * cm)
    first, second = (eqx.tree_at(lambda one: one.aperture, one, narrow) for one in (ELEMENTS[1], ELEMENTS[3]))
    rays, doublet = beam(2000), Beamline((Drift(1.8 * m), first, Drift(0.3 * m), second), P0)

    @jax.jit
    @jax.value_and_grad
    def arriving(G):
        return eqx.tree_at(lambda line: line.elements[3].gradient, doublet, G).track(rays).number.sum()

    G, step = 9.3 * tesla / m, 1e-3 * tesla / m
    values = [float(arriving(G + k * step)[0]) for k in (-2, -1, 1, 2)]
    slope = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
    assert 100 < values[0] < 1900
    # rounding 1e-13 of 2000 rays over 1e-4 relative steps, and the next terms of the edges of 1 mm
    np.testing.assert_allclose(arriving(G)[1], slope, rtol=1e-6)


def test_slices(pieces):
    assert all(one % 2 == 0 for one in LINE.slices)
    lengths = [float(one.length) / m / n for one, n in zip(ELEMENTS, LINE.slices, strict=True)]
    assert max(lengths) <= 0.5 + 1e-12
    assert pieces.number.shape == (sum(LINE.slices), 400)


def test_pieces_hang_together(pieces, out):
    """Each begins where the last one ended; the end of the last is the exit ray."""
    end = pieces.start + pieces.direction * pieces.length[..., None]
    live = np.asarray(out.number > 0)
    np.testing.assert_allclose(pieces.start[1:, live] / m, end[:-1, live] / m, rtol=0, atol=1e-12)
    last = np.stack([out.x, out.y, np.zeros_like(out.x)], axis=1)
    np.testing.assert_allclose(end[-1, live] / m, last[live] / m, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(pieces.direction, axis=-1), 1.0, rtol=1e-14)


def test_pieces_are_as_long_as_the_path(pieces, out):
    live = np.asarray(out.number > 0)
    total = pieces.length.sum(axis=0)[live] + 0.3 * m
    # chords of arcs of up to 20 mrad are shorter by 1/24 of the square of the angle, in a fifth of the line
    np.testing.assert_allclose(total / m, out.path[live] / m, rtol=0, atol=3e-4)
    assert bool((np.diff(pieces.path, axis=0) >= 0).all())


def test_pieces_know_what_was_lost(pieces, out):
    assert bool((np.diff(pieces.number, axis=0) <= 0).all())
    assert 0.05 < float(out.number.sum()) / 400 < 0.95
    # the last rims that act are those of the last magnet; behind it there is a drift. Where next to nothing is left, an
    # offset of metres that is rounded differently counts: 1e-15 m over an edge of 1 mm, and the exponent is hundreds
    np.testing.assert_allclose(pieces.number[-1], out.number, rtol=1e-10, atol=1e-300)


def test_reference_ray_ends_on_the_axis():
    ray = on_host(LINE.pieces(on_axis(ALONG)))
    end = ray.start[-1, 0] + ray.direction[-1, 0] * ray.length[-1, 0]
    np.testing.assert_allclose(end / m, 0.0, rtol=0, atol=1e-13)
    np.testing.assert_allclose(ray.direction[-1, 0], [0.0, 0.0, 1.0], rtol=0, atol=1e-13)
    # bends are towards -x, so it comes from -x and at first flies towards +x
    angle = float(LINE.bend)
    np.testing.assert_allclose(ray.direction[0, 0], [np.sin(angle), 0.0, np.cos(angle)], rtol=0, atol=1e-13)
    assert float(ray.start[0, 0, 0]) < 0
    assert float(ray.start[0, 0, 2]) < 0


def test_line_without_bends_is_straight():
    straight = Beamline(tuple(one for one in ELEMENTS if not isinstance(one, Dipole)), P0)
    ray = on_host(straight.pieces(on_axis(ALONG)))
    assert float(np.abs(ray.start[..., :2]).max()) == 0.0
    np.testing.assert_allclose(ray.start[0, 0, 2], -float(straight.length), rtol=1e-14)


def test_left_is_left():
    """Offsets at the entrance, where the orbit comes in at an angle, in the frame of the exit."""
    line = Beamline((Dipole(1.8 * m, 5 * degree), Drift(1 * m)), P0)
    ray = Rays(*(np.full(1, one) for one in (10 * mm, 0.0, 0.0, 0.0, 8.5 * GeV, 0.0, 1.0)))
    place, axis = (np.asarray(line.pieces(one).start)[0, 0] for one in (ray, on_axis(ALONG)))
    place = place - axis
    angle = 5 * degree
    np.testing.assert_allclose(place / mm, [10 * np.cos(angle), 0, -10 * np.sin(angle)], rtol=0, atol=1e-11)


def test_one_piece_of_each(pieces):
    u = np.random.default_rng(6).random(400)
    one = on_host(LINE.piece(beam(), u))
    index = np.floor(u * sum(LINE.slices)).astype(int), np.arange(400)
    for name in ("start", "direction", "length", "path"):
        np.testing.assert_allclose(getattr(one, name), getattr(pieces, name)[index], rtol=0, atol=1e-9)
    wanted = sum(LINE.slices) * pieces.number[index]
    np.testing.assert_allclose(one.number, wanted, rtol=1e-13, atol=1e-250)  # far tails of soft apertures
    ends = on_host(
        LINE.piece(on_axis(as_array(np.full(2, 8.5 * GeV))), np.array([0.0, 1.0]))
    )  # one itself is the last slice, too
    np.testing.assert_allclose(ends.length / m, [0.45, 0.45], rtol=1e-12)


def test_pieces_have_derivatives():
    """By the angle of a bend, which moves everything before it: the place of a piece against central differences."""
    rays, u = beam(60), as_array(np.linspace(0, 0.999, 60))
    short = Beamline((Drift(1 * m), Dipole(1.8 * m, 5 * degree, aperture=bore), Drift(1 * m)), P0)

    @jax.jit
    def places(angle):
        piece = eqx.tree_at(lambda line: line.elements[1].angle, short, angle).piece(rays, u)
        return (piece.start * piece.number[:, None] * jnp.array([1.0, 2.0, 3.0]) / m).sum() + piece.direction.sum()

    angle, step = 5 * degree, 1e-4 * degree
    slope = (float(places(angle + step)) - float(places(angle - step))) / (2 * step)
    forward = jax.jit(jax.jacfwd(places))(angle)
    np.testing.assert_allclose(forward, slope, rtol=1e-6)


def test_wrong_lines():
    with pytest.raises(InputError, match="elements: got none"):
        Beamline((), P0)
    with pytest.raises(InputError, match="slices: got 1 numbers"):
        Beamline(ELEMENTS, P0, slices=(2,))
    with pytest.raises(InputError, match="cut in its middle"):
        Beamline(ELEMENTS[:1], P0, slices=(3,))
    with pytest.raises(InputError, match="momentum"):
        Beamline(ELEMENTS, 0.0)
