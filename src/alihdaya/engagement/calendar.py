"""Business calendars: working periods of each weekday in a time zone, and the days that are closed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from alihdaya.engagement.document import Table
from alihdaya.kernel.time import DAY, MINUTE, SECOND, micros, moment

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_PERIOD: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_NO_PERIODS: Final[tuple[tuple[int, int], ...]] = ()


@dataclass(frozen=True)
class Calendar:
    """When work is done: `week[0]` holds Monday's periods as (from, until) in minutes of the wall clock.

    An instant is working time when the wall clock in `time_zone` then reads a time inside a period of that weekday
    (from ≤ time < until) and the date is not in `closed`. So a repeated hour at the end of daylight saving counts
    twice and a skipped one not at all. `closed`: ISO dates with their names, in order; they are part of the terms,
    so that a newer table of holidays never moves a promise. Raises ValueError for a week without working time.
    """

    time_zone: str
    week: tuple[tuple[tuple[int, int], ...], ...]
    closed: tuple[tuple[str, str], ...] = ()
    country: str = ""
    subdivision: str = ""

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("a calendar needs seven weekdays and at least one working period")

    @classmethod
    def office(cls, time_zone: str) -> "Calendar":
        """Give the nominal office week, Monday to Friday, 9 to 17, without holidays."""
        return cls(time_zone, (((9 * 60, 17 * 60),),) * 5 + (_NO_PERIODS,) * 2)

    def with_closed(self, days: Iterable[tuple[str, str]]) -> "Calendar":
        """Give the same calendar with more closed days, as (ISO date, name)."""
        return replace(self, closed=tuple(sorted({**dict(days), **dict(self.closed)}.items())))

    @cached_property
    def _shut(self) -> frozenset[int]:
        return frozenset(date.fromisoformat(day).toordinal() - _EPOCH_DAY for day, _ in self.closed)

    def periods(self, day: int) -> tuple[tuple[int, int], ...]:
        """Give the working periods of a local date, counted in days since 1970-01-01."""
        return _NO_PERIODS if day in self._shut else self.week[(day + 3) % 7]


def offsets(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Split [start, end) where the zone's offset changes: (from, until, offset), all in microseconds."""
    low, offset = start, _offset(zone, start)
    for at in range(start + DAY, end + DAY, DAY):
        here = min(at, end)
        if _offset(zone, here) != offset:
            changed = _change(zone, here - DAY, here, offset)
            yield low, changed, offset
            low, offset = changed, _offset(zone, here)
    if low < end:
        yield low, end, offset


def _offset(zone: ZoneInfo, at: int) -> int:
    return int((moment(at, zone).utcoffset() or timedelta(0)).total_seconds()) * SECOND


def _change(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    low, high = low // SECOND, -(-high // SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle * SECOND) == offset else (low, middle)
    return high * SECOND


def spans(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Give the working time in [start, end): (local day since 1970, from, until), in order, not joined."""
    for low, high, offset in offsets(ZoneInfo(calendar.time_zone), start, end):
        for day in range((low + offset) // DAY, (high + offset - 1) // DAY + 1):
            midnight = day * DAY - offset
            for opens, closes in calendar.periods(day):
                a, b = max(midnight + opens * MINUTE, low), min(midnight + closes * MINUTE, high)
                if a < b:
                    yield day, a, b


class Months:
    """Names the month of an instant in a zone ("2013-01") and gives a month's limits."""

    __slots__ = ("_names", "zone")

    def __init__(self, time_zone: str) -> None:
        self.zone = ZoneInfo(time_zone)
        self._names: dict[int, str | None] = {}

    def of(self, at: int) -> str:
        """Name the month in which `at` (microseconds) falls."""
        slot = at // DAY
        if slot not in self._names:
            first, last = self._name(slot * DAY), self._name(slot * DAY + DAY)
            self._names[slot] = first if first == last else None
        return self._names[slot] or self._name(at)

    def _name(self, at: int) -> str:
        return moment(at, self.zone).isoformat()[:7]

    def limits(self, month: str) -> tuple[int, int]:
        """Give the month's first instant and the next month's. Raises ValueError for text not like "2013-01"."""
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        return tuple(micros(datetime(d.year, d.month, 1, tzinfo=self.zone)) for d in (first, after))  # type: ignore[return-value]


def read_calendar(table: Table, years: range) -> Calendar | None:
    """Read a service's calendar; holidays not yet written out are looked up for `years`. None where it is unusable."""
    zone = read_zone(table)
    week = tuple(tuple(_read_periods(table, day)) for day in WEEKDAYS)
    rules = table.table("holidays", needed=False)
    country = rules.text("country", "")
    subdivision = rules.text("subdivision", "")
    closed = _read_dates(rules.table("dates")) if "dates" in rules.data else {}
    if country and "dates" not in rules.data:
        closed = _look_up(rules, country, subdivision, years)
    shut = table.table("closed", needed=False)
    own = _read_dates(shut)
    for day in own.keys() & closed.keys():
        shut.report("twice", f"{day} is a holiday already: {closed[day]}", day)
    rules.done()
    table.done()
    if not any(week):
        table.report("no-working-time", "no weekday has a working period")
        return None
    return Calendar(zone, week, tuple(sorted((closed | own).items())), country, subdivision)


def read_zone(table: Table) -> str:
    """Read the key `time_zone`: an IANA name that this machine's time-zone data knows, else "UTC" and a problem."""
    name = table.text("time_zone")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        if name:
            table.report("unknown-time-zone", f"no IANA time zone is called {name!r}", "time_zone")
        return "UTC"
    return name


def _read_periods(table: Table, day: str) -> Iterator[tuple[int, int]]:
    last = 0
    for text in table.items(day, needed=False):
        found = _PERIOD.fullmatch(text) if isinstance(text, str) else None
        start, until = _minutes(found) if found else (0, 0)
        if not last <= start < until <= 24 * 60:
            table.report(
                "bad-period",
                f"{text!r} must be written HH:MM-HH:MM, end after it starts and start after the period before it; "
                "a period over midnight is written as two",
                day,
            )
            continue
        last = until
        yield start, until


def _minutes(found: re.Match[str]) -> tuple[int, int]:
    h1, m1, h2, m2 = map(int, found.groups())
    return (h1 * 60 + m1, h2 * 60 + m2) if m1 < 60 and m2 < 60 else (0, 0)


def _read_dates(table: Table) -> dict[str, str]:
    dates = {}
    for key in table.data:
        name = table.text(key)
        try:
            day = date.fromisoformat(key).isoformat()
        except ValueError:
            table.report("bad-date", "must be a date such as 2013-12-24", key)
            continue
        if day in dates:
            table.report("twice", f"{day} is there twice", key)
        dates[day] = name
    return dates


def _look_up(rules: Table, country: str, subdivision: str, years: range) -> dict[str, str]:
    import holidays

    try:
        found: Any = holidays.country_holidays(country, subdiv=subdivision or None, years=years, language="en_US")
    except NotImplementedError:
        where = f"{country}-{subdivision}" if subdivision else country
        rules.report("unknown-holidays", f"no public holidays are known for {where}", "country")
        return {}
    return {day.isoformat(): name for day, name in found.items()}
