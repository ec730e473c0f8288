"""Reaching into values: paths, filters, loops and invocations, the same for the evaluator and generated code."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alihdaya.notation.feel import ops
from alihdaya.notation.feel.budget import called, spend
from alihdaya.notation.feel.far import FarDate, FarDateTime, days_between, moved, year_of
from alihdaya.notation.feel.types import coerce
from alihdaya.notation.feel.values import CONTEXT, NUMBERS, Function, Range, YearsMonths

LOOP_LIMIT = 1_000_000
"""Most turns that one loop makes; a loop that would make more gives null."""

_DAY = 86400
_MICRO = timedelta(microseconds=1)
_DAYS = frozenset({date, FarDate})


def path(target: Any, name: str) -> Any:
    """Give the entry or property `name`; over a list, the list of its elements' entries. Null where there is none."""
    kind = type(target)
    if kind is dict:
        return target.get(name)
    if kind is list:
        spend(2 * len(target))
        return [path(entry, name) for entry in target]
    reader = _PROPERTIES.get((kind, name))
    return reader(target) if reader is not None else None


def _seconds(moment: Any) -> int | Decimal:
    return (
        CONTEXT.add(Decimal(moment.second), Decimal(moment.microsecond).scaleb(-6))
        if moment.microsecond
        else int(moment.second)
    )


def _zone(zone: tzinfo | None) -> str | None:
    return zone.key if isinstance(zone, ZoneInfo) else None


def _part(unit: int, wrap: int) -> Callable[[timedelta], int]:
    """Give the whole units (seconds long) of a duration within the next larger one, with the duration's sign."""

    def read(length: timedelta) -> int:
        whole = abs(length) // _MICRO // 1_000_000 // unit
        count = whole % wrap if wrap else whole
        return -count if length < timedelta() else count

    return read


_PROPERTIES: dict[tuple[type, str], Callable[[Any], Any]] = {
    (timedelta, "days"): _part(_DAY, 0),
    (timedelta, "hours"): _part(3600, 24),
    (timedelta, "minutes"): _part(60, 60),
    (timedelta, "seconds"): _part(1, 60),
    (YearsMonths, "years"): lambda length: int(length.months / 12),
    (YearsMonths, "months"): lambda length: abs(length.months) % 12 * (-1 if length.months < 0 else 1),
    (Range, "start"): lambda bounds: bounds.low,
    (Range, "end"): lambda bounds: bounds.high,
    (Range, "start included"): lambda bounds: bounds.low_closed,
    (Range, "end included"): lambda bounds: bounds.high_closed,
}
for _day in (date, datetime):
    _PROPERTIES |= {
        (_day, "year"): lambda day: day.year,
        (_day, "month"): lambda day: day.month,
        (_day, "day"): lambda day: day.day,
        (_day, "weekday"): lambda day: day.isoweekday(),
    }
_PROPERTIES |= {
    (kind, name): lambda far_one, name=name: path(far_one.base, name)  # type: ignore[misc]
    for kind, names in (
        (FarDate, ("month", "day", "weekday")),
        (FarDateTime, ("month", "day", "weekday", "hour", "minute", "second", "time offset", "timezone")),
    )
    for name in names
}
_PROPERTIES |= {(FarDate, "year"): year_of, (FarDateTime, "year"): year_of}
for _clock in (time, datetime):
    _PROPERTIES |= {
        (_clock, "hour"): lambda moment: moment.hour,
        (_clock, "minute"): lambda moment: moment.minute,
        (_clock, "second"): _seconds,
        (_clock, "time offset"): lambda moment: moment.utcoffset(),
        (_clock, "timezone"): lambda moment: _zone(moment.tzinfo),
    }


def pick(values: Any, position: Any) -> Any:
    """Give the element at a 1-based position, from the end where it is negative; null outside the list."""
    if type(values) is not list:
        values = [] if values is None else [values]
    index = int(position)
    if index != position or index == 0 or abs(index) > len(values):
        return None
    return values[index - 1 if index > 0 else index]


def select(values: Any, condition: Callable[[Any], Any]) -> Any:
    """Filter a list: keep the elements whose condition is true, or pick one where the condition gives a number.

    A value that is no list counts as a list of one, null as an empty one (DMN 10.3.2.5).
    """
    if type(values) is not list:
        values = [] if values is None else [values]
    if not values:
        return None if type(condition(None)) in NUMBERS else []
    first = condition(values[0])
    if type(first) in NUMBERS:
        return pick(values, first)
    kept = [values[0]] if first is True else []
    return kept + [entry for entry in values[1:] if condition(entry) is True]


