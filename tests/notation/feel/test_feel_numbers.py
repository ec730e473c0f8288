from decimal import Decimal

import pytest
from feel_both import feel
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.notation.feel import ops

D = Decimal


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.1 + 0.2", D("0.3")),
        ("123.45 * 0.085", D("10.49325")),
        ("1 / 3", D("0.3333333333333333333333333333333333")),
        ("2 / 3", D("0.6666666666666666666666666666666667")),
        ("10 / 4", D("2.5")),
        ("1 / 0", None),
        ("0 / 0", None),
        ("9999999999999999999999999999999999 + 1", D("1E+34")),
        ("12345678901234567890123456789012345", D("12345678901234567890123456789012340")),
        ("9007199254740993 - 9007199254740992", 1),
        ("10 ** 6000 * 10 ** 6000", None),
        ("2 ** 3 ** 2", 64),
        ("-3 ** 2", 9),
        ("2 ** -1", D("0.5")),
        ("0 ** 0", None),
        ("(-1) ** 0.5", None),
        ("1 + 2 * 3 - 4 / 2", 5),
        ("-(2 + 3)", -5),
        ("10 - 3 - 2", 5),
        (".5 + 1e2", D("100.5")),
        ("1 + null", None),
        ('1 + "a"', None),
        ("true + 1", None),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("modulo(10.1, 4.5)", D("1.1")),
        ("modulo(1, 0)", None),
        ("decimal(2.5, 0)", 2),
        ("decimal(1/3, 2)", D("0.33")),
        ("decimal(1250, -2)", 1200),
        ("decimal(1, 9999)", None),
        ("floor(-1.5)", -2),
        ("floor(1.57, 1)", D("1.5")),
        ("ceiling(1.2)", 2),
        ("round half up(2.5, 0)", 3),
        ("round half down(2.5, 0)", 2),
        ("round up(-1.1, 0)", -2),
        ("round down(-1.9, 0)", -1),
        ("abs(-7.5)", D("7.5")),
        ("sqrt(16)", 4),
        ("sqrt(-1)", None),
        ("odd(3)", True),
        ("even(3.5)", None),
        ('number("1.000,5", ".", ",")', D("1000.5")),
        ('number("x")', None),
        ('number("1,000", ",", ".")', 1000),
        ("string(1.10)", "1.10"),
        ("sum([0.1, 0.2, 0.3])", D("0.6")),
        ("mean(1, 2, 4)", D("2.333333333333333333333333333333333")),
        ("median([8, 2, 5, 3])", 4),
        ("stddev(2, 4, 7, 5)", D("2.081665999466132735282297706979931")),
        ("mode([6, 3, 9, 6, 6, 3])", [6]),
        ("product([2, 3, 0.5])", 3),
        ("max([3, 1, null])", None),
    ],
)
def test_numbers_are_exact(text, wanted):
    assert feel(text) == wanted


def test_floats_and_nan_are_not_numbers():
    assert feel("a + 1", {"a": 0.1}) is None
    assert feel("a < 1", {"a": D("NaN")}) is None
    assert feel("a < 1", {"a": D("-Infinity")}) is None
    assert feel("sum(a)", {"a": [1, D("NaN")]}) is None


digits = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)
numbers = st.one_of(digits, st.integers(-(10**14), 10**14))


@given(numbers, numbers)
def test_sums_and_products_of_short_numbers_are_those_of_integers(left, right):
    scale = 10**6
    whole = (int(D(left).scaleb(6)), int(D(right).scaleb(6)))
    assert int(ops.add(left, right) * scale) == sum(whole)
    assert ops.subtract(ops.add(left, right), right) == left


@given(st.integers(-(10**40), 10**40), st.integers(-(10**40), 10**40))
def test_no_result_has_more_than_34_digits(left, right):
    for result in (ops.add(left, right), ops.multiply(left, right), ops.subtract(left, right)):
        assert len(D(result).normalize(ops.CONTEXT).as_tuple().digits) <= 34
        assert type(result) is D or abs(result) < 10**34
