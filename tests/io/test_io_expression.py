"""Arithmetic of foreign files: what Python says of the same text, and sentences about the rest."""

import pytest

from ontarget.ground.errors import InputError
from ontarget.io.expression import evaluate

NAMES = {"a": 2.5, "k.q1": -3.0}


def value(text):
    return evaluate(text, NAMES.__getitem__, "file")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5e-3", 1.5e-3),
        ("1 + 2 * 3 - 4 / 8", 6.5),
        ("-(1 + a) * -2", 7.0),
        ("2 * -a", -5.0),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("8/2/2", 2.0),
        ("sin(0) + cos(0) + sqrt(a * a) + abs(k.q1)", 6.5),
        ("1 - 2 - 3", -4.0),
        (".5 + 5.", 5.5),
    ],
)
def test_values(text, expected):
    assert value(text) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("", "ends too early"),
        ("1 +", "ends too early"),
        ("1 2", "'2' is out of place"),
        ("(1", "not closed"),
        ("1/0", "no value"),
        ("sqrt(-1)", "no value"),
        ("(-8)^0.5", "no value"),
        ("1e200 * 1e200", "no finite value"),
        ("10^10^10", "no value"),
        ("eval(1)", "the function 'eval'"),
        ("a[0]", "out of place"),
        ("(" * 60 + "1" + ")" * 60, "deeper than 50"),
        ("-" * 3000 + "1)", "out of place"),
        ("2*" + "-" * 3000 + "1", "deeper than 50"),
        ("2" + "^2" * 3000, "deeper than 50"),
    ],
)
def test_sentences(text, truth):
    with pytest.raises(InputError, match=truth) as found:
        value(text)
    assert str(found.value).startswith("file: got ")