def select_strictly(values: Any, condition: Callable[[Any], Any]) -> list[Any] | None:
    """Filter a list by a condition that must be boolean or null; null where it is not (DMN 10.2.1.9)."""
    kept = []
    for entry in values if type(values) is list else [] if values is None else [values]:
        verdict = condition(entry)
        if verdict is not None and type(verdict) is not bool:
            return None
        if verdict is True:
            kept.append(entry)
    return kept


def span(low: Any, high: Any) -> Sequence[Any] | None:
    """Give the whole numbers, or days, from low to high, downwards where low is the larger; null for other values."""
    if type(low) is date and type(high) is date:
        numbers = span(low.toordinal(), high.toordinal())
        spend(0 if numbers is None else len(numbers))
        return None if numbers is None else [date.fromordinal(number) for number in numbers]
    if type(low) in _DAYS and type(high) in _DAYS:
        days = days_between(low, high)
        steps = range(-days + 1) if days <= 0 else range(0, -days - 1, -1)
        spend(min(abs(days), LOOP_LIMIT))
        return None if abs(days) >= LOOP_LIMIT else [moved(low, timedelta(days=step)) for step in steps]
    if type(low) not in NUMBERS or type(high) not in NUMBERS or low != int(low) or high != int(high):
        return None
    first, last = int(low), int(high)
    if abs(last - first) >= LOOP_LIMIT:
        return None
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def elements(source: Any) -> Sequence[Any] | None:
    """Give what a loop over a value runs through: a list, a range of whole numbers or days; null for other values."""
    if type(source) is list or type(source) is range:
        return source
    if type(source) is not Range or ops.at_most(source.low, source.high) is not True:
        return None
    inside = span(source.low, source.high)
    return None if inside is None else inside[not source.low_closed : len(inside) - (not source.high_closed)]


Sources = Sequence[Callable[..., Any]]


class NoList(Exception):
    """A loop's source is no list."""


def _turns(sources: Sources, bound: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    values = elements(sources[len(bound)](*bound))
    if values is None:
        raise NoList
    for value in values:
        turn = (*bound, value)
        if len(turn) == len(sources):
            yield turn
        else:
            yield from _turns(sources, turn)


def for_each(sources: Sources, body: Callable[..., Any], partial: bool) -> list[Any] | None:  # noqa: FBT001
    """Run a loop. Each source gets the values of the names before it; the body gets all of them.

    With `partial` the body gets, last, the list of the results so far.
    """
    results: list[Any] = []
    try:
        for turn in _turns(sources, ()):
            if partial:
                spend(len(results) >> 3)
            results.append(body(*turn, list(results)) if partial else body(*turn))
            if len(results) > LOOP_LIMIT:
                return None
    except NoList:
        return None
    return results


def quantify(
    sources: Sources,
    body: Callable[..., Any],
    every: bool,  # noqa: FBT001
    strict: bool = False,  # noqa: FBT001, FBT002
) -> bool | None:
    """Give whether some, or every, turn of a loop is true, in three-valued logic.

    With `strict` a turn that is neither boolean nor null makes it null.
    """
    unknown = False
    try:
        for count, turn in enumerate(_turns(sources, ())):
            verdict = body(*turn)
            if strict and verdict is not None and type(verdict) is not bool:
                return None
            if verdict is not every and type(verdict) is bool:
                return not every
            unknown = unknown or type(verdict) is not bool
            if count >= LOOP_LIMIT:
                return None
    except NoList:
        return None
    return None if unknown else every


def invoke(function: Any, arguments: tuple[Any, ...]) -> Any:
    """Call a function value by position; null where it is none, or the number of arguments does not fit."""
    if type(function) is not Function or len(arguments) != len(function.parameters):
        return None
    if function.types:
        fitted = tuple(map(coerce, arguments, function.types))
        if any(new is None and old is not None for new, old in zip(fitted, arguments, strict=True)):
            return None
        arguments = fitted
    return called(function, arguments)


def invoke_named(function: Any, names: tuple[str, ...], arguments: tuple[Any, ...]) -> Any:
    """Call a function value by the names of its parameters; one that is left out is null, a strange one an error."""
    if type(function) is not Function or not set(names) <= set(function.parameters):
        return None
    given = dict(zip(names, arguments, strict=True))
    return invoke(function, tuple(given.get(name) for name in function.parameters))
