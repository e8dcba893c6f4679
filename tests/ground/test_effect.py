"""What a number moves is what the innermost mark on the way to it says; a flux that was computed is never stale."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from jax.interpreters import partial_eval

from ontarget.ground.address import addresses
from ontarget.ground.effect import Moves, keeps, moved_by, part
from ontarget.ground.noun import Noun, Number, quantity, static
from ontarget.io.entry import load
from ontarget.source import AbstractSource, Flux
from ontarget.source.computed import PrecomputedFlux


class Inner(Noun):
    plain: Number = quantity(default=1.0)
    seen: Number = quantity(default=1.0, moves=Moves.NOTHING)
    name: str = static(default="one")


class Outer(Noun):
    beside: Number = quantity(default=1.0)
    costly: tuple[Inner, ...] = part(Moves.FLUX, default=(Inner(),))


def test_the_innermost_mark_counts():
    moves = {"beside": Moves.NOTHING, "costly.one.plain": Moves.FLUX, "costly.one.seen": Moves.NOTHING}
    assert moved_by(Outer()) == moves


def test_kept_while_only_what_is_allowed_moves():
    nothing = frozenset({Moves.NOTHING})
    assert keeps(Outer(), ["beside", "costly.one.seen"], nothing)
    assert not keeps(Outer(), ["beside", "costly.one.plain"], nothing)
    assert keeps(Outer(), [], nothing)


class Lamp(AbstractSource):
    """A source whose flux is computed once, with a field of whatever name: one that was added or renamed."""

    of: AbstractSource
    whatever: Number = quantity(default=1.0)

    def flux(self, facility, site, tag) -> Flux:
        given = self.of.flux(facility, site, tag)
        return dataclasses.replace(given, values=self.whatever * given.values)

    def precomputed(self, facility, site, tag) -> AbstractSource:
        return PrecomputedFlux(self.flux(facility, site, tag))


@pytest.fixture(scope="module")
def lamp():
    experiment = load("ess_csi", set={"source.nodes": 8})
    return eqx.tree_at(lambda one: one.source, experiment, Lamp(experiment.source))


def test_a_new_field_of_a_source_cannot_give_a_stale_flux(lamp):
    """No list knows the name of the field: what stands below `source`, `site` and `tag` moves the flux by itself."""
    assert lamp.precomputed_for(["source.whatever"]) is lamp
    assert lamp.precomputed_for(["detector.site.baseline"]) is lamp
    assert isinstance(lamp.precomputed_for(["detector.mass"]).source, PrecomputedFlux)


def moving_the_flux(experiment) -> set[str]:
    """The numbers that the flux of an experiment depends on, read off its program."""
    names = list(addresses(experiment))
    leaves, structure = jax.tree.flatten(eqx.filter(experiment, eqx.is_inexact_array))
    rest = eqx.filter(experiment, eqx.is_inexact_array, inverse=True)

    def flux(leaves):
        one = eqx.combine(jax.tree.unflatten(structure, leaves), rest)
        return one.source.flux(one.facility, one.detector.site, one.detector.tag).values

    program = jax.make_jaxpr(flux)(leaves)
    _, used = partial_eval.dce_jaxpr(program.jaxpr, [True])
    return {name for name, one in zip(names, used, strict=True) if one}


@pytest.mark.parametrize("name", ["ess_csi", "nuscope_lar"])
def test_marks_hold_all_that_the_flux_depends_on(name):
    """A stopped pion computes nothing beforehand, and its pulse may move; a tunnel does, and knows of no facility."""
    few = {"source.nodes": 8} if name == "ess_csi" else {"source.rays": 16, "source.repeats": 2}
    experiment = load(name, set=few)
    marked = moved_by(experiment)
    moving = moving_the_flux(experiment)
    assert len(moving) > 1
    unmarked = {one for one in moving if marked[one] is Moves.NOTHING}
    precomputes = type(experiment.source).precomputed is not AbstractSource.precomputed
    assert precomputes == (name == "nuscope_lar")
    if precomputes:
        assert unmarked == set()
    else:
        assert all(one.startswith("facility.") for one in unmarked)
        assert jnp.isfinite(experiment.flux().values).all()
