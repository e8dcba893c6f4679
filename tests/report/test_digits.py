"""Digits of numbers: what an error leaves meaning, three without one, and whole numbers whole."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontarget.report.digits import fixed, interval, number_text, text_of, with_error

NUMBERS = st.floats(-1e12, 1e12).filter(lambda x: x == 0 or abs(x) > 1e-12)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (16216.234, "16216"),
        (5405.4119, "5405"),
        (134.4321, "134"),
        (1.2345678, "1.23"),
        (0.001234567, "0.00123"),
        (0.0001234567, "1.23e-4"),
        (1.2345678e22, "1.23e22"),
        (999.9999, "1000"),
        (9.99999999, "10.0"),
        (20.0, "20"),
        (66.713, "66.713"),
        (0.1 + 0.2, "0.3"),
        (1.38e23, "1.38e23"),
        (-1e-300, "-1e-300"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.inf, "inf"),
        (12345678, "12345678"),
        (np.int64(40000), "40000"),
        (np.float64(2.5), "2.5"),
        (True, "yes"),
        (np.bool_(False), "no"),
        (None, "–"),
        (["a", 1.0], "a, 1"),
        ("two\n lines", "two lines"),
    ],
)
def test_texts(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(16.111, "16.1"), (1.2494e-09, "0.00"), (-1.2494e-09, "0.00"), (-1.256, "-1.26"), (131.2, "131")],
)
def test_standard_deviations(value, text):
    assert number_text(value, decimals=2) == text


@pytest.mark.parametrize(
    ("value", "error", "texts"),
    [
        (134.4321, 22.7123, ("134", "23")),
        (134.4321, 2.27, ("134.4", "2.3")),
        (16216.2, 1234.5, ("16216", "1234")),
        (0.0123456, 0.000996, ("0.0123", "0.0010")),
        (1.23456e22, 3.4567e20, ("1.235e22", "0.035e22")),
        (0.0, 0.0123, ("0.000", "0.012")),
        (-1e-5, 0.0123, ("0.000", "0.012")),
        (1.234, math.inf, ("1.234", "inf")),
    ],
)
def test_a_value_and_its_error(value, error, texts):
    assert with_error(value, error) == texts


def test_the_ends_of_an_interval():
    assert interval([0.1, -0.051234, 0.512345]) == ["0.100", "-0.051", "0.512"]
    assert interval([0.0, 0.0]) == ["0", "0"]


@given(NUMBERS, st.floats(1e-9, 1e9))
def test_value_and_error_have_the_same_decimals(value, error):
    one, two = with_error(value, error)
    decimals = [len(text.partition("e")[0].partition(".")[2]) for text in (one, two)]
    assert decimals[0] == decimals[1]
    assert one.partition("e")[2] == two.partition("e")[2]
    step = 10.0 ** (int(one.partition("e")[2] or 0) - decimals[0])
    assert float(one) == pytest.approx(value, abs=0.51 * step, rel=1e-12)
    assert float(two) == pytest.approx(error, abs=0.51 * step, rel=1e-12)
    assert step <= 0.1000001 * error or decimals[0] == 0  # two digits of the error at least


@given(NUMBERS)
def test_three_digits_at_least(value):
    assert float(text_of(value)) == pytest.approx(value, rel=0.00501)
    assert not text_of(value).startswith("-0 ")


@given(st.integers(-(10**15), 10**15))
def test_integers_stay_whole(value):
    assert int(text_of(value)) == value


@given(st.integers(-999_999, 999_999), st.integers(-12, 12))
def test_what_was_typed_in_is_shown_as_it_is(mantissa, power):
    value = float(f"{mantissa}e{power}")
    assert float(text_of(value)) == value


def test_zero_has_no_sign():
    assert fixed(-0.004, 2) == "0.00"
    assert fixed(-0.006, 2) == "-0.01"
