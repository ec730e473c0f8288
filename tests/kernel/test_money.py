from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.money import Money, exponent

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=4)


@pytest.mark.parametrize(
    ("amount", "currency", "half_up", "half_even"),
    [
        ("0.005", "USD", 1, 0),
        ("0.015", "USD", 2, 2),
        ("0.025", "USD", 3, 2),
        ("-0.005", "USD", -1, 0),
        ("2.5", "JPY", 3, 2),
        ("1.0005", "KWD", 1001, 1000),
        ("1234567.895", "IDR", 123456790, 123456790),
        ("0.0049999", "USD", 0, 0),
    ],
)
def test_amounts_are_rounded_to_the_currencys_minor_unit(amount, currency, half_up, half_even):
    assert Money.of(amount, currency) == Money(half_up, currency)
    assert Money.of(Decimal(amount), currency, half_even=True) == Money(half_even, currency)


def test_two_currencies_are_not_added():
    with pytest.raises(ValueError, match="IDR"):
        Money(1, "USD") + Money(1, "IDR")
    with pytest.raises(ValueError, match="USD"):
        Money(1, "IDR") - Money(1, "USD")


@given(AMOUNTS, AMOUNTS)
def test_sums_are_exact_to_the_cent(one, other):
    a, b = Money.of(one, "USD"), Money.of(other, "USD")
    assert (a + b).minor == a.minor + b.minor
    assert a + b - b == a
    assert Money(0, "USD") - a == -a
    assert Money.of(a.amount, "USD") == a
    assert abs(a.amount - one) <= Decimal("0.005")


def test_amounts_are_written_with_the_currencys_places():
    assert str(Money(123456, "USD")) == "1,234.56 USD"
    assert str(Money(5, "JPY")) == "5 JPY"
    assert str(Money(-1, "KWD")) == "-0.001 KWD"
    assert exponent("EUR") == 2


def test_a_float_that_is_no_exact_amount_shows_as_what_it_is():
    assert Money.of(Decimal("1.005"), "USD").minor == 101, "1.005 is a half, and halves go up"
