"""FEEL's operators on values: arithmetic, equality, order, three-valued logic. None of them raises on data.

Null stands for "unknown" and for "not defined"; every operator gives null where its operands do not fit
(DMN 10.3.2.3, tables 41 to 56).
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from alihdaya.notation.feel import far, temporal
from alihdaya.notation.feel.budget import spend, text_within
from alihdaya.notation.feel.values import CONTEXT, KINDS, NUMBERS, ORDERED, Range, YearsMonths, finite, whole

_MOMENTS = frozenset({date, time, datetime, *far.FAR})
_LENGTHS = frozenset({timedelta, YearsMonths})
_SCALARS = frozenset({bool, str, date, timedelta, YearsMonths, *far.FAR})


def add(left: Any, right: Any) -> Any:
    """Add numbers, join strings, add durations to moments and to durations of their kind."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return whole(left + right) if kind is other is int else finite(CONTEXT.add(left, right))
    if kind is other is str:
        return left + right if text_within(len(left) + len(right)) else None
    if other in _LENGTHS:
        return temporal.shift(left, right, 1)
    return temporal.shift(right, left, 1) if kind in _LENGTHS else None


def subtract(left: Any, right: Any) -> Any:
    """Subtract numbers, durations from moments or durations, and moments from moments."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return whole(left - right) if kind is other is int else finite(CONTEXT.subtract(left, right))
    if other in _LENGTHS:
        return temporal.shift(left, right, -1)
    if kind not in _MOMENTS or other not in _MOMENTS or (kind is time) is not (other is time):
        return None
    return temporal.gap(left, right)


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers, or a duration by a number from either side."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return whole(left * right) if kind is other is int else finite(CONTEXT.multiply(left, right))
    if kind in _LENGTHS and other in NUMBERS:
        return temporal.scale(left, right)
    return temporal.scale(right, left) if kind in NUMBERS and other in _LENGTHS else None


def divide(left: Any, right: Any) -> Any:
    """Divide numbers to 34 digits, a duration by a number or by a duration of its kind; by zero gives null."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return finite(CONTEXT.divide(left, right))
    if kind in _LENGTHS and other in NUMBERS:
        return temporal.scale(left, right, divide=True)
    return temporal.ratio(left, right) if kind is other and kind in _LENGTHS else None


def power(left: Any, right: Any) -> Decimal | None:
    """Raise a number to a power, correctly rounded to 34 digits for whole exponents; null where undefined."""
    if type(left) not in NUMBERS or type(right) not in NUMBERS:
        return None
    return finite(CONTEXT.power(Decimal(left), Decimal(right)))


def negate(value: Any) -> Any:
    """Turn the sign of a number or a duration."""
    kind = type(value)
    if kind in NUMBERS:
        return -value if kind is int else CONTEXT.minus(value)
    if kind is YearsMonths:
        return YearsMonths(-value.months)
    return -value if kind is timedelta else None


def equal(left: Any, right: Any) -> bool | None:
    """Compare by value: null equals only null; values of two kinds are neither equal nor unequal: null."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if kind is not other:
        return False if KINDS.get(kind) == KINDS.get(other) in {"date", "date and time"} else None
    if kind in _SCALARS:
        return bool(left == right)
    if kind is datetime or kind is time:  # moments are equal to the second (DMN 10.3.2.3.5)
        return bool(left.replace(microsecond=0) == right.replace(microsecond=0))
    if kind is Range:
        sides = (left.low_closed, left.high_closed, left.sign) == (right.low_closed, right.high_closed, right.sign)
        return sides and equal(left.low, right.low) is True and equal(left.high, right.high) is True
    if kind is list:
        spend(4 + 2 * len(left))
        return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))
    if kind is dict:
        spend(4 + 2 * len(left))
        return left.keys() == right.keys() and all(equal(left[name], right[name]) is True for name in left)
    return left is right if kind in KINDS else None


def unequal(left: Any, right: Any) -> bool | None:
    """Give the contrary of `equal`, null staying null."""
    return negation(equal(left, right))


def less(left: Any, right: Any) -> bool | None:
    """Tell whether left stands before right; null where the two have no common order."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return bool(left < right)
    if kind is not other or kind not in ORDERED:
        order = _far_order(kind, other, left, right)
        return None if order is None else order < 0
    try:
        return bool(left < right)
    except TypeError:  # one with a zone, one without
        return None


