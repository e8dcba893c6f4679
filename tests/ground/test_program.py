"""Programs and results that are kept give what the functions give, and nothing that belongs to something else."""

from __future__ import annotations

import enum

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ontarget.ground import cache, packed, program
from ontarget.ground.errors import InputError
from ontarget.ground.kept import kept
from ontarget.ground.noun import Noun, quantity, static
from ontarget.ground.skeleton import NotPlain, describe, rebuild
from ontarget.ground.units import keV
from ontarget.interaction import NSI
from ontarget.numerics.axis import EnergyAxis, Explicit, Logarithmic

AXIS = EnergyAxis(start=1 * keV, stop=100 * keV, bins=8, spacing=Logarithmic())


def files(place, kind):
    return sorted(path.name for path in (place / kind).glob("[!.]*")) if (place / kind).is_dir() else []


def fresh():
    """As another process finds it: the function `widths`, with nothing remembered."""
    return program.Program(widths.function, widths.results, {})


@program.program
def widths(axis: EnergyAxis, scale, power: int = 1):
    """Named for the tests: it is found again by its name."""
    edges = axis.edges
    return axis, {"widths": (scale * jnp.diff(edges)) ** power, "bins": axis.bins}


@pytest.fixture(autouse=True)
def at_home(monkeypatch):
    """Let the functions of this file be kept, as if they stood in the package."""
    from ontarget.ground import skeleton

    monkeypatch.setattr(skeleton, "HOMES", (*skeleton.HOMES, __name__.split(".")[0]))
    for one in (widths, summed):
        one.known.clear()


@program.program(results=True)
def summed(axis: EnergyAxis):
    CALLS.append(1)
    return axis.edges.sum()


CALLS: list[int] = []


def test_a_kept_program_gives_the_same_to_the_last_bit(place):
    plain_axis, plain = widths.direct(AXIS, jnp.asarray(2.0), 3)  # as equinox compiles it
    for one in (widths, fresh()):
        axis, found = one(AXIS, jnp.asarray(2.0), power=3)
        assert isinstance(axis, EnergyAxis)
        assert isinstance(axis.spacing, Logarithmic)
        assert found["bins"] == 8
        assert np.array_equal(found["widths"], plain["widths"])
        assert float(axis.start) == float(plain_axis.start)
    assert len(files(place, "traced")) == 1


def test_who_listens_hears_of_what_is_traced_once(place):
    said = []
    with program.tracing_shown(said.append):
        widths(AXIS, jnp.asarray(2.0))
        fresh()(AXIS, jnp.asarray(2.0))
    fresh()(AXIS, jnp.asarray(2.0), 4)
    assert said == ["widths"]


def test_other_numbers_use_the_same_program_and_other_structures_another(place):
    wide = EnergyAxis(start=2 * keV, stop=50 * keV, bins=8, spacing=Logarithmic())
    widths(AXIS, jnp.asarray(2.0))
    found = fresh()(wide, jnp.asarray(1.0))[1]["widths"]
    assert np.allclose(found, np.diff(np.geomspace(2 * keV, 50 * keV, 9)), rtol=1e-12)  # rounding of exp and log
    assert len(files(place, "traced")) == 1
    widths(AXIS, jnp.asarray(2.0), 2)
    widths(EnergyAxis(start=1 * keV, stop=100 * keV, bins=9, spacing=Logarithmic()), jnp.asarray(2.0))
    widths(EnergyAxis(start=1 * keV, stop=100 * keV, bins=8), jnp.asarray(2.0))
    assert len(files(place, "traced")) == 4


def test_inside_a_trace_it_is_the_function_itself(place):
    slope = jax.grad(lambda start: widths(EnergyAxis(start, 100 * keV, 1), jnp.asarray(1.0))[1]["widths"].sum())(
        1 * keV
    )
    assert float(slope) == pytest.approx(-1.0)
    assert not files(place, "traced")


@pytest.mark.parametrize("damage", [b"", b"[", b'["leaf", 0]\nnothing', b'["object", "os:system", []]\n'])
def test_what_is_no_program_is_passed_over_and_made_anew(place, damage):
    widths(AXIS, jnp.asarray(2.0))
    (name,) = files(place, "traced")
    cache.write("traced", name, damage)
    found = fresh()(AXIS, jnp.asarray(2.0))[1]["widths"]
    assert np.array_equal(found, widths(AXIS, jnp.asarray(2.0))[1]["widths"])
    assert cache.read("traced", name) != damage


