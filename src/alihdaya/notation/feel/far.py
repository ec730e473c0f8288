"""Days and moments in years that Python's own types do not reach: before year 1 and after year 9999.

The calendar repeats every 400 years, which are 146,097 days. A far value is a day or moment of the years 2000 to 2399,
and the number of such cycles that it lies away from there; years are astronomical, so year 0 exists.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

CYCLE_YEARS = 400
CYCLE_DAYS = 146_097
YEAR_LIMIT = 999_999_999
"""The furthest year, on either side, that a date may have (DMN 10.3.2.3.4)."""


@dataclass(frozen=True, slots=True)
class FarDate:
    """A day outside the years 1 to 9999."""

    base: date
    cycles: int


@dataclass(frozen=True, slots=True)
class FarDateTime:
    """A date and time outside the years 1 to 9999; its zone or offset is that of `base`."""

    base: datetime
    cycles: int


FAR = frozenset({FarDate, FarDateTime})
"""The types of far values."""


def split(value: Any) -> tuple[Any, int]:
    """Give a day or moment of the years 2000 to 2399, and the cycles that the value lies away from it."""
    if type(value) in FAR:
        return value.base, value.cycles
    cycles = (value.year - 2000) // CYCLE_YEARS
    return value.replace(year=value.year - cycles * CYCLE_YEARS), cycles


def joined(base: Any, cycles: int) -> Any:
    """Give the value that lies `cycles` away from a day or moment; null beyond the furthest year."""
    year = base.year + cycles * CYCLE_YEARS
    if 1 <= year <= 9999:
        return base.replace(year=year)
    if abs(year) > YEAR_LIMIT:
        return None
    cycles = (year - 2000) // CYCLE_YEARS
    base = base.replace(year=year - cycles * CYCLE_YEARS)
    return FarDateTime(base, cycles) if isinstance(base, datetime) else FarDate(base, cycles)


def day(year: int, month: int, number: int) -> Any:
    """Give a day of any year. Raises ValueError for a day that the calendar does not have."""
    if 1 <= year <= 9999:
        return date(year, month, number)
    cycles = (year - 2000) // CYCLE_YEARS
    return joined(date(year - cycles * CYCLE_YEARS, month, number), cycles)


def at(value: Any, clock: time) -> Any:
    """Give the moment of a day (or of a moment's day) with a time of day."""
    if type(value) in FAR:
        return FarDateTime(datetime.combine(value.base, clock), value.cycles)
    return datetime.combine(value, clock)


def year_of(value: Any) -> int:
    """Give the year."""
    if type(value) in FAR:
        return int(value.base.year + value.cycles * CYCLE_YEARS)
    return int(value.year)


def day_of(value: Any) -> Any:
    """Give the day of a day or moment."""
    if type(value) is FarDateTime:
        return FarDate(value.base.date(), value.cycles)
    return value.date() if type(value) is datetime else value


def moved(value: Any, length: timedelta) -> Any:
    """Give a day or moment moved by a duration; a day by the whole days that its midnight reaches."""
    if type(value) not in FAR:
        try:
            if type(value) is date:
                return (datetime.combine(value, time()) + length).date()
            return value + length
        except OverflowError:
            pass
    base, cycles = split(value)
    extra, rest = divmod(length, timedelta(days=CYCLE_DAYS))
    if isinstance(base, datetime):
        start, zone = base.replace(tzinfo=None), base.tzinfo
        return joined((start + rest).replace(tzinfo=zone), cycles + extra)
    return joined((datetime.combine(base, time()) + rest).date(), cycles + extra)


def gap(left: Any, right: Any) -> timedelta:
    """Give the time between two moments. Raises TypeError where only one has a zone, OverflowError if too long."""
    (first, cycles), (second, others) = split(left), split(right)
    if getattr(first, "tzinfo", None) is not None and getattr(second, "tzinfo", None) is not None:
        first, second = first.astimezone(UTC), second.astimezone(UTC)
    difference: timedelta = first - second
    return difference + timedelta(days=(cycles - others) * CYCLE_DAYS)


def days_between(left: Any, right: Any) -> int:
    """Give how many days a day stands after another one, however far apart they are."""
    return _flat(left) - _flat(right)


def ordered(left: Any, right: Any) -> int | None:
    """Give -1, 0 or 1 as the left one stands before, at or after the right one; null where they have no order."""
    if (type(left) in {FarDate, date}) is not (type(right) in {FarDate, date}):
        return None
    zones = [getattr(split(value)[0], "tzinfo", None) is None for value in (left, right)]
    if zones[0] is not zones[1]:
        return None
    first, second = _flat(left), _flat(right)
    return (first > second) - (first < second)


def _flat(value: Any) -> int:
    base, cycles = split(value)
    if not isinstance(base, datetime):
        return int(cycles * CYCLE_DAYS + base.toordinal())
    start = datetime(2000, 1, 1, tzinfo=None if base.tzinfo is None else UTC)
    micros: int = (base - start) // timedelta(microseconds=1)
    return cycles * CYCLE_DAYS * 86_400_000_000 + micros
