"""Who is at work when: weekly shifts on the wall clock of a person's own time zone."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alihdaya.kernel.time import DAY, micros, moment

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK_MINUTES: Final = 7 * 24 * 60
_SHIFT: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


def read_shift(text: str) -> tuple[int, int]:
    """Read "20:00-04:00" as (from, until) in minutes since the day's midnight.

    An end that does not come after its start is tomorrow's. Raises ValueError for anything else.
    """
    found = _SHIFT.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a shift such as 20:00-04:00")
    h1, m1, h2, m2 = map(int, found.groups())
    start, until = h1 * 60 + m1, h2 * 60 + m2
    if until > 24 * 60:
        raise ValueError(f"{text!r} ends after 24:00")
    return start, until if until > start else until + 24 * 60


def weekday_number(day: str) -> int:
    """Give 0 for "monday" or "0", up to 6. Raises ValueError for what is no weekday."""
    if len(day) == 1 and day in "0123456":
        return int(day)
    return WEEKDAYS.index(day)


def read_week(shifts: Mapping[str, tuple[str, ...]]) -> list[tuple[int, int, int]]:
    """Read shifts as (weekday, from, until), in the order of the week. Raises ValueError where one cannot be read."""
    return sorted((weekday_number(day), *read_shift(text)) for day, texts in shifts.items() for text in texts)


def overlaps(week: list[tuple[int, int, int]]) -> bool:
    """Tell whether two shifts of a week overlap, the last with the first too."""
    spans = sorted((day * 1440 + start, day * 1440 + until) for day, start, until in week)
    if not spans:
        return False
    around = [*spans, (spans[0][0] + WEEK_MINUTES, 0)]
    return any(until > start for (_, until), (start, _) in zip(spans, around[1:], strict=True))


class Shifts:
    """One person's shifts as instants. Every answer is in microseconds; years are laid out when first asked for.

    A shift begins and ends by the wall clock, so that it is an hour shorter or longer when daylight saving changes
    within it. A time that the clock skips is as late as if it had not skipped; of a repeated time the first counts.
    """

    __slots__ = ("_ends", "_from", "_starts", "_until", "_week", "zone")

    def __init__(self, time_zone: str, shifts: Mapping[str, tuple[str, ...]]) -> None:
        self.zone = ZoneInfo(time_zone)
        self._week = read_week(shifts)
        self._from = self._until = 0
        self._starts: list[int] = []
        self._ends: list[int] = []

    def _hold(self, at: int) -> None:
        if self._from <= at < self._until:
            return
        year = moment(at).year
        self._from = micros(datetime(year, 1, 1, tzinfo=UTC))
        self._until = micros(datetime(year + 1, 1, 1, tzinfo=UTC))
        self._starts, self._ends = [], []
        for start, end in self._instants():
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def _instants(self) -> Iterator[tuple[int, int]]:
        """Lay out the year with a margin of nine days, so that the shift before and the one after are there too."""
        first = datetime(1970, 1, 1) + timedelta(days=self._from // DAY - 9)  # noqa: DTZ001 - wall-clock time
        for n in range((self._until - self._from) // DAY + 18):
            midnight = first + timedelta(days=n)
            for weekday, start, until in self._week:
                if weekday == midnight.weekday():
                    a, b = self._instant(midnight, start), self._instant(midnight, until)
                    if a < b:
                        yield a, b

    def _instant(self, midnight: datetime, minutes: int) -> int:
        return micros((midnight + timedelta(minutes=minutes)).replace(tzinfo=self.zone))

    def at_work(self, at: int) -> bool:
        """Tell whether `at` lies in a shift: from its start until before its end."""
        self._hold(at)
        n = bisect_right(self._starts, at) - 1
        return n >= 0 and at < self._ends[n]

    def next_start(self, after: int) -> int | None:
        """Give the first start of a shift after `after`; None for somebody without shifts."""
        self._hold(after)
        n = bisect_right(self._starts, after)
        return self._starts[n] if n < len(self._starts) else None

    def next_end(self, after: int) -> int | None:
        """Give the first end of a shift after `after`: of the running one, else of the next; None without shifts."""
        self._hold(after)
        n = bisect_right(self._ends, after)
        return self._ends[n] if n < len(self._ends) else None
