"""FEEL's values in Python (DMN 10.3.2): which type stands for which kind, exact numbers, ranges and functions.

| FEEL | Python |
| --- | --- |
| number | `int` (below 10**34) or `Decimal` of 34 digits; never float |
| string, boolean, null | `str`, `bool`, `None` |
| date, time, date and time | `datetime.date`, `time`, `datetime` |
| date, date and time outside the years 1 to 9999 | `far.FarDate`, `far.FarDateTime` |
| days and time duration | `timedelta` |
| years and months duration | `YearsMonths` |
| list, context | `list`, `dict` with `str` keys |
| range, function | `Range`, `Function` |

A value of any other type is foreign: it is equal to nothing, and every operation on it gives null.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from alihdaya.notation.feel.far import FarDate, FarDateTime

Number = int | Decimal

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
"""Arithmetic of IEEE 754-2008 decimal128 (DMN 10.3.2.3.1): no trap is set, so nothing raises; see `finite`."""

INTEGER_LIMIT = 10**34
"""Integers of this size or more do not fit in 34 digits and are rounded as decimals."""

NUMBERS: frozenset[type] = frozenset({int, Decimal})


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration of `months` whole months; negative ones reach back (DMN 10.3.2.3.8)."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """A range of values between two ends; an end that is None is open to infinity (DMN 10.3.2.7).

    `sign` is the operator of a range that is written as a comparison, such as `(< 5)`, else empty.
    """

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function value: the names of its parameters, and a callable that takes them by position.

    `types` is empty, or has the type (a `TypeName`) of each parameter, or None; an argument of another type makes the
    call null. `height` is what a call adds to the depth of calls (see `budget`).
    """

    parameters: tuple[str, ...]
    body: Callable[..., Any]
    types: tuple[Any, ...] = ()
    height: int = 2


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    date: "date",
    time: "time",
    datetime: "date and time",
    FarDate: "date",
    FarDateTime: "date and time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
"""FEEL kind of each Python type; a type that is not here is foreign."""

ORDERED: frozenset[type] = frozenset({str, date, time, datetime, timedelta, YearsMonths})
"""Types, besides numbers, whose values have an order."""


def kind_of(value: Any) -> str:
    """Give the FEEL kind of a value ("number", "string", …), or "foreign"."""
    return KINDS.get(type(value), "foreign")


def finite(value: Decimal) -> Decimal | None:
    """Give the number itself, or null where an operation overflowed or was undefined."""
    return value if value.is_finite() else None


def whole(value: int) -> Number | None:
    """Give the integer itself while it fits in 34 digits, else its rounded decimal, else null."""
    if -INTEGER_LIMIT < value < INTEGER_LIMIT:
        return value
    return finite(CONTEXT.create_decimal(value))


def number_of(text: str) -> Number | None:
    """Read a number from digits as FEEL writes them; integers become `int`. Null where the text is no number."""
    if text.isascii() and text.isdigit():
        return whole(int(text)) if len(text) < 40 else finite(CONTEXT.create_decimal(text))
    number = CONTEXT.create_decimal(text)
    return finite(number)


def clean(value: Any) -> Any:
    """Replace numbers that FEEL does not have (NaN, infinities) by null, through lists and contexts."""
    kind = type(value)
    if kind is Decimal:
        return finite(value)
    if kind is list:
        return [clean(entry) for entry in value]
    if kind is dict:
        return {name: clean(entry) for name, entry in value.items()}
    return value
