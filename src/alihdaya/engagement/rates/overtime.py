"""Overtime: which class of hours an instant belongs to, and how much of a span of work lies in which class."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from alihdaya.engagement.calendar import WEEKDAYS, Calendar, offsets
from alihdaya.engagement.document import Table
from alihdaya.engagement.rates.card import Overtime
from alihdaya.kernel.time import DAY, MINUTE, QUARTER

NORMAL: Final = ""
"""The class of hours that are no overtime."""
_PERIOD: Final = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)")
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_ALL_DAY: Final = ((0, 24 * 60),)


class Hours:
    """Classes of hours between two instants (microseconds), by the wall clock of a calendar.

    The first rule that holds decides. An hour that the wall clock shows twice belongs to the same class both times.
    """

    __slots__ = ("_classes", "_starts")

    def __init__(self, calendar: Calendar, rules: tuple[Overtime, ...], start: int, end: int) -> None:
        marks = list(_marks(calendar, rules, start - DAY, end + DAY))
        self._starts = [at for at, _ in marks]
        self._classes = [name for _, name in marks]

    def at(self, instant: int) -> str:
        """Name the class of an instant: an overtime's id, or NORMAL."""
        place = bisect_right(self._starts, instant) - 1
        return self._classes[place] if place >= 0 else NORMAL

    def at_quarters(self, within: tuple[int, int]) -> bool:
        """Whether classes change at starts of quarters of an hour alone, from a day before these instants on."""
        return not any(at % QUARTER for at in self._starts if within[0] - DAY < at < within[1])

    def spans(self, name: str, within: tuple[int, int]) -> list[tuple[int, int]]:
        """Give where a class holds between two instants: (from, until), in order."""
        ends = [*self._starts[1:], within[1]]
        cut = [
            (max(start, within[0]), min(end, within[1]))
            for start, end, one in zip(self._starts, ends, self._classes, strict=True)
            if one == name
        ]
        return [(start, end) for start, end in cut if start < end]

    def share(self, start: int, end: int) -> Counter[str]:
        """Say how many microseconds of [start, end) lie in each class."""
        found: Counter[str] = Counter()
        place = max(bisect_right(self._starts, start) - 1, 0)
        low = start
        while low < end:
            after = self._starts[place + 1] if place + 1 < len(self._starts) else end
            high = min(max(after, low), end)
            found[self._classes[place]] += high - low
            low, place = high, place + 1
        return found


def _marks(calendar: Calendar, rules: tuple[Overtime, ...], start: int, end: int) -> Iterator[tuple[int, str]]:
    """Give where a class begins, in order."""
    shut = {day for day, _ in calendar.closed}
    last: str | None = None
    for low, high, offset in offsets(ZoneInfo(calendar.time_zone), start, end):
        for day in range((low + offset) // DAY, (high + offset - 1) // DAY + 1):
            midnight = day * DAY - offset
            for minute, name in _day(calendar, rules, day, shut):
                at = max(midnight + minute * MINUTE, low)
                if at < high and name != last:
                    last = name
                    yield at, name


def _day(calendar: Calendar, rules: tuple[Overtime, ...], day: int, shut: set[str]) -> list[tuple[int, str]]:
    """Give the classes of a local day (counted from 1970-01-01) by the minute at which each begins.

    What begins before the piece of the day that is looked at is given with it: a later mark at the same instant wins.
    """
    closed = date.fromordinal(day + _EPOCH_DAY).isoformat() in shut
    working = calendar.periods(day)
    held = [(rule.id, tuple(_when(rule, (day + 3) % 7, working, closed=closed))) for rule in rules]
    edges = sorted({0, *(edge for _, periods in held for period in periods for edge in period)} - {24 * 60})
    return [(edge, next((name for name, periods in held if _inside(edge, periods)), NORMAL)) for edge in edges]


def _inside(minute: int, periods: tuple[tuple[int, int], ...]) -> bool:
    return any(opens <= minute < closes for opens, closes in periods)


def _when(
    rule: Overtime, weekday: int, working: tuple[tuple[int, int], ...], *, closed: bool
) -> Iterator[tuple[int, int]]:
    if rule.on == "holidays":
        yield from _ALL_DAY if closed else ()
    elif rule.on == "hours":
        yield from rule.periods or _ALL_DAY if not rule.days or weekday in rule.days else ()
    else:
        edge = 0
        for opens, closes in working:
            if edge < opens:
                yield edge, opens
            edge = closes
        if edge < 24 * 60:
            yield edge, 24 * 60


def read_overtime(rate: Table, names: Callable[[Table], tuple[tuple[str, str], ...]]) -> tuple[Overtime, ...]:
    """Read the list `overtime` of a rate."""
    found = tuple(_overtime(one, names) for one in rate.tables("overtime", needed=False))
    for n, one in enumerate(found):
        if one.id in {before.id for before in found[:n]}:
            rate.document.report("twice", f"overtime {one.id!r} is there twice", (*rate.path, "overtime", n, "id"))
    return found


def _overtime(table: Table, names: Callable[[Table], tuple[tuple[str, str], ...]]) -> Overtime:
    on: Any = table.text("on", "hours", like="holidays|outside|hours")
    found = Overtime(
        id=table.text("id", like=r"[a-z0-9]+(-[a-z0-9]+)*"),
        names=names(table),
        multiplier=table.number("multiplier", low=1, over=True, high=100),
        on=on,
        days=tuple(_weekdays(table)),
        periods=tuple(_periods(table)),
    )
    given = bool(found.days or found.periods)
    if given != (on == "hours"):
        text = "overtime by hours needs days or hours" if not given else f"overtime on {on} has no days and hours"
        table.report("two-rules", text, "on")
    table.done()
    return found


def _weekdays(table: Table) -> Iterator[int]:
    for value in table.items("days", needed=False):
        if value in WEEKDAYS:
            yield WEEKDAYS.index(value)
        else:
            table.report("wrong-type", f"{value!r} is none of {', '.join(WEEKDAYS)}", "days")


def _periods(table: Table) -> Iterator[tuple[int, int]]:
    last = 0
    for text in table.items("hours", needed=False):
        found = _PERIOD.fullmatch(text) if isinstance(text, str) else None
        h1, m1, h2, m2 = map(int, found.groups()) if found else (1, 0, 0, 0)
        opens, closes = h1 * 60 + m1, h2 * 60 + m2
        if last <= opens < closes <= 24 * 60:
            yield opens, closes
            last = closes
        else:
            why = "end after it starts and start after the period before it; over midnight, write two"
            table.report("bad-period", f"{text!r} must be written HH:MM-HH:MM, {why}", "hours")
