"""Builtins that turn values of one kind into another, and negation (DMN 10.3.4.1, 10.3.4.2)."""

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from alihdaya.notation.feel import far, ops, temporal
from alihdaya.notation.feel.budget import spend
from alihdaya.notation.feel.builtins.registry import builtin
from alihdaya.notation.feel.values import CONTEXT, Number, Range, YearsMonths, kind_of, number_of

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@builtin("not", "negand: any")
def negation(value: Any) -> bool | None:
    """Three-valued NOT; null for what is no boolean."""
    return ops.negation(value)


@builtin("is", "value1: any, value2: any")
def same(left: Any, right: Any) -> bool:
    """Tell whether two values are of one kind and equal; times and dates must also write their zone alike."""
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, (time, datetime, far.FarDateTime)):
        return temporal.text_of(left) == temporal.text_of(right)
    return ops.equal(left, right) is True


@builtin("number", "from: string, grouping separator?: any, decimal separator?: any")
def number(text: str, grouping: Any = None, point: Any = None) -> Number | None:
    """Read a number from a text with the separators said; null where the text is none."""
    if grouping not in {None, " ", ",", "."} or point not in {None, ",", "."} or (grouping and grouping == point):
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    return number_of(plain) if _NUMBER.fullmatch(plain) else None


@builtin("number", "from: number")
def number_itself(value: Number) -> Number:
    """Give a number as it is."""
    return value


@builtin("string", "from: any")
def string(value: Any) -> str | None:
    """Write any value as text; strings stay as they are, null stays null."""
    return value if type(value) is str else None if value is None else written(value)


def written(value: Any) -> str:
    """Write a value as FEEL writes it inside lists and contexts, strings in quotes."""
    if value is None or type(value) is bool:
        return "null" if value is None else str(value).lower()
    if type(value) is str:
        spend(1 + (len(value) >> 4))
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if type(value) is Decimal:
        return format(value, "f")
    if type(value) is list or type(value) is dict:
        spend(8 + 4 * len(value))
    if type(value) is list:
        return "[" + ", ".join(map(written, value)) + "]"
    if type(value) is Range:
        return _range_text(value)
    if type(value) is dict:
        return "{" + ", ".join(f"{name}: {written(entry)}" for name, entry in value.items()) + "}"
    is_temporal = isinstance(value, (date, time, timedelta, YearsMonths, far.FarDate, far.FarDateTime))
    return temporal.text_of(value) if is_temporal else str(value) if type(value) is int else kind_of(value)


def _range_text(value: Range) -> str:
    if value.sign:
        return f"({value.sign} {written(value.high if value.low is None else value.low)})"
    start, end = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{start}{written(value.low)}..{written(value.high)}{end}"


@builtin("date", "from: string")
def date_from_text(text: str) -> Any:
    """Read a date."""
    return temporal.date_of(text)


@builtin("date", "from: moment")
def date_part(moment: Any) -> Any:
    """Take the day of a date and time."""
    return far.day_of(moment)


@builtin("date", "year: number, month: number, day: number")
def date_from_parts(year: Number, month: Number, day: Number) -> Any:
    """Make a date from its numbers."""
    return far.day(_whole(year), _whole(month), _whole(day))


def _whole(value: Number) -> int:
    if value != int(value):
        raise ValueError(value)
    return int(value)


@builtin("time", "from: string")
def time_from_text(text: str) -> time | None:
    """Read a time."""
    return temporal.time_of(text)


@builtin("time", "from: time")
@builtin("time", "from: date and time")
def time_part(moment: Any) -> time:
    """Take the time of day out of a date and time."""
    inner = getattr(moment, "base", moment)
    return inner if isinstance(inner, time) else inner.timetz()


@builtin("time", "hour: number, minute: number, second: number, offset?: any")
def time_from_parts(hour: Number, minute: Number, second: Number, offset: Any = None) -> time | None:
    """Make a time from its numbers, and an offset from UTC as a duration."""
    micros = CONTEXT.multiply(Decimal(second), Decimal(1_000_000))
    whole, fraction = divmod(int(micros), 1_000_000)
    if offset is not None and type(offset) is not timedelta:
        return None
    zone = None if offset is None else timezone(offset)
    return time(_whole(hour), _whole(minute), whole, fraction, zone)


@builtin("date and time", "from: string")
def datetime_from_text(text: str) -> Any:
    """Read a date and time."""
    return temporal.datetime_of(text)


@builtin("date and time", "from: date and time")
def datetime_itself(moment: Any) -> Any:
    """Give a date and time as it is."""
    return moment


@builtin("date and time", "date: moment, time: time")
def datetime_from_parts(day: Any, clock: time) -> Any:
    """Join a day and a time of day."""
    return far.at(far.day_of(day), clock)


@builtin("duration", "from: string")
def duration(text: str) -> timedelta | YearsMonths | None:
    """Read a duration of either kind."""
    return temporal.duration_of(text)


@builtin("duration", "from: days and time duration")
@builtin("duration", "from: years and months duration")
def duration_itself(length: timedelta | YearsMonths) -> timedelta | YearsMonths:
    """Give a duration as it is."""
    return length


@builtin("years and months duration", "from: moment, to: moment")
def months_between(start: Any, end: Any) -> YearsMonths:
    """Count the whole months between two days."""
    (first, cycles), (last, others) = far.split(far.day_of(start)), far.split(far.day_of(end))
    years = last.year - first.year + (others - cycles) * far.CYCLE_YEARS
    months = years * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)
