"""Nuclides as a struct of arrays, and the errors of the look-ups."""

import jax
import numpy as np
import pytest

from ontarget.ground.errors import InputError
from ontarget.ground.units import GeV
from ontarget.matter import NATURAL, Nuclides, isotope, isotopes, spin_expectation


def test_struct_of_arrays():
    nuclides = Nuclides.of("Ar40", "Xe131", "F19")
    assert nuclides.symbols == ("Ar40", "Xe131", "F19")
    np.testing.assert_array_equal(nuclides.Z, [18, 54, 9])
    np.testing.assert_array_equal(nuclides.N, [22, 77, 10])
    np.testing.assert_array_equal(nuclides.A, [40, 131, 19])
    np.testing.assert_array_equal(nuclides.spin, [0, 1.5, 0.5])
    np.testing.assert_array_equal(nuclides.proton_spin, [0, -0.009, 0.478])
    np.testing.assert_array_equal(nuclides.neutron_spin, [0, -0.272, -0.002])
    # 39.962383 u - 18 m_e, by hand
    assert nuclides.mass[0] / GeV == pytest.approx(39.962383122 * 0.93149410242 - 18 * 0.51099895e-3, rel=1e-8)


def test_is_a_pytree_of_float_leaves():
    leaves = jax.tree.leaves(Nuclides.of("Ar40", "Ge76"))
    assert len(leaves) == 7
    assert all(leaf.shape == (2,) and leaf.dtype == np.float64 for leaf in leaves)


def test_isotopes_of_an_element():
    assert [row.A for row in isotopes("Ge")] == [70, 72, 73, 74, 76]
    assert isotope("Ge76") in isotopes("Ge")
    assert sum(len(isotopes(symbol)) for symbol in {row.symbol for row in NATURAL}) == len(NATURAL)


@pytest.mark.parametrize(
    ("look_up", "word", "remedy"),
    [
        (isotopes, "ge", "Did you mean 'Ge'?"),
        (isotopes, "D", "enrich it"),
        (isotope, "Ge77", "Ge70, Ge72, Ge73, Ge74, Ge76"),
        (isotope, "76Ge", "Did you mean 'Ge76'?"),
        (isotope, "76-Ge", "Did you mean 'Ge76'?"),
        (isotope, "xe129", "Did you mean 'Xe'?"),
        (isotope, "", "Known"),
    ],
)
def test_unknown_words_get_a_remedy(look_up, word, remedy):
    with pytest.raises(InputError) as caught:
        look_up(word)
    assert remedy in str(caught.value)
    assert repr(word) in str(caught.value)


def test_spinless_nuclides_have_no_spin_expectation():
    for row in NATURAL:
        if row.spin == 0:
            assert spin_expectation(row.name) == (0, 0)