def test_other_code_and_other_units_find_nothing(place, monkeypatch):
    widths(AXIS, jnp.asarray(2.0))
    for change in ("code", "units"):
        with monkeypatch.context() as patch:
            program.environment.cache_clear()
            if change == "code":
                patch.setattr(cache, "code", lambda: "other")
            else:
                patch.setenv("ONTARGET_BASE_UNITS", "1,2,3")
            fresh()(AXIS, jnp.asarray(2.0))
    program.environment.cache_clear()
    assert len(files(place, "traced")) == 3


def test_results_are_kept_by_their_numbers(place):
    CALLS.clear()
    first = summed(AXIS)
    again = program.Program(summed.function, True, {})(AXIS)
    assert float(first) == float(again)
    assert len(CALLS) == 1
    other = summed(EnergyAxis(start=2 * keV, stop=100 * keV, bins=8, spacing=Logarithmic()))
    assert float(other) != float(first)
    assert len(files(place, "results")) == 2
    assert len(files(place, "traced")) == 1


def test_an_error_is_the_users_and_is_not_kept(place):
    def refuse():
        raise InputError("here", "nothing", "It is something.", "Give it.")

    for _ in range(2):
        with pytest.raises(InputError, match="here: got nothing"):
            kept("refused", [1], refuse)
    assert not files(place, "results")


def test_kept_answers_depend_on_every_number(place):
    array = np.arange(3.0)
    assert kept("sum", [array, AXIS], lambda: array.sum()) == 3.0
    assert kept("sum", [array, AXIS], lambda: pytest.fail("it was kept")) == 3.0
    assert kept("sum", [array + 1e-12, AXIS], lambda: 4.0) == 4.0
    assert kept("other", [array, AXIS], lambda: 5.0) == 5.0


class Other(Noun):
    value: float = static(default=1.0)
    array: jax.Array = quantity(default=None)


class Word(enum.Enum):
    THIS = 1


@pytest.mark.parametrize(
    "one",
    [
        None,
        [1, 2.5, True, "text", (), {"a": (1,)}],
        AXIS,
        EnergyAxis(1 * keV, 3 * keV, 2, Explicit(np.array([0.0, 0.3, 1.0]))),
        NSI(),
        (np.arange(6).reshape(2, 3), np.float64(0.1), np.zeros((0, 2))),
        {"axis": AXIS, "class": EnergyAxis, "function": np.sum},
        frozenset({"a", "b"}),
    ],
)
def test_bytes_and_back(one):
    again = packed.opened(packed.closed(one))
    assert jax.tree.structure(again) == jax.tree.structure(one)
    for mine, theirs in zip(jax.tree.leaves(again), jax.tree.leaves(one), strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("one", [lambda: 0, object(), {1: 2}, np.array([object()]), np.array(["text"])])
def test_what_is_not_plain_is_not_kept(one):
    with pytest.raises(NotPlain):
        packed.closed(one)
    assert kept("odd", one, lambda: 7) == 7


def test_nothing_outside_the_packages_is_named():
    for text in ("os:system", "subprocess:Popen", "builtins_:eval", "ontarget.nowhere:Name"):
        with pytest.raises(NotPlain):
            rebuild(["object", text, []], lambda place: None)
    for kind in ("row", "mapping", "set", "member", "object"):  # what is called must be a container of that kind
        assert packed.opened(b'["%s", "builtins:eval", false, []]\n' % kind.encode()) is None
        assert packed.opened(b'["%s", "numpy:load", false, []]\n' % kind.encode()) is None


def test_shapes_types_and_words_tell_structures_apart():
    leaf = program.aval
    one = describe([AXIS, jnp.zeros(3)], leaf)
    assert one == describe([AXIS, jnp.ones(3)], leaf)
    assert one != describe([AXIS, jnp.zeros(4)], leaf)
    assert one != describe([AXIS, jnp.zeros(3, int)], leaf)
    assert describe(1, leaf) != describe(1.0, leaf)
    assert describe((1,), leaf) != describe([1], leaf)
    assert describe(0.0, leaf) != describe(-0.0, leaf)


def test_fused_is_one_program_and_takes_floats_as_inputs():
    traced = []

    @program.fused
    def line(x, slope, offset=0.0, order: int = 1):
        traced.append(1)
        return slope * x**order + offset

    x = np.arange(3.0)
    assert np.array_equal(line(x, 2.0), [0.0, 2.0, 4.0])
    assert np.array_equal(line(x, 3.0, offset=1.0), [1.0, 4.0, 7.0])
    assert np.array_equal(line(x, 3.0, offset=2.0), [2.0, 5.0, 8.0])
    assert len(traced) == 2  # with an offset and without
    assert np.array_equal(line(x, 1.0, order=2), x**2)
    assert float(jax.grad(lambda slope: line(2.0, slope))(1.0)) == 2.0
