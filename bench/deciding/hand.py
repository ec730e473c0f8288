"""The table and the DRG written by hand in Python with `Decimal`, twice: as one writes it, and as fast as it goes."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_2, _3, _4, _5, _6, _7, _8, _85, _9, _10, _11, _12 = (
    Decimal(f"0.{digits}") for digits in ("02", "03", "04", "05", "06", "07", "08", "085", "09", "1", "11", "12")
)
_100, _500, _1000, _5000, _HIGH = (Decimal(text) for text in ("100", "500", "1000", "5000", "1.5"))


def rate(row: Mapping[str, Any]) -> Decimal | None:
    """Give the rate of a row."""
    category, amount = row["category"], row["amount"]
    if category == "A":
        if amount < _100:
            return _5 if row["express"] else _2
        if amount < _1000:
            return _7
        return _12 if row["express"] else _10
    if category == "B":
        if amount < _100:
            return _3
        if amount < _1000:
            return _8 if row["express"] else _6
        return _11
    if category == "C":
        if amount < _500:
            return _4
        return _9 if row["express"] else _85
    return None


def _risk(amount: Decimal, years: int) -> str:
    if years < 1 and amount >= _1000:
        return "high"
    if years < 3 and amount >= _5000:
        return "high"
    return "low" if years >= 10 else "mid"


def fee(row: Mapping[str, Any]) -> Decimal | None:
    """Give the fee of a row."""
    found = rate(row)
    if found is None:
        return None
    amount = row["amount"]
    return amount * found * _HIGH if _risk(amount, row["years"]) == "high" else amount * found  # type: ignore[no-any-return]


def plain_rate(category: str, amount: Decimal, express: bool) -> Decimal | None:  # noqa: FBT001
    """Give the rate as one writes it down, constants where they are used."""
    if category == "A":
        if amount < 100:
            return Decimal("0.05") if express else Decimal("0.02")
        if amount < 1000:
            return Decimal("0.07")
        return Decimal("0.12") if express else Decimal("0.10")
    if category == "B":
        if amount < 100:
            return Decimal("0.03")
        if amount < 1000:
            return Decimal("0.08") if express else Decimal("0.06")
        return Decimal("0.11")
    if category == "C":
        if amount < 500:
            return Decimal("0.04")
        return Decimal("0.09") if express else Decimal("0.085")
    return None


def _plain_risk(amount: Decimal, years: int) -> str:
    if years < 1 and amount >= 1000:
        return "high"
    if years < 3 and amount >= 5000:
        return "high"
    return "low" if years >= 10 else "mid"


def plain_fee(category: str, amount: Decimal, express: bool, years: int) -> Decimal | None:  # noqa: FBT001
    """Give the fee as one writes it down."""
    rate = plain_rate(category, amount, express)
    if rate is None:
        return None
    return amount * rate * Decimal("1.5") if _plain_risk(amount, years) == "high" else amount * rate