def at_most(left: Any, right: Any) -> bool | None:
    """Tell whether left stands before right or beside it; null where the two have no common order."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return bool(left <= right)
    if kind is not other or kind not in ORDERED:
        order = _far_order(kind, other, left, right)
        return None if order is None else order <= 0
    try:
        return bool(left <= right)
    except TypeError:
        return None


def _far_order(kind: type, other: type, left: Any, right: Any) -> int | None:
    if not (kind in far.FAR or other in far.FAR) or KINDS.get(kind) != KINDS.get(other):
        return None
    return far.ordered(left, right)


def greater(left: Any, right: Any) -> bool | None:
    """Tell whether left stands after right."""
    return less(right, left)


def at_least(left: Any, right: Any) -> bool | None:
    """Tell whether left stands after right or beside it."""
    return at_most(right, left)


def conjunction(left: Any, right: Any) -> bool | None:
    """Three-valued AND; an operand that is no boolean counts as null (DMN table 49)."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def disjunction(left: Any, right: Any) -> bool | None:
    """Three-valued OR; an operand that is no boolean counts as null (DMN table 49)."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def negation(value: Any) -> bool | None:
    """Three-valued NOT; anything that is no boolean gives null."""
    return (not value) if type(value) is bool else None


def between(value: Any, low: Any, high: Any) -> bool | None:
    """Tell whether low <= value <= high, both ends included."""
    return conjunction(at_most(low, value), at_most(value, high))


def within(value: Any, low: Any, high: Any, low_closed: bool, high_closed: bool) -> bool | None:  # noqa: FBT001
    """Tell whether a value lies between two ends, each in or out; null where it cannot be compared."""
    above = at_most(low, value) if low_closed else less(low, value)
    if above is False:
        return False
    return conjunction(above, at_most(value, high) if high_closed else less(value, high))


def in_range(value: Any, bounds: Range) -> bool | None:
    """Tell whether a value lies in a range, an end of None being infinite."""
    if bounds.sign in {"=", "!="}:
        return equal(value, bounds.low) if bounds.sign == "=" else unequal(value, bounds.low)
    low, high = bounds.low, bounds.high
    above: bool | None = True if low is None else (at_most if bounds.low_closed else less)(low, value)
    below: bool | None = True if high is None else (at_most if bounds.high_closed else less)(value, high)
    return conjunction(above, below)


def make_range(low: Any, high: Any, low_closed: bool, high_closed: bool) -> Range | None:  # noqa: FBT001
    """Make the range of two ends; null where they have no common order."""
    return Range(low, high, low_closed, high_closed) if at_most(low, high) is not None else None


def one_sided(sign: str, end: Any) -> Range | None:
    """Make the range that an operator and its operand say, such as `(< 5)`; null where the operand has no order."""
    if at_most(end, end) is None and sign not in {"=", "!="}:
        return None
    if sign in {"=", "!="}:
        return Range(end, end, sign == "=", sign == "=", sign)
    below = sign in {"<", "<="}
    closed = sign in {"<=", ">="}
    return Range(None if below else end, end if below else None, closed and not below, closed and below, sign)


def truth(value: Any) -> bool | None:
    """Give a boolean as it is, and null for anything else."""
    return value if type(value) is bool else None


def any_of(verdicts: Iterable[bool | None]) -> bool | None:
    """Three-valued OR of several verdicts; false for none."""
    return reduce(disjunction, verdicts, False)  # type: ignore[arg-type]


def satisfies(value: Any, test: Any) -> bool | None:
    """Tell whether `value` passes a test that is an expression's value (DMN 10.3.2.8).

    A list passes whatever equals one of its elements, a range what lies in it; else both must be equal.
    """
    kind = type(test)
    if kind is Range:
        return in_range(value, test)
    if kind is list:
        if type(value) is list and equal(value, test) is True:
            return True
        spend(len(test) >> 2)
        return any((in_range(value, one) if type(one) is Range else equal(value, one)) is True for one in test)
    return equal(value, test)


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
"""The operators on numbers, and what they mean."""

COMPARISON: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": at_most,
    ">": greater,
    ">=": at_least,
}
"""The operators of comparison, and what they mean."""
