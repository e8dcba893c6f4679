"""One law for all nouns of a kind, tried on an instance of each."""

from __future__ import annotations

import pickle
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from census import PHYSICS, finals, room_of

from ontarget.detector.stage import QUANTA, AbstractStage
from ontarget.ground.units import MeV, keV, ns
from ontarget.matter.form_factor import AbstractFormFactor
from ontarget.matter.nuclide import Nuclides
from ontarget.numerics import AbstractAxis
from ontarget.source import AbstractPulse


def params(found) -> list:
    """Classes as parameters of a test, under their names."""
    return [pytest.param(cls, id=f"{room_of(cls)}.{cls.__name__}") for cls in found]


def of_family(contract: type) -> list:
    """The final classes that fulfil a contract."""
    return params(cls for cls in finals() if issubclass(cls, contract))


every = params(finals())
chain = params(cls for cls in finals() if room_of(cls) in PHYSICS)


@cache
def specimens(room: str) -> dict | Exception:
    """The table for a room, made when first needed and not when tests are collected: some rows are computed."""
    try:
        if room in PHYSICS:
            from specimens import CHAIN

            return CHAIN
        from study_specimens import STUDY

        return STUDY
    except Exception as error:  # kept, so that a broken row is computed once and told once, not for every test
        return error


@pytest.mark.parametrize("room", ["experiment", "inference"])
def test_specimens_can_be_made(room):
    made = specimens(room)
    if isinstance(made, Exception):
        raise made


@pytest.fixture
def specimen(cls):
    made = specimens(room_of(cls))
    if isinstance(made, Exception):
        pytest.fail(f"the table of specimens cannot be made ({type(made).__name__})", pytrace=False)
    if cls not in made:
        pytest.fail(f"{cls.__name__} has no specimen: add a row to specimens.py or study_specimens.py", pytrace=False)
    return made[cls]


def same(first, second) -> bool:
    """Whether two are equal, leaf by leaf: values, types, and the kinds of array; compared by NumPy."""
    kinds = [[type(leaf) for leaf in jax.tree_util.tree_leaves(one)] for one in (first, second)]
    host = [
        jax.tree_util.tree_map(lambda leaf: np.asarray(leaf) if eqx.is_array(leaf) else leaf, one)
        for one in (first, second)
    ]
    return kinds[0] == kinds[1] and bool(eqx.tree_equal(*host))


@pytest.mark.parametrize("cls", chain)
def test_leaves_are_finite_floats(specimen):
    for path, leaf in jax.tree_util.tree_leaves_with_path(specimen):
        where = jax.tree_util.keystr(path)
        assert isinstance(leaf, jax.Array), f"{where} is {type(leaf).__name__}: declare it with quantity() or static()"
        assert leaf.dtype == jnp.float64, where
        assert np.isfinite(leaf).all(), where


@pytest.mark.parametrize("cls", every)
def test_taken_apart_and_put_together(specimen):
    leaves, structure = jax.tree_util.tree_flatten(specimen)
    assert same(jax.tree_util.tree_unflatten(structure, leaves), specimen)


@pytest.mark.parametrize("cls", chain)
def test_structure_is_a_key(specimen):
    """A compiled function is looked up by the structure of its arguments: it must have a hash, and equal itself."""
    first, second = (jax.tree_util.tree_structure(specimen) for _ in range(2))
    assert hash(first) == hash(second)
    assert first == second
    # and it travels between processes
    assert same(pickle.loads(pickle.dumps(specimen)), specimen)


@pytest.mark.parametrize("cls", every)
def test_writes_itself_and_refuses_to_change(specimen):
    assert type(specimen).__name__ in repr(specimen)
    with pytest.raises(AttributeError):
        specimen.baseline = 1.0


@pytest.mark.parametrize("cls", of_family(AbstractPulse))
@pytest.mark.parametrize("lifetime", [26.0, 2197.0])
def test_pulse_arrives_once(specimen, lifetime):
    pulse = specimen
    tau = jnp.asarray(lifetime * ns)
    span = np.asarray(pulse.length) + 40 * np.asarray(tau)
    t = jnp.asarray(np.linspace(-2.0, 2.0, 401) * span)
    reached = np.asarray(pulse.cumulative(t, tau))
    assert abs(float(reached[0])) < 1e-9  # rounding in differences of second integrals over 4 ms
    assert abs(float(reached[-1]) - 1) < 1e-9
    assert float(np.diff(reached).min()) > -1e-9


@pytest.mark.parametrize("cls", of_family(AbstractFormFactor))
def test_form_factor_is_one_at_rest(specimen):
    form_factor = specimen
    nuclides = Nuclides.of("F19", "Ar40", "Cs133")
    np.testing.assert_allclose(form_factor(jnp.asarray(np.zeros(3)), nuclides), 1.0, rtol=0, atol=1e-14)
    assert (np.abs(form_factor(jnp.asarray(np.full(3, 60.0) * MeV), nuclides)) <= 1).all()


@pytest.mark.parametrize("cls", of_family(AbstractAxis))
def test_axis_goes_up_from_end_to_end(specimen):
    axis, edges = specimen, np.asarray(specimen.edges)
    assert edges.shape == (axis.bins + 1,)
    assert (np.diff(edges) > 0).all()
    np.testing.assert_allclose(edges[[0, -1]], [axis.start, axis.stop], rtol=1e-14)


def input_unit(stage: AbstractStage) -> float:
    """The unit of what a stage takes in: quanta for one that counts, an energy for all others."""
    return 1.0 if stage.takes() == QUANTA else keV


@pytest.mark.parametrize("cls", of_family(AbstractStage))
def test_stage_is_a_probability(specimen):
    """With one output bin after it, and in the output cells themselves, no row is negative or adds to more than one."""
    stage, unit = specimen, input_unit(specimen)
    edges = jnp.asarray(np.sort(np.concatenate([np.linspace(1.0, 50.0, 99) * unit, stage.kinks()])))
    pulled = edges if not hasattr(stage, "axis") else jnp.asarray(np.linspace(5.0, 45.0, 11) * unit)

    @jax.jit
    def composed(edges, pulled):
        out = stage.push(edges, pulled)
        return out, stage.compose(edges, out, jnp.eye(len(out) - 1, len(out)))

    out, matrix = composed(edges, pulled)
    assert matrix.shape == (len(edges) - 1, len(out))
    matrix = np.asarray(matrix)
    assert float(matrix.min()) > -1e-12
    assert float(matrix.sum(axis=1).max()) < 1 + 1e-12


@pytest.mark.parametrize("cls", of_family(AbstractStage))
def test_stage_output_goes_up(specimen):
    edges = jnp.asarray(np.linspace(1.0, 50.0, 99) * input_unit(specimen))
    assert (np.diff(jax.jit(lambda edges: specimen.push(edges, edges))(edges)) >= 0).all()
