"""Until when on a business day something must be in to count for that day."""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alihdaya.engagement.calendar import Calendar, spans
from alihdaya.kernel.time import DAY, moment

_LONGEST = 60 * DAY


class Counts(NamedTuple):
    """The business day (ISO date on the calendar's clock) that something counts for, and when its working time ends."""

    day: str
    closes: int


def counts(calendar: Calendar, cut_off: int, at: int) -> Counts | None:
    """Say for which business day it counts that came in `at` (microseconds); `cut_off`: minutes after midnight.

    What comes in by the cut-off of a business day counts for that day, later and on other days for the next one. The
    cut-off is read on the wall clock, so that it moves with daylight saving. None where no day opens within 60 days.
    """
    here = moment(at, ZoneInfo(calendar.time_zone))
    today = (here.date() - date(1970, 1, 1)).days
    first = today if (here.hour * 60 + here.minute) < cut_off else today + 1
    found: Counts | None = None
    for day, _, closes in spans(calendar, at - 2 * DAY, at + _LONGEST):
        if found is not None and day > (date.fromisoformat(found.day) - date(1970, 1, 1)).days:
            break
        if day >= first:
            found = Counts((date(1970, 1, 1) + timedelta(days=day)).isoformat(), closes)
    return found
