"""What a check of the business rules finds."""

from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from alihdaya.engagement.einvoice.received import Group, Received, Value


class Finding(NamedTuple):
    """A broken rule: its name in EN 16931, the element where it is broken, its line (0 where unknown)."""

    rule: str
    element: str
    line: int
    warning: bool = False


def at(rule: str, place: Group | Value) -> Finding:
    """Give the finding that a rule is broken at a place."""
    return Finding(rule, place.element, place.line)


def cents(amount: Decimal) -> Decimal:
    """Round to two decimals as XPath does, halves upwards: the rules compare sums that way."""
    return (amount * 100 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 100


def whole(amount: Decimal) -> Decimal:
    """Round to a whole number as XPath does, halves upwards."""
    return (amount + Decimal("0.5")).to_integral_value(ROUND_FLOOR)


def is_ubl(document: Received) -> bool:
    """Whether a document is UBL; some rules are worded differently for the two syntaxes."""
    return document.syntax == "UBL"
