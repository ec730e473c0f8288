"""Arithmetic on working time: exact, in microseconds, and fast enough for every item of a day."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from alihdaya.engagement.calendar import Calendar, spans
from alihdaya.kernel.time import DAY, HOUR, micros, moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class Laid(NamedTuple):
    """What is laid out, as sorted int64 arrays: working periods, the working time before each, closes of business."""

    starts: "NDArray[Any]"
    ends: "NDArray[Any]"
    before: "NDArray[Any]"
    closes: "NDArray[Any]"


class Clock:
    """The working clock of one calendar. It runs inside working time and stands still outside.

    Years are laid out once, when they are first asked for. Instants before 1900 or after 2200 raise ValueError.
    """

    __slots__ = ("_before", "_closes", "_ends", "_from", "_laid", "_starts", "_total", "_until", "_years", "calendar")

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._years = range(0)
        self._from = self._until = self._total = 0
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self._closes: list[int] = []
        self._laid: Laid | None = None

    def _reach(self, first: int, last: int) -> None:
        """Lay out whole years so that they hold the years `first` to `last`."""
        if self._years:
            first, last = min(first, self._years[0]), max(last, self._years[-1])
        self._years = range(first, last + 1)
        self._from = micros(datetime(first, 1, 1, tzinfo=UTC))
        self._until = micros(datetime(last + 1, 1, 1, tzinfo=UTC))
        self._lay_out()

    def _lay_out(self) -> None:
        starts: list[int] = []
        ends: list[int] = []
        closes: dict[int, int] = {}
        # The margin keeps local days whole that lie across the edge of a year in UTC.
        for day, a, b in spans(self.calendar, self._from - 2 * DAY, self._until + 2 * DAY):
            if b <= self._until + DAY:
                closes[day] = b
            if ends and ends[-1] == a:
                ends[-1] = b
            else:
                starts.append(a)
                ends.append(b)
        self._starts, self._ends, self._closes = starts, ends, sorted(closes.values())
        self._before, self._total, self._laid = [], 0, None
        for a, b in zip(starts, ends, strict=True):
            self._before.append(self._total)
            self._total += b - a

    def hold(self, at: int) -> None:
        """Lay out the years around `at`. Raises ValueError for one that the clock does not know."""
        if not self._from <= at < self._until:
            year = moment(at).year
            if not _FIRST_YEAR <= year <= _LAST_YEAR:
                raise ValueError(f"the working clock knows the years {_FIRST_YEAR} to {_LAST_YEAR} only")
            self._reach(max(year - 1, _FIRST_YEAR), min(year + 1, _LAST_YEAR))

    def arrays(self) -> Laid:
        """Give what is laid out so far as arrays, the same ones until more is."""
        if self._laid is None:
            import numpy as np

            parts = (self._starts, self._ends, self._before, self._closes)
            self._laid = Laid(*[np.asarray(part, np.int64) for part in parts])
        return self._laid

    def reach(self, total: int) -> None:
        """Lay out so many years that they hold `total` microseconds of working time. Raises ValueError past 2200."""
        while total > self._total:
            self._grow()

    def _grow(self) -> None:
        last = self._years[-1]
        if last == _LAST_YEAR:
            raise ValueError(f"due after the year {_LAST_YEAR}")
        self._reach(self._years[0], min(last + len(self._years), _LAST_YEAR))

    def _position(self, at: int) -> int:
        n = bisect_right(self._starts, at) - 1
        return 0 if n < 0 else self._before[n] + min(at, self._ends[n]) - self._starts[n]

    def is_working(self, at: int) -> bool:
        """Tell whether `at` is working time."""
        self.hold(at)
        n = bisect_right(self._starts, at) - 1
        return n >= 0 and at < self._ends[n]

    def add_working(self, start: int, span: int) -> int:
        """Give the first instant at which `span` microseconds of working time have passed since `start`.

        A span that fills a period to its end is due at that end, not at the next opening; no span is due at `start`.
        Raises ValueError for a negative span.
        """
        if span < 0:
            raise ValueError("working time cannot be added backwards")
        if span == 0:
            return start
        self.hold(start)
        goal = self._position(start) + span
        if goal > self._total:
            self.reach(goal)
        n = bisect_left(self._before, goal) - 1
        return self._starts[n] + goal - self._before[n]

    def add_working_days(self, start: int, days: int) -> int:
        """Give the close of business of the `days`-th working day after the day of receipt.

        The day of receipt is the working day whose close comes next after `start`: what arrives after close, at a
        weekend or on a holiday counts as received on the next working day. Zero days: the close of that day itself.
        """
        if days < 0:
            raise ValueError("working days cannot be added backwards")
        self.hold(start)
        n = bisect_right(self._closes, start) + days
        while n >= len(self._closes):
            self._grow()
            n = bisect_right(self._closes, start) + days
        return self._closes[n]

    def working_between(self, a: int, b: int) -> int:
        """Give the working time from `a` to `b` in microseconds; negative where `b` comes first."""
        self.hold(a)
        self.hold(b)
        return self._position(b) - self._position(a)

    def working_days(self, a: int, b: int) -> int:
        """Count the working days that close in (a, b]."""
        self.hold(a)
        self.hold(b)
        return bisect_right(self._closes, b) - bisect_right(self._closes, a)

    def periods(self, a: int, b: int) -> list[tuple[int, int]]:
        """Give the working periods that touch [a, b), as (from, until), joined where they meet."""
        self.hold(a)
        self.hold(b)
        low, high = bisect_right(self._ends, a), bisect_left(self._starts, b)
        return list(zip(self._starts[low:high], self._ends[low:high], strict=True))


def overlap_hours(one: Clock, other: Clock, start: int, end: int) -> Decimal:
    """Give the hours in which both work, per working day of `one`, over [start, end); to one hundredth."""
    days = one.working_days(start, end)
    both = sum(other.working_between(max(a, start), min(b, end)) for a, b in one.periods(start, end))
    return (Decimal(both) / HOUR / max(days, 1)).quantize(Decimal("0.01"))
