"""Every float leaf has one address; what an address names can be replaced."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontarget.ground.address import addresses, match, replace
from ontarget.ground.errors import InputError
from ontarget.ground.noun import Noun, Scalar, Vector, quantity, static


class Part(Noun):
    name: str = static()
    power: Scalar = quantity(default=2.0)
    table: Vector = quantity(default_factory=lambda: np.arange(3.0))


class Whole(Noun):
    name: str = static()
    parts: tuple[Part, ...]
    plain: tuple[Scalar, ...]
    book: dict[str, Scalar]
    count: int = 3

    def total(self):
        return sum(part.power for part in self.parts) * self.plain[1] + self.book["alpha"]


def whole(name: str = "ess", second: str = "target") -> Whole:
    book = {"alpha": jnp.asarray(0.5), "beta": jnp.asarray(1.5)}
    return Whole(name, (Part("ring"), Part(second)), (jnp.asarray(1.0), jnp.asarray(4.0)), book)


def test_addresses_follow_names_indices_and_keys():
    assert list(addresses(whole())) == [
        "parts.ring.power",
        "parts.ring.table",
        "parts.target.power",
        "parts.target.table",
        "plain.0",
        "plain.1",
        "book.alpha",
        "book.beta",
    ]


def test_elements_sharing_a_name_go_by_index():
    assert "parts.0.power" in addresses(whole(second="ring"))
    assert not any("ring" in one for one in addresses(whole(second="ring")))


def test_a_tuple_of_nouns_is_addressed_by_their_names():
    both = (whole("ess"), whole("sns"))
    assert match(both, "*.parts.ring.power") == ("ess.parts.ring.power", "sns.parts.ring.power")
    assert match(both, "ess.plain.*") == ("ess.plain.0", "ess.plain.1")
    assert match(both, "sns.book.alpha") == ("sns.book.alpha",)


@pytest.mark.parametrize(
    ("glob", "advice"),
    [("*.ring.powr", "'*.ring.power'"), ("parts.rin.power", "'parts.ring.power'"), ("book.alhpa", "'book.alpha'")],
)
def test_an_address_that_fits_nothing_names_the_nearest(glob, advice):
    with pytest.raises(InputError, match="Did you mean") as raised:
        match(whole(), glob)
    assert advice in str(raised.value)


def test_a_suffix_is_no_address():
    with pytest.raises(InputError):
        match(whole(), "ring.power")


def test_replace_changes_what_it_names_and_nothing_else():
    old = whole()
    new = replace(old, {"parts.ring.power": 7.0, "plain.1": 1.0})
    changed = {one for one, value in addresses(new).items() if not np.array_equal(value, addresses(old)[one])}
    assert changed == {"parts.ring.power", "plain.1"}
    assert float(new.total()) == 7.0 + 2.0 + 0.5
    assert float(old.total()) == 16.5


def test_replace_is_traceable():
    def total(x):
        return replace(whole(), {"parts.ring.power": x, "book.alpha": x**2}).total()

    assert float(jax.jit(total)(3.0)) == pytest.approx((3.0 + 2.0) * 4.0 + 9.0)
    assert float(jax.grad(total)(3.0)) == pytest.approx(4.0 + 6.0)


def test_replace_refuses_wrong_addresses_and_shapes():
    with pytest.raises(InputError, match="There is no such input"):
        replace(whole(), {"parts.ring.pow": 1.0})
    with pytest.raises(InputError, match="shape"):
        replace(whole(), {"parts.ring.table": 1.0})


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(addresses(whole()))), st.floats(-1e6, 1e6), max_size=8))
def test_replace_and_read_back(values):
    shaped = {one: np.full(np.shape(addresses(whole())[one]), value) for one, value in values.items()}
    found = addresses(replace(whole(), shaped))
    for one, value in shaped.items():
        np.testing.assert_array_equal(found[one], value)
